"""A Spark home whose spark-submit is a script of the test's before it is a stand-in worker."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from mist_master import Master

PrepareMaster = Callable[..., Master]


def use_submit_script(master: Master, folder: Path, script: str) -> Master:
    """`script` sees the arguments of spark-submit; what it does not end becomes the worker."""
    home = folder / "spark"
    empty = master.installation.empty
    (home / "bin").mkdir(parents=True)
    (home / "jars").symlink_to(empty / "jars")
    standin = (empty / "bin/spark-submit").resolve()
    submit = home / "bin/spark-submit"
    submit.write_text(f'#!/bin/sh\n{script}\nexec {standin} "$@"\n')
    submit.chmod(0o755)
    master.environment["SPARK_HOME"] = str(home)
    return master
