"""Python modules that misbehave when they are imported, registered over HTTP."""

from __future__ import annotations

import pytest

from mist_master import Answer, Master

FUNCTION = """
from mistpy.decorators import on_spark_context

@on_spark_context
def f(sc):
    return None
"""
BEFORE_IT = {
    "hangs.py": "import threading\nthreading.Event().wait()\n",
    "exits.py": "import sys\nsys.exit(3)\n",
    "exits_at_once.py": "import os\nos._exit(3)\n",
    "prints.py": 'print("printed at import")\n',
    "good.py": "",
}


def register(master: Master, name: str) -> Answer:
    source = BEFORE_IT[name] + FUNCTION
    assert master.upload(name, source.encode(), force="true").status == 200
    return master.register(name, name, "f")


def starts_of_inspector(master: Master) -> int:
    return master.log_text().count("event=inspector_started")


@pytest.mark.parametrize(
    ("name", "status", "text"),
    [
        ("hangs.py", 400, "f of hangs.py did not answer within 3000 ms"),
        ("exits.py", 400, "exits.py exits with 3 when it is imported"),
        ("exits_at_once.py", 400, "3"),
        ("prints.py", 200, '"prints.py"'),
    ],
)
def test_a_module_that_misbehaves_gets_a_clear_answer_and_disturbs_nobody(
    start_master, name: str, status: int, text: str
) -> None:
    master = start_master(inspector=True, job_extractor_timeout="3 s")
    answer = register(master, name)
    assert (answer.status, text in answer.text) == (status, True), answer
    assert register(master, "good.py").status == 200
    assert starts_of_inspector(master) == 1
    assert "inspector_ended" not in master.log_text()
