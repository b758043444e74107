"""The watch over pages itself: what it lets pass, no other test would find."""

from __future__ import annotations

import os
import re
from pathlib import Path

import pytest
from playwright.sync_api import Browser

from tests.browser.conftest import Visits, needed
from tests.browser.hostile_records import ELSEWHERE, SET

pytestmark = pytest.mark.browser


@pytest.mark.parametrize(
    ("deed", "complaint"),
    [
        (SET, "a payload ran"),
        ("alert(1)", "a script called alert"),
        (f"fetch('{ELSEWHERE}/beacon')", "policy: connect-src"),
        (f"document.body.innerHTML = '<img src={ELSEWHERE}/beacon>'", "policy: img-src"),
        (f"document.body.innerHTML = '<img src=x onerror={SET}>'", "policy: script-src-attr"),
        ("console.error('not well')", "console error: not well"),
        ("setTimeout(() => { throw new Error('broken') })", "error: .*broken"),
    ],
)
def test_what_a_page_does_wrong_is_noted(browser: Browser, address: str, deed: str, complaint: str) -> None:
    visits = Visits(browser, address)
    page = visits.page("/search")
    page.evaluate(f"() => {{ {deed} }}")
    page.wait_for_timeout(100)
    visits.close()
    assert [said for said in visits.unexpected if re.search(complaint, said)]
    visits.allow(complaint)
    assert not [said for said in visits.unexpected if re.search(complaint, said)]


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
