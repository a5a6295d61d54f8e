"""Finds a function in an artifact. Internal to Mist: its inspector and its workers load them here.

A .py file is executed in a module of its own, and the function is an attribute of it. An .egg,
.whl or .zip goes to the front of `sys.path`, and the function is named `package.module.function`.
"""

from __future__ import annotations

import importlib
import importlib.util
import os
import re
import sys
import zipfile
from types import ModuleType
from typing import Any

from mistpy.function import MistFunction, function_of

ARCHIVES = (".egg", ".whl", ".zip")


class ArtifactError(Exception):
    """The artifact has no such function."""


def load_function(path: str, name: str) -> MistFunction:
    """Raises ArtifactError, or whatever the artifact's own code raises when it is imported."""
    function = function_of(load_attribute(path, name))
    if function is None:
        raise ArtifactError(f"{name} is not a mist function")
    return function


def load_attribute(path: str, name: str) -> Any:
    """The function as its source defines it, decorated or not. Raises as load_function does."""
    suffix = os.path.splitext(path)[1].lower()
    file = os.path.basename(path)
    if suffix != ".py" and suffix not in ARCHIVES:
        raise ArtifactError(f"Unknown file type {suffix} is passed, cannot select runner")
    if not os.path.isfile(path):
        raise ArtifactError(f"Can not read {file}: there is no such file")
    try:
        if suffix == ".py":
            return _attribute(_execute_file(path), name)
        module, _, attribute = name.rpartition(".")
        if not module:
            raise ArtifactError(f"{name} must be module.function in {file}")
        return _attribute(_import_from(path, module), attribute)
    except SystemExit as e:
        raise ArtifactError(
            f"{file} exits with {e.code!r} when it is imported: move what ends the program into a function"
        ) from None


def modules_of(path: str) -> list[ModuleType]:
    """The modules that were loaded from the artifact.

    Executors do not have them: pickle them by value.
    """
    inside = path + os.sep

    def is_inside(module: ModuleType) -> bool:
        file = getattr(module, "__file__", None) or ""
        return file == path or file.startswith(inside)

    return [module for module in list(sys.modules.values()) if is_inside(module)]


def _execute_file(path: str) -> ModuleType:
    # The prefix keeps a file called json.py from taking the place of the real json.
    stem = os.path.splitext(os.path.basename(path))[0]
    module_name = "mist_function_" + re.sub(r"\W", "_", stem)
    spec = importlib.util.spec_from_file_location(module_name, path)
    if spec is None or spec.loader is None:
        raise ArtifactError(f"Can not read {os.path.basename(path)}")
    module = importlib.util.module_from_spec(spec)
    sys.modules[module_name] = module
    spec.loader.exec_module(module)
    return module


def _import_from(path: str, module: str) -> ModuleType:
    file = os.path.basename(path)
    if not zipfile.is_zipfile(path):
        raise ArtifactError(f"{file} is not a zip archive, as every .egg, .whl and .zip is")
    if path not in sys.path:
        sys.path.insert(0, path)
    try:
        return importlib.import_module(module)
    except ModuleNotFoundError as e:
        # What the artifact's own modules miss is another matter.
        if e.name and f"{module}.".startswith(f"{e.name}."):
            raise ArtifactError(f"{file} has no module {e.name}") from None
        raise


def _attribute(module: ModuleType, name: str) -> Any:
    try:
        return getattr(module, name)
    except AttributeError:
        raise ArtifactError(f"{name} is not a mist function: the module has no such name") from None
