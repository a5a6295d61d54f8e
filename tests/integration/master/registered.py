"""An installation with a data folder in which the functions are registered, with their schemas."""

from __future__ import annotations

from pathlib import Path

from installation import FUNCTIONS, Installation, make_installation, make_standin_zip
from mist_master import Master

SCRIPTS = (
    "Echo Fail Log Big Garbage Until Ledger Hang Download Complete Stubborn Die Freeze".split()
)  # of functions/standin.py; the functions have these names in lower case


def make_registered_installation(folder: Path) -> Installation:
    made = make_installation(folder / "installation")
    work = folder / "template"
    work.mkdir()
    master = Master(made, work, inspector=True)
    try:
        master.start()
        _register_functions(master, work)
        assert master.stop() == 0, master.log_text()
    finally:
        master.destroy()
    (work / "data").rename(made.data)
    return made


def _register_functions(master: Master, folder: Path) -> None:
    archive = make_standin_zip(folder / "standin.zip")
    assert master.upload("standin.zip", archive.read_bytes()).status == 200
    for script in SCRIPTS:
        answer = master.register(script.lower(), "standin.zip", f"standin.{script}")
        assert answer.status == 200, answer
    arguments = (FUNCTIONS / "arguments.py").read_bytes()
    assert master.upload("arguments.py", arguments).status == 200
    assert master.register("typed", "arguments.py", "typed").status == 200
