"""The worked examples of the SPARQL workbench: ``examples/NN-name.rq``, shown in the order of their numbers.

A file begins with its title and one sentence of explanation, each a comment in English. They are what a catalogue
translates, and are no part of the query that is shown.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from importlib import resources
from pathlib import Path
from typing import BinaryIO, Final

_FILE_NAME: Final = re.compile(r"\d\d-(?P<name>[a-z-]+)\.rq")
_HEADER: Final = re.compile(r"# (?P<title>\S.*)\n(?P<explanation>(?:# .*\S\n)+)(?P<query>[^#\s](?s:.*))")


@dataclass(frozen=True, slots=True)
class Example:
    """A query with its title and explanation in English: the message ids of their translations.

    ``name`` is the file's, without number: it can be part of an address.
    """

    name: str
    title: str
    explanation: str
    query: str


@cache
def examples() -> Sequence[Example]:
    """All examples, in order."""
    folder = resources.files("ui").joinpath("examples")
    files = sorted(folder.iterdir(), key=lambda entry: entry.name)
    return tuple(read_example(entry.name, entry.read_text(encoding="utf-8")) for entry in files)


def read_example(file_name: str, text: str) -> Example:
    """The example of a file. Raises :class:`ValueError` if the name or the first lines are not as they should be."""
    named, found = _FILE_NAME.fullmatch(file_name), _HEADER.fullmatch(text)
    if named is None or found is None:
        raise ValueError(
            f"{file_name}: name it NN-name.rq; begin with '# Title', then '# one sentence', then the query."
        )
    lines = found["explanation"].splitlines()
    explanation = " ".join(line.removeprefix("# ") for line in lines)
    return Example(named["name"], found["title"].rstrip(), explanation, found["query"].rstrip() + "\n")


def example_messages(
    file: BinaryIO, _keywords: object, _comment_tags: object, **_options: object
) -> Iterator[tuple[int, None, str, tuple[str, ...]]]:
    """The title and the explanation in an example's file: Babel's extraction method for the catalogues.

    Raises :class:`ValueError` for a file that is no example.
    """
    example = read_example(Path(file.name).name, file.read().decode("utf-8"))
    yield 1, None, example.title, ()
    yield 2, None, example.explanation, ()
