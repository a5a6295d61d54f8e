"""An installation with real Spark, and a function in Python that keeps the ledger."""

from __future__ import annotations

from pathlib import Path

from installation import ROOT, Installation, default_spark_home, path_from_environment
from mist_master import Master

FUNCTION = Path(__file__).parent / "functions" / "ledger.py"
# Small and quick to start.
SPARK_CONF = {
    "spark.master": "local[2]",
    "spark.ui.enabled": "false",
    "spark.driver.memory": "512m",
}


def make_real_installation(folder: Path) -> Installation:
    spark = path_from_environment("SPARK_HOME", default_spark_home())
    made = Installation(
        program=path_from_environment(
            "MIST_MASTER", ROOT / "build" / "dev" / "master" / "program" / "mist-master"
        ),
        home=ROOT / "build" / "dist",
        real_jars=spark,
        empty=spark,
        idle_java=Path(),
        data=folder / "data",
        fill_store=Path(),
    )
    master = Master(made, folder / "template", inspector=True, **settings_for(made))
    master.folder.mkdir()
    try:
        master.start()
        assert master.upload("ledger.py", FUNCTION.read_bytes()).status == 200
        answer = master.register("ledger", "ledger.py", "ledger")
        assert answer.status == 200, answer
        assert master.stop() == 0, master.log_text()
    finally:
        master.destroy()
    (master.folder / "data").rename(made.data)
    return made


def settings_for(installation: Installation) -> dict[str, object]:
    """The Python that this Spark lies in has what its functions need."""
    python = installation.real_jars.parents[3] / "bin" / "python"
    return {"python": python}
