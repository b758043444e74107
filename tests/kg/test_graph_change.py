from __future__ import annotations

import datetime as dt
from itertools import pairwise
from pathlib import Path
from typing import TypeVar

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from kg.digest import SetDigest
from kg.entities import Entities
from kg.errors import MentionFileError
from kg.graph_change import graph_change
from kg.mapping import nquad_chunks, provenance, written
from kg.mentions import Group, Mentioned, MentionFile
from kg.model import Derivation, Institution, Kind, Person, Place, Report, Series, Topic
from kg.quads import Quad, nquad
from kg.stores.oxigraph import OxigraphStore
from kg.vocab import Minter

T = TypeVar("T")

MINTER = Minter("http://e/")
WHEN = dt.datetime(2026, 1, 1, tzinfo=dt.UTC)

# Few names in several spellings: entities are shared, their labels change, they vanish and come back.
_people = st.builds(
    Person,
    st.sampled_from(["Zougmoré, R.", "ZOUGMORE, R.", "Zougmore, R", "Ng, A."]),
    st.sampled_from(["author", "editor"]),
    st.sampled_from([None, "0000-0001-0000-0001", "0000-0002-0000-0002"]),
)
_series = st.builds(
    Series,
    st.sampled_from(["Working Papers", "WORKING PAPERS", "Notes"]),
    st.sampled_from([None, "1", "2"]),
    derivation=st.sampled_from([None, Derivation("series-from-citation", 0.9), Derivation("guess", 0.5)]),
)


def _some(values: st.SearchStrategy[T]) -> st.SearchStrategy[tuple[T, ...]]:
    return st.lists(values, max_size=2).map(tuple)


_contents = st.fixed_dictionaries(
    {
        "title": st.sampled_from(["Maize", "Rice", "Soils"]),
        "authors": _some(_people),
        "topics": _some(st.sampled_from(["Gender", "GENDER", "gender", "Rice"]).map(Topic)),
        "places": _some(st.sampled_from(["Mali", "mali", "Kenya", "Western Africa", "Nowhere"]).map(Place)),
        "series": _some(_series),
        "publishers": _some(st.sampled_from(["ICRISAT", "Icrisat"]).map(Institution)),
        "types": _some(st.sampled_from(["Report", "Informe", "Odd type", "odd TYPE"])),
        "languages": _some(st.sampled_from(["en", "Inglés", "Klingonese"])),
    }
)
_collections = st.dictionaries(st.sampled_from("abcdef"), _contents, max_size=4)


def _reports(collection: dict[str, dict[str, object]]) -> list[Report]:
    return [Report(id=name, **values) for name, values in collection.items()]  # type: ignore[arg-type]


def _counts(file: MentionFile) -> set[tuple[Group, str, str, int]]:
    return {(group, str(node), label, count) for group, node, counts in file for label, count in counts.items()}


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(versions=st.lists(_collections, min_size=2, max_size=4))
def test_a_changed_graph_is_one_made_anew(
    versions: list[dict[str, dict[str, object]]], tmp_path_factory: pytest.TempPathFactory
) -> None:
    folder = tmp_path_factory.mktemp("mentions")
    store = OxigraphStore.create(None, inferred_prefix=MINTER.inferred_prefix)
    entities, content = Entities(MINTER), SetDigest()
    store.load(nquad_chunks(_reports(versions[0]), entities, generated=WHEN, digest=content))
    file = MentionFile.create(folder / "0", entities.mentions)
    for number, (before, after) in enumerate(pairwise(versions), start=1):
        changed = {name for name in {*before, *after} if before.get(name) != after.get(name)}
        old, new = ([one for one in _reports(version) if one.id in changed] for version in (before, after))
        change = graph_change(old, new, file, MINTER)
        store.replace(change.removed, change.added)
        content.remove(change.removed)
        content.add(change.added)
        file.close()
        file = MentionFile.copy(folder / f"{number - 1}", folder / f"{number}")
        file.add(change.mentions)

        entities, anew = Entities(MINTER), SetDigest()
        made_anew = OxigraphStore.create(None, inferred_prefix=MINTER.inferred_prefix)
        made_anew.load(nquad_chunks(_reports(after), entities, generated=WHEN, digest=anew))
        assert content.hex == anew.hex == store.digest(str(MINTER.provenance_graph))
        expected = MentionFile.create(folder / f"anew-{number}", entities.mentions)
        assert _counts(file) == _counts(expected)
        if change.methods is not None:
            said = written(provenance(change.methods, MINTER, WHEN))
            assert SetDigest.of(said).hex == SetDigest.of(_lines(made_anew, MINTER)).hex
        expected.close()
    file.close()


def _lines(store: OxigraphStore, minter: Minter) -> list[bytes]:
    query = f"SELECT ?s ?p ?o WHERE {{ GRAPH <{minter.provenance_graph}> {{ ?s ?p ?o }} }}"
    return [nquad(Quad(s, p, o, minter.provenance_graph)).encode() for s, p, o in store.select(query)]  # type: ignore[arg-type]


def test_mentions_of_other_reports_are_damage(tmp_path: Path) -> None:
    file = MentionFile.create(tmp_path / "mentions", [])
    node = MINTER.entity(Kind.TOPIC, "rice")
    with pytest.raises(MentionFileError, match="less than never"):
        file.add([Mentioned(Group(Kind.TOPIC, None), node, {"Rice": -1})])
    file.close()
