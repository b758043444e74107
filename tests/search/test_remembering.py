from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

from hypothesis import given
from hypothesis import strategies as st

from search.remembering import Remembering


@given(asked=st.lists(st.integers(0, 6)), most=st.integers(1, 5))
def test_the_last_answers_are_known_and_no_others(asked: list[int], most: int) -> None:
    remembering = Remembering[int, str](most)
    known: list[int] = []
    for key in asked:
        found: list[int] = []

        def find(key: int = key, found: list[int] = found) -> str:
            found.append(key)
            return f"answer {key}"

        assert remembering.ask(key, find) == f"answer {key}"
        assert found == ([] if key in known[-most:] else [key])
        known = [*(other for other in known if other != key), key]


def test_nothing_can_be_an_answer() -> None:
    remembering = Remembering[str, None](1)
    calls: list[None] = []
    for _ in range(3):
        remembering.ask("key", lambda: calls.append(None))
    assert len(calls) == 1


def test_threads_get_the_answers_to_their_own_questions() -> None:
    remembering = Remembering[int, int](3)
    numbers = [number % 7 for number in range(2000)]
    with ThreadPoolExecutor(max_workers=4) as pool:
        answers = list(pool.map(lambda number: remembering.ask(number, lambda: number * number), numbers))
    assert answers == [number * number for number in numbers]
