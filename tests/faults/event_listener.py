"""Reads the master's server-sent events, and goes on where it was cut."""

from __future__ import annotations

import http.client
import json
import threading
from collections.abc import Iterator
from typing import Any, Callable, Optional

PATIENCE = 30


def events_after(port: int, number: int) -> Iterator[dict[str, Any]]:
    """Events with their numbers, for ever. Throws OSError or HTTPException when the stream ends."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=PATIENCE)
    try:
        connection.request("GET", f"/v2/api/events?lastEventId={number}")
        response = connection.getresponse()
        if response.status != 200:
            raise http.client.HTTPException(f"no stream: {response.status}")
        id: Optional[int] = None
        while (line := response.readline()).endswith(b"\n"):  # else a kill has cut it
            name, _, value = line.decode().rstrip("\n").partition(": ")
            if name == "id":
                id = int(value)
            elif name == "data" and id is not None:
                yield {"number": id, **json.loads(value)}
                id = None
        raise http.client.HTTPException("the stream has ended")
    finally:
        connection.close()


class EventListener:
    """`heard` is called with each event, on a thread of the listener's own."""

    def __init__(
        self,
        port: int,
        wait_until_up: Callable[[], bool],
        heard: Callable[[dict[str, Any]], None],
    ) -> None:
        self._port = port
        self._wait_until_up = wait_until_up  # false: there will be no master any more
        self._heard = heard
        self._last = 0
        self.ended: set[str] = set()  # jobs
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()

    def _run(self) -> None:
        while self._wait_until_up():
            try:
                for event in events_after(self._port, self._last):
                    self._last = event["number"]
                    self._heard(event)
                    if event["event"] in ("finished", "failed", "cancelled"):
                        self.ended.add(event["id"])
            except (OSError, http.client.HTTPException):
                pass  # the master is gone
