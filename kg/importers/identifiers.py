"""DOIs, handles, web addresses, ISBNs and ISSNs as records write them."""

from __future__ import annotations

import re

_DOI = re.compile(
    r"(?:(?:https?://)?(?:dx\.|www\.)?doi\.org/|(?:doi|info:doi/)[:\s]*)?(10\.\d{4,9}/\S+)", re.IGNORECASE
)
_HANDLE = re.compile(r"(?:https?://)?hdl\.handle\.net/(\d[\d.]*/[^\s?#]+)|hdl:(\d[\d.]*/\S+)", re.IGNORECASE)
_BARE_HANDLE = re.compile(r"\d[\d.]*/[^\s?#/]+")
_ALLOWED = r'[^\x00-\x20<>"{}|\\^`\x7f/?#@]'
# As far as every character may stand in an IRI: to the end of nearly every address.
_WEB_ADDRESS = re.compile(
    rf"(?:https?|ftp)://(?:{_ALLOWED}*@)?(?![:.]){_ALLOWED}+(?:[/?#](?:{_ALLOWED}|[/?#@])*)?", re.IGNORECASE
)
_NOT_IN_IRI = re.compile(r'[\x00-\x20<>"{}|\\^`\x7f]')
_ISBN = re.compile(r"(?:97[89][- ]?)?(?:\d[- ]?){9}[\dXx]\b")
_ISSN = re.compile(r"\b(\d{4})-?(\d{3}[\dXx])\b")


def doi_of(text: str) -> str | None:
    """The DOI in lower case, out of ``10.1234/ab``, ``doi:10.1234/ab`` or an address at doi.org; else ``None``."""
    match = _DOI.fullmatch(text) if "10." in text else None
    return match.group(1).rstrip(".,;").lower() if match else None


def handle_of(text: str) -> str | None:
    """The handle ``10568/140513`` out of an address at hdl.handle.net or of ``hdl:10568/140513``; else ``None``."""
    match = _HANDLE.fullmatch(text) if "hdl" in text.lower() else None
    return (match.group(1) or match.group(2)) if match else None


def bare_handle_of(text: str) -> str | None:
    """As :func:`handle_of`, and also a handle that stands alone: for fields that hold nothing else."""
    return handle_of(text) or (text if _BARE_HANDLE.fullmatch(text) and not text.startswith("10.") else None)


def web_address(text: str) -> str | None:
    """``text`` if it is an http, https or ftp address with a host, else ``None``.

    Characters that no IRI may hold (RFC 3987: spaces, quotes, braces) come back percent-encoded.
    """
    match = _WEB_ADDRESS.match(text)
    if match is None:
        return None
    return text if match.end() == len(text) else _NOT_IN_IRI.sub(_percent_encoded, text)


def _percent_encoded(match: re.Match[str]) -> str:
    return f"%{ord(match.group()):02X}"


def isbn_of(text: str) -> str | None:
    """The ISBN without hyphens and qualifiers: ``1558611746 (pbk.)`` gives ``1558611746``; else ``None``."""
    match = _ISBN.match(text)
    return re.sub(r"[- ]", "", match.group()).upper() if match else None


def issn_of(text: str) -> str | None:
    """The ISSN with its hyphen, ``0041-7084``; else ``None``."""
    match = _ISSN.search(text)
    return f"{match.group(1)}-{match.group(2).upper()}" if match else None
