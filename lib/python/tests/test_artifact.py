import json
import sys
import zipfile

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


def test_a_file_that_is_not_there_is_named(tmp_path):
    with pytest.raises(ArtifactError, match="^Can not read gone.py: there is no such file$"):
        load_function(str(tmp_path / "gone.py"), "f")


def test_an_archive_that_is_none_is_refused(tmp_path):
    path = tmp_path / "text.egg"
    path.write_text("text")
    with pytest.raises(ArtifactError, match="^text.egg is not a zip archive"):
        load_function(str(path), "jobs.f")


@pytest.mark.parametrize(
    "name, text",
    [
        ("double", "double must be module.function in a.egg"),
        (".double", ".double must be module.function in a.egg"),
        ("nowhere.double", "a.egg has no module nowhere"),
        ("jobs.thrice.double", "a.egg has no module jobs.thrice"),
        ("jobs.twice.absent", "absent is not a mist function"),
    ],
)
def test_an_archive_without_such_a_function_says_what_is_missing(tmp_path, name, text):
    with pytest.raises(ArtifactError) as e:
        load_function(archive(tmp_path, "a.egg"), name)
    assert str(e.value).startswith(text)


def test_a_module_that_the_archives_code_misses_is_its_own_affair(tmp_path):
    path = tmp_path / "needs.zip"
    with zipfile.ZipFile(path, "w") as z:
        z.writestr("needs_more.py", "import no_such_module")
    with pytest.raises(ModuleNotFoundError, match="no_such_module"):
        load_function(str(path), "needs_more.f")


def test_an_archive_has_data_files_and_relative_imports(tmp_path):
    path = tmp_path / "data.whl"
    source = "from ..names import PREFIX\n"
    source += "import pkgutil\nfrom mistpy.decorators import *\n@with_args()\ndef f():\n"
    source += "  return PREFIX + pkgutil.get_data('with_data', 'words.txt').decode()\n"
    with zipfile.ZipFile(path, "w") as z:
        z.writestr("with_data/__init__.py", "")
        z.writestr("with_data/names.py", "PREFIX = 'read: '")
        z.writestr("with_data/words.txt", "one two")
        z.writestr("with_data/jobs/__init__.py", "")
        z.writestr("with_data/jobs/main.py", source)
    assert load_function(str(path), "with_data.jobs.main.f").call(None, {}) == "read: one two"


def test_a_module_that_exits_when_it_is_imported_is_told_so(tmp_path):
    path = tmp_path / "script.py"
    path.write_text("import sys\nsys.exit('bye')\n")
    with pytest.raises(ArtifactError, match="^script.py exits with 'bye' when it is imported: "):
        load_function(str(path), "f")
