"""The files that pages are drawn with: our own, and built libraries where ``make assets`` has fetched them.

Nothing here is loaded from another host. Addresses carry a digest of the content, so that browsers may keep files for
ever. Files are read once: a changed one is seen after a restart.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from importlib import resources
from importlib.resources.abc import Traversable
from typing import Final

PATH: Final = "/page-assets"
"""Where the files are served."""

_VENDOR: Final = "vendor"
_MEDIA: Final = {
    # With their charset: a page that does not say its own would have scripts read as Latin-1, and swagger-ui breaks.
    ".css": "text/css; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".svg": "image/svg+xml",
    ".txt": "text/plain; charset=utf-8",
}
"""What is served. Nothing else that lies in the folder is: neither lock file nor what builds it."""


@dataclass(frozen=True, slots=True)
class Asset:
    """A file, and what it is. ``digest`` is the beginning of the SHA-256 of ``content``."""

    content: bytes = field(repr=False)
    media: str
    digest: str

    def cache_control(self, version: str | None) -> str:
        """The Cache-Control of an answer to an address with this ``v``, ``None`` for one without.

        Only the address with this file's digest may be kept for ever. Another digest comes from a page that was drawn
        before a new version, perhaps by another server behind the same name, and means another content.
        """
        return "public, max-age=31536000, immutable" if version == self.digest else "no-cache"


def read_assets(folder: Traversable) -> dict[str, Asset]:
    """The files to serve in a folder, by name, without those of its folders; ``{}`` if there is no such folder."""
    if not folder.is_dir():
        return {}
    found = {}
    for entry in sorted(folder.iterdir(), key=lambda entry: entry.name):
        media = next((media for suffix, media in _MEDIA.items() if entry.name.endswith(suffix)), None)
        if media is not None and entry.is_file() and not entry.name.startswith("."):
            content = entry.read_bytes()
            found[entry.name] = Asset(content, media, hashlib.sha256(content).hexdigest()[:12])
    return found


def asset(name: str) -> Asset | None:
    """A file by its name, ``None`` if there is none."""
    return _own().get(name) or _libraries().get(name)


def asset_url(name: str) -> str:
    """The address of a file that is there; raises :class:`KeyError` if it is not."""
    found = asset(name)
    if found is None:
        raise KeyError(name)
    return f"{PATH}/{name}?v={found.digest}"


def vendor_file(name: str) -> bool:
    """Whether a file of a library is there, ``yasqe.min.js`` for example. A page is plain where it is not."""
    return name in _libraries()


@cache
def _own() -> Mapping[str, Asset]:
    return read_assets(resources.files("ui").joinpath("assets"))


@cache
def _libraries() -> Mapping[str, Asset]:
    return read_assets(resources.files("ui").joinpath("assets", _VENDOR))
