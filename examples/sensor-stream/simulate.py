"""A simulated tag: writes files of readings into a folder, until it is ended.

usage: simulate.py <folder> [--tag NAME] [--readings N] [--interval SECONDS] [--files N]
"""

from __future__ import annotations

import argparse
import itertools
import random
import time
from datetime import datetime, timezone
from pathlib import Path


def readings(tag: str, count: int) -> str:
    now = datetime.now(timezone.utc).isoformat(timespec="milliseconds")
    lines = (
        f"{tag},{now},{random.gauss(21, 0.5):.2f},{random.gauss(45, 2):.2f}\n" for _ in range(count)
    )
    return "".join(lines)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folder", type=Path)
    parser.add_argument("--tag", default="tag-1")
    parser.add_argument("--readings", type=int, default=10, help="in each file")
    parser.add_argument("--interval", type=float, default=1.0, help="seconds between files")
    parser.add_argument("--files", type=int, help="ends after so many; otherwise it goes on")
    options = parser.parse_args()

    options.folder.mkdir(parents=True, exist_ok=True)
    for number in itertools.count() if options.files is None else range(options.files):
        # Spark must not see a half of it: hidden until it is complete.
        part = options.folder / f".{options.tag}-{time.time_ns()}.csv"
        part.write_text(readings(options.tag, options.readings))
        part.rename(part.with_name(part.name[1:]))
        if number + 1 != options.files:
            time.sleep(options.interval)


if __name__ == "__main__":
    main()
