from __future__ import annotations

from contextlib import closing
from pathlib import Path

import pytest

from search.fulltext.texts import ReportText
from search.snapshots.spool import Spool

TEXTS = [
    ReportText(f"http://e/{name}", f"On {name}", (), "Two\nlines, caf\u00e9") for name in ("soil", "maize", "goats")
]
IRIS = [text.iri for text in TEXTS]


def test_texts_come_back_by_their_numbers_in_any_order(tmp_path: Path) -> None:
    with closing(Spool(tmp_path / "texts")) as spool:
        for text in TEXTS:
            spool.add(text)
        assert len(spool) == 3
        assert IRIS[1] in spool
        texts = spool.numbered(sorted(IRIS))
        goats, maize, soil = (TEXTS[place] for place in (2, 1, 0))
        assert list(texts) == [goats, maize, soil]
        assert list(texts.at([2, 0, 2])) == [soil, goats, soil]
        assert len(texts) == 3
        # Several readers do not disturb each other.
        assert list(zip(texts, texts.at([1, 1, 0]), strict=True)) == [(goats, maize), (maize, maize), (soil, goats)]
    assert list(tmp_path.iterdir()) == []


def test_a_report_that_was_not_spooled_has_no_texts(tmp_path: Path) -> None:
    with closing(Spool(tmp_path / "texts")) as spool:
        spool.add(TEXTS[0])
        with pytest.raises(KeyError):
            spool.numbered(IRIS)
