"""What standin.Ledger of tests/support/standin_jobs.h does, as a real function."""

import json
import os
import time

from mistpy.decorators import arg, on_spark_context, opt_arg, with_args

TICK_SECONDS = 0.005


class Ledger:
    """Each line is one write at the file's end. Starts and ends are on the disk before the function goes on."""

    def __init__(self, path, tag):
        self._file = os.open(path, os.O_CREAT | os.O_APPEND | os.O_WRONLY, 0o644)
        self._tag = tag

    def write(self, op, **more):
        line = {"t": time.monotonic(), "op": op, "tag": self._tag, "pid": os.getpid(), **more}
        os.write(self._file, json.dumps(line).encode() + b"\n")
        if op != "tick":
            os.fdatasync(self._file)


@with_args(
    arg("ledger", type_hint=str),
    arg("tag", type_hint=str),
    arg("ms", type_hint=int, default=0),
    arg("fail", type_hint=bool, default=False),
    opt_arg("stale", type_hint=bool),
    arg("linger", type_hint=int, default=0),
)
@on_spark_context
def ledger(sc, ledger, tag, ms, fail, stale, linger):
    book = Ledger(ledger, tag)
    book.write("start")
    try:
        end = time.monotonic() + ms / 1000
        while time.monotonic() < end:
            time.sleep(TICK_SECONDS)
            book.write("tick")
    except BaseException:
        time.sleep(linger / 1000)
        book.write("end", how="cancelled")
        raise
    book.write("end", how="failed" if fail else "finished")
    if fail:
        raise RuntimeError("failed as asked")
    return tag
