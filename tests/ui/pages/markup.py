"""HTML as a browser would take it apart, and the faults that browsers forgive: for tests of pages."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from html.parser import HTMLParser
from typing import Final

_VOID: Final = frozenset({"meta", "link", "input", "br", "img", "hr", "base"})
_REFERENCES: Final = ("aria-labelledby", "aria-describedby", "for")


@dataclass
class Element:
    """An element with all text inside of it, white space as it stands."""

    tag: str
    attributes: Mapping[str, str]
    text: str = ""


@dataclass
class Markup(HTMLParser):
    """A page or a part of one. ``faults`` says what is not as it should be."""

    source: str
    elements: list[Element] = field(default_factory=list)
    faults: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self._open: list[Element] = []
        self.text = ""
        self.feed(self.source)
        self.close()
        self.faults += [f"<{element.tag}> is not closed" for element in self._open]
        self._look_at_names()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._begun(tag, attrs)
        if tag not in _VOID:
            self._open.append(self.elements[-1])

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._begun(tag, attrs)

    def _begun(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.faults += [f"{name} twice on <{tag}>" for name, n in Counter(name for name, _ in attrs).items() if n > 1]
        self.elements.append(Element(tag, {name: value or "" for name, value in attrs}))

    def handle_endtag(self, tag: str) -> None:
        if not self._open or self._open[-1].tag != tag:
            self.faults.append(f"</{tag}> closes {self._open[-1].tag if self._open else 'nothing'}")
        if any(element.tag == tag for element in self._open):
            while self._open.pop().tag != tag:
                pass

    def handle_data(self, data: str) -> None:
        for element in self._open:
            element.text += data
        if not any(element.tag in {"script", "style"} for element in self._open):
            self.text += data

    def _look_at_names(self) -> None:
        ids = Counter(element.attributes["id"] for element in self.elements if "id" in element.attributes)
        self.faults += [f"id {name!r} {n} times" for name, n in ids.items() if n > 1]
        self.faults += [f"id {name!r} has a space or nothing" for name in ids if not re.fullmatch(r"\S+", name)]
        for element in self.elements:
            for attribute in _REFERENCES:
                for name in element.attributes.get(attribute, "").split():
                    if name not in ids:
                        self.faults.append(f"{attribute} of <{element.tag}> names {name!r}, which is not there")
            self.faults += [f"{name} on <{element.tag}>" for name in element.attributes if name.startswith("on")]
            self.faults += [f"style on <{element.tag}>" for name in element.attributes if name == "style"]
            script = element.tag == "script" and "src" not in element.attributes
            if script and element.attributes.get("type") != "application/ld+json":
                self.faults.append("a script inside of the page")

    def all(self, tag: str, **attributes: str) -> list[Element]:
        """The elements of a tag, in order, with these attributes; ``_`` stands for ``-``, ``class_`` for ``class``."""
        wanted = {name.rstrip("_").replace("_", "-"): value for name, value in attributes.items()}
        return [
            element
            for element in self.elements
            if element.tag == tag and all(element.attributes.get(name) == value for name, value in wanted.items())
        ]

    def one(self, tag: str, **attributes: str) -> Element:
        """The only element of a tag with these attributes."""
        (found,) = self.all(tag, **attributes)
        return found

    @property
    def links(self) -> list[tuple[str, str]]:
        """Where each link leads and what it says, white space made single."""
        return [(element.attributes["href"], line(element.text)) for element in self.all("a")]


def line(text: str) -> str:
    """A text as it is read: white space made single."""
    return " ".join(text.split())
