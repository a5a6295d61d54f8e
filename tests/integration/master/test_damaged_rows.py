"""Rows that are not what was written: never shown or used, and the others work."""

from __future__ import annotations

import sqlite3
from pathlib import Path

from mist_master import Master, wait_for
from test_store_tools import change, database, run


def damage(master: Master, sql: str) -> None:
    change(database(master), sql)


def test_a_damaged_function_is_an_error_until_it_is_saved_again(start_master) -> None:
    master = start_master()
    before = master.get("/v2/api/functions/echo").json
    assert master.stop() == 0
    damage(master, "UPDATE function SET class_name = 'standin.Fail' WHERE name = 'echo'")
    master.start()
    assert "event=store_row_damaged" in master.log_text() and "function echo" in master.log_text()
    for answer in (master.post_job("echo"), master.get("/v2/api/functions/echo")):
        assert answer.status == 500 and "damaged" in answer.text, answer
    assert "echo" not in [f["name"] for f in master.get("/v2/api/functions").json]
    assert not master.call("fail")["success"]  # its own failure
    function = {k: before[k] for k in ("name", "path", "className", "defaultContext")}
    assert master.request("PUT", "/v2/api/functions", function).status == 200
    assert master.call("echo")["success"]


def test_jobs_of_a_damaged_context_wait_until_it_is_saved_again(start_master) -> None:
    master = start_master()
    master.put_context("c", workerMode="shared", maxJobs=1)
    running = master.start_job("hang", context="c")
    master.wait_status(running, "started")
    waiting = master.start_job("echo", context="c")
    master.kill()
    damage(
        master,
        "UPDATE context SET config = replace(config, 'shared', 'exclusive') WHERE name = 'c'",
    )
    master.start()
    assert "context c" in master.log_text()
    refused = master.post_job("echo", context="c")
    assert refused.status == 500 and "context c" in refused.text, refused
    assert master.get("/v2/api/contexts/c").status == 500
    assert "c" not in [c["name"] for c in master.get("/v2/api/contexts").json]
    assert master.call("echo")["success"]
    assert master.cancel(running).json["status"] == "cancelled", "it went on"
    assert master.job(waiting)["status"] == "queued"
    master.put_context("c", workerMode="shared")
    assert master.wait_end(waiting)["status"] == "finished"
    assert run(master, "check-store").returncode == 0


def test_a_damaged_artifact_is_an_error_until_it_is_uploaded_again(start_master) -> None:
    master = start_master()
    contents = master.get("/v2/api/artifacts/standin.zip").body
    assert master.stop() == 0
    damage(master, "UPDATE artifact SET sha256 = 'x' WHERE name = 'standin.zip'")
    master.start()
    refused = master.get("/v2/api/artifacts/standin.zip")
    assert refused.status == 500 and "upload it again" in refused.text, refused
    assert master.post_job("echo").status == 500
    assert master.upload("standin.zip", contents).status == 200
    assert master.call("echo")["success"]


def test_a_damaged_schema_is_read_again(start_master) -> None:
    master = start_master(inspector=True)
    before = master.get("/v2/api/functions/typed").json
    assert master.stop() == 0
    damage(master, "UPDATE argument_schema SET schema = replace(schema, 'int', 'string')")
    assert run(master, "check-store").returncode == 1
    master.start()
    assert master.get("/v2/api/functions/typed").json == before
    wait_for(lambda: "schema of typed" in master.log_text(), "the damage to be logged")


def test_damaged_events_are_left_out_of_a_stream(start_master) -> None:
    master = start_master()
    first, second = (master.start_job("echo") for _ in range(2))
    for job in (first, second):
        master.wait_end(job)
    assert master.stop() == 0
    connection = sqlite3.connect(database(master))
    rows = connection.execute("SELECT last_number, events FROM event_batch").fetchall()
    (number, _) = next(row for row in rows if first in row[1])
    connection.execute("UPDATE event_batch SET events = '' WHERE last_number = ?", (number,))
    connection.commit()
    connection.close()
    master.start()
    stream = read_events(master, 0, until=f'"{second}"')
    assert second in stream
    assert f"events up to number {number}" in master.log_text()


def read_events(master: Master, after: int, until: str) -> str:
    import http.client

    connection = http.client.HTTPConnection("127.0.0.1", master.port, timeout=20)
    connection.request("GET", "/v2/api/events", headers={"Last-Event-ID": str(after)})
    response = connection.getresponse()
    text = ""
    while until not in text:
        text += response.readline().decode()
    connection.close()
    return text
