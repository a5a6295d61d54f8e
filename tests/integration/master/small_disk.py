"""A disk that a test can fill."""

from __future__ import annotations

import subprocess
from pathlib import Path

CAPACITY = 24 << 20


class SmallDisk:
    """A disk of its own for the master's work directory."""

    def __init__(self, folder: Path, capacity: int = CAPACITY) -> None:
        self.folder = folder
        self._ballast = folder / "ballast"
        folder.mkdir()
        subprocess.run(
            ["mount", "-t", "tmpfs", "-o", f"size={capacity}", "tmpfs", folder], check=True
        )

    def fill(self) -> None:
        """To the last byte."""
        with self._ballast.open("ab", buffering=0) as ballast:
            for size in (1 << 20, 1 << 12, 1):
                try:
                    while True:
                        ballast.write(b"x" * size)
                except OSError:
                    pass

    def free(self) -> None:
        self._ballast.unlink(missing_ok=True)

    def unmount(self) -> None:
        subprocess.run(["umount", "--lazy", self.folder], check=True)
