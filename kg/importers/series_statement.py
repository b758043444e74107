"""Series statements -> title and number: ``IFAD Research Series No. 12``, ``Climatic Change 168``.

Numbers are split off conservatively: what might be part of a name (a year, a code such as ``INIT-23``) stays.
"""

from __future__ import annotations

import re

from kg.importers.plain_text import label
from kg.importers.remembered import Remembered
from kg.model import Derivation, Series

_WORD = (
    r"(?:issue\s+no|suppl(?:ement)?(?:\s+no)?|nos?|nr|núm|num|number|número|numéro|vols?|volume|volumen|tome|tomo"
    r"|parts?|pts?|bd|band|[nvt](?=[.º°]))[.º°]{0,2}"
)
# Atomic and possessive: a numeral reads one way only, or hostile statements would take exponential time.
_NUMERAL = (
    r"(?>(?:[A-Z]{1,5}(?:[/-][A-Z]{1,3})*[- ]?)?\d[\w./–-]*(?:,\d+)*(?-i:\s[A-Z](?!\w))?|(?-i:[IVXLC]+)(?![\w.]))"
    r"(?>\s?\([^()]{1,20}\))?"
)
_PART = rf"(?>{_WORD})\s*{_NUMERAL}"
_MARK = re.compile(rf"(?:^|[\s,;:]+)(?=[ibnpstv])(?={_WORD}\s*{_NUMERAL})", re.IGNORECASE)
_NUMBERING = re.compile(
    rf"{_PART}(?>[,;\s]+(?>{_PART}|{_NUMERAL}|suppl\b\.?|rev\b\.?|and\s{_NUMERAL}))*+", re.IGNORECASE
)
_ONE_PART = re.compile(rf"(?!part|pt|suppl|issue\s+no\s*$)(?:{_WORD})\s*(?P<numeral>{_NUMERAL})", re.IGNORECASE)
_VOLUME_AND_ISSUE = re.compile(r"(?P<title>.+?)[\s;,]+(?P<number>\d{1,4}(?:-\d{1,4})?\s?\([^()]{1,30}\))")
_AFTER_COMMA = re.compile(
    r"(?P<title>.+?),\s+(?P<number>\d{1,6}(?:[-/]\d{1,5})*(?:[- ]?[A-Za-z])?|[A-Z]{1,3}-\d{1,6}(?:[-/][A-Z\d]{1,5})*)"
)
_VOLUME = re.compile(r"(?P<title>.+?)[\s;]+(?P<number>\d{1,4})")
_YEARS = re.compile(r"(?:1[89]|20)\d\d(?:[-–/]\d{2,4})?")
_PAGES = re.compile(r"(?::|[;,.]?\s*\b(?:pagination|pages?|pp?\.))\s*\d+\s*[-–,]\s*\d+$", re.IGNORECASE)
_DATE = re.compile(r"(?<=[\d;,])\s?\((?:\d{1,2}\s+)?(?:[^\W\d]+\s+)?(?:1[89]|20)\d\d\)$")
_NO_NUMBER = re.compile(r",\s*(?:nos?|v|vols?)\.$", re.IGNORECASE)
_MAY_NUMBER = re.compile(r"\d|\b(?:no|v|vol|pt|part)\b", re.IGNORECASE)
_BRACKETED = re.compile(r"\[[^\[\]]*\]")
_A_LETTER = re.compile(r"[^\W\d_]")
_A_WORD = re.compile(r"[^\W\d_]{3}")
_JOINING = re.compile(r"\b(?:of|the|and|for|in|to|de|du|des|da|do|dos|del|la|le|el|et|y|e|für|&)$", re.IGNORECASE)
_TOO_LONG = 500

_CITED_NUMBER = re.compile(
    r"(?P<title>[^\W\d_][^.?!;:]{2,120}?)[,\s]+(?P<mark>(?:nos?|nr|núm|num|n)(?:\.[º°]?|[º°])?\s*)?"
    r"(?P<number>\d+(?:[-/]\d+)*)\s*(?:[.;,:(]|$)",
    re.IGNORECASE,
)
_NAMES_A_SERIES = re.compile(
    r"\b(?:series|serie|série|séries|papers?|reports?|briefs?|bulletin|bolet[ií]n|boletim|monographs?|monograf[ií]as?"
    r"|monographies?|notes?|notas?|study|studies|estudios?|estudos?|études?|cuadernos?|cadernos?|cahiers?"
    r"|documentos? de trabajo|documentos? de trabalho|documents? de travail|textos? para discussão|informes?"
    r"|relatórios?|rapports?)\b",
    re.IGNORECASE,
)
_FULL_STOP = re.compile(r"[.?!][\"”»’)]*\s+")
_WORDS = re.compile(r"\w+")
_FROM_CITATION = Derivation("series-from-citation", 0.9)


def read_series(statement: str) -> Series | None:
    """The series that a statement names, with its number there; ``None`` when it has no letter outside its number.

    The title keeps its wording; ISBD marks at its end and square brackets around the whole are left out.
    """
    return _STATEMENTS[statement]


def _read_statement(statement: str) -> Series | None:
    as_given = label(statement)
    text = as_given[1:-1] if _BRACKETED.fullmatch(as_given) else as_given
    text = _bare(text)
    if text.endswith("."):
        text = _bare(_NO_NUMBER.sub("", text))
    title, number = _split(text) if len(text) <= _TOO_LONG and _MAY_NUMBER.search(text) else (text, None)
    title = _bare(title)
    if not _A_LETTER.search(title):
        return None
    return Series(title, number, as_given)


_STATEMENTS = Remembered(_read_statement)


def series_in_citation(citation: str, title: str) -> Series | None:
    """The numbered series that a bibliographic citation names in a sentence after the work's title.

    Marked as derived (``series-from-citation``): "<name with a word such as Series, Papers, Cuadernos> [No.] 94."
    ``None`` when the citation does not hold ``title`` or names no such series.
    """
    start = _end_of(title, citation)
    if start is None:
        return None
    for sentence in _FULL_STOP.finditer(citation, start):
        match = _CITED_NUMBER.match(citation, sentence.end())
        if match is None or not _NAMES_A_SERIES.search(match["title"]):
            continue
        if match["mark"] is None and _YEARS.fullmatch(match["number"]):
            continue
        return Series(_bare(match["title"]), match["number"], match.group().rstrip(" .;,:("), _FROM_CITATION)
    return None


def _end_of(title: str, citation: str) -> int | None:
    """Where ``title`` ends in ``citation``, whatever the case and the punctuation of both."""
    wanted = [match.group().lower() for match in _WORDS.finditer(title)]
    words = list(_WORDS.finditer(citation))
    folded = " " + " ".join(match.group().lower() for match in words) + " "
    place = folded.find(" " + " ".join(wanted) + " ")
    if not wanted or place < 0:
        return None
    return words[folded.count(" ", 0, place) + len(wanted) - 1].end()


def _split(text: str) -> tuple[str, str | None]:
    if text.endswith(".") and text[-2:-1].isdigit():
        text = text[:-1]
    if text[-1:].isdigit() and (":" in text or "p" in text.lower()):
        text = _bare(_PAGES.sub("", text))
    if text.endswith(")"):
        text = _bare(_DATE.sub("", text))
    for mark in _MARK.finditer(text):
        if _NUMBERING.fullmatch(text, mark.end()):
            return _designated(text[: mark.start()], mark.group(), text[mark.end() :])
    for pattern in (_VOLUME_AND_ISSUE, _AFTER_COMMA, _VOLUME):
        match = pattern.fullmatch(text)
        if match and not _YEARS.fullmatch(match["number"]) and _may_end(match["title"]):
            return match["title"], match["number"]
    return (text, None) if _A_WORD.search(text) or not text[:1].isdigit() else ("", text)


def _designated(title: str, mark: str, number: str) -> tuple[str, str]:
    volume = _VOLUME.fullmatch(title) if mark.startswith(",") else None
    if volume and not _YEARS.fullmatch(volume["number"]) and _may_end(volume["title"]):
        return volume["title"], f"{volume['number']}, {number}"
    single = _ONE_PART.fullmatch(number)
    return title, single["numeral"] if single else number


def _may_end(title: str) -> bool:
    return _A_WORD.search(title) is not None and _JOINING.search(title.rstrip()) is None


def _bare(text: str) -> str:
    return text.strip().rstrip(" -–:,;/=").lstrip(" ,;:")
