"""What the tests need built: the protocol in Python, and jars with functions. Import this before fake_master."""

import atexit
import os
import shutil
import subprocess
import sys
import tempfile
import zipfile
from pathlib import Path

_HERE = Path(__file__).parent
_ROOT = _HERE.parents[2]
FOLDER = Path(tempfile.mkdtemp(prefix="mist-worker-test-"))
atexit.register(shutil.rmtree, FOLDER, ignore_errors=True)


def _generate_protocol() -> None:
    subprocess.run(
        ["thrift", "--gen", "py", "-out", FOLDER, _ROOT / "worker/protocol/worker.thrift"],
        check=True,
    )
    sys.path.insert(0, str(FOLDER))


def jar(name: str) -> bytes:
    """The compiled functions of a folder below functions/."""
    classes = FOLDER / f"classes-{name}"
    path = FOLDER / f"{name}.jar"
    if not path.exists():
        class_path = os.pathsep.join(
            (os.environ["MIST_WORKER_JAR"], os.environ["SPARK_HOME"] + "/jars/*")
        )
        sources = sorted((_HERE / "functions" / name).glob("*.java"))
        subprocess.run(["javac", "-nowarn", "-cp", class_path, "-d", classes, *sources], check=True)
        with zipfile.ZipFile(path, "w") as archive:
            for file in classes.rglob("*.class"):
                archive.write(file, file.relative_to(classes))
    return path.read_bytes()


def python_file(name: str) -> bytes:
    return (_HERE / "python" / name).read_bytes()


_generate_protocol()
