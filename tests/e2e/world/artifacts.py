"""Builds what the tests upload, for one Spark line."""

from __future__ import annotations

import os
import subprocess
import zipfile
from pathlib import Path

from world.places import CACHE, EXAMPLES, SparkLine

FUNCTIONS = Path(__file__).parents[1] / "functions"


def build_examples(line: SparkLine) -> None:
    """Into the examples' own target folders, where their conf files point."""
    maven = os.environ.get("MAVEN_ARGS", f"-Dmaven.repo.local={CACHE / 'm2'}")
    command = [EXAMPLES / "build", f"spark-{line.name}"]
    subprocess.run(command, check=True, env=os.environ | {"MAVEN_ARGS": maven})


def build_probes(line: SparkLine, folder: Path) -> Path:
    return build_scala(line, FUNCTIONS / "Probes.scala", folder / "probes")


def build_scala(line: SparkLine, source: Path, classes: Path) -> Path:
    """A jar beside the new folder `classes`, made with the compiler that Spark itself brings."""
    class_path = _class_path(line)
    options = ["-classpath", class_path, "-release", "17", "-d", _made(classes)]
    compiler = ["java", "-cp", class_path, "scala.tools.nsc.Main"]
    subprocess.run([*compiler, *options, source], check=True)
    return _jar(classes)


def build_versioned(line: SparkLine, folder: Path, version: str) -> bytes:
    """A jar whose classes are named like those of every other version."""
    source = _made(folder / f"source-{version}") / "Versioned.java"
    source.write_text(versioned_source("Versioned.java", version))
    classes = _made(folder / f"versioned-{version}")
    options = ["-nowarn", "-cp", _class_path(line), "-d", classes]
    subprocess.run(["javac", *options, source], check=True)
    return _jar(classes).read_bytes()


def versioned_source(name: str, version: str) -> str:
    text = (FUNCTIONS / name).read_text()
    assert "@VERSION@" in text
    return text.replace("@VERSION@", version)


def _class_path(line: SparkLine) -> str:
    """The worker has the shapeless that the library depends on."""
    return f"{line.library}:{line.jar('mist-worker')}:{line.home}/jars/*"


def _made(folder: Path) -> Path:
    folder.mkdir(parents=True)
    return folder


def _jar(classes: Path) -> Path:
    path = classes.with_suffix(".jar")
    with zipfile.ZipFile(path, "w") as archive:
        for file in sorted(classes.rglob("*.class")):
            archive.write(file, file.relative_to(classes))
    return path
