"""Text as sources write it -> clean text: no markup, no control characters, one kind of white space, Unicode NFC."""

from __future__ import annotations

import re
from html.entities import html5
from html.parser import HTMLParser
from unicodedata import category, normalize

_INLINE = "a|abbr|b|big|cite|code|em|font|i|img|mark|q|s|small|span|strike|strong|sub|sup|tt|u"
_BLOCK = "blockquote|br|center|dd|div|dl|dt|h[1-6]|hr|li|ol|p|pre|section|table|tbody|td|th|tr|ul"
_TAG = rf"/?(?:{_INLINE}|{_BLOCK})(?:\s+[\w:-]+\s*=[^<>]*|\s*/?)>"
_BREAKS = re.compile(_BLOCK)
_ENTITY = r"(?:#\d{1,7}|#[xX][0-9a-fA-F]{1,6}|[A-Za-z][A-Za-z0-9]{1,31});"
_MARKUP = re.compile(rf"<(?:{_TAG}|!--)|&{_ENTITY}", re.IGNORECASE)
_STRAY = re.compile(rf"<(?!{_TAG})|&(?!{_ENTITY})|&(?P<name>[A-Za-z][A-Za-z0-9]*);", re.IGNORECASE)
_CONTROL = frozenset({"Cc", "Cs"})
_BLANK_LINE = re.compile(r"\n\s*\n")
# Zero-width space, word joiner, byte order mark, soft hyphen, direction marks and overrides: they carry no text and
# make equal labels differ. The zero-width joiners stay, some scripts are spelt with them.
_INVISIBLE = frozenset(
    "\u00ad\u200b\u200e\u200f\u2060\ufeff\ufffe\uffff" + "\u202a\u202b\u202c\u202d\u202e" + "\u2066\u2067\u2068\u2069"
)


def one_line(text: str) -> str:
    """``text`` without control characters, in Unicode NFC, its runs of white space made one space."""
    # Nearly every value is clean already, and finding that out is cheaper than splitting and joining it.
    if not text.isprintable():
        text = " ".join(text.split())
        if not text.isprintable():
            text = "".join([char for char in text if char not in _INVISIBLE and category(char) not in _CONTROL])
    if not text.isascii():
        text = normalize("NFC", text)
    if "  " in text or text[:1] == " " or text[-1:] == " ":
        return " ".join(text.split())
    return text


def label(text: str) -> str:
    """One clean line whose HTML is gone: a title, a name."""
    if "<" in text or "&" in text:
        text = without_markup(text)
    return one_line(text)


def paragraphs(text: str) -> str:
    """Clean text whose paragraphs, told by blank lines or HTML, are joined by one line feed; HTML is gone."""
    if "<" in text or "&" in text:
        text = without_markup(text)
    if "\n" not in text and "\r" not in text:
        return one_line(text)
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    return "\n".join(clean for part in _BLANK_LINE.split(text) if (clean := one_line(part)))


def without_markup(text: str) -> str:
    """``text`` without HTML tags and comments and with HTML entities resolved; block tags leave a blank line.

    Only tags that HTML knows are tags: ``a<b and c>d`` keeps its signs. Markup that was escaped once more, as
    harvesting often does, is taken off too.
    """
    for _ in range(2):
        if not _MARKUP.search(text):
            break
        stripper = _Stripper()
        stripper.feed(_STRAY.sub(_escaped, _without_comments(text)))
        stripper.close()
        text = "".join(stripper.parts)
    return text


def without_isbd_end(text: str) -> str:
    """``text`` without the punctuation that ISBD puts before the next area of a description: `` /``, `` :``, ``,``."""
    return text.rstrip(" /:;,=") if not text.endswith(". -") else text[:-3].rstrip(" /:;,=")


def _escaped(match: re.Match[str]) -> str:
    """The sign of a stray tag or entity as an entity; a reader of HTML would take ``&notes;`` for ``&not`` and more."""
    found = match.group()
    if match["name"] and f"{match['name']};" in html5:
        return found
    return "&lt;" if found == "<" else f"&amp;{found[1:]}"


def _without_comments(text: str) -> str:
    parts = []
    start = 0
    while (begin := text.find("<!--", start)) >= 0 and (end := text.find("-->", begin)) >= 0:
        parts.append(text[start:begin])
        start = end + 3
    return "".join((*parts, text[start:]))


class _Stripper(HTMLParser):
    """Collects the text between tags; it is fed only tags that HTML knows."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.parts: list[str] = []

    def handle_data(self, data: str) -> None:
        self.parts.append(data)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        del attrs  # an image or a link leaves only its text
        self._break(tag)

    def handle_endtag(self, tag: str) -> None:
        self._break(tag)

    def _break(self, tag: str) -> None:
        if _BREAKS.fullmatch(tag):
            self.parts.append("\n\n")
