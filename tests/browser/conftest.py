"""Chromium against the server as people start it, over the sample and hostile records.

Every page is watched: a test fails if a page asks another host for anything, complains in its console, breaks its own
Content Security Policy, or runs what a record holds. A test that provokes a complaint says so with ``Visits.allow``.
"""

from __future__ import annotations

import os
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

import httpx
import pytest
from playwright.sync_api import (
    Browser,
    BrowserContext,
    ConsoleMessage,
    Dialog,
    Page,
    Request,
    expect,
    sync_playwright,
)

from tests.browser.hostile_records import write_hostile_records
from tests.conftest import REPOSITORY, SAMPLE, build_sources, services_for

CHROMIUM: Final = Path("/usr/bin/chromium")
ASSETS: Final = REPOSITORY / "ui" / "assets"
PHONE: Final[dict[str, Any]] = {"viewport": {"width": 390, "height": 844}, "has_touch": True, "is_mobile": True}

_ARGUMENTS: Final = (
    *("--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking"),
    *("--disable-component-update", "--disable-sync"),
    # What tries to leave the machine fails, and is seen by Visits.
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1",
)
_WATCH: Final = Path(__file__).with_name("watch.js")
_PATIENCE: Final = 10_000
"""Milliseconds that a page may take for anything; machines that are busy with other work need some."""


def needed(path: Path, remedy: str) -> Path:
    """A file that tests cannot do without: skips where it is missing, and fails in a CI, where nobody would notice."""
    if path.is_file():
        return path
    missing = f"{path} is not here: {remedy}"
    if os.environ.get("CI"):
        pytest.fail(missing)
    pytest.skip(missing)


@dataclass
class Visits:
    """Opens pages of the server, each in a browser context of its own, and notes what they do wrong."""

    browser: Browser
    address: str
    complaints: list[str] = field(default_factory=list)
    _allowed: list[re.Pattern[str]] = field(default_factory=list)
    _contexts: list[BrowserContext] = field(default_factory=list)

    def page(self, path: str | None = None, **options: Any) -> Page:
        """A new page, at a path if there is one; ``options`` are those of Playwright's ``new_context``."""
        context = self.browser.new_context(**({"locale": "en-US", "base_url": self.address} | options))
        self._contexts.append(context)
        context.set_default_timeout(_PATIENCE)
        context.expose_binding("__watched", lambda _source, said: self.complaints.append(said))
        context.add_init_script(path=_WATCH)
        context.on("request", self._requested)
        context.on("console", self._said)
        context.on("weberror", lambda error: self.complaints.append(f"error: {error.error}"))
        context.on("dialog", self._asked)
        page = context.new_page()
        if path is not None:
            page.goto(path)
        return page

    def allow(self, pattern: str) -> None:
        """Expect complaints that match a regular expression."""
        self._allowed.append(re.compile(pattern))

    def close(self) -> None:
        """Close all pages; what they did until then is noted."""
        for context in self._contexts:
            context.close()

    @property
    def unexpected(self) -> list[str]:
        """The complaints that were not allowed."""
        return [said for said in self.complaints if not any(allowed.search(said) for allowed in self._allowed)]

    def _requested(self, request: Request) -> None:
        if not request.url.startswith((f"{self.address}/", "data:", "blob:")):
            self.complaints.append(f"request to another host: {request.url}")

    def _said(self, message: ConsoleMessage) -> None:
        if message.type in {"error", "warning"}:
            self.complaints.append(f"console {message.type}: {message.text} ({message.location['url']})")

    def _asked(self, dialog: Dialog) -> None:
        self.complaints.append(f"dialog: {dialog.message}")
        dialog.dismiss()


@pytest.fixture(scope="session")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Where the server listens, without a slash at the end."""
    with served(tmp_path_factory.mktemp("browser")) as address:
        yield address


@contextmanager
def served(folder: Path, **environment: str) -> Iterator[str]:
    """A server over the sample and hostile records, with some more variables in its environment; its address."""
    build_sources(services_for(folder / "data"), SAMPLE, write_hostile_records(folder / "hostile.jsonl"))
    port = _free_port()
    command = [sys.executable, "-m", "ui.cli", "serve", "--port", str(port), "--model", "hashing"]
    log = folder / "server.log"
    with log.open("wb") as out:
        process = subprocess.Popen(
            [*command, "--data", str(folder / "data")],
            cwd=REPOSITORY,
            stdout=out,
            stderr=subprocess.STDOUT,
            env=os.environ | environment,
        )
    try:
        _wait_until_ready(f"http://127.0.0.1:{port}", process, log)
        yield f"http://127.0.0.1:{port}"
        process.send_signal(signal.SIGINT)
        process.wait(timeout=30)
        assert "Traceback" not in log.read_text(encoding="utf-8")
    finally:
        process.kill()
        process.wait()


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _wait_until_ready(base: str, process: subprocess.Popen[bytes], log: Path) -> None:
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        assert process.poll() is None, log.read_text(encoding="utf-8")
        try:
            if httpx.get(f"{base}/readyz").status_code == 200:
                return
        except httpx.ConnectError:
            time.sleep(0.05)
    pytest.fail(f"The server did not start in time: {log.read_text(encoding='utf-8')}")


# One a module: while Playwright runs, no other test in this thread could run an event loop of its own.
@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    expect.set_options(timeout=_PATIENCE)
    executable = needed(CHROMIUM, "install Debian's package chromium (`make browser` does, where it may)")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=executable, args=list(_ARGUMENTS))
        yield browser
        browser.close()


@pytest.fixture
def visits(browser: Browser, address: str) -> Iterator[Visits]:
    visits = Visits(browser, address)
    yield visits
    visits.close()
    assert visits.unexpected == []


@pytest.fixture(scope="session")
def axe() -> str:
    """The script that checks a page for accessibility."""
    return needed(ASSETS / "node_modules" / "axe-core" / "axe.min.js", "run `make assets`").read_text(encoding="utf-8")


@pytest.fixture(scope="session")
def libraries() -> None:
    """For tests of pages that are drawn with the fetched libraries."""
    for name in ("yasqe.min.js", "swagger-ui-bundle.js"):
        needed(ASSETS / "vendor" / name, "run `make assets`")
