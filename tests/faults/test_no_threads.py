"""The system gives the master no further thread for a while."""

from __future__ import annotations

import resource
import socket
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager

from conftest import MakeWorld
from mist_master import wait_for

ROOM = 4 << 20  # bytes: enough for small things, too little for the stack of one more thread
UNLIMITED = (resource.RLIM_INFINITY, resource.RLIM_INFINITY)


@contextmanager
def no_new_threads(pid: int) -> Iterator[None]:
    with open(f"/proc/{pid}/statm") as statm:
        size = int(statm.read().split()[0]) * resource.getpagesize()
    resource.prlimit(pid, resource.RLIMIT_AS, (size + ROOM, resource.RLIM_INFINITY))
    try:
        yield
    finally:
        resource.prlimit(pid, resource.RLIMIT_AS, UNLIMITED)


def test_connections_are_refused_and_jobs_go_on(make_world: MakeWorld) -> None:
    world = make_world().first_start()
    master = world.master
    assert master.call("echo", {"n": 1})["payload"] == {"n": 1}
    with no_new_threads(master.process.pid):
        dialed = [
            socket.create_connection(("127.0.0.1", master.worker_port), timeout=5)
            for _ in range(30)
        ]
        wait_for(
            lambda: "worker_connection_refused" in master.log_text(), "a connection to be refused"
        )
        with ThreadPoolExecutor(80) as callers:
            answers = [callers.submit(master.get, "/v2/api/status") for _ in range(300)]
            assert {answer.result().status for answer in answers} == {200}
    for connection in dialed:
        connection.close()
    assert master.call("echo", {"n": 2})["payload"] == {"n": 2}
