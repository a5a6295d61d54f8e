import re
import shutil
import subprocess
import sys
import venv
from pathlib import Path

import pytest

SOURCE = Path(__file__).parent.parent
ROOT = SOURCE.parent.parent


def pip(*words):
    command = [sys.executable, "-m", "pip", "--disable-pip-version-check", *words]
    subprocess.run(command, check=True)


@pytest.fixture(scope="module")
def wheel(tmp_path_factory):
    """Built from a copy, because setuptools writes into the folder; and without asking a registry."""
    folder = tmp_path_factory.mktemp("wheel")
    copy = folder / "python"
    shutil.copytree(SOURCE, copy, ignore=shutil.ignore_patterns("tests", "*.egg-info", "build"))
    pip("wheel", "-q", "--no-deps", "--no-build-isolation", "-w", str(folder), str(copy))
    (file,) = folder.glob("*.whl")
    return file


def test_the_wheel_has_the_projects_version(wheel):
    version = re.search(r"project\(mist VERSION ([\d.]+)", (ROOT / "CMakeLists.txt").read_text())
    assert version and wheel.name == f"mistpy-{version[1]}-py3-none-any.whl"


def test_the_wheel_works_in_a_fresh_environment(wheel, tmp_path):
    venv.create(tmp_path / "env", with_pip=False)
    pip("--python", str(tmp_path / "env"), "install", "-q", "--no-index", "--no-deps", str(wheel))
    (tmp_path / "job.py").write_text(
        "from mistpy.decorators import arg, with_args\n\n"
        '@with_args(arg("n", int))\ndef twice(n):\n    return n * 2\n'
    )
    program = (
        "import importlib.resources, mistpy, job\n"
        "from mistpy.testing import call\n"
        "assert importlib.resources.files(mistpy).joinpath('py.typed').is_file()\n"
        "print(call(job.twice, {'n': 2**70}))"
    )
    process = subprocess.run(
        [tmp_path / "env/bin/python", "-c", program],
        cwd=tmp_path,
        check=True,
        capture_output=True,
        text=True,
    )
    assert process.stdout == f"{2**71}\n"
