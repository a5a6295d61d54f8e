"""Clients that start, repeat, cancel and wait for jobs, and write down what they are told."""

from __future__ import annotations

import http.client
import itertools
import json
import random
import socket
import threading
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Optional

from ledger import Ledger

PATIENCE = 30
ENDS = ("finished", "failed", "cancelled")
_numbers = itertools.count(1)


def next_number() -> int:
    """Of a request."""
    return next(_numbers)


@dataclass(frozen=True)
class LoadOptions:
    port: int
    functions: Path  # the ledger of the functions
    function: str = "ledger"
    contexts: tuple[str, ...] = ("shared", "shared", "shared", "default")
    clients: int = 4
    longest_pause: float = 0.03
    longest_run_ms: int = 25
    longest_linger_ms: int = 20  # after a cancel
    failing: float = 0.05
    cancelled: float = 0.05
    repeated: float = 0.3  # of those with a key, although they were answered
    stale: float = 0.05  # their workers tell of attempts that are over
    query: str = ""  # more of it, for each start
    padding: int = 0  # bytes, for arguments that fill the database


class Api:
    """One client's connection. Everything is in the ledger before it is sent, and before it is used."""

    def __init__(self, port: int, ledger: Ledger) -> None:
        self._port = port
        self._ledger = ledger
        self._connection: Optional[http.client.HTTPConnection] = None

    def call(
        self,
        method: str,
        path: str,
        body: Any = None,
        headers: Optional[dict[str, str]] = None,
        **sent: object,
    ) -> Optional[tuple[int, Any, int]]:
        """Status, body and the number of the request; None when no answer came."""
        n = next_number()
        self._ledger.write("send", n=n, **sent)
        try:
            response = self._exchange(method, path, body, headers or {})
        except (OSError, http.client.HTTPException) as error:
            self.close()
            self._ledger.write("lost", n=n, error=repr(error))
            return None
        return (*response, n)

    def _exchange(
        self, method: str, path: str, body: Any, headers: dict[str, str]
    ) -> tuple[int, Any]:
        if self._connection is None:
            self._connection = http.client.HTTPConnection("127.0.0.1", self._port, timeout=PATIENCE)
            self._connection.connect()
            self._connection.sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        data = None if body is None else json.dumps(body).encode()
        self._connection.request(method, path, data, headers)
        response = self._connection.getresponse()
        text = response.read()
        return response.status, json.loads(text) if response.status == 200 else text.decode()

    def close(self) -> None:
        if self._connection is not None:
            self._connection.close()
        self._connection = None


class JobClient:
    """The calls that a client of jobs makes, each with its line in the ledger."""

    def __init__(self, options: LoadOptions, ledger: Ledger) -> None:
        self.options = options
        self._ledger = ledger
        self._api = Api(options.port, ledger)

    def start(
        self,
        tag: str,
        arguments: dict[str, Any],
        context: str,
        force: bool = False,
        key: Optional[str] = None,
    ) -> tuple[bool, Optional[str]]:
        """Whether it was answered, and the job's id if that was told."""
        path = f"/v2/api/functions/{self.options.function}/jobs?context={context}&externalId={tag}"
        path += self.options.query
        headers = {"Idempotency-Key": key} if key else {}
        sent = {"kind": "force" if force else "async", "tag": tag, "key": key}
        answer = self._api.call(
            "POST", path + ("&force=true" if force else ""), arguments, headers, **sent
        )
        if answer is None:
            return False, None
        status, body, n = answer
        if status != 200:
            self._ledger.write("answer", n=n, status=status, body=body)
            return status in (400, 404), None  # a repeat may be taken
        if force:
            told = "finished" if body["success"] else "failed|cancelled"
            self._ledger.write("answer", n=n, status=status, told=told)
            return True, None
        self._ledger.write("answer", n=n, status=status, job=body["id"])
        return True, body["id"]

    def cancel(self, job: str) -> None:
        answer = self._api.call("DELETE", f"/v2/api/jobs/{job}", kind="cancel", job=job)
        if answer is not None:
            status, body, n = answer
            told = {"told": body["status"]} if status == 200 else {"body": body}
            self._ledger.write("answer", n=n, status=status, **told)

    def wait(self, job: str) -> None:
        answer = self._api.call("GET", f"/v2/api/jobs/{job}?wait=2s", kind="wait", job=job)
        if answer is not None:
            status, body, n = answer
            is_end = status == 200 and body["status"] in ENDS
            told = {"told": body["status"]} if is_end else {}
            self._ledger.write("answer", n=n, status=status, **told)

    def close(self) -> None:
        self._api.close()


class Load:
    """Clients on threads of their own, until `stop`. What they do is drawn from the seed."""

    def __init__(self, options: LoadOptions, ledger: Ledger, up: threading.Event, seed: str):
        self.options = options
        self._ledger = ledger
        self._up = up  # there is a master
        self._stop = threading.Event()
        self._failure: Optional[BaseException] = None
        self._threads = [
            threading.Thread(target=self._run, args=(f"{seed}-{i}",), daemon=True)
            for i in range(options.clients)
        ]
        for thread in self._threads:
            thread.start()

    def stop(self) -> None:
        """Each client ends what it has begun."""
        self._stop.set()
        for thread in self._threads:
            thread.join(2 * PATIENCE)
            assert not thread.is_alive(), "a client still waits for its answer"
        if self._failure is not None:
            raise self._failure

    def _run(self, name: str) -> None:
        client = JobClient(self.options, self._ledger)
        try:
            chance = random.Random(name)
            for i in itertools.count():
                if self._stop.wait(chance.uniform(0, self.options.longest_pause)):
                    return
                self._one_job(client, chance, f"{name}-{i}")
        except BaseException as failure:
            self._failure = failure
        finally:
            client.close()

    def _one_job(self, client: JobClient, chance: random.Random, tag: str) -> None:
        options = self.options
        arguments = {
            "ledger": str(options.functions),
            "tag": tag,
            "ms": chance.randint(0, options.longest_run_ms),
            "fail": chance.random() < options.failing,
            "linger": chance.randint(0, options.longest_linger_ms),
        }
        if chance.random() < options.stale:
            arguments["stale"] = True
        if options.padding:
            arguments["padding"] = "x" * options.padding
        context = chance.choice(options.contexts)
        force = chance.random() < 0.3
        key = f"key-{tag}" if chance.random() < 0.5 else None
        is_cancelled = chance.random() < options.cancelled
        is_repeated = key is not None and chance.random() < options.repeated
        waits = chance.random() < 0.1

        self._wait_until_up()
        answered, job = client.start(tag, arguments, context, force, key)
        while key is not None and (is_repeated or not answered) and not self._stop.is_set():
            is_repeated = False
            self._wait_until_up()
            answered, again = client.start(tag, arguments, context, force, key)
            job = job or again
        if job is not None and is_cancelled:
            client.cancel(job)
        elif job is not None and waits:
            client.wait(job)

    def _wait_until_up(self) -> None:
        while not self._up.wait(0.1) and not self._stop.is_set():
            pass
