"""Where things are: the installation under test, the Spark lines, the logs that a failed run leaves."""

from __future__ import annotations

import os
import shutil
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[3]
CACHE = ROOT / ".cache"
EXAMPLES = ROOT / "examples"
INSTALLATION = Path(os.environ.get("MIST_DIST", ROOT / "build/dist")).resolve()
LOGS = ROOT / "build/logs/e2e"


@dataclass(frozen=True)
class SparkLine:
    """A Spark home in its virtual environment, whose Python has what the examples import."""

    name: str

    @property
    def home(self) -> Path:
        homes = sorted((CACHE / f"spark-{self.name}").glob("lib/python3*/site-packages/pyspark"))
        if not homes:
            raise FileNotFoundError(f"no Spark {self.name}: scripts/setup test {self.name}")
        return homes[0]

    @property
    def python(self) -> Path:
        return CACHE / f"spark-{self.name}/bin/python"

    @property
    def scala(self) -> str:
        return "2.13" if self.name == "4" else "2.12"

    @property
    def library(self) -> Path:
        return self.jar("mist-lib")

    def jar(self, name: str) -> Path:
        path = INSTALLATION / "lib" / f"{name}_{self.scala}.jar"
        if not path.is_file():
            raise FileNotFoundError(f"no {path}: scripts/build {self.name}")
        return path

    @property
    def environment(self) -> dict[str, str]:
        """That of a process which starts Spark: nothing of the user's own Spark gets in."""
        clean = {
            k: v for k, v in os.environ.items() if not k.startswith(("SPARK_", "MIST_", "PYSPARK_"))
        }
        return clean | {
            "SPARK_HOME": str(self.home),
            "SPARK_LOCAL_IP": "127.0.0.1",
            # Drivers of tests live for seconds: what the second compiler makes is never worth its time.
            "SPARK_SUBMIT_OPTS": "-XX:TieredStopAtLevel=1",
        }


def spark_lines() -> list[str]:
    return os.environ.get("SPARK_LINES", "4 3.5").split()


def log_folder(*names: str) -> Path:
    """Empty, below build/logs/e2e: kept after the run."""
    folder = LOGS.joinpath(*names)
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    return folder
