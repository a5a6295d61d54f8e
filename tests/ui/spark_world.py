"""A master with real Spark, the first of SPARK_LINES, that has the functions, contexts and examples of tests/e2e.

As a program it serves until its input ends, for work on the UI: python tests/ui/spark_world.py [port], then
`MIST_MASTER_URL=http://127.0.0.1:<port> npm run dev` in ui/.
"""

from __future__ import annotations

import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

TESTS = Path(__file__).resolve().parents[1]
if str(TESTS / "e2e") not in sys.path:
    sys.path.insert(0, str(TESTS / "e2e"))

from world.api import Api
from world.artifacts import build_examples, build_probes
from world.cli import Cli
from world.master import Master
from world.places import EXAMPLES, INSTALLATION, SparkLine, log_folder, spark_lines
from world.probes import deploy_probes, put_contexts


@dataclass(frozen=True)
class SparkWorld:
    master: Master
    api: Api


@contextmanager
def start_spark_world(folder: Path, **settings: str) -> Iterator[SparkWorld]:
    line = SparkLine(spark_lines()[0])
    build_examples(line)
    jar = build_probes(line, folder / "functions")
    (folder / "master").mkdir()
    settings = {"MIST_HTTP_UI": str(INSTALLATION / "ui")} | settings
    master = Master(line, folder / "master", log_folder("ui"), **settings)
    try:
        master.start()
        Cli(master.http_port).apply(EXAMPLES / "hello-mist")
        put_contexts(master.api)
        deploy_probes(master.api, jar)
        yield SparkWorld(master, master.api)
        master.stop()
    finally:
        master.kill()


def serve() -> None:
    with tempfile.TemporaryDirectory() as folder:
        settings = {"MIST_HTTP_PORT": sys.argv[1]} if len(sys.argv) > 1 else {}
        (Path(folder) / "functions").mkdir()
        with start_spark_world(Path(folder), **settings) as world:
            print(f"http://127.0.0.1:{settings.get('MIST_HTTP_PORT', world.master.http_port)}/ui/")
            try:
                sys.stdin.read()
            except KeyboardInterrupt:
                pass


if __name__ == "__main__":
    serve()
