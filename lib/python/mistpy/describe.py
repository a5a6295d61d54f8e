"""Prints a function's schema as one line of JSON: python -m mistpy.describe <artifact> <name>

The line is {"schema": {...}} or {"error": {"class": "...", "message": "..."}}, and nothing else
ever reaches standard output. The artifact's code runs in a child process, which may do what it
likes: what it prints goes to standard error, threads that it has left behind are not waited for,
processes that it has started are killed. When it ends without an answer, so do we, with its exit
code. SIGTERM ends us and everything that it has started.
"""

from __future__ import annotations

import ctypes
import json
import os
import signal
import sys
import tempfile
from typing import IO, Any, NoReturn

from mistpy import failures
from mistpy.artifact import ArtifactError, load_function

_PR_SET_CHILD_SUBREAPER = 36


def main() -> NoReturn:
    _adopt_orphans()
    signal.signal(signal.SIGTERM, lambda *_: _end(128 + signal.SIGTERM))
    with tempfile.TemporaryFile() as answer:
        pid = os.fork()
        if pid == 0:
            _be_child(answer)
        code = _exit_code(os.waitpid(pid, 0)[1])
        answer.seek(0)
        line = answer.read()
    _write_all(1, line)
    _end(code)


def _be_child(answer: IO[bytes]) -> NoReturn:
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    os.dup2(2, 1)
    pid = os.getpid()
    text = json.dumps(_describe(sys.argv[1], sys.argv[2])) + "\n"
    # Code that forks while it is imported comes here twice.
    if os.getpid() == pid:
        answer.write(text.encode())
        answer.flush()
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(0)


def _describe(path: str, name: str) -> dict[str, Any]:
    try:
        return {"schema": load_function(path, name).schema()}
    except ArtifactError as e:
        return _error("java.lang.IllegalArgumentException", str(e))
    except SyntaxError as e:
        return _python_error(failures.describe_syntax(e, path))
    except BaseException as e:
        return _python_error(failures.describe(e, path))


def _python_error(message: str) -> dict[str, Any]:
    return _error("java.lang.Exception", f"Error in python code: {message}")


def _error(error_class: str, message: str) -> dict[str, Any]:
    return {"error": {"class": error_class, "message": message}}


def _adopt_orphans() -> None:
    """Processes whose parent has ended become our children instead of getting out of sight."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_PR_SET_CHILD_SUBREAPER, 1)


def _end(code: int) -> NoReturn:
    """Ends everything that the artifact has started, and us."""
    children = _children()
    while children:
        for pid in children:
            os.kill(pid, signal.SIGKILL)
        os.wait()
        children = _children()
    os._exit(code)


def _children() -> list[int]:
    """The living ones and those that nobody has waited for yet."""
    found = []
    for entry in os.listdir("/proc") if os.path.isdir("/proc") else []:
        try:
            with open(f"/proc/{entry}/stat", "rb") as stat:
                # The name, in parentheses, may hold anything; the parent is the second field after it.
                if int(stat.read().rpartition(b")")[2].split()[1]) == os.getpid():
                    found.append(int(entry))
        except (OSError, ValueError, IndexError):
            pass  # no process, or it has just ended
    return found


def _exit_code(status: int) -> int:
    code = os.waitstatus_to_exitcode(status)
    return code if code >= 0 else 128 - code


def _write_all(fd: int, data: bytes) -> None:
    while data:
        data = data[os.write(fd, data) :]


if __name__ == "__main__":
    main()
