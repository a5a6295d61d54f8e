"""Waiting for states that the API has no waiting call for."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import TypeVar

T = TypeVar("T")

# Longer than any Spark start on a busy machine; a test that is right never waits for it.
PATIENCE_SECONDS = 90.0


def eventually(
    probe: Callable[[], T], what: str | Callable[[], str], seconds: float = PATIENCE_SECONDS
) -> T:
    """The first answer of `probe` that is true; asks until then, and gives up after `seconds`."""
    give_up = time.monotonic() + seconds
    while True:
        answer = probe()
        if answer:
            return answer
        if time.monotonic() > give_up:
            text = what if isinstance(what, str) else what()
            raise AssertionError(f"not within {seconds:.0f} s: {text}")
        time.sleep(0.05)
