"""An installation of Mist whose spark-submit starts a stand-in worker instead of Spark.

Two Spark homes: `real_jars` has the jars of a real Spark, so that the inspector reads schemas;
`empty` has none, and masters on it get a Java that does nothing. Starting the inspector costs a
second of computing time, which most tests need not pay: they use a data folder in which the
schemas are stored already.
"""

from __future__ import annotations

import os
import shutil
import zipfile
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[3]
FUNCTIONS = Path(__file__).parent / "functions"


def path_from_environment(name: str, default: Path) -> Path:
    path = Path(os.environ.get(name, default)).resolve()
    if not path.exists():
        raise FileNotFoundError(f"{path} is missing: build it, or set {name}")
    return path


def default_spark_home() -> Path:
    found = sorted((ROOT / ".cache" / "spark-4").glob("lib/python3*/site-packages/pyspark"))
    return found[0] if found else ROOT / ".cache" / "spark-4"


@dataclass
class Installation:
    program: Path
    home: Path  # MIST_HOME
    real_jars: Path  # SPARK_HOME
    empty: Path  # SPARK_HOME
    idle_java: Path  # JAVA_HOME for masters on `empty`
    data: Path  # a data folder in which the functions are registered
    fill_store: Path  # adds jobs to a database


def make_installation(folder: Path) -> Installation:
    master = path_from_environment(
        "MIST_MASTER", ROOT / "build" / "dev" / "master" / "program" / "mist-master"
    )
    standin = path_from_environment(
        "STANDIN_WORKER", ROOT / "build" / "dev" / "tests" / "support" / "standin-worker"
    )
    fill_store = path_from_environment(
        "FILL_STORE", ROOT / "build" / "dev" / "tests" / "support" / "fill-store"
    )
    spark = path_from_environment("SPARK_HOME", default_spark_home())
    inspector = path_from_environment("MIST_LIB", ROOT / "build" / "dist" / "lib")
    core_jar = next((spark / "jars").glob("spark-core_*.jar")).name
    scala = core_jar.split("_")[1].split("-")[0]

    home = folder / "mist"
    (home / "lib").mkdir(parents=True)
    (home / "lib" / f"mist-worker_{scala}.jar").write_bytes(b"worker jar")
    jar = f"mist-inspector_{scala}.jar"
    for name in (jar, "mist-h2-history.jar"):
        (home / "lib" / name).symlink_to(inspector / name)

    real_jars = _fake_spark(folder / "spark-real-jars", standin)
    (real_jars / "jars").symlink_to(spark / "jars")
    (real_jars / "python").symlink_to(spark / "python")
    empty = _fake_spark(folder / "spark-empty", standin)
    (empty / "jars").mkdir()
    (empty / "jars" / core_jar).touch()
    return Installation(
        program=master,
        home=home,
        real_jars=real_jars,
        empty=empty,
        idle_java=_idle_java(folder / "java"),
        data=folder / "template-data",
        fill_store=fill_store,
    )


def make_standin_zip(path: Path) -> Path:
    """An archive, because the scripts' names have a dot."""
    with zipfile.ZipFile(path, "w") as archive:
        archive.write(FUNCTIONS / "standin.py", "standin.py")
    return path


def copy_data(source: Path, target: Path) -> None:
    shutil.copytree(source, target, ignore=shutil.ignore_patterns("master.lock"))


def _fake_spark(home: Path, standin: Path) -> Path:
    (home / "bin").mkdir(parents=True)
    (home / "bin" / "spark-submit").symlink_to(standin)
    return home


def _idle_java(home: Path) -> Path:
    (home / "bin").mkdir(parents=True)
    (home / "release").write_text('JAVA_VERSION="17.0.0"\n')
    program = home / "bin" / "java"
    program.write_text("#!/bin/sh\nexec cat > /dev/null\n")
    program.chmod(0o755)
    return home
