"""Rules for the sources themselves."""

import ast
import subprocess
import sys
from pathlib import Path

import pytest

import mistpy

PACKAGES = [
    Path(mistpy.__file__).parent,
    Path(__file__).parents[3] / "worker/python/mist_worker",
]
FILES = [file for package in PACKAGES for file in sorted(package.glob("*.py"))]


@pytest.mark.parametrize("file", FILES, ids=lambda file: f"{file.parent.name}.{file.stem}")
def test_python_3_9_understands_it(file):
    ast.parse(file.read_text(), feature_version=(3, 9))


def test_importing_every_module_needs_neither_pyspark_nor_py4j():
    modules = ["mistpy." + file.stem for file in FILES if file.parent == PACKAGES[0]]
    program = f"""
import importlib, sys
for name in {[name for name in modules if name != "mistpy.__init__"]}:
    importlib.import_module(name)
assert not {{"pyspark", "py4j"}} & sys.modules.keys()
"""
    subprocess.run([sys.executable, "-c", program], cwd=PACKAGES[0].parent, check=True)
