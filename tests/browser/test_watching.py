"""The watch over pages itself: what it lets pass, no other test would find."""

from __future__ import annotations

import os
import re
from pathlib import Path
from typing import Final

import pytest
from playwright.sync_api import Browser

from tests.browser.conftest import Visits, needed
from tests.browser.hostile_records import ELSEWHERE, SET

pytestmark = pytest.mark.browser


WRONG: Final = {
    "a payload ran": SET,
    "a script called alert": "alert(1)",
    "policy: connect-src": f"fetch('{ELSEWHERE}/beacon')",
    "policy: img-src": f"document.body.innerHTML = '<img src={ELSEWHERE}/beacon>'",
    "policy: script-src-attr": f"document.body.innerHTML = '<img src=x onerror={SET}>'",
    "console error: not well": "console.error('not well')",
    "error: .*broken": "setTimeout(() => { throw new Error('broken') })",
}
"""What a page may do wrong, by how it is noted."""


def test_what_a_page_does_wrong_is_noted(browser: Browser, address: str) -> None:
    visits = Visits(browser, address)
    page = visits.page("/search")
    for complaint, deed in WRONG.items():
        before = len(visits.complaints)
        page.evaluate(f"() => {{ {deed} }}")
        page.wait_for_timeout(100)
        assert [said for said in visits.complaints[before:] if re.search(complaint, said)], complaint
        visits.allow(complaint)
        assert not [said for said in visits.unexpected if re.search(complaint, said)]
    visits.close()


def test_a_request_to_another_host_fails_and_is_noted(browser: Browser, address: str) -> None:
    visits = Visits(browser, address)
    visits.allow("net::ERR_NAME_NOT_RESOLVED")
    page = visits.page("/search", bypass_csp=True)
    assert page.evaluate(f"fetch('{ELSEWHERE}/beacon').then(() => 'answered', () => 'failed')") == "failed"
    visits.close()
    assert visits.unexpected == [f"request to another host: {ELSEWHERE}/beacon"]


def test_a_page_that_does_nothing_wrong_is_not_complained_of(browser: Browser, address: str) -> None:
    visits = Visits(browser, address)
    visits.page("/search")
    visits.close()
    assert visits.complaints == []


def test_what_is_missing_skips_a_test_and_fails_it_in_a_ci(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    missing = tmp_path / "chromium"
    monkeypatch.delenv("CI", raising=False)
    with pytest.raises(pytest.skip.Exception, match="is not here: install it"):
        needed(missing, "install it")
    monkeypatch.setenv("CI", "true")
    with pytest.raises(pytest.fail.Exception, match="is not here: install it"):
        needed(missing, "install it")
    missing.touch()
    assert os.environ["CI"]
    assert needed(missing, "install it") == missing
