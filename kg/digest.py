"""The content of a graph as one number: the SHA-256 of its sorted N-Quads, whatever the store's files look like."""

from __future__ import annotations

import hashlib
import heapq
import tempfile
from collections.abc import Iterable, Iterator
from itertools import islice
from pathlib import Path
from typing import Final

from kg.store import GraphStore
from kg.vocab import Minter

_LINES_IN_MEMORY: Final = 500_000
"""About 130 MB of N-Quads; more are sorted in parts on disk and merged."""

_LINES_HASHED: Final = 10_000


def graph_digest(store: GraphStore, minter: Minter, workspace: Path) -> str:
    r"""The digest (hex) of all quads but those of the provenance graph, which says when and not what.

    The same as ``grep -v '<provenance graph> \.$' | LC_ALL=C sort | sha256sum`` over the N-Quads of an export.
    ``workspace`` is a directory for temporary files about as large as the graph as text.
    """
    with tempfile.TemporaryDirectory(dir=workspace) as folder:
        dumped = Path(folder) / "graph.nq"
        store.dump(dumped, "nquads")
        left_out = f"<{minter.provenance_graph}> .\n".encode()
        with dumped.open("rb") as lines:
            return sorted_digest((line for line in lines if not line.endswith(left_out)), Path(folder))


def sorted_digest(lines: Iterable[bytes], workspace: Path, *, at_once: int = _LINES_IN_MEMORY) -> str:
    """The SHA-256 (hex) of lines in byte order, with at most ``at_once`` of them in memory."""
    digest = hashlib.sha256()
    source = iter(lines)
    parts: list[Path] = []
    while len(part := sorted(islice(source, at_once))) == at_once:
        path = workspace / f"part-{len(parts)}.nq"
        with path.open("wb") as file:
            file.writelines(part)
        parts.append(path)
        # Else this part would be held while the next is read.
        part.clear()
    merged = heapq.merge(*(_lines(path) for path in parts), part) if parts else iter(part)
    while block := b"".join(islice(merged, _LINES_HASHED)):
        digest.update(block)
    return digest.hexdigest()


def _lines(path: Path) -> Iterator[bytes]:
    with path.open("rb") as lines:
        yield from lines
