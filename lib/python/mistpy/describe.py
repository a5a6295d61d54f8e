"""Prints a function's schema as one line of JSON: python -m mistpy.describe <artifact> <name>

The line is {"schema": {...}} or {"error": {"class": "...", "message": "..."}}, and nothing else
ever reaches standard output: what the artifact's code prints goes to standard error. Threads that
it has left behind are not waited for.
"""

from __future__ import annotations

import json
import os
import sys
import traceback
from typing import Any

from mistpy.artifact import ArtifactError, load_function


def main() -> None:
    answer_fd = os.dup(1)
    os.dup2(2, 1)
    answer = _describe(sys.argv[1], sys.argv[2])
    _write_all(answer_fd, (json.dumps(answer) + "\n").encode())
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(0)


def _describe(path: str, name: str) -> dict[str, Any]:
    try:
        return {"schema": load_function(path, name).schema()}
    except ArtifactError as e:
        return _error("java.lang.IllegalArgumentException", str(e))
    except SyntaxError as e:
        file = os.path.basename(e.filename or path)
        return _python_error(f"{type(e).__name__}: {e.msg} ({file}, line {e.lineno})")
    except SystemExit as e:
        return _python_error(f"the module exits with {e.code!r} when it is imported")
    except BaseException:
        return _python_error(traceback.format_exc())


def _python_error(message: str) -> dict[str, Any]:
    return _error("java.lang.Exception", f"Error in python code: {message}")


def _error(error_class: str, message: str) -> dict[str, Any]:
    return {"error": {"class": error_class, "message": message}}


def _write_all(fd: int, data: bytes) -> None:
    while data:
        data = data[os.write(fd, data) :]


if __name__ == "__main__":
    main()
