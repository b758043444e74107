from __future__ import annotations

from dataclasses import replace

import pytest

from kg.facets.table import FACETS, VALUE_FACETS
from kg.store import Scope
from search.engine import Engine
from search.request import Match, Mode
from ui.languages import LANGUAGES
from ui.pages.address import PAGE_SIZE, Address
from ui.pages.search_view import FacetChoices, SearchView, ValueChoice, search_view
from ui.texts import Texts

ENGLISH = Texts("en")

SEARCHES = (
    "",
    "q=women+credit&mode=lexical",
    "q=women+credit",
    "q=maize&mode=semantic",
    "language=es",
    "language=es&language=fr&type=report",
    "year_from=2010&year_to=2015",
    "stated_only=1&year_from=2012",
    "not_language=es",
    "not_topic=women&not_topic=irrigation&language=en&not_country=ML",
)


def view(engine: Engine, query_string: str, language: str = "en") -> SearchView:
    return search_view(engine, Address.read(query_string), Texts(language))


def facet(found: SearchView, name: str) -> FacetChoices:
    return next(choices for choices in found.facets if choices.name == name)


def choices(found: FacetChoices) -> tuple[ValueChoice, ...]:
    return (*found.first, *found.rest)


def chosen(found: FacetChoices) -> list[str]:
    return [choice.key for choice in choices(found) if choice.chosen]


@pytest.mark.parametrize("query_string", SEARCHES)
def test_the_count_beside_a_value_is_the_total_that_its_link_leads_to(engine: Engine, query_string: str) -> None:
    _require_true_counts(engine, query_string)


@pytest.mark.parametrize("query_string", ["", "q=water+survey+goats", "topic=goat-herding", "stated_only=1"])
def test_the_same_is_true_where_facts_are_inferred_and_results_many(wide_engine: Engine, query_string: str) -> None:
    _require_true_counts(wide_engine, query_string)


def _require_true_counts(engine: Engine, query_string: str) -> None:
    found = view(engine, query_string)
    followed = 0
    for offered in found.facets:
        if found.address.chosen.get(offered.name):
            continue
        for choice in (*choices(offered)[:4], *choices(offered)[-2:]):
            there = view(engine, choice.query)
            assert choice.count == ENGLISH.number(there.total - choice.inferred), choice
            assert choice.key in chosen(facet(there, offered.name))
            assert facet(there, offered.name).first[0].label == choice.label
            followed += 1
    assert followed > 10


@pytest.mark.parametrize("query_string", ["", "q=women+credit&mode=lexical", "language=es", "q=women+credit"])
def test_a_bar_leads_to_as_many_reports_as_it_says(engine: Engine, query_string: str) -> None:
    years = view(engine, query_string).years
    assert years.bars
    for bar, query in zip(years.bars, years.queries, strict=True):
        there = view(engine, query)
        assert there.total == bar.count
        assert (there.years.year_from, there.years.year_to) == (bar.first, bar.last)
        drawn = [(other.count, other.chosen) for other in there.years.bars]
        assert drawn == [(other.count, other is bar) for other in years.bars]


def test_counts_of_a_facet_ignore_its_own_choice_so_that_it_can_widen(engine: Engine) -> None:
    before, after = view(engine, ""), view(engine, "language=es")
    assert {c.label: c.count for c in choices(facet(before, "language"))} == {
        c.label: c.count for c in choices(facet(after, "language"))
    }
    other = next(choice for choice in choices(facet(after, "language")) if not choice.chosen)
    assert view(engine, other.query).total == after.total + int(other.count)


def test_what_is_chosen_stands_first_and_in_sight_however_rare(wide_engine: Engine) -> None:
    rarest = choices(facet(view(wide_engine, "more=author"), "author"))[-3:]
    assert len(choices(facet(view(wide_engine, ""), "author"))) == 20
    address = Address()
    for choice in rarest:
        address = address.toggled("author", choice.key.removeprefix("author-"))
    found = facet(search_view(wide_engine, address, ENGLISH), "author")
    assert {choice.key for choice in found.first[:3]} == {choice.key for choice in rarest} == set(chosen(found))
    narrow = search_view(wide_engine, replace(address, query="no such words", mode=address.mode.LEXICAL), ENGLISH)
    assert narrow.total == 0
    assert {choice.key for choice in facet(narrow, "author").first} == {choice.key for choice in rarest}


def test_more_values_are_shown_on_demand_and_fewer_again(wide_engine: Engine) -> None:
    usual = facet(view(wide_engine, "q=water&page=2"), "author")
    assert (len(usual.first), len(usual.rest), usual.fewer) == (6, 14, None)
    assert usual.more is not None
    there = view(wide_engine, usual.more)
    opened = facet(there, "author")
    assert (len(opened.first), opened.rest, opened.more) == (26, (), None)
    assert there.address.page == 2
    assert opened.fewer is not None
    assert facet(view(wide_engine, opened.fewer), "author") == usual
    # Another facet that is opened changes nothing here.
    assert len(choices(facet(view(wide_engine, "more=topic"), "author"))) == 20


@pytest.mark.parametrize("query_string", ["", "language=es", "q=women+credit", "q=women&mode=lexical&sort=oldest"])
def test_pages_lead_through_all_results_once(engine: Engine, query_string: str) -> None:
    found = view(engine, query_string)
    seen = [card.id for card in found.cards]
    current = found
    while (current.address.page) * 10 < found.total:
        following = next(page for page in current.pages if page.number == current.address.page + 1)
        current = view(engine, following.query)
        assert current.first == len(seen) + 1
        assert [page.number for page in current.pages if page.current] == [current.address.page]
        seen += [card.id for card in current.cards]
    assert len(seen) == len(set(seen)) == found.total


def test_pages_show_the_first_the_last_and_those_around_the_current_one(wide_engine: Engine) -> None:
    numbers = [page.number for page in view(wide_engine, "page=65").pages]
    assert numbers == [1, None, 63, 64, 65, 66, 67, None, 130]
    assert [page.number for page in view(wide_engine, "").pages] == [1, 2, 3, None, 130]
    assert [page.number for page in view(wide_engine, "page=99999").pages] == [1, None, 130]
    assert view(wide_engine, "page=99999").cards == ()
    assert view(wide_engine, "q=xyzzy&mode=lexical").pages == ()


@pytest.mark.parametrize(
    "query_string",
    [query_string for query_string in SEARCHES if not query_string.startswith("q=")]
    + [
        "topic=irrigation&topic=women&access=open",
        "author=nobody-at-all",
        "topic=women&not_topic=irrigation&not_author=nobody-at-all",
        "not_region=M49-011&stated_only=1",
    ],
)
def test_the_query_that_is_shown_selects_what_the_filters_do(engine: Engine, query_string: str) -> None:
    found = view(engine, query_string)
    if query_string.startswith("author=nobody"):
        assert found.sparql is None
        return
    assert found.sparql is not None
    scope = Scope.STATED if found.address.stated_only else Scope.ALL
    rows = list(engine.snapshot.graph.select_text(found.sparql, scope))
    assert len(rows) == len({row[0] for row in rows}) == found.total


@pytest.mark.parametrize("query_string", ["series=wide-research-papers", "series=wide-research-papers&stated_only=1"])
def test_the_query_selects_what_was_inferred_where_the_search_does(wide_engine: Engine, query_string: str) -> None:
    found = view(wide_engine, query_string)
    assert found.sparql is not None
    scope = Scope.STATED if found.address.stated_only else Scope.ALL
    assert len(list(wide_engine.snapshot.graph.select_text(found.sparql, scope))) == found.total
    assert (found.total == 0) == found.address.stated_only


def test_inferred_facts_are_counted_beside_and_not_at_all_when_they_are_off(wide_engine: Engine) -> None:
    series = facet(view(wide_engine, ""), "series")
    (value,) = choices(series)
    assert (value.count, value.inferred) == ("0", view(wide_engine, value.query).total)
    assert choices(facet(view(wide_engine, "stated_only=1"), "series")) == ()
    (kept,) = choices(facet(view(wide_engine, "stated_only=1&series=wide-research-papers"), "series"))
    assert (kept.chosen, kept.count, kept.inferred) == (True, "0", 0)


def test_each_chip_leads_to_the_search_without_it(engine: Engine) -> None:
    text = "q=women&topic=gender&topic=women&access=open&year_from=2010&year_to=2020&stated_only=1&mode=lexical&page=2"
    found = view(engine, text)
    assert [(chip.facet, chip.label) for chip in found.chips] == [
        ("Subjects", "gender"),
        ("Subjects", "women"),
        ("Access", "Open access"),
        ("Year", "2010–2020"),
        ("Facts", "stated in records only"),
    ]
    without = [
        text.replace("&page=2", "").replace(part, "")
        for part in ("&topic=gender", "&topic=women", "&access=open", "&year_from=2010&year_to=2020", "&stated_only=1")
    ]
    assert [Address.read(chip.query) for chip in found.chips] == [Address.read(query) for query in without]


def test_what_is_excluded_is_a_chip_that_says_so(engine: Engine) -> None:
    text = "q=credit&topic=women&not_topic=gender&not_country=ML&year_from=2001&mode=lexical"
    found = view(engine, text)
    assert [(chip.facet, chip.label, chip.excluding) for chip in found.chips] == [
        ("Subjects", "women", False),
        ("Subjects", "not gender", True),
        ("Country", "not Mali", True),
        ("Year", "2001–…", False),
    ]
    assert [chip.query for chip in found.chips[1:3]] == [
        text.replace(part, "") for part in ("&not_topic=gender", "&not_country=ML")
    ]
    assert [chip.label for chip in view(engine, "not_country=ML", "fr").chips] == ["sauf Mali"]


@pytest.mark.parametrize("query_string", ["", "topic=women", "q=women+credit&mode=lexical"])
def test_a_value_is_excluded_by_a_link_beside_it_and_taken_back_where_it_stood(
    engine: Engine, query_string: str
) -> None:
    before = view(engine, query_string)
    for name in ("topic", "country", "language", "type"):
        for choice in (*choices(facet(before, name))[:2], *choices(facet(before, name))[-2:]):
            there = view(engine, choice.excluding)
            (excluded,) = facet(there, name).excluded
            assert (excluded.key, excluded.label) == (choice.key, choice.label)
            assert choice.key not in {other.key for other in choices(facet(there, name))}
            if choice.chosen:
                assert excluded.query == ""
                continue
            assert view(engine, excluded.query) == before
            if not before.address.chosen.get(name):
                assert there.total == before.total - int(choice.count) - choice.inferred


def test_an_exclusion_leaves_the_other_facets_true(engine: Engine) -> None:
    found = view(engine, "not_region=M49-011&not_region=sahel")
    assert [excluded.label for excluded in facet(found, "region").excluded] == ["Western Africa", "Sahel"]
    inside = {card.id for card in view(engine, "region=M49-011&region=sahel").cards}
    assert inside
    assert not inside & {card.id for card in found.cards}
    assert found.total == 60 - view(engine, "region=M49-011&region=sahel").total


def test_all_of_a_facet_excluded_can_be_taken_back(engine: Engine) -> None:
    found = view(engine, "not_language=en&not_language=fr&not_language=es")
    assert found.total == 0
    assert choices(facet(found, "language")) == ()
    assert len(facet(found, "language").excluded) == 3


def test_an_exclusion_that_means_nothing_is_said_and_rules_nothing_out(engine: Engine) -> None:
    found = view(engine, "not_topic=irigation&topic=irrigation")
    alone = view(engine, "topic=irrigation")
    assert found.total == alone.total
    assert found.sparql == alone.sparql
    assert found.notices == ("Subjects: no report has “irigation”. Did you mean: irrigation?",)
    assert [(chip.label, chip.query) for chip in found.chips] == [
        ("irrigation", "not_topic=irigation"),
        ("not irigation", "topic=irrigation"),
    ]
    assert facet(found, "topic").excluded == ()


def test_links_that_exclude_count_for_more_values(wide_engine: Engine) -> None:
    address = Address()
    for choice in choices(facet(view(wide_engine, ""), "author"))[:3]:
        address = address.excluding("author", choice.key.removeprefix("author-"))
    authors = facet(search_view(wide_engine, address, ENGLISH), "author")
    assert len(authors.excluded) == 3
    assert authors.more is not None
    opened = facet(view(wide_engine, authors.more), "author")
    assert len(opened.first) == 26 - 3
    assert opened.excluded[0].query.count("not_author") == 2


@pytest.mark.parametrize(
    ("query", "words"),
    [
        ('"nobody wrote this in a row" women', "nobody wrote this in a row women"),
        ("+xyzzy credit -women", "xyzzy credit"),
        ("author:nobody title:women", "nobody women"),
        ("xyzzy AND women", "xyzzy women"),
        ("xyzzy plugh", None),
        ("-women -gender -the", None),
        ('"NOT xyzzy" +plugh', None),
        ("", None),
    ],
)
def test_a_formula_that_finds_nothing_leads_to_its_words(engine: Engine, query: str, words: str | None) -> None:
    address = Address(query=query, chosen={"language": ("en",)}, year_from=9000, mode=Mode.LEXICAL, page=2)
    found = search_view(engine, address, ENGLISH)
    assert found.total == 0
    loosened = found.loosened
    assert (loosened.query if loosened else None) == words
    if loosened is not None:
        assert loosened == replace(found.address, query=words or "", page=1)


@pytest.mark.parametrize("query_string", ["q=women+credit", "q=village+women+water&mode=lexical", "q=women"])
@pytest.mark.parametrize("match", list(Match))
def test_a_search_is_narrowed_and_broadened_by_one_click(wide_engine: Engine, query_string: str, match: Match) -> None:
    found = view(wide_engine, f"{query_string}&match={match}")
    if found.narrower is not None:
        assert found.total > PAGE_SIZE
        assert search_view(wide_engine, found.narrower, ENGLISH).total <= found.total
    if found.broader is not None:
        assert search_view(wide_engine, found.broader, ENGLISH).total >= found.total
    assert (found.narrower, found.broader) == (None, None) or "+" in query_string
    degrees = [(chip.facet, chip.label) for chip in found.chips]
    assert degrees == {Match.ALL: [("Words", "all of them")], Match.ANY: [("Words", "any of them")]}.get(match, [])


def test_where_all_words_are_demanded_a_click_leads_back(engine: Engine) -> None:
    found = view(engine, "q=women+credit&match=all&sort=newest")
    assert found.broader is not None
    assert found.broader.query_string == "q=women+credit&sort=newest"
    nothing = view(engine, "q=zebra+okapi")
    assert nothing.broader is not None
    assert nothing.broader.match is Match.ANY


def test_a_formula_that_finds_something_leads_nowhere_else(engine: Engine) -> None:
    found = view(engine, "q=women+-xyzzy")
    assert found.total > 0
    assert found.loosened is None


@pytest.mark.parametrize(
    ("query_string", "label"),
    [("year_from=2010", "2010–…"), ("year_to=2010", "…–2010"), ("year_from=9&year_to=9", "9")],
)
def test_a_range_of_years_is_one_chip(engine: Engine, query_string: str, label: str) -> None:
    assert [(chip.label, chip.query) for chip in view(engine, query_string).chips] == [(label, "")]


def test_an_unknown_value_is_said_and_widens_nothing(engine: Engine) -> None:
    found = view(engine, "topic=irigation")
    assert found.total == 0
    assert found.notices == ("Subjects: no report has “irigation”. Did you mean: irrigation?",)
    assert [(chip.label, chip.query) for chip in found.chips] == [("irigation", "")]
    both = view(engine, "topic=irigation&topic=irrigation&language=xx")
    assert both.total == 0
    assert len(both.notices) == 2
    alone, beside = view(engine, "topic=irrigation"), view(engine, "topic=irigation&topic=irrigation")
    assert beside.total == alone.total > 0
    assert beside.sparql is None


def test_an_unknown_iri_is_not_taken_for_the_value_that_ends_like_it(engine: Engine) -> None:
    text = "topic=http%3A%2F%2Felsewhere.example%2Ftopic%2Firrigation"
    found = view(engine, text)
    assert (found.total, found.address.query_string) == (0, text)
    assert [chip.query for chip in found.chips] == [""]
    for language in facet(found, "language"), facet(found, "access"):
        for choice in choices(language):
            assert view(engine, choice.query).total == 0


@pytest.mark.parametrize(
    "value", ["irrigation", "IRRIGATION", " Irrigation ", "http://localhost:7860/topic/irrigation"]
)
def test_however_a_value_is_written_links_name_it_in_one_way(engine: Engine, value: str) -> None:
    found = search_view(engine, Address(chosen={"topic": (value, value.strip())}), ENGLISH)
    assert found.address.query_string == "topic=irrigation"
    assert len(found.chips) == 1
    assert found.notices == ()


def test_what_was_left_out_of_the_address_is_named(engine: Engine) -> None:
    assert view(engine, "page=0&mode=psychic&year_from=soon").notices == (
        "A part of the address could not be used and was left out: year_from, mode, page.",
    )


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_label_is_in_the_language_of_the_reader(engine: Engine, language: str) -> None:
    texts = Texts(language)
    found = view(engine, "type=report&language=en&access=open&stated_only=1&year_from=2001", language)
    columns = engine.snapshot.columns.facets
    for name in VALUE_FACETS:
        offered = facet(found, name)
        assert offered.label == texts.say(FACETS[name].label)
        labels = {
            f"{name}-{value.value.rsplit('/', 1)[-1]}": value.label_in(language) for value in columns[name].values
        }
        assert all(choice.label == labels[choice.key] for choice in choices(offered))
    labels_of_chips = {chip.label for chip in found.chips}
    assert {texts.say("stated in records only"), "2001–…"} <= labels_of_chips
    english = {"en": "English", "es": "Inglés", "fr": "Anglais", "pt": "Inglês"}
    assert english[language] in labels_of_chips
    assert english[language] in {choice.label for choice in choices(facet(found, "language"))}
