from __future__ import annotations

import datetime as dt
from pathlib import Path

from search.question.answering.live import LiveAsker
from tests.conftest import WriteLines, build_sources, services_for
from tests.river_collection import TODAY


def test_the_asker_is_kept_until_a_build_publishes_another(tmp_path: Path, write_lines: WriteLines) -> None:
    services = services_for(tmp_path / "data")
    build_sources(services, write_lines('{"id": "a", "title": "Wells", "publishDate": ["2024"]}'))
    live = services.live_engine()
    asking = LiveAsker(live, today=lambda: TODAY)
    first = asking.current()
    assert asking.current() is first
    assert first.ask("How many reports were published this year?").count == 1
    build_sources(services, write_lines('{"id": "b", "title": "Canals"}', '{"id": "c", "title": "Goats"}'))
    asking.current()
    live.settle()
    assert asking.current() is not first
    assert asking.current().ask("How many reports are there?").count == 2
    # Who holds the old one is still answered from what it was opened on.
    assert first.ask("How many reports are there?").count == 1


def test_the_day_is_told_anew_for_each_question(tmp_path: Path, write_lines: WriteLines) -> None:
    services = services_for(tmp_path / "data")
    build_sources(services, write_lines('{"id": "a", "title": "Wells", "publishDate": ["2024"]}'))
    days = iter([dt.date(2024, 12, 31), dt.date(2025, 1, 1)])
    asker = LiveAsker(services.live_engine(), today=lambda: next(days)).current()
    plans = [asker.ask("reports published this year").plan for _ in range(2)]
    assert [plan.years[0].first for plan in plans] == [2024, 2025]
