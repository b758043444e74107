from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rdflib import URIRef

from kg.authority import places
from kg.authority.concepts import LANGUAGES, resolve
from kg.authority.labels import Labels, chosen
from kg.authority.names import key
from kg.authority.places import KnownPlace, place_called, places_in, region_keys, regions_of, resolve_place
from kg.model import Kind
from kg.vocab import Minter, slug


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Schoof, H. F.", "SCHOOF, H. F."),
        ("Zougmoré, R. B.", "Zougmore, R B"),
        ("ICRISAT (Patancheru)", "ICRISAT(Patancheru)"),
        ("Côte d'Ivoire", "Cote d’Ivoire"),
        ("STRASSE", "Straße"),
    ],
)
def test_case_accents_and_punctuation_do_not_part_names(one: str, other: str) -> None:
    assert key(one) == key(other)


@pytest.mark.parametrize(
    ("one", "other"), [("की", "कि"), ("ที่", "ทู่"), ("C", "C++"), ("C", "C#"), ("C++", "C#"), ("Peru", "Perm")]
)
def test_different_names_stay_different(one: str, other: str) -> None:
    assert key(one) != key(other)


def test_vowel_signs_are_part_of_a_word() -> None:
    assert " " not in key("कुमार")


@given(st.text())
def test_a_key_is_its_own_key(text: str) -> None:
    assert key(key(text)) == key(text)


@given(st.text(st.characters(exclude_categories=["Cs"])))
def test_slugs_make_iris_and_stay_short(text: str) -> None:
    folded = key(text)
    made = slug(folded)
    assert len(made) <= 120
    assert " " not in made
    assert not set(made) & set('<>"{}|^`\\/#?%')


@given(st.text("ab ", min_size=100, max_size=400), st.text("ab ", min_size=100, max_size=400))
def test_different_keys_have_different_slugs(one: str, other: str) -> None:
    assert (slug(key(one)) == slug(key(other))) == (key(one) == key(other))


@pytest.mark.parametrize("raw", ["Informe técnico", "Report", "report", "Rapport", "Relatório", "INFORME TECNICO"])
def test_one_type_in_four_languages(raw: str) -> None:
    concept = resolve(Kind.TYPE, raw)
    assert concept is not None
    assert concept.key == "report"
    assert set(concept.labels) == set(LANGUAGES)


@pytest.mark.parametrize("raw", ["Inglés", "en", "eng", "English", "anglais", "Inglês", "en_US", "en-GB"])
def test_one_language_under_names_and_codes(raw: str) -> None:
    concept = resolve(Kind.LANGUAGE, raw)
    assert concept is not None
    assert concept.key == "en"


@pytest.mark.parametrize("raw", ["Open Access", "openAccess", "info:eu-repo/semantics/openAccess", "Acceso abierto"])
def test_one_kind_of_access(raw: str) -> None:
    concept = resolve(Kind.ACCESS, raw)
    assert concept is not None
    assert (concept.key, concept.match) == ("open", "c_abf2")


def test_an_unknown_value_is_a_concept_of_its_own_with_the_label_it_has() -> None:
    concept = resolve(Kind.TYPE, " Desk Review ")
    assert concept is not None
    assert (concept.key, dict(concept.labels)) == ("desk review", {"": "Desk Review"})


@pytest.mark.parametrize("kind", [Kind.TYPE, Kind.LANGUAGE, Kind.ACCESS])
def test_a_value_without_a_word_is_no_concept(kind: Kind) -> None:
    assert resolve(kind, " -- ") is None
    assert resolve_place("…") is None


@pytest.mark.parametrize(
    "raw", ["Viet Nam", "VIETNAM", "Vietnam", "VN", "Viêt Nam", "Vietnã", "The Socialist Republic of Viet Nam"]
)
def test_one_country_under_many_names(raw: str) -> None:
    place = resolve_place(raw)
    assert place is not None
    assert (place.key, place.is_country) == ("VN", True)


@pytest.mark.parametrize(
    ("raw", "code"), [("West Africa", "M49-011"), ("Afrique occidentale", "M49-011"), ("Asia", "M49-142")]
)
def test_regions_are_known_and_are_no_countries(raw: str, code: str) -> None:
    place = resolve_place(raw)
    assert place is not None
    assert (place.key, place.is_country) == (code, False)


def test_a_lower_case_word_is_not_taken_for_a_country_code() -> None:
    word, code = resolve_place("in"), resolve_place("IN")
    assert word is not None
    assert code is not None
    assert (word.key, word.is_country) == ("in", False)
    assert (code.key, code.is_country) == ("IN", True)


def test_a_place_called_by_a_number_is_not_the_region_of_that_code() -> None:
    numbered, region = resolve_place("011"), resolve_place("West Africa")
    assert numbered is not None
    assert region is not None
    assert slug(numbered.key) != slug(region.key)


CONTINENTS = {"M49-002", "M49-009", "M49-019", "M49-142", "M49-150"}


def _known(raw: str) -> KnownPlace:
    place = resolve_place(raw)
    assert place is not None
    return place


def _around(place: KnownPlace) -> set[str]:
    """The keys of all regions that a place lies in."""
    return {key for region in regions_of(place) for key in (region.key, *_around(region))}


def test_every_country_lies_in_a_region_and_in_one_continent() -> None:
    countries = [place for place in places._by_code().values() if place.is_country]
    assert len(countries) > 250
    for country in countries:
        # Antarctica is in no region of M49.
        assert len(_around(country) & CONTINENTS) == (country.key != "AQ"), country.key


def test_every_region_but_the_world_lies_in_one_continent_or_is_one() -> None:
    regions = [place for place in places._by_code().values() if not place.is_country]
    assert {place.key for place in regions if not _around(place)} == CONTINENTS | {"M49-001"}
    assert all(len(_around(place) & CONTINENTS) == 1 for place in regions if _around(place))


def test_regions_are_known_and_hold_nothing_twice() -> None:
    held = [(region, member) for region, members in places._table("regions.toml").items() for member in members]
    assert {code for pair in held for code in pair} <= set(places._by_code())
    members = [member for _, member in held]
    assert {member for member in members if members.count(member) > 1} == {"MX"}
    assert "001" not in {region for region, _ in held}


@pytest.mark.parametrize(
    ("raw", "around"),
    [
        ("Mali", {"011", "202", "002"}),
        ("Sudan", {"015", "002"}),
        ("Zimbabwe", {"014", "202", "002"}),
        ("West Africa", {"202", "002"}),
        ("Peru", {"005", "419", "019"}),
        ("Haiti", {"029", "419", "019"}),
        ("Mexico", {"013", "419", "003", "019"}),
        ("USA", {"021", "003", "019"}),
        ("Iran", {"034", "142"}),
        ("Viet Nam", {"035", "142"}),
        ("Kosovo", {"039", "150"}),
        ("Papua New Guinea", {"054", "009"}),
        ("Africa", set()),
        ("World", set()),
        ("Sahel", {"202", "002"}),
        ("011", set()),
    ],
)
def test_the_regions_around_a_place_are_those_of_m49(raw: str, around: set[str]) -> None:
    assert {key for key in _around(_known(raw)) if key.startswith("M49-")} == {f"M49-{code}" for code in around}


@pytest.mark.parametrize(
    ("raw", "around"),
    [
        ("Mali", {"sahel"}),
        ("Peru", {"andean region", "amazonia"}),
        ("Mauritania", {"sahel", "maghreb"}),
        ("le Sahel", set()),
        ("Kosovo", set()),
    ],
)
def test_the_usual_regions_around_a_place(raw: str, around: set[str]) -> None:
    assert {key for key in _around(_known(raw)) if not key.startswith("M49-")} == around


@pytest.mark.parametrize("key", sorted(key for key in region_keys() if not key.startswith("M49-")))
def test_a_usual_region_has_a_name_in_each_language_and_lies_where_its_countries_do(key: str) -> None:
    region = place_called(key)
    assert region is not None
    assert region.labels.keys() == {"en", "es", "fr", "pt"}
    assert all(resolve_place(label) == region for label in region.labels.values())
    assert places_in(key)
    for around in _around(region):
        assert places_in(key) <= places_in(around)


@pytest.mark.parametrize(
    ("code", "names"),
    [
        ("011", ["West Africa", "Western Africa", "Afrique de l'Ouest", "Afrique occidentale", "ÁFRICA OCCIDENTAL"]),
        ("011", ["África del Oeste", "África Ocidental", "Afrique de l’Ouest"]),
        ("202", ["SSA", "Sub-Saharan Africa", "Sub Saharan Africa", "Afrique subsaharienne", "África Subsaariana"]),
        ("419", ["LAC", "Latin America & the Caribbean", "América Latina y el Caribe", "Amérique latine"]),
        ("419", ["América Latina e Caribe", "Latinoamérica", "Latin America"]),
        ("014", ["East Africa", "Afrique de l'Est", "África Oriental"]),
        ("035", ["South-East Asia", "Sudeste Asiático", "Asie du Sud-Est", "Sudeste da Ásia"]),
        ("154", ["North Europe", "Europe du Nord", "Europa Setentrional"]),
        ("029", ["The Caribbean", "El Caribe", "les Caraïbes", "Caribe"]),
    ],
)
def test_regions_go_by_their_usual_names_in_four_languages(code: str, names: list[str]) -> None:
    assert {_known(name).key for name in names} == {f"M49-{code}"}


def test_a_usual_name_of_a_region_is_no_other_place() -> None:
    labels: dict[str, set[str]] = {}
    for place in places._by_code().values():
        for label in place.labels.values():
            labels.setdefault(key(label), set()).add(place.key)
    for code, names in places._table("places.toml").items():
        for name in names:
            assert not code.isdigit() or labels.get(key(name), set()) <= {f"M49-{code}"}, name


def test_an_unknown_place_stays_itself() -> None:
    place = resolve_place("Mopti Region")
    assert place is not None
    assert (place.key, dict(place.labels)) == ("mopti region", {"": "Mopti Region"})


def _shown(*labels: str) -> tuple[str, tuple[str, ...]]:
    counted = Labels()
    node = URIRef("http://e/n")
    for label in labels:
        counted.add(node, label)
    ((_, counts),) = list(counted)
    return chosen(counts)


def test_the_commonest_label_is_shown_and_the_others_are_kept() -> None:
    assert _shown("Climate Change", "climate change", "climate change") == ("climate change", ("Climate Change",))


def test_capitals_give_way_to_a_spelling_that_others_use_too() -> None:
    assert _shown(*["SCHOOF, H. F."] * 5, "Schoof, H. F.")[0] == "Schoof, H. F."


def test_an_acronym_stays_one_though_somebody_wrote_it_small() -> None:
    assert _shown(*["USAID"] * 50, "Usaid")[0] == "USAID"


def test_the_order_of_printings_does_not_matter() -> None:
    assert _shown("b", "a") == _shown("a", "b") == ("a", ("b",))


def test_record_ids_are_safe_in_iris() -> None:
    assert str(Minter("http://e").report("a/b c?#é")) == "http://e/report/a%2Fb%20c%3F%23%C3%A9"
