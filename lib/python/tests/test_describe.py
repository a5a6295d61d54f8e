import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

SOURCE = """
from mistpy.decorators import *

@with_args(arg("n", int))
@on_spark_context
def double(sc, n):
    return n * 2
"""


@pytest.fixture
def describe(tmp_path):
    """What the program prints for a source and how it exits."""

    def run(source):
        path = tmp_path / "job.py"
        path.write_text(source)
        return subprocess.run(
            [sys.executable, "-m", "mistpy.describe", path, "double"],
            cwd=Path(__file__).parent.parent,
            capture_output=True,
            text=True,
            timeout=60,
        )

    return run


def answer(process):
    (line,) = process.stdout.splitlines()
    return json.loads(line)


def test_it_prints_the_schema(describe):
    assert answer(describe(SOURCE))["schema"]["arguments"] == [
        {"name": "n", "type": {"type": "MInt"}}
    ]


def test_what_the_code_prints_goes_elsewhere(describe):
    process = describe("import os\nprint('{}')\nos.write(1, b'{}')\n" + SOURCE)
    assert "schema" in answer(process)
    assert "{}" in process.stderr


def test_a_thread_that_the_code_leaves_behind_is_not_waited_for(describe):
    source = "import threading\nthreading.Thread(target=threading.Event().wait).start()\n"
    assert "schema" in answer(describe(source + SOURCE))


def test_code_that_forks_gives_one_answer(describe):
    assert "schema" in answer(describe("import os\nos.fork()\nos.fork()\n" + SOURCE))


def test_processes_that_the_code_has_started_are_ended(describe, tmp_path):
    pid_file = tmp_path / "daemon.pid"
    daemon = f"""
import os, time
if os.fork() == 0:
    os.setsid()
    if os.fork() == 0:
        with open({str(pid_file)!r}, "w") as file:
            file.write(str(os.getpid()))
        time.sleep(1000)
    os._exit(0)
while not os.path.exists({str(pid_file)!r}) or not os.path.getsize({str(pid_file)!r}):
    pass
"""
    assert "schema" in answer(describe(daemon + SOURCE))
    assert not os.path.exists(f"/proc/{pid_file.read_text()}")


@pytest.mark.parametrize(
    "source, text",
    [
        ("x = 1\ndef (", "(job.py, line 2)"),
        ('print "x"', "This is Python 2 code"),
        ("import sys; sys.exit(3)", "exits with 3 when it is imported"),
        ("1/0", "ZeroDivisionError"),
        ("raise KeyboardInterrupt", "KeyboardInterrupt"),
        ("def double(): pass", "double is not a mist function"),
    ],
)
def test_it_tells_what_is_wrong_with_the_code(describe, source, text):
    assert text in answer(describe(source))["error"]["message"]


@pytest.mark.parametrize(
    "source, code", [("import os; os._exit(4)", 4), ("import os; os.kill(os.getpid(), 9)", 137)]
)
def test_code_that_ends_the_process_leaves_no_answer_but_its_exit_code(describe, source, code):
    process = describe(source)
    assert (process.stdout, process.returncode) == ("", code)
