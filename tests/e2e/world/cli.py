"""mist-cli of the installation, as a person or a script runs it."""

from __future__ import annotations

import json
import os
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from world.places import INSTALLATION, ROOT


@dataclass(frozen=True)
class Outcome:
    exit_code: int
    output: str
    errors: str

    @property
    def json(self) -> Any:
        return json.loads(self.output)


class Cli:
    def __init__(self, port: int) -> None:
        clean = {k: v for k, v in os.environ.items() if not k.startswith("MIST_")}
        self._environment = clean | {"MIST_PORT": str(port)}

    def start(self, *words: str, folder: Path = ROOT) -> subprocess.Popen[str]:
        return subprocess.Popen(
            [INSTALLATION / "bin/mist-cli", *words],
            cwd=folder,
            env=self._environment | {"PWD": str(folder)},  # as a shell has it
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    def run(self, *words: str, folder: Path = ROOT) -> Outcome:
        process = self.start(*words, folder=folder)
        output, errors = process.communicate(timeout=150)
        return Outcome(process.returncode, output, errors)

    def apply(self, folder: Path) -> Outcome:
        """As the READMEs say: from the example's own folder."""
        return self.run("apply", "-f", "conf", "-u", "", folder=folder)
