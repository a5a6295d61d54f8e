"""The text of what an artifact's code has raised."""

from __future__ import annotations

import importlib
import os
import traceback

from mistpy import python2

_OWN = (
    os.path.dirname(os.path.abspath(__file__)),
    os.path.dirname(importlib.__file__),
    "<frozen importlib",
)


def describe(error: BaseException, artifact: str, *own_folders: str) -> str:
    """The traceback from the author's code on, without frames of Mist, and what to do if we know it."""
    text = _traceback(error, (*_OWN, *own_folders)).rstrip("\n")
    hint = python2.hint(text, artifact)
    return text if hint is None else f"{text}\n{hint}"


def describe_syntax(error: SyntaxError, artifact: str) -> str:
    """On one line where it is; and what to do if we know it."""
    file = os.path.basename(error.filename or artifact)
    text = f"{type(error).__name__}: {error.msg} ({file}, line {error.lineno})"
    hint = python2.hint("".join(traceback.format_exception_only(type(error), error)), artifact)
    return text if hint is None else f"{text}\n{hint}"


def _traceback(error: BaseException, own: tuple[str, ...]) -> str:
    frame = error.__traceback__
    while frame is not None and frame.tb_frame.f_code.co_filename.startswith(own):
        frame = frame.tb_next
    return "".join(traceback.format_exception(type(error), error, frame))
