"""Answers that come line by line while a thread still makes them, and end when nobody reads them any more."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable, Coroutine, Generator, Iterator
from contextlib import closing, contextmanager
from typing import Any, Final

from anyio import CapacityLimiter, from_thread, to_thread
from fastapi.responses import StreamingResponse
from pydantic import BaseModel
from starlette.types import Receive, Scope, Send

MEDIA_TYPE: Final = "application/x-ndjson"

Events = Generator[BaseModel, None, None]


class Places:
    """How many answers are made at once. Whoever finds no place is told so, and does not wait.

    Each has a thread of its own: answers that take long must not hold those that searches run in.
    """

    def __init__(self, most: int, full: Callable[[], Exception]) -> None:
        """``full`` makes the error that is raised where no place is free."""
        self._free = threading.BoundedSemaphore(most)
        self._full = full
        self.threads = CapacityLimiter(most)

    @contextmanager
    def one(self) -> Iterator[None]:
        """A place, as long as it is needed."""
        if not self._free.acquire(blocking=False):
            raise self._full()
        try:
            yield
        finally:
            self._free.release()


class Lines(StreamingResponse):
    """JSON objects, one a line. ``events`` makes them; it is given whether they are still wanted, and asks often.

    Where no place is free it raises what :class:`Places` says, before anything is sent.
    """

    media_type = MEDIA_TYPE

    def __init__(self, events: Callable[[Callable[[], bool]], Events], places: Places) -> None:
        # A proxy that waits for the end, or keeps it for others, would do harm.
        super().__init__((), headers={"Cache-Control": "no-store", "X-Accel-Buffering": "no"})
        self._events = events
        self._places = places

    async def __call__(self, _scope: Scope, receive: Receive, send: Send) -> None:
        with self._places.one():
            await send({"type": "http.response.start", "status": self.status_code, "headers": self.raw_headers})
            gone = threading.Event()
            listening = asyncio.create_task(_hear(receive, gone))

            async def deliver(event: BaseModel) -> None:
                line = f"{event.model_dump_json()}\n".encode()
                await send({"type": "http.response.body", "body": line, "more_body": True})

            try:
                await to_thread.run_sync(self._deliver_each, deliver, gone, limiter=self._places.threads)
            finally:
                gone.set()
                listening.cancel()
        await send({"type": "http.response.body", "body": b"", "more_body": False})

    def _deliver_each(self, deliver: Callable[[BaseModel], Coroutine[Any, Any, None]], gone: threading.Event) -> None:
        with closing(self._events(lambda: not gone.is_set())) as events:
            for event in events:
                if gone.is_set():
                    return
                from_thread.run(deliver, event)


async def _hear(receive: Receive, gone: threading.Event) -> None:
    """Tell when whoever asked has hung up."""
    while (await receive())["type"] != "http.disconnect":
        pass
    gone.set()
