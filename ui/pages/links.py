"""Where things are found on this server, whatever base their IRIs were minted under."""

from __future__ import annotations

from typing import Final
from urllib.parse import quote, unquote, urlsplit

_SCHEMES: Final = frozenset({"http", "https", "ftp"})


def own_path(path: str) -> str:
    """A path on this server that a stranger gave: with several slashes in front, browsers would read another host."""
    return "/" + path.lstrip("/\\\t\r\n")


def last_part(iri: str) -> str:
    """What names a value in an address: the last part of an entity's IRI; a value that is none stays as it is."""
    return iri.rsplit("/", 1)[-1] if "://" in iri else iri


def report_path(report_id: str, suffix: str = "") -> str:
    """The page of a report by its id; ``suffix`` asks for another form, such as ``.ttl``."""
    return f"/report/{quote(report_id, safe='')}{suffix}"


def report_id(iri: str) -> str:
    """The id in a report's IRI."""
    return unquote(iri.rsplit("/", 1)[-1])


def safe_url(text: str) -> str | None:
    """A URL from a record if it is one that a reader may follow; never a script."""
    url = text.strip()
    try:
        parts = urlsplit(url)
    except ValueError:
        return None
    plain = url.isprintable() and not any(character.isspace() for character in url)
    return url if parts.scheme.lower() in _SCHEMES and parts.netloc and plain else None
