"""The vectors of a new snapshot: what is known is taken over, what is missing is encoded, then they are indexed."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np

from embeddings.encoder import Encoder
from embeddings.encoding import EncodingReport, Texts, encode_missing, gather, gathered
from embeddings.errors import DamagedSegmentError, ModelMismatchError
from embeddings.segment_file import read_segment
from embeddings.segments import ROWS_PER_SEGMENT, Keys, SegmentStore, SegmentWriter
from search.snapshots.snapshot import ANN, VECTOR_KEYS, VECTORS, Adapters

_MOST_UNNEEDED: Final = 0.5
"""The share of linked vectors that may be of texts that are gone: such a text costs nothing should it come back."""


@dataclass(frozen=True, slots=True)
class StagedVectors:
    """The vectors of a snapshot that is being made in ``staging``.

    ``salvage`` holds vectors of builds that were interrupted: it is only added to until a snapshot is published. With
    ``only_needed`` no vector of a text that is gone stays.
    """

    staging: Path
    salvage: Path
    encoder: Encoder
    only_needed: bool = False

    def save_what_was_encoded(self) -> None:
        """Move what an interrupted build left in the staging directory to the salvage."""
        left = sorted((self.staging / VECTORS).glob("*.vec"))
        if not left:
            return
        self.salvage.mkdir(exist_ok=True)
        free = len(list(self.salvage.iterdir()))
        for number, segment in enumerate(left, start=free):
            segment.rename(self.salvage / f"{number:06d}.vec")

    def link(self, snapshot: Path) -> None:
        """Begin with the vectors of a snapshot."""
        self._usable(snapshot / VECTORS).link_into(self.staging / VECTORS)

    def encode(self, texts: Texts, needed: Keys, *, progress: Callable[[int, int], None]) -> EncodingReport:
        """Encode what is missing of some texts; ``needed`` are the keys of all texts of the snapshot."""
        self._leave_unneeded(needed)
        self._take_salvaged(texts.keys[texts.distinct])
        store = SegmentStore.open(self._directory, self.encoder.identity, verify=False)
        with SegmentWriter(self._directory, self.encoder.identity) as writer:
            return encode_missing(texts, store, writer, self.encoder, progress=progress)

    def index(self, keys: Keys, adapters: Adapters, tell: Callable[[int], None]) -> tuple[str, str]:
        """Index the vectors of reports by ordinal; returns the digest of the content and that of the index."""
        identity = self.encoder.identity
        rows = gathered(keys, SegmentStore.open(self._directory, identity, verify=False))
        np.save(self.staging / VECTOR_KEYS, keys)
        ann_digest = adapters.save_index(self.staging / ANN, rows, tell)
        return hashlib.sha256(identity.key.encode() + keys.tobytes()).hexdigest(), ann_digest

    @property
    def _directory(self) -> Path:
        return self.staging / VECTORS

    def _usable(self, directory: Path) -> SegmentStore:
        """The vectors of this model in a directory; segments that are another model's or damaged are passed over."""
        usable = []
        for path in sorted(directory.glob("*.vec")):
            with suppress(ModelMismatchError, DamagedSegmentError):
                usable.append(read_segment(path, self.encoder.identity, verify=True))
        return SegmentStore(self.encoder.identity, usable)

    def _leave_unneeded(self, needed: Keys) -> None:
        """Where most of the linked vectors are of texts that are gone, take over the others only.

        They are copied into segments of their own. Other snapshots keep their links to the old ones.
        """
        linked = SegmentStore.open(self._directory, self.encoder.identity, verify=False)
        found = linked.lookup(needed)
        kept = np.unique(found.rows[found.found])
        most = 0.0 if self.only_needed else _MOST_UNNEEDED
        if len(linked) - len(kept) > most * len(linked):
            self._copy(linked.keys[kept], linked)
            linked.remove()

    def _take_salvaged(self, needed: Keys) -> None:
        """Take over what earlier builds had encoded when they were interrupted, as far as this one needs it."""
        salvaged = self._usable(self.salvage)
        present = SegmentStore.open(self._directory, self.encoder.identity, verify=False)
        self._copy(needed[salvaged.lookup(needed).found & ~present.lookup(needed).found], salvaged)

    def _copy(self, keys: Keys, source: SegmentStore) -> None:
        with SegmentWriter(self._directory, self.encoder.identity) as writer:
            for start in range(0, len(keys), ROWS_PER_SEGMENT):
                batch = keys[start : start + ROWS_PER_SEGMENT]
                writer.append(batch, gather(batch, source))
