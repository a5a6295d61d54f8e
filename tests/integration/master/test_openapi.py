"""The running master keeps what its OpenAPI file promises."""

from __future__ import annotations

import os
import subprocess

from installation import ROOT


def test_the_master_keeps_its_openapi_file(start_master) -> None:
    master = start_master(inspector=True, jobs_max_queued=1000)
    script = ROOT / "tests" / "integration" / "http" / "run_schemathesis"
    run = subprocess.run(
        [script, f"http://127.0.0.1:{master.port}"],
        env={**os.environ, "SCHEMATHESIS_EXAMPLES": "3"},
        capture_output=True,
        text=True,
        timeout=90,
        check=False,
        cwd=master.folder,
    )
    assert run.returncode == 0, run.stdout[-5000:] + run.stderr[-2000:]
    assert master.get("/health/ready").status == 200  # its functions may have been deleted
