from __future__ import annotations

import json
import time
from pathlib import Path

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from kg.authority.names import fold
from search.fulltext.suggestible import ENTITY_KINDS, REPORT, some_suggestible, suggestible
from search.fulltext.suggestion_index import FORGIVING, holds
from search.fulltext.texts import ReportText
from search.snapshots.snapshot import Snapshot
from search.suggest import LONGEST, MOST, Suggestion, SuggestRequest, suggest
from tests.conftest import WriteLines, build_sources, services_for


def _record(number: int, title: str, **more: object) -> str:
    return json.dumps({"id": f"r{number}", "title": title, "publishDate": [str(2000 + number)], **more})


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> Snapshot:
    """Three reports whose entities differ in number, order of words, language and spelling."""
    folder = tmp_path_factory.mktemp("suggest")
    lines = [
        _record(1, "Water for Kenya", topic=["water", "Wáter", "irrigation water"], geographic=["Kenya", "Zaire"]),
        _record(2, "Water again", topic=["water", "irrigation water"], author=["Meinzen-Dick, Ruth"]),
        _record(3, "Seeds", topic=["irrigation water"], author=["Meinzen-Dick, Ruth"], title_alt=["Semillas"]),
    ]
    source = folder / "records.jsonl"
    source.write_text("\n".join(lines), encoding="utf-8")
    services = services_for(folder / "data")
    build_sources(services, source)
    return services.snapshot()


def _said(snapshot: Snapshot, text: str, **more: object) -> list[tuple[str, str]]:
    return [(found.kind, found.label) for found in suggest(snapshot, SuggestRequest(text, **more))]  # type: ignore[arg-type]


def test_the_start_of_a_label_comes_before_its_inside_then_the_number_of_reports(small: Snapshot) -> None:
    assert _said(small, "wat") == [
        *(("topic", "water"), ("topic", "irrigation water")),
        *((REPORT, "Water again"), (REPORT, "Water for Kenya")),
    ]


def test_counts_are_of_reports_and_titles_have_their_year(small: Snapshot) -> None:
    topic, title = suggest(small, SuggestRequest("irrig")), suggest(small, SuggestRequest("seeds"))
    assert [(found.reports, found.year) for found in topic] == [(3, None)]
    assert [(found.reports, found.year) for found in title] == [(None, 2003)]
    assert title[0].iri.endswith("/report/r3")


def test_labels_are_the_reader_s_and_another_that_matched_is_told(small: Snapshot) -> None:
    (english,) = suggest(small, SuggestRequest("keni"))
    assert (english.label, english.matched) == ("Kenya", "Kenia")
    (spanish,) = suggest(small, SuggestRequest("keni", language="es"))
    assert (spanish.label, spanish.matched) == ("Kenia", None)
    (printed,) = suggest(small, SuggestRequest("zair"))
    assert printed.kind == "country"
    assert printed.matched == "Zaire"


def test_the_end_of_a_text_is_completed_by_itself_where_the_whole_is_not_enough(small: Snapshot) -> None:
    found = suggest(small, SuggestRequest("seeds of Ruth Mei"))
    assert [(one.kind, one.label, one.rest) for one in found] == [("author", "Meinzen-Dick, Ruth", "seeds of")]
    whole, *rest = suggest(small, SuggestRequest("irrigation wat", kinds=("topic",)))
    assert (whole.label, whole.rest) == ("irrigation water", "")
    assert [(one.label, one.rest) for one in rest] == [("water", "irrigation")]
    assert suggest(small, SuggestRequest("seeds of ru")) == ()


def test_typos_come_after_what_was_typed(small: Snapshot) -> None:
    assert _said(small, "irigation")[0] == ("topic", "irrigation water")
    assert _said(small, "wter") == []
    assert _said(small, "meinzne dikc") == []
    assert _said(small, "meinzne ruth") == [("author", "Meinzen-Dick, Ruth")]


def test_titles_keep_some_places_and_kinds_and_limit_are_bounds(small: Snapshot) -> None:
    assert [kind for kind, _ in _said(small, "wat", limit=2)] == ["topic", REPORT]
    assert [kind for kind, _ in _said(small, "wat", limit=1)] == ["topic"]
    assert _said(small, "wat", limit=0) == []
    assert _said(small, "wat", kinds=(REPORT,)) == [(REPORT, "Water again"), (REPORT, "Water for Kenya")]
    assert _said(small, "wat", kinds=("author",)) == []
    assert _said(small, "wat", kinds=()) == []


@pytest.mark.parametrize(
    "text", ["", " ", "w", "w ", "«w»", "?!", "\x00\x07", "💥💥", "w" * (LONGEST + 1), "wa " * 5000]
)
def test_too_little_and_too_much_is_answered_by_nothing(small: Snapshot, text: str) -> None:
    assert suggest(small, SuggestRequest(text)) == ()


@pytest.mark.parametrize("text", ["wat\ud800", '"wat', "WÁT", "wa\u0301t", "wat*", "(wat", "  wat "])
def test_signs_case_and_accents_do_not_count(small: Snapshot, text: str) -> None:
    assert ("topic", "water") in _said(small, text)


@settings(deadline=None)
@given(st.text(max_size=300), st.sampled_from(["en", "es", "fr", "pt", "xx"]), st.integers(-1, 30))
@example("'; DROP TABLE \u202e مرحبا \x00 \ud800", "en", 8)
@example("a b c d e f g h i j k l m n o p q r s t u v w x y z", "en", 8)
@example("+".join("abcdef" * 20), "en", 8)
def test_no_text_is_an_error(sample: Snapshot, text: str, language: str, limit: int) -> None:
    started = time.process_time()
    found = suggest(sample, SuggestRequest(text, language, limit=limit))
    assert time.process_time() - started < 1
    assert len(found) <= max(0, min(limit, MOST))
    assert len({(one.kind, one.iri) for one in found}) == len(found)


pieces = st.sampled_from(["women", "credit", "wat", "agua", "ken", "in", "the", "land", "soil", "a", "irrgation", "de"])


@settings(deadline=None)
@given(st.lists(pieces | st.text(min_size=1, max_size=6), min_size=1, max_size=5).map(" ".join))
def test_what_is_suggested_holds_the_words_that_were_typed(sample: Snapshot, text: str) -> None:
    for found in suggest(sample, SuggestRequest(text, limit=MOST)):
        completed = text.split()[len(found.rest.split()) :]
        typed = fold(" ".join(completed)).split()
        assert found.rest == " ".join(text.split()[: -len(completed)])
        assert typed
        # A word with a typo may be any that is long enough; the index's own tests hold it against the definition.
        exact = [word for word in typed if len(word) < FORGIVING]
        assert holds(found.matched or found.label, exact) or holds(found.label, exact)


def test_everything_that_may_be_suggested_is_found_by_its_label(sample: Snapshot) -> None:
    for kind in ENTITY_KINDS:
        for value in sample.columns.facets[kind].values:
            found = suggest(sample, SuggestRequest(value.label, kinds=(kind,), limit=MOST))
            assert value.value in {one.iri for one in found}, value


def test_counts_are_those_of_the_facets(sample: Snapshot) -> None:
    everyone = sample.columns.mask("year", ()) | True
    for counted in sample.columns.counts("topic", everyone):
        found = suggest(sample, SuggestRequest(counted.value.label, kinds=("topic",), limit=MOST))
        (same,) = [one for one in found if one.iri == counted.value.value]
        assert same.reports == counted.count + counted.inferred


def test_what_may_be_suggested_are_entities_and_titles_with_all_their_labels(small: Snapshot) -> None:
    texts = [ReportText(iri, f"Title of {iri[-2:]}", ("TITLE of r1", "Other"), "") for iri in small.columns.reports]
    others = [(_iri(small, "topic"), "wáter"), (_iri(small, "topic"), "H2O")]
    things = list(suggestible(small.columns, others, texts))
    assert len(things) == sum(len(small.columns.facets[kind].values) for kind in ENTITY_KINDS) + 3
    assert [(thing.iri, thing.labels, thing.year) for thing in things if thing.kind == REPORT] == [
        # Labels that differ in case only are one.
        (small.columns.reports[0], ("Title of r1", "Other"), 2001),
        (small.columns.reports[1], ("Title of r2", "TITLE of r1", "Other"), 2002),
        (small.columns.reports[2], ("Title of r3", "TITLE of r1", "Other"), 2003),
    ]
    (water,) = [thing for thing in things if thing.labels[0].casefold() == "water"]
    assert (water.labels[1:], water.reports) == (("H2O",), 2)


def test_some_of_what_may_be_suggested_is_the_same_as_all_of_it_has(sample: Snapshot) -> None:
    texts = [ReportText(iri, f"Title {iri[-3:]}", (), "") for iri in sample.columns.reports]
    others = [(value.value, f"also {value.label}") for value in sample.columns.facets["topic"].values]
    every = list(suggestible(sample.columns, others, texts))
    reports = len(sample.columns.reports)
    chosen = [*every[:-reports:7], *every[-reports::5]]
    found = some_suggestible(
        sample.columns,
        [*((thing.kind, thing.iri) for thing in chosen if thing.kind != REPORT), ("topic", "http://e/none")],
        others,
        [(ordinal, texts[ordinal]) for ordinal in range(0, reports, 5)],
    )
    assert list(found) == chosen


def _iri(snapshot: Snapshot, kind: str) -> str:
    return next(value.value for value in snapshot.columns.facets[kind].values if value.label.casefold() == "water")


def test_a_title_without_a_word_and_a_report_without_a_year_do_no_harm(tmp_path: Path, write_lines: WriteLines) -> None:
    services = services_for(tmp_path / "data")
    build_sources(
        services, write_lines(json.dumps({"id": "a", "title": "…"}), json.dumps({"id": "b", "title": "Wells"}))
    )
    snapshot = services.snapshot()
    assert snapshot.suggestions.reports == 2
    (found,) = suggest(snapshot, SuggestRequest("wel"))
    assert found == Suggestion(REPORT, found.iri, "Wells", None, None, None, "")
