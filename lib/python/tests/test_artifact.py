import json
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from mistpy.artifact import ArtifactError, load_function, modules_of

SOURCE = """
from mistpy.decorators import *

@with_args(arg("n", int))
@on_spark_context
def double(sc, n):
    return n * 2

def plain():
    pass
"""


@pytest.fixture(autouse=True)
def clean_imports():
    path, modules = list(sys.path), set(sys.modules)
    yield
    sys.path[:] = path
    for name in set(sys.modules) - modules:
        del sys.modules[name]


@pytest.fixture
def py_file(tmp_path):
    path = tmp_path / "json.py"
    path.write_text(SOURCE)
    return str(path)


def archive(tmp_path, name):
    path = tmp_path / name
    with zipfile.ZipFile(path, "w") as z:
        z.writestr("jobs/__init__.py", "")
        z.writestr("jobs/twice.py", SOURCE)
    return str(path)


def describe(path, name):
    process = subprocess.run(
        [sys.executable, "-m", "mistpy.describe", path, name],
        cwd=Path(__file__).parent.parent,
        capture_output=True,
        text=True,
        timeout=60,
    )
    return json.loads(process.stdout)


def test_a_file_is_loaded_without_hiding_a_module_of_its_name(py_file):
    assert load_function(py_file, "double").call(None, {"n": 2}) == 4
    assert sys.modules["json"] is json


@pytest.mark.parametrize("name", ["a.egg", "a.whl", "a.zip"])
def test_an_archive_is_loaded_by_module_and_function(tmp_path, name):
    path = archive(tmp_path, name)
    assert load_function(path, "jobs.twice.double").call(None, {"n": 2}) == 4
    assert {module.__name__ for module in modules_of(path)} == {"jobs", "jobs.twice"}


def test_a_file_is_a_module_of_the_artifact(py_file):
    load_function(py_file, "double")
    assert [module.__name__ for module in modules_of(py_file)] == ["mist_function_json"]


@pytest.mark.parametrize("name", ["plain", "absent"])
def test_what_is_not_decorated_is_not_a_mist_function(py_file, name):
    with pytest.raises(ArtifactError, match=f"^{name} is not a mist function"):
        load_function(py_file, name)


def test_another_extension_is_refused(tmp_path):
    with pytest.raises(ArtifactError, match="^Unknown file type .txt is passed"):
        load_function(str(tmp_path / "a.txt"), "f")


def test_describe_prints_the_schema(py_file):
    schema = describe(py_file, "double")["schema"]
    assert schema["arguments"] == [{"name": "n", "type": {"type": "MInt"}}]


def test_describe_is_not_disturbed_by_what_the_code_prints_or_leaves_running(tmp_path):
    path = tmp_path / "loud.py"
    path.write_text(
        "import os, threading\nprint('{}')\nos.write(1, b'{}')\n"
        "threading.Thread(target=threading.Event().wait).start()\n" + SOURCE
    )
    assert "schema" in describe(str(path), "double")


@pytest.mark.parametrize(
    "source, text",
    [
        ("x = 1\ndef (", "(bad.py, line 2)"),
        ("import sys; sys.exit(3)", "exits with 3"),
        ("1/0", "ZeroDivisionError"),
    ],
)
def test_describe_tells_what_is_wrong_with_the_code(tmp_path, source, text):
    path = tmp_path / "bad.py"
    path.write_text(source)
    assert text in describe(str(path), "f")["error"]["message"]
