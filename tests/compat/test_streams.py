"""Section 1.6: events on WebSockets, with workers that have no Spark."""

from __future__ import annotations

import json

import pytest

from mist_master import Master
from web_socket import TEXT, WebSocket

ALL = "/v2/api/ws/all"
KEEP_ALIVE = {"event": "keep-alive"}
NORMAL = ["initialized", "queued", "worker-assigned", "started", "finished"]


def of_job(job: str) -> str:
    return f"/v2/api/ws/jobs/{job}"


def names(events: list[dict]) -> list[str]:
    return [event["event"] for event in events]


def is_end(job: str):
    return lambda event: event.get("id") == job and event["event"] == "finished"


def names_of(stream: WebSocket, job: str) -> list[str]:
    """Of its events, up to the last."""
    return names([event for event in stream.events_until(is_end(job)) if event.get("id") == job])


def serves(master: Master) -> bool:
    """Another client hears of a job as if nothing had happened."""
    with WebSocket(master, ALL) as other:
        return names_of(other, master.start_job("echo")) == NORMAL


def test_1_6_all_jobs(shared_master: Master) -> None:
    """/v2/api/ws/all tells every event of every job."""
    with WebSocket(shared_master, ALL) as stream:
        jobs = [shared_master.start_job("echo") for _ in range(2)]
        waiting = set(jobs)

        def all_ended(event: dict) -> bool:
            if event["event"] == "finished":
                waiting.discard(event["id"])
            return not waiting

        events = stream.events_until(all_ended)
    for job in jobs:
        assert names([event for event in events if event["id"] == job]) == NORMAL


def test_1_6_frames(shared_master: Master) -> None:
    """Each event is one text frame with compact JSON."""
    with WebSocket(shared_master, ALL) as stream:
        shared_master.start_job("echo")
        for _ in range(3):
            last, opcode, payload = stream.frame()
            assert (last, opcode) == (True, TEXT)
            text = payload.decode()
            assert text == json.dumps(json.loads(text), separators=(",", ":"))


def test_1_6_one_job(shared_master: Master, tmp_path) -> None:
    """/v2/api/ws/jobs/{id} tells the events of that job only."""
    gate = tmp_path / "gate"
    job = shared_master.start_job("until", {"file": str(gate)})
    shared_master.wait_status(job, "started")
    with WebSocket(shared_master, of_job(job)) as stream:
        shared_master.cancel(shared_master.start_job("echo"))
        gate.touch()
        event = stream.event()
    assert (event["id"], event["event"], event["result"]) == (job, "finished", None)


def test_1_6_no_history(shared_master: Master) -> None:
    """A stream begins with what happens after the connection."""
    earlier = shared_master.start_job("echo")
    shared_master.wait_end(earlier)
    with WebSocket(shared_master, ALL) as stream:
        job = shared_master.start_job("echo")
        events = stream.events_until(is_end(job))
    assert earlier not in {event["id"] for event in events}


@pytest.mark.parametrize("word", ["true", "True", "1"])
def test_1_6_with_logs(shared_master: Master, word: str) -> None:
    """withLogs=true adds the lines of job logs, with the size of the log after them."""
    with WebSocket(shared_master, f"{ALL}?withLogs={word}") as stream:
        job = shared_master.start_job("log", {"lines": 2})
        logs = stream.events_until(lambda event: "line 2" in str(event.get("events")))
    log = [event for event in logs if event["event"] == "logs" and event["id"] == job]
    lines = [line for event in log for line in event["events"]]
    assert ["line 1", "line 2"] == [x["message"] for x in lines if x["message"].startswith("line")]
    assert all(x["from"] == job and x["level"] in (1, 2, 3, 4) for x in lines)
    assert all(isinstance(x["timeStamp"], int) for x in lines)
    whole = shared_master.whole_log(job).encode()
    assert whole[: log[-1]["fileOffset"]].endswith(b"line 2\n")


def test_1_6_without_logs(shared_master: Master) -> None:
    """Without withLogs there are no log lines."""
    with WebSocket(shared_master, f"{ALL}?withLogs=false") as stream:
        job = shared_master.start_job("log", {"lines": 2})
        assert "logs" not in names(stream.events_until(is_end(job)))


def test_1_6_logs_of_one_job(shared_master: Master, tmp_path) -> None:
    """A stream of one job has the log of no other."""
    gate = tmp_path / "gate"
    job = shared_master.start_job("until", {"file": str(gate)})
    shared_master.wait_status(job, "started")
    with WebSocket(shared_master, of_job(job) + "?withLogs=true") as stream:
        shared_master.start_job("log", {"lines": 1})
        gate.touch()
        events = stream.events_until(lambda event: "FinishedEvent" in str(event.get("events")))
    assert {event["id"] for event in events} == {job}


def test_1_6_keep_alive(start_master) -> None:
    """A stream without events tells keep-alive after mist.http.ws-keepalive-tick."""
    master = start_master(http_ws_keepalive_tick="20 ms")
    with WebSocket(master, ALL) as stream:
        assert [stream.event(), stream.event()] == [KEEP_ALIVE, KEEP_ALIVE]


def test_1_6_unknown_job(start_master) -> None:
    """The stream of an unknown job is opened and stays silent."""
    master = start_master(http_ws_keepalive_tick="200 ms")
    with WebSocket(master, of_job("no-such-job")) as stream:
        assert master.wait_end(master.start_job("echo"))["status"] == "finished"
        assert stream.event() == KEEP_ALIVE


def test_1_6_plain_get(shared_master: Master) -> None:
    """A plain GET of a websocket path is answered with 404."""
    assert shared_master.get(ALL).status == 404
    assert shared_master.get(of_job("x")).status == 404


@pytest.mark.differs("a malformed withLogs is a 400 and not a 404 (D54)")
def test_1_6_malformed_with_logs(shared_master: Master) -> None:
    """A malformed withLogs is answered with 400 and its name."""
    assert WebSocket(shared_master, f"{ALL}?withLogs=maybe").status == 400


def test_1_6_messages_are_ignored(shared_master: Master) -> None:
    """What a client sends is ignored, whole or in fragments."""
    with WebSocket(shared_master, ALL) as stream:
        stream.send(b"hello")
        stream.send(b"", last=False)
        stream.send(b"hel", last=False, opcode=0)
        stream.send(b"lo", opcode=0)
        assert names_of(stream, shared_master.start_job("echo")) == NORMAL


def test_1_6_too_large(shared_master: Master) -> None:
    """A client that sends a huge message is closed, and nobody else notices."""
    with WebSocket(shared_master, ALL) as stream:
        stream.send(bytes(100 << 10))
        assert stream.end() == 1009
    assert serves(shared_master)


def test_1_6_unmasked(shared_master: Master) -> None:
    """A client that does not mask its frames is closed, and nobody else notices."""
    with WebSocket(shared_master, ALL) as stream:
        stream.send(b"hello", masked=False)
        assert stream.end() == 1002
    assert serves(shared_master)


def test_1_6_endless_fragments(shared_master: Master) -> None:
    """A client whose message never ends is cut, and nobody else notices."""
    with WebSocket(shared_master, ALL) as stream:
        stream.send(b"", last=False)
        empty = bytes([0x00, 0x80, 0, 0, 0, 0])
        stream.send_bytes(empty * 200_000)
        assert stream.end() is None  # without a word
    assert serves(shared_master)
