"""Take the pictures of the documentation from the sample collection, with Chromium: `make screenshots`.

Pictures are reduced to few colours, so that they stay small.
"""

from __future__ import annotations

import argparse
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from urllib.parse import urlencode

from PIL import Image
from playwright.sync_api import Browser, sync_playwright

from ui.workbench_examples import examples

IMAGES = Path(__file__).parent / "images"
CHROMIUM = Path("/usr/bin/chromium")
COLOURS = 96
ARGUMENTS = (
    *("--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking"),
    *("--disable-component-update", "--disable-sync"),
)


@dataclass(frozen=True, slots=True)
class Picture:
    """A page as it is shown; ``wait`` is what must be there first."""

    name: str
    path: str
    wait: str = ".rg-card"
    width: int = 1200
    height: int = 800
    dark: bool = False
    touch: bool = False


def pictures() -> list[Picture]:
    """The pictures that pages of the documentation show."""
    search = "/?" + urlencode({"q": "women credit groups"})
    narrowed = "/?" + urlencode({"q": "women credit groups", "topic": "microfinance", "year_from": "2012"})
    pairs = next(example for example in examples() if example.name == "coauthors")
    return [
        Picture("search", search),
        Picture("search-dark", narrowed, dark=True),
        Picture("search-phone", narrowed, width=390, height=780, touch=True),
        Picture("report", "/report/sample002?lang=es", wait=".rg-table", height=1000),
        Picture("workbench", "/workbench?" + urlencode({"query": pairs.query}), wait=".rg-answer", height=900),
    ]


def take(browser: Browser, server: str, picture: Picture) -> None:
    """Take one picture and write it where the pages look for it."""
    context = browser.new_context(
        viewport={"width": picture.width, "height": picture.height},
        color_scheme="dark" if picture.dark else "light",
        has_touch=picture.touch,
        locale="en-GB",
    )
    page = context.new_page()
    page.goto(server + picture.path)
    page.wait_for_selector(picture.wait)
    page.evaluate("window.scrollTo(0, 0)")
    page.wait_for_timeout(400)
    image = Image.open(BytesIO(page.screenshot()))
    image.quantize(COLOURS).save(IMAGES / f"{picture.name}.png", optimize=True)
    context.close()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--server", default="http://127.0.0.1:7860", help="where the demo is served")
    server = parser.parse_args().server.rstrip("/")
    IMAGES.mkdir(exist_ok=True)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=str(CHROMIUM), args=list(ARGUMENTS))
        for picture in pictures():
            take(browser, server, picture)
        browser.close()


if __name__ == "__main__":
    main()
