"""Speaks the inspector's line protocol and misbehaves as the class name of a request says.

Usage: scripted_inspector.py FOLDER    (files in FOLDER tell what happened to earlier processes)
"""

import json
import os
import sys
import time

folder = sys.argv[1]
held: list[dict] = []


def answer(request: dict, **body) -> None:
    print(json.dumps({"id": request["id"], **body}), flush=True)


def schema_of(request: dict) -> dict:
    """The tag repeats what was asked, so that a test sees what arrived."""
    argument = {"name": "n", "type": {"type": "MInt", "name": "Long"}}
    return {
        "language": "scala",
        "arguments": [argument],
        "tags": [request["artifact"], request["pythonPath"]],
        "validators": True,
    }


def happens_first_time(what: str) -> bool:
    try:
        os.close(os.open(os.path.join(folder, what), os.O_CREAT | os.O_EXCL))
        return True
    except FileExistsError:
        return False


def describe(request: dict) -> None:
    name = request["className"]
    if name == "Hold":
        held.append(request)
        return
    if name == "Die" or (name == "DieOnce" and happens_first_time("died")):
        os._exit(3)
    if name == "Hang":
        return
    if name == "HangOnce" and happens_first_time("hung"):
        time.sleep(3600)
    if name == "Garbage":
        print('no json\n{"id":"x"}\n[1]\n{"id":123456,"failure":null}', flush=True)
    if name == "Huge":
        sys.stdout.write("x" * 100_000)
        sys.stdout.flush()
        return
    if name == "Missing":
        answer(request, error={"class": "java.lang.ClassNotFoundException", "message": name})
        return
    if name == "Nonsense":
        answer(request, schema={"language": "cobol"})
        return
    answer(request, schema=schema_of(request))
    while held:
        answer(held[0], schema=schema_of(held.pop(0)))


for line in sys.stdin:
    incoming = json.loads(line)
    if incoming["method"] == "describe":
        describe(incoming)
    elif incoming["arguments"].get("n") == 1:
        answer(incoming, failure=None)
    else:
        answer(incoming, failure="Invalid value: " + json.dumps(incoming["arguments"]))
