"""How long the pages take, measured by a client on this machine: new words, a click on a facet, a report.

    python benchmarks/pages.py [--data DIR] [--model NAME] [--rounds 3] [--browser]

Without --data the real collection is built with the hashing encoder first. A server of its own answers; times are what
a client waits on a kept connection, so they hold the server's time and a little more. --browser measures the first card
in Chromium as well, with Gradio's files in its cache. Targets at 15,000 reports: a click on a facet under 60 ms, a
report's page under 50 ms, the first card under 500 ms.
"""

from __future__ import annotations

import argparse
import html
import json
import re
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.client import HTTPConnection
from pathlib import Path
from urllib.parse import quote, urlencode

import numpy as np
from rich.console import Console
from rich.table import Table

from benchmarks.search_latency import QUERIES, REPORTS, collection

TARGETS = {"click on a facet, plain page": 60, "click on a facet, Gradio's page": 60, "page of a report": 50}
FACET = re.compile(r'href="/search\?([^"]+)"[^>]*role="checkbox" aria-checked="false"')
CHROMIUM = (
    *("--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking"),
    *("--disable-component-update", "--disable-sync"),
)


@contextmanager
def serving(data: Path, model: str) -> Iterator[int]:
    """A server over a collection in a process of its own; gives its port."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = int(probe.getsockname()[1])
    command = [sys.executable, "-m", "ui.cli", "serve", "--data", str(data), "--model", model, "--port", str(port)]
    with subprocess.Popen(command, stdout=subprocess.DEVNULL) as process:
        try:
            wait_for(port)
            yield port
        finally:
            process.terminate()


def wait_for(port: int) -> None:
    deadline = time.monotonic() + 120
    while time.monotonic() < deadline:
        try:
            Client(port).get("/readyz")
        except OSError:
            time.sleep(0.2)
        else:
            return
    raise SystemExit("The server did not start.")


class Client:
    """One kept connection; each answer must be one."""

    def __init__(self, port: int) -> None:
        self._connection = HTTPConnection("127.0.0.1", port, timeout=60)
        self.taken: dict[str, list[float]] = {}

    def get(self, path: str) -> str:
        return self._answer("GET", path, None)

    def post(self, path: str, body: dict[str, object]) -> str:
        return self._answer("POST", path, json.dumps(body))

    def _answer(self, method: str, path: str, body: str | None) -> str:
        headers = {"Accept": "text/html"} | ({"Content-Type": "application/json"} if body else {})
        self._connection.request(method, path, body, headers)
        answer = self._connection.getresponse()
        text = answer.read().decode()
        if answer.status != 200:
            raise SystemExit(f"{path}: {answer.status} {text[:200]}")
        return text

    def timed(self, what: str, ask: Callable[[str], str], asked: str) -> str:
        started = time.perf_counter()
        text = ask(asked)
        self.taken.setdefault(what, []).append((time.perf_counter() - started) * 1000)
        return text


def measure(port: int, queries: list[str], ids: list[str], rounds: int) -> dict[str, list[float]]:
    client = Client(port)
    component = next(part["id"] for part in json.loads(client.get("/config"))["components"] if part["type"] == "html")

    def by_gradio(query_string: str) -> str:
        body = {"data": query_string, "session_hash": "benchmark", "component_id": component, "fn_name": "show"}
        return client.post("/gradio_api/component_server/", body)

    for _ in range(rounds):
        for query, report_id in zip(queries, ids, strict=True):
            page = client.timed("new words, plain page", client.get, f"/search?{urlencode({'q': query})}")
            for click in [html.unescape(found) for found in FACET.findall(page)][:2]:
                client.timed("click on a facet, plain page", client.get, f"/search?{click}")
                client.timed("click on a facet, Gradio's page", by_gradio, click)
            client.timed("page of a report", client.get, f"/report/{quote(report_id, safe='')}")
    return client.taken


def first_cards(port: int, queries: list[str]) -> list[float]:
    """Milliseconds from the start of the navigation to the first card, in a browser that was here before."""
    from playwright.sync_api import sync_playwright

    taken = []
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path="/usr/bin/chromium", args=list(CHROMIUM))
        page = browser.new_page()
        for query in ["", *queries]:
            started = time.perf_counter()
            page.goto(f"http://127.0.0.1:{port}/?{urlencode({'q': query})}", wait_until="commit")
            page.wait_for_selector(".rg-card")
            taken.append((time.perf_counter() - started) * 1000)
        browser.close()
    return taken[1:]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path)
    parser.add_argument("--model", default="hashing")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--browser", action="store_true")
    options = parser.parse_args()
    out = Console()
    if options.data is None and not REPORTS.is_file():
        out.print(f"{REPORTS} is not here: give --data.")
        return
    with collection(options.data, options.model) as (snapshot, _, data):
        step = max(1, len(snapshot.columns.reports) // QUERIES)
        chosen = list(snapshot.columns.reports[::step][:QUERIES])
        from kg.descriptions import cards

        shown = cards(snapshot.graph, chosen)
        queries = [" ".join(shown[iri].title.split()[:7]) for iri in chosen]
        with serving(data, options.model) as port:
            taken = measure(port, queries, [shown[iri].id for iri in chosen], options.rounds)
            if options.browser:
                taken["first card in Chromium, warm"] = first_cards(port, queries[:10])
        table = Table(title=f"{len(snapshot.columns.reports):,} reports, model {snapshot.manifest.model.name}, ms")
        for name in ("what", "times", "p50", "p95", "target"):
            table.add_column(name, justify="left" if name == "what" else "right")
        for what, milliseconds in taken.items():
            p50, p95 = np.percentile(milliseconds, (50, 95))
            target = TARGETS.get(what, 500 if "Chromium" in what else "")
            table.add_row(what, str(len(milliseconds)), f"{p50:.1f}", f"{p95:.1f}", str(target))
        out.print(table)


if __name__ == "__main__":
    main()
