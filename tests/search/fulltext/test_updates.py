"""An index that was updated says what one says that was written anew, and what it was made of stays as it was."""

from __future__ import annotations

import hashlib
import random
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest

from search.errors import DamagedSnapshotError
from search.fulltext import slots, suggestion_index
from search.fulltext.directory import deleted_share
from search.fulltext.fields import update_text_index, write_text_index
from search.fulltext.index import TextIndex
from search.fulltext.suggestible import KINDS, REPORT, Suggestible
from search.fulltext.suggestion_index import SuggestionIndex, update_suggestion_index, write_suggestion_index
from search.fulltext.texts import ReportText

WORDS = ("water", "credit", "women", "Kenya", "irrigation", "de los mercados", "groupes", "maíz", "harvest", "okapi")
NAMES = ("Diop, Aïssatou", "Margolies, Amy", "Institute of Water")
QUERIES = (
    *("water", "credit women", "irigation", "okapi harvest kenya water", "mercado", "groupe", "amy margolies zebra"),
    *("water -credit", '"water credit"', "author:diop", "title:kenya", "(water OR okapi) AND NOT topic:women"),
    *("harvest +okapi", "-water", "topic:maiz women"),
)


@dataclass(frozen=True)
class Held:
    """What the index holds of a report."""

    text: ReportText
    numbers: tuple[int, ...]


Content = dict[str, Held]


def _held(iri: str, chance: random.Random) -> Held:
    def some(among: Sequence[str], most: int) -> list[str]:
        return [chance.choice(among) for _ in range(chance.randint(0, most))]

    # Most reports hold the first words, few the last ones, so that words come and go.
    common = WORDS[: chance.randint(1, len(WORDS))]
    text = ReportText(
        iri,
        " ".join(some(common, 3)) or "…",
        (),
        " ".join(some(common, 8)),
        topics=tuple(some(common, 2)),
        authors=tuple(some(NAMES, 1)),
        languages=tuple(some(("en", "es", "fr", "de"), 1)),
    )
    return Held(text, (chance.choice((3, 2**62)), 5 + chance.randint(0, 3)))


def _changed(content: Content, chance: random.Random) -> Content:
    """Some reports gone, some others than they were, some new, before and after and among those that were there."""
    after = {iri: held for iri, held in content.items() if chance.random() > 0.1}
    after |= {iri: _held(iri, chance) for iri in content if chance.random() < 0.1}
    new = (f"http://e/report/{chance.random():.6f}" for _ in range(chance.randint(0, 4)))
    return after | {iri: _held(iri, chance) for iri in new}


def _write(directory: Path, content: Content) -> TextIndex:
    held = [content[iri] for iri in sorted(content)]
    write_text_index(directory, [one.text for one in held], [one.numbers for one in held])
    return TextIndex(directory)


def _update(directory: Path, parent: Path, before: Content, after: Content) -> TextIndex:
    ordinals = {iri: ordinal for ordinal, iri in enumerate(sorted(after))}
    moved = [ordinals[iri] if after.get(iri) == before[iri] else -1 for iri in sorted(before)]
    changed = [
        (ordinal, after[iri].text, after[iri].numbers)
        for iri, ordinal in ordinals.items()
        if after[iri] != before.get(iri)
    ]
    assert update_text_index(directory, parent, np.array(moved, dtype=np.int64), changed) == len(after)
    return TextIndex(directory)


def _digests(directory: Path) -> Mapping[str, str]:
    return {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in directory.iterdir()}


def _assert_alike(one: TextIndex, other: TextIndex, content: Content, chance: random.Random) -> None:
    assert one.size == other.size == len(content)
    everyone = range(one.size)
    for word in (*WORDS, "zebra", "diop"):
        assert one.frequency(word) == other.frequency(word), word
    values = [content[iri].numbers for iri in sorted(content)]
    for text in QUERIES:
        query = one.parse(text)
        assert query == other.parse(text)
        np.testing.assert_array_equal(one.matching(query), other.matching(query))
        if query.condition is not None:
            np.testing.assert_array_equal(one.fulfilling(query.condition), other.fulfilling(query.condition))
        wanted = {3, 5 + chance.randint(0, 3)}
        masks = (
            (None, ()),
            (np.array([chance.random() < 0.3 for _ in everyone], dtype=np.bool_), ()),
            (np.array([wanted <= set(numbers) for numbers in values], dtype=np.bool_), [[number] for number in wanted]),
        )
        for allowed, narrowed in masks:
            found = [set(index.search(query, one.size, allowed, narrowed=narrowed).ordinals) for index in (one, other)]
            assert found[0] == found[1], text
        assert one.matched_words(query, everyone) == other.matched_words(query, everyone)
        assert one.similar_words(query, everyone) == other.similar_words(query, everyone)
        assert one.telling(text, 3) == other.telling(text, 3)


@pytest.mark.parametrize(("seed", "reports"), [(0, 0), (1, 40)])
def test_any_history_of_full_text_finds_the_same(tmp_path: Path, seed: int, reports: int) -> None:
    chance = random.Random(seed)
    content: Content = {}
    for number in range(reports):
        content[f"http://e/report/{number / 50:.6f}"] = _held(f"http://e/report/{number / 50:.6f}", chance)
    parent = tmp_path / "0"
    _write(parent, content)
    # So many that tantivy merges files.
    for step in range(1, 11):
        after = _changed(content, chance)
        before = _digests(parent)
        updated = _update(tmp_path / str(step), parent, content, after)
        assert _digests(parent) == before
        content, parent = after, tmp_path / str(step)
        if step % 3 == 1:
            _assert_alike(updated, _write(tmp_path / f"{step}-anew", content), content, chance)


def _frequent(number: int, chance: random.Random) -> Held:
    text = ReportText(
        f"http://e/{number:04d}", chance.choice(("water", "water okapi", "maíz")), (), "", languages=("en",)
    )
    return Held(text, ())


def test_masks_of_frequent_words_are_exact_after_any_history(tmp_path: Path) -> None:
    chance = random.Random(5)
    content = {held.text.iri: held for held in (_frequent(number, chance) for number in range(0, 2000, 2))}
    _write(tmp_path / "0", content)
    for step in range(1, 4):
        chosen = chance.sample(range(2000), 100)
        after = content | {f"http://e/{number:04d}": _frequent(number, chance) for number in chosen[:50]}
        after = {iri: held for iri, held in after.items() if int(iri[-4:]) not in chosen[50:]}
        updated = _update(tmp_path / str(step), tmp_path / str(step - 1), content, after)
        content = after
        titles = [content[iri].text.title for iri in sorted(content)]
        for word in ("water", "okapi", "maiz"):
            held = [word in title.replace("í", "i") for title in titles]
            assert updated.matching(updated.parse(word)).tolist() == held
            assert updated.frequency(word) == sum(held)
    kept = {name for name in _digests(tmp_path / "3") if "frequent" in name}
    assert kept == {"frequent.npy", "frequent.strings"}
    assert np.load(tmp_path / "3" / "frequent.npy").shape[0] == 1


def _three(directory: Path) -> Content:
    content = {
        f"http://e/{name}": Held(ReportText(f"http://e/{name}", text, (), "", languages=("en",)), ())
        for name, text in (("a", "okapi"), ("b", "water for okapis"), ("c", "zebra"))
    }
    _write(directory, content)
    return content


def test_a_word_that_went_with_its_reports_is_unknown(tmp_path: Path) -> None:
    content = _three(tmp_path / "old")
    after = {iri: held for iri, held in content.items() if iri != "http://e/c"}
    index = _update(tmp_path / "new", tmp_path / "old", content, after)
    assert (index.frequency("zebra"), index.frequency("okapi")) == (0, 2)
    query = index.parse("zebra water")
    assert (query.known, query.similar) == (("water",), ("zebra",))
    assert index.search(index.parse("zebra"), 9).ordinals.tolist() == []
    assert index.telling("zebra okapi", 9).words == ("okapi",)


@pytest.mark.parametrize(
    ("moved", "ordinals"),
    [((0, 1), ()), ((0, 1, 1), ()), ((0, 1, 3), ()), ((0, 1, -1), (3,)), ((0, 1, 2), (2,)), ((0, 1, -1), (2, 2))],
)
def test_each_report_has_one_document(tmp_path: Path, moved: tuple[int, ...], ordinals: tuple[int, ...]) -> None:
    _three(tmp_path / "old")
    before = _digests(tmp_path / "old")
    changed = [(ordinal, ReportText("http://e/x", "x", (), ""), ()) for ordinal in ordinals]
    with pytest.raises(ValueError, match="report"):
        update_text_index(tmp_path / "new", tmp_path / "old", np.array(moved, dtype=np.int64), changed)
    assert _digests(tmp_path / "old") == before


def test_an_index_is_worn_when_more_than_a_fifth_of_its_slots_are_holes(tmp_path: Path) -> None:
    content = {f"http://e/{name}": Held(ReportText(f"http://e/{name}", name, (), ""), ()) for name in "abcdefghij"}
    _write(tmp_path / "0", content)
    worn = [slots.worn(tmp_path / "0")]
    for step, name in enumerate("abc", start=1):
        after = {iri: held for iri, held in content.items() if iri != f"http://e/{name}"}
        _update(tmp_path / str(step), tmp_path / str(step - 1), content, after)
        content = after
        worn.append(slots.worn(tmp_path / str(step)))
    assert worn == [False, False, False, True]


def test_what_was_updated_is_read_and_updated_from_storage_that_cannot_be_written(tmp_path: Path) -> None:
    content = _three(tmp_path / "old")
    (tmp_path / "old").chmod(0o555)
    after = {**content, "http://e/0": Held(ReportText("http://e/0", "water", (), ""), ())}
    try:
        _update(tmp_path / "new", tmp_path / "old", content, after)
        (tmp_path / "new").chmod(0o555)
        index = TextIndex(tmp_path / "new")
        assert np.flatnonzero(index.matching(index.parse("water"))).tolist() == [0, 2]
    finally:
        for name in ("old", "new"):
            (tmp_path / name).chmod(0o755)


def test_slots_that_do_not_fit_are_damage(tmp_path: Path) -> None:
    _three(tmp_path / "index")
    for damaged in (
        np.array([0, 1, 3]),
        np.array([0, 1, 1]),
        np.array([0, 1]),
        np.array([0, 1, 2, 0]),
        np.array([[0, 1, 2]]),
    ):
        np.save(tmp_path / "index" / slots.SLOTS, damaged.astype(np.int32))
        with pytest.raises(DamagedSnapshotError):
            TextIndex(tmp_path / "index")
        with pytest.raises(DamagedSnapshotError):
            update_text_index(tmp_path / f"{damaged.size}", tmp_path / "index", np.arange(3), ())
    (tmp_path / "index" / slots.SLOTS).unlink()
    with pytest.raises(DamagedSnapshotError):
        TextIndex(tmp_path / "index")


# -- suggestions -----------------------------------------------------------------------------------------------------


def _thing(number: int, chance: random.Random) -> Suggestible:
    kind = KINDS[number % len(KINDS)]
    labels = tuple(dict.fromkeys(" ".join(chance.choices(WORDS, k=3)) for _ in range(chance.randint(1, 3))))
    # IRIs that begin alike and few numbers of reports: the order among equals is seen at the cut.
    if kind == REPORT:
        return Suggestible(kind, f"http://e/report/same-{number:04d}", labels, 0, chance.choice((0, 2011, 2012)))
    return Suggestible(kind, f"http://e/{kind}/same-{number:04d}", labels, chance.choice((1, 1, 2)))


def _prefixes() -> Iterator[tuple[str, ...]]:
    yield from ((word[:length].lower(),) for word in WORDS for length in (1, 3))
    yield from (("wat", "cr"), ("ke", "har", "wo"), ("watre",), ("irigat", "ok"))


@pytest.mark.parametrize("seed", range(2))
def test_any_history_of_suggestions_finds_the_same_in_the_same_order(tmp_path: Path, seed: int) -> None:
    chance = random.Random(seed)
    things = {number: _thing(number, chance) for number in range(900)}
    digest = write_suggestion_index(tmp_path / "0", things.values())
    for step in range(1, 10):
        after = {number: thing for number, thing in things.items() if chance.random() > 0.02}
        after |= {number: _thing(number, chance) for number in chance.sample(range(1000), 40)}
        numbers = things.keys() | after.keys()
        changed = [number for number in sorted(numbers) if things.get(number) != after.get(number)]
        parent = tmp_path / str(step - 1)
        before = _digests(parent)
        digest = update_suggestion_index(
            tmp_path / str(step),
            parent,
            [things[number] for number in changed if number in things],
            [after[number] for number in changed if number in after],
            digest,
        )
        assert _digests(parent) == before
        things = after
    listed = list(things.values())
    chance.shuffle(listed)
    assert write_suggestion_index(tmp_path / "anew", listed) == digest
    updated, anew = SuggestionIndex.open(tmp_path / "9"), SuggestionIndex.open(tmp_path / "anew")
    assert updated.reports == anew.reports > 0
    for typed in _prefixes():
        for kinds in (KINDS, (REPORT,), ("topic", "author")):
            for typos in (False, True):
                assert updated.find(typed, kinds, 20, typos=typos) == anew.find(typed, kinds, 20, typos=typos), typed


WATER = Suggestible("topic", "http://e/topic/water", ("water", "agua"), 3)
KENYA = Suggestible("country", "http://e/place/KE", ("Kenya",), 2)


@pytest.mark.parametrize(
    ("removed", "added"),
    [
        ([KENYA], [KENYA]),
        ([Suggestible("topic", "http://e/topic/water", ("water",), 3)], []),
        ([], [WATER]),
        ([Suggestible("author", "http://e/topic/water", ("water",), 3)], []),
    ],
)
def test_what_was_not_so_cannot_be_removed(
    tmp_path: Path, removed: list[Suggestible], added: list[Suggestible]
) -> None:
    digest = write_suggestion_index(tmp_path / "old", [WATER])
    with pytest.raises(ValueError, match="labels"):
        update_suggestion_index(tmp_path / "new", tmp_path / "old", removed, added, digest)


def test_nothing_that_changed_is_an_update_too(tmp_path: Path) -> None:
    digest = write_suggestion_index(tmp_path / "old", [WATER, KENYA])
    assert update_suggestion_index(tmp_path / "new", tmp_path / "old", [], [], digest) == digest
    index = SuggestionIndex.open(tmp_path / "new")
    assert [match.iri for match in index.find(("k",), KINDS, 5, typos=False)] == [KENYA.iri]


def test_an_index_of_suggestions_is_worn_when_more_than_a_fifth_of_its_labels_are_deleted(tmp_path: Path) -> None:
    things = [Suggestible("topic", f"http://e/topic/{name}", (name,), 3) for name in "abcdefghij"]
    digest = write_suggestion_index(tmp_path / "0", things)
    worn = [suggestion_index.worn(tmp_path / "0")]
    for step in range(1, 4):
        gone = things[step - 1]
        digest = update_suggestion_index(tmp_path / str(step), tmp_path / str(step - 1), [gone], [], digest)
        worn.append(suggestion_index.worn(tmp_path / str(step)))
    assert worn == [False, False, False, True]
    assert deleted_share(tmp_path / "3") == pytest.approx(0.3)


def test_what_is_no_index_is_damage(tmp_path: Path) -> None:
    with pytest.raises(DamagedSnapshotError):
        deleted_share(tmp_path)
    with pytest.raises(DamagedSnapshotError):
        update_suggestion_index(tmp_path / "new", tmp_path / "none", [], [], "0")
