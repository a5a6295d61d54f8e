"""Section 6: commands, environment and settings.

What is cheap to see is seen in masters whose workers have no Spark; for the rest `check-config`
tells what a file of Mist 1.1 means, with the line.
"""

from __future__ import annotations

import re
import shutil
import signal
import socket
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from installation import Installation, copy_data, make_standin_zip
from mist_master import PATIENCE, Master, wait_for
from world.ports import free_port


def run(master: Master, *words: str) -> subprocess.CompletedProcess[str]:
    """mist-master with these words and no others."""
    return subprocess.run(
        [str(master.installation.program), *words],
        env=master.environment,
        capture_output=True,
        text=True,
        timeout=PATIENCE,
        check=False,
    )


def reachable(host: str, port: int) -> bool:
    try:
        socket.create_connection((host, port), timeout=PATIENCE).close()
        return True
    except ConnectionRefusedError:
        return False


@dataclass
class Checked:
    """What `check-config` says of a configuration."""

    exit_code: int
    values: dict[str, tuple[str, str]]  # value and origin
    warnings: list[str]
    errors: str


class Checker:
    """Asks `check-config` about default.conf with a text, which begins in line 2."""

    def __init__(self, installation: Installation, folder: Path) -> None:
        self.installation = installation
        self.file = folder / "default.conf"

    def __call__(self, text: str = "", **variables: str) -> Checked:
        self.file.write_text(f"# of Mist 1.1\n{text}\n")
        environment = {"MIST_HOME": "/opt/mist", "SPARK_HOME": "/opt/spark"}
        checked = subprocess.run(
            [str(self.installation.program), "check-config", "--config", str(self.file)],
            env=environment | variables,
            capture_output=True,
            text=True,
            timeout=PATIENCE,
            check=False,
        )
        folder = f"{self.file.parent}/"
        output = checked.stdout.replace(folder, "")
        values = re.findall(r"^mist\.(\S+) = (.*?) +# (.*)$", output, re.M)
        return Checked(
            checked.returncode,
            {key: (value, origin) for key, value, origin in values},
            re.findall(r"^warning: (.*)$", output, re.M),
            checked.stderr.replace(folder, ""),
        )


@pytest.fixture
def check_config(installation: Installation, tmp_path: Path) -> Checker:
    return Checker(installation, tmp_path)


# ---- a master that has nothing but the files of Mist 1.1 ----------------------------------------

DEFAULT_CONF = """
mist {
  work-directory = "WORK"
  networking { host = "127.0.0.2", public-host = "127.0.0.2" }
  http {
    host = "127.0.0.1"
    public-host = "mist.example"
    port = HTTP_PORT
    ui = ${mist.work-directory}"/pages"
    ws-keepalive-tick = 100 ms
  }
  cluster.port = WORKER_PORT
  log-service.dump_directory = ${mist.work-directory}/old/logs
  db.filepath = ${mist.work-directory}/old/recovery.db
  artifact-repository.save-path = ${mist.work-directory}/old/artifacts
  workers.max-artifact-size = 200m

  context-defaults {
    downtime = 2 hours
    max-jobs = 4
    streaming-duration = 3 seconds
    max-conn-failures = 9
    spark-conf = { spark.master = "local[2]", spark.ui.enabled = false }
  }
  context {
    bare {}
    whole {
      spark-conf { spark { master = yarn, "executor.cores" = 3 }, "spark.x" = true }
      downtime = 30 minutes
      max-jobs = 2
      worker-mode = shared
      run-options = "--verbose"
      streaming-duration = 10 seconds
      max-conn-failures = 7
    }
    forever { downtime = Inf }
    ready { precreated = true, worker-mode = shared }
    old-name { max-parallel-jobs = 3 }
    both-names { max-jobs = 2, max-parallel-jobs = 3 }
  }
}
"""
ROUTER_CONF = 'from-file { path = ${location}"/standin.zip", className = "standin.Echo", namespace = "whole" }'


@pytest.fixture(scope="module")
def moved(installation: Installation, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Master]:
    """In the foreground; its contexts and functions are those of the files."""
    home = tmp_path_factory.mktemp("moved")
    work = home / "work"
    copy_data(installation.data, work / "data")
    (work / "old").mkdir()
    (work / "data/mist.db").rename(work / "old/recovery.db")
    (work / "data/artifacts").rename(work / "old/artifacts")
    (work / "pages").mkdir()
    (work / "pages/index.html").write_text("our pages")
    (home / "lib").symlink_to(installation.home / "lib")
    (home / "configs").mkdir()
    make_standin_zip(home / "configs/standin.zip")
    text = DEFAULT_CONF.replace("WORK", str(work), 1)
    for name in ("HTTP_PORT", "WORKER_PORT"):
        text = text.replace(name, str(free_port()))
    (home / "configs/default.conf").write_text(text)
    (home / "configs/router.conf").write_text(ROUTER_CONF)

    master = Master(installation, work)
    for name in ("MIST_WORK_DIRECTORY", "MIST_HTTP_PORT", "MIST_CLUSTER_PORT"):
        del master.environment[name]
    master.environment["MIST_HOME"] = str(home)
    try:
        yield master.start()
        assert master.stop() == 0, master.log_text()
    finally:
        master.destroy()


@pytest.fixture(scope="module")
def moved_job(moved: Master) -> dict[str, object]:
    """A job that has run in the context `whole`, whose worker stays."""
    return moved.wait_end(moved.start_job("from-file", {"value": 1}))


# ---- 6.1 commands and environment ---------------------------------------------------------------


def test_6_1_stop_without_master(shared_master: Master, tmp_path: Path) -> None:
    """`stop` without a pid file ends with 1."""
    stopped = run(shared_master, "stop", "--pid", str(tmp_path / "no.pid"))
    assert stopped.returncode == 1
    assert "Mist is not runned" in stopped.stdout + stopped.stderr


@pytest.mark.parametrize("words", [("restart",), (), ("start", "--unknown"), ("--unknown",)])
def test_6_1_unknown_command(shared_master: Master, words: tuple[str, ...]) -> None:
    """An unknown word is answered with a usage line and 1."""
    refused = run(shared_master, *words)
    assert refused.returncode == 1
    assert "\nUsage: mist-master {start|stop|" in refused.stderr
    assert all(word in refused.stderr for word in words[-1:])


def test_6_1_second_start(shared_master: Master) -> None:
    """A second start is refused with the pid of the first and ends with 1."""
    assert shared_master.process is not None
    second = shared_master.run_command("start")
    assert second.returncode == 1
    expected = f"Mist already is running on pid: {shared_master.process.pid}"
    assert expected in second.stdout + second.stderr


def test_6_1_usual_files(moved: Master, moved_job: dict[str, object]) -> None:
    """`configs/default.conf` and `configs/router.conf` below `$MIST_HOME` are read by themselves."""
    assert moved.get("/v2/api/contexts/whole").status == 200
    assert (moved_job["function"], moved_job["status"]) == ("from-file", "finished")


@pytest.mark.differs("the log goes to the terminal only, for systemd and containers to keep")
def test_6_1_debug(moved: Master) -> None:
    """`--debug true` stays in the foreground and logs to the terminal."""
    assert moved.process is not None and moved.process.poll() is None
    assert "event=master_started" in moved.log_text()
    assert not list(moved.folder.rglob("mist.log"))


@dataclass
class Background:
    master: Master
    home: Path
    file: Path


@pytest.fixture
def background(installation: Installation, tmp_path: Path) -> Iterator[Background]:
    """Not started. All that it is told stands in files and options of Mist 1.1."""
    home = tmp_path / "home"
    copy_data(installation.data, home / "data")
    (home / "lib").symlink_to(installation.home / "lib")
    master = Master(installation, home)
    master.port = free_port()
    for name in ("MIST_WORK_DIRECTORY", "MIST_HTTP_PORT", "MIST_CLUSTER_PORT"):
        del master.environment[name]
    master.environment["MIST_HOME"] = str(home)
    file = tmp_path / "other.conf"
    file.write_text(f"mist {{ http.port = {master.port}, cluster.port = {free_port()} }}\n")
    yield Background(master, home, file)
    for pid_file in (home / "mist.pid", tmp_path / "other.pid"):
        run(master, "stop", "--pid", str(pid_file))


def test_6_1_start(background: Background) -> None:
    """`start` goes to the background and leaves its pid in `$MIST_HOME/mist.pid`."""
    started = run(background.master, "start", "--config", str(background.file))
    assert started.returncode == 0, started.stderr
    pid = int((background.home / "mist.pid").read_text())
    assert Path(f"/proc/{pid}").exists()
    assert background.master.get("/v2/api/status").status == 200
    assert "event=master_started" in (background.home / "logs/mist.log").read_text()


@pytest.mark.differs("SIGTERM instead of kill -9, so running jobs may end first")
def test_6_1_stop(background: Background) -> None:
    """`stop` ends the master."""
    assert run(background.master, "start", "--config", str(background.file)).returncode == 0
    assert run(background.master, "stop").returncode == 0
    assert not reachable("127.0.0.1", background.master.port)
    assert "event=master_stopped" in (background.home / "logs/mist.log").read_text()


def test_6_1_options(background: Background, tmp_path: Path) -> None:
    """`--config`, `--router-config`, `--debug false` and `--pid` take the next word."""
    make_standin_zip(tmp_path / "standin.zip")
    (tmp_path / "other-router.conf").write_text(ROUTER_CONF)
    pid_file = tmp_path / "other.pid"  # the fixture knows it
    started = run(
        *(background.master, "start", "--config", str(background.file)),
        *("--router-config", str(tmp_path / "other-router.conf")),
        *("--debug", "false", "--pid", str(pid_file)),
    )
    assert started.returncode == 0, started.stderr
    assert background.master.call("from-file", {"value": 2})["payload"] == {"value": 2}
    assert run(background.master, "stop", "--pid", str(pid_file)).returncode == 0


def test_6_1_mist_opts(background: Background, tmp_path: Path) -> None:
    """`-Dmist.x.y=z` in `MIST_OPTS` is stronger than the file; options of a JVM are ignored."""
    file = tmp_path / "taken.conf"
    file.write_text(background.file.read_text().replace(f"{background.master.port}", "1"))
    options = f"-Xms256m -Xmx1g -Dmist.http.port={background.master.port}"
    background.master.environment["MIST_OPTS"] = options
    assert run(background.master, "start", "--config", str(file)).returncode == 0
    assert background.master.get("/v2/api/status").status == 200


def test_6_1_mist_ui_dir(background: Background, tmp_path: Path) -> None:
    """`MIST_UI_DIR` is where the pages of the UI are."""
    (tmp_path / "pages").mkdir()
    (tmp_path / "pages/index.html").write_text("pages of the variable")
    background.master.environment["MIST_UI_DIR"] = str(tmp_path / "pages")
    assert run(background.master, "start", "--config", str(background.file)).returncode == 0
    assert background.master.get("/ui/").text == "pages of the variable"


def test_6_1_mist_ui_dir_overrides(check_config: Checker) -> None:
    """`MIST_UI_DIR` overrides `mist.http.ui`."""
    checked = check_config("mist.http.ui = /file", MIST_UI_DIR="/variable")
    assert checked.values["http.ui"] == ("/variable", "MIST_UI_DIR")


def test_6_1_mist_home(installation: Installation, tmp_path: Path) -> None:
    """Without `MIST_HOME` the installation is where the program is."""
    program = tmp_path / "installed/bin/mist-master"
    program.parent.mkdir(parents=True)
    shutil.copy(installation.program, program)
    words = [str(program), "check-config"]
    checked = subprocess.run(words, env={}, capture_output=True, text=True, timeout=PATIENCE)
    assert f"mist.work-directory = {tmp_path / 'installed'} " in checked.stdout


def test_6_1_spark_home(background: Background) -> None:
    """Without `SPARK_HOME` the master does not start."""
    del background.master.environment["SPARK_HOME"]
    started = run(background.master, "start", "--config", str(background.file))
    assert started.returncode == 1
    assert "SPARK_HOME is not set" in started.stderr


@pytest.mark.differs("a file that was named must be there; only the usual ones may be missing")
def test_6_1_missing_file(background: Background, tmp_path: Path) -> None:
    """A missing configuration file is no error."""
    usual = run(background.master, "check-config")
    assert usual.returncode == 0 and "warning" not in usual.stdout
    named = run(background.master, "check-config", "--config", str(tmp_path / "none.conf"))
    assert named.returncode == 1 and "none.conf" in named.stderr


def test_6_1_substitutions(check_config: Checker) -> None:
    """Substitutions see other keys of the file, `-D` options, built-in defaults and variables."""
    checked = check_config(
        "mist { python = mine, http.ui = ${mist.work-directory}/${mist.python}\n"
        "cluster.port = ${mist.http.port}1, spark-home = ${?OF_THE_SHELL}\n"
        "context.c = ${mist.context-defaults} { run-options = ${mist.workers.runner} } }",
        MIST_OPTS="-Dmist.http.port=200",
        OF_THE_SHELL="/spark",
    )
    assert checked.exit_code == 0, checked.errors
    assert checked.values["http.ui"][0] == "/opt/mist/mine"
    assert checked.values["cluster.port"][0] == "2001"
    assert checked.values["spark-home"][0] == "/spark"
    assert checked.values["context.c.run-options"][0] == "local"
    assert checked.values["context.c.max-jobs"][0] == "1"


# ---- 6.2 keys, by their effect ------------------------------------------------------------------


def test_6_2_work_directory(moved: Master) -> None:
    """`work-directory` is the base of the data paths."""
    assert (moved.folder / "data/master.lock").exists()


def test_6_2_networking_host(moved: Master) -> None:
    """`networking.host` is bound by each service that has no host of its own."""
    assert reachable("127.0.0.2", moved.worker_port)
    assert not reachable("127.0.0.1", moved.worker_port)


@pytest.mark.differs("127.0.0.1 unless http.insecure: true says that all may run code here")
@pytest.mark.parametrize("key", ["networking.host", "http.host"])
def test_6_2_open_to_all(check_config: Checker, key: str) -> None:
    """`{key}` is 0.0.0.0 by default."""
    assert check_config().values["networking.host"] == ("127.0.0.1", "default")
    refused = check_config(f'mist.{key} = "0.0.0.0"')
    assert refused.exit_code == 1
    assert "default.conf:2: binding HTTP to 0.0.0.0 would let everybody" in refused.errors


def test_6_2_public_host_auto(check_config: Checker) -> None:
    """`networking.public-host = auto` is an address of this machine when all are bound."""
    checked = check_config('mist { networking.host = "0.0.0.0", http.insecure = true }')
    public = checked.values["networking.public-host"][0]
    assert public not in ("auto", "0.0.0.0") and socket.getaddrinfo(public, None)


def init_info(master: Master, job: dict[str, object]) -> dict[str, object]:
    workers = master.get("/v2/api/workers").json
    (info,) = (w["initInfo"] for w in workers if w["name"] == job["workerId"])
    return info


def test_6_2_public_host(moved: Master, moved_job: dict[str, object]) -> None:
    """`networking.public-host` is the address that workers are told."""
    assert init_info(moved, moved_job)["masterAddress"] == f"127.0.0.2:{moved.worker_port}"


def test_6_2_http_host(moved: Master) -> None:
    """`http.host` is bound for HTTP instead of `networking.host`."""
    assert reachable("127.0.0.1", moved.port)
    assert not reachable("127.0.0.2", moved.port)


def test_6_2_http_public_host(moved: Master, moved_job: dict[str, object]) -> None:
    """`http.public-host` and `http.port` are where workers fetch artifacts."""
    assert init_info(moved, moved_job)["masterHttpConf"] == f"mist.example:{moved.port}"


def test_6_2_http_port(moved: Master) -> None:
    """`http.port` is bound."""
    assert f"port = {moved.port}\n" in (moved.folder.parent / "configs/default.conf").read_text()
    assert moved.get("/v2/api/status").status == 200


def test_6_2_cluster_port(moved: Master, moved_job: dict[str, object]) -> None:
    """`cluster.port` is where workers dial."""
    text = (moved.folder.parent / "configs/default.conf").read_text()
    assert f"cluster.port = {moved.worker_port}\n" in text
    assert moved_job["status"] == "finished"


def test_6_2_http_ui(moved: Master) -> None:
    """`http.ui` is the folder of the UI."""
    assert moved.get("/ui/").text == "our pages"


def test_6_2_keepalive(moved: Master) -> None:
    """`http.ws-keepalive-tick` is the pause after which a websocket says keep-alive."""
    key = "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n"
    host = f"Host: 127.0.0.1:{moved.port}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
    with socket.create_connection(("127.0.0.1", moved.port), timeout=PATIENCE) as connection:
        connection.sendall(f"GET /v2/api/ws/all HTTP/1.1\r\n{host}{key}\r\n".encode())
        received = b""
        while b'{"event":"keep-alive"}' not in received:
            received += (more := connection.recv(4096))
            assert more, received


def test_6_2_dump_directory(moved: Master, moved_job: dict[str, object]) -> None:
    """`log-service.dump_directory` is where job logs are; it is made when it is missing."""
    log = moved.folder / f"old/logs/job-{moved_job['jobId']}.log"
    wait_for(lambda: log.exists() and "FinishedEvent" in log.read_text(), "the log of the job")


@pytest.mark.differs("the file is an SQLite database, not an H2 one")
def test_6_2_db_filepath(moved: Master, moved_job: dict[str, object]) -> None:
    """`db.filepath` is the file of the database."""
    assert (moved.folder / "old/recovery.db").read_bytes().startswith(b"SQLite format 3\0")
    assert not (moved.folder / "data/mist.db").exists()
    assert moved.job(str(moved_job["jobId"])) == moved_job


def test_6_2_save_path(moved: Master) -> None:
    """`artifact-repository.save-path` is where artifacts are kept."""
    before = set((moved.folder / "old/artifacts").rglob("*"))
    assert moved.upload("new.py", b"new = 1\n").status == 200
    (made,) = (p for p in set((moved.folder / "old/artifacts").rglob("*")) - before if p.is_file())
    assert made.read_bytes() == b"new = 1\n"


def test_6_2_max_artifact_size(moved: Master, moved_job: dict[str, object]) -> None:
    """`workers.max-artifact-size` is what a worker fetches at most."""
    assert init_info(moved, moved_job)["maxArtifactSize"] == 200 << 20


@pytest.fixture
def manual(prepare_master, tmp_path: Path):
    """Starts a master whose workers are started by a script that notes what it is called for."""

    def start(settings: str = "") -> Master:
        for name, text in {
            "start.sh": 'exec "$SPARK_HOME/bin/spark-submit" --master "$MIST_MASTER_ADDRESS" '
            '--name "$MIST_WORKER_NAME"',
            "stop.sh": f'echo "$MIST_WORKER_NAME" >> {tmp_path}/stopped',
            "fail.sh": "echo no machine is free; exit 3",
        }.items():
            (tmp_path / name).write_text(f"#!/bin/sh\n{text}\n")
            (tmp_path / name).chmod(0o755)
        file = tmp_path / "manual.conf"
        file.write_text(
            "mist.workers { runner = manual\n"
            f"manual {{ startCmd = {tmp_path}/start.sh, stopCmd = {tmp_path}/stop.sh }} }}\n"
            + settings.replace("HERE", str(tmp_path))
        )
        master: Master = prepare_master()
        return master.start("--config", str(file))

    return start


def stopped_workers(folder: Path) -> list[str]:
    return (folder / "stopped").read_text().split() if (folder / "stopped").exists() else []


def test_6_2_manual(manual, tmp_path: Path) -> None:
    """`workers.runner = manual` runs `manual.startCmd`, and `manual.stopCmd` after the worker."""
    master = manual()
    job = master.wait_end(master.start_job("echo", {"value": 5}))
    assert job["jobResult"] == {"value": 5}
    assert wait_for(lambda: stopped_workers(tmp_path), "the stop command") == [job["workerId"]]


def test_6_2_cluster_hosts(manual) -> None:
    """`cluster.host` is bound for workers, who are told `cluster.public-host`."""
    master = manual('mist.cluster { host = "127.0.0.3", public-host = "127.0.0.3" }\n')
    assert not reachable("127.0.0.1", master.worker_port)
    assert master.call("echo", {"value": 6})["payload"] == {"value": 6}


def test_6_2_manual_async(manual) -> None:
    """`manual.async = false`: the exit code of the start command counts."""
    master = manual(
        "mist.workers.manual { startCmd = HERE/fail.sh, async = false }\n"
        "mist.context-defaults.max-conn-failures = 1\n"
    )
    job = master.start_job("echo")
    assert master.wait_end(job)["status"] == "failed"
    assert "no machine is free" in master.whole_log(job)


def test_6_2_old_names(manual, tmp_path: Path) -> None:
    """`workers.cmd` and `workers.cmdStop`, when given, win over `manual.*`."""
    master = manual(
        "mist.workers { cmd = HERE/start.sh, cmdStop = HERE/stop.sh\n"
        "manual { startCmd = /no/such/program, stopCmd = /no/such/program } }\n"
    )
    assert master.call("echo", {"value": 7})["payload"] == {"value": 7}
    wait_for(lambda: stopped_workers(tmp_path), "the stop command")


def test_6_2_runner_init_timeout(manual) -> None:
    """`workers.runner-init-timeout` is how long a worker may take to dial in."""
    master = manual(
        "mist.workers { manual.startCmd = /bin/true, runner-init-timeout = 200 ms }\n"
        "mist.context-defaults.max-conn-failures = 1\n"
    )
    assert master.wait_end(master.start_job("echo"))["status"] == "failed"


@pytest.fixture
def kinit(prepare_master, tmp_path: Path) -> tuple[Master, Path]:
    """A master with Kerberos settings, and the folder of a kinit that notes its calls."""
    (tmp_path / "kinit").write_text(
        f'#!/bin/sh\necho "$@" >> {tmp_path}/calls\n[ ! -e {tmp_path}/away ]\n'
    )
    (tmp_path / "kinit").chmod(0o755)
    file = tmp_path / "security.conf"
    file.write_text(
        "mist.security { enabled = true, keytab = /etc/mist.keytab\n"
        'principal = "mist/host@REALM", interval = 100 ms }\n'
    )
    master: Master = prepare_master()
    master.environment["PATH"] = f"{tmp_path}:{master.environment['PATH']}"
    master.start("--config", str(file))
    return master, tmp_path


def test_6_2_security(kinit: tuple[Master, Path]) -> None:
    """`security.enabled` runs `kinit -kt <keytab> <principal>` at the start and every `interval`."""
    calls = kinit[1] / "calls"
    wait_for(lambda: len(calls.read_text().splitlines()) >= 3, "three tickets")
    assert set(calls.read_text().splitlines()) == {"-kt /etc/mist.keytab mist/host@REALM"}


@pytest.mark.differs("only the first one must be had; a later failure is logged and tried again")
def test_6_2_security_failure(kinit: tuple[Master, Path]) -> None:
    """A ticket that cannot be had ends the master."""
    master, folder = kinit
    (folder / "away").touch()
    wait_for(lambda: "event=kerberos_failed" in master.log_text(), "the failure to be logged")
    assert master.call("echo", {"value": 8})["success"]
    assert master.stop() == 0
    assert master.launch("--config", str(folder / "security.conf")).wait(PATIENCE) == 1


# ---- 6.2 keys, as check-config tells them -------------------------------------------------------


@pytest.mark.parametrize(
    ("key", "default"),
    [
        ("work-directory", "$MIST_HOME"),
        ("networking.public-host", "auto"),
        ("cluster.host", "networking.host"),
        ("cluster.public-host", "networking.public-host"),
        ("cluster.port", "2551"),
        ("http.host", "networking.host"),
        ("http.public-host", "networking.public-host"),
        ("http.port", "2004"),
        ("http.ui", "$MIST_HOME/ui"),
        ("http.ws-keepalive-tick", "1 minute"),
        ("log-service.dump_directory", "$MIST_HOME/logs"),
        ("artifact-repository.save-path", "$MIST_HOME/data/artifacts"),
        ("workers.runner", "local"),
        ("workers.runner-init-timeout", "2 minutes"),
        ("workers.ready-timeout", "2 minutes"),
        ("workers.max-artifact-size", "250 MiB"),
        ("workers.docker.host", "unix:///var/run/docker.sock"),
        ("workers.docker.image", "empty"),
        ("workers.docker.mist-home", "/usr/share/mist"),
        ("workers.docker.spark-home", "/usr/share/spark"),
        ("workers.docker.network-type", "host"),
        ("workers.docker.auto-master-network.container-id", "empty"),
        ("workers.manual.startCmd", "empty"),
        ("workers.manual.stopCmd", "empty"),
        ("workers.manual.async", "true"),
        ("workers.cmd", "empty"),
        ("workers.cmdStop", "empty"),
        ("security.enabled", "false"),
        ("security.keytab", "empty"),
        ("security.principal", "empty"),
        ("security.interval", "1 hour"),
        ("job-extractor.init-timeout", "20 seconds"),
        ("mqtt.on", "false"),
        ("mqtt.host", "localhost"),
        ("mqtt.port", "1883"),
        ("mqtt.publish-topic", "empty"),
        ("mqtt.subscribe-topic", "empty"),
        ("context-defaults.max-jobs", "1"),
        ("kafka.on", "false"),
        ("kafka.host", "localhost"),
        ("kafka.port", "9092"),
        ("kafka.publish-topic", "empty"),
        ("kafka.subscribe-topic", "empty"),
    ],
)
def test_6_2_defaults(check_config: Checker, key: str, default: str) -> None:
    """`{key}` is by default: {default}."""
    values = check_config(MIST_HOME="/opt/mist").values
    follows = {"networking.host": "127.0.0.1", "networking.public-host": "127.0.0.1"}
    expected = {"auto": "127.0.0.1", "empty": "", **follows}.get(default, default)
    assert values[key] == (expected.replace("$MIST_HOME", "/opt/mist"), "default")


@pytest.mark.parametrize(
    ("key", "given", "shown"),
    [
        ("workers.runner-init-timeout", "Inf", "Inf"),
        ("workers.ready-timeout", "90 seconds", "90 seconds"),
        ("workers.runner", "local", "local"),
        ("workers.docker.host", '"tcp://docker:2375"', "tcp://docker:2375"),
        ("workers.docker.image", '"mist:1"', "mist:1"),
        ("workers.docker.mist-home", "/mist", "/mist"),
        ("workers.docker.spark-home", "/spark", "/spark"),
        ("workers.docker.network-type", "auto-master", "auto-master"),
        ("workers.docker.auto-master-network.container-id", "abc", "abc"),
        ("job-extractor.init-timeout", "40s", "40 seconds"),
        ("mqtt.on", "true", "true"),
        ("mqtt.host", '"10.0.0.3"', "10.0.0.3"),
        ("mqtt.port", "1884", "1884"),
        ("mqtt.publish-topic", "out", "out"),
        ("mqtt.subscribe-topic", "in", "in"),
        ("security.interval", "30 minutes", "30 minutes"),
        ("kafka.on", "true", "true"),
        ("kafka.host", "broker", "broker"),
        ("kafka.port", "9093", "9093"),
        ("kafka.publish-topic", "out", "out"),
        ("kafka.subscribe-topic", "in", "in"),
    ],
)
def test_6_2_read(check_config: Checker, key: str, given: str, shown: str) -> None:
    """`{key} = {given}` is taken from the file."""
    assert check_config(f"mist.{key} = {given}").values[key] == (shown, "default.conf:2")


def test_6_2_ready_timeout_is_finite(check_config: Checker) -> None:
    """`workers.ready-timeout` must be finite."""
    refused = check_config("mist.workers.ready-timeout = Inf")
    assert refused.exit_code == 1
    assert "default.conf:2: workers.ready-timeout must be a finite duration" in refused.errors


@pytest.mark.parametrize("runner", ["manual", "docker"])
def test_6_2_runners(check_config: Checker, runner: str) -> None:
    """`workers.runner = {runner}` is known, and asks for what it needs."""
    refused = check_config(f"mist.workers.runner = {runner}")
    assert f"default.conf:2: workers.runner: {runner} needs workers.{runner}." in refused.errors


@pytest.mark.differs("{reason}")
@pytest.mark.parametrize(
    ("key", "value", "reason"),
    [
        (
            "db.jdbcUrl",
            '"jdbc:postgresql://db/mist"',
            "jobs are kept in SQLite (`db.filepath`), not in H2 or PostgreSQL",
        ),
    ],
)
def test_6_2_refused(check_config: Checker, key: str, value: str, reason: str) -> None:
    """`{key} = {value}` is refused with its line and the reason."""
    refused = check_config(f"mist.{key} = {value}")
    assert refused.exit_code == 1
    told = value.strip('"')
    assert f"default.conf:2: {key} cannot be '{told}': {reason}" in refused.errors


@pytest.mark.differs("{reason}")
@pytest.mark.parametrize(
    ("key", "value", "reason"),
    [
        ("log-service.host", '"0.0.0.0"', "log lines come through `cluster.port`"),
        ("log-service.public-host", "auto", "log lines come through `cluster.port`"),
        ("log-service.port", "2005", "log lines come through `cluster.port`"),
        ("db.driverClass", '"org.h2.Driver"', "jobs are kept in SQLite (`db.filepath`)"),
        ("db.username", "mist", "jobs are kept in SQLite (`db.filepath`)"),
        ("db.password", "x", "jobs are kept in SQLite (`db.filepath`)"),
        ("db.poolSize", "10", "jobs are kept in SQLite (`db.filepath`)"),
        ("db.migration", "true", "jobs are kept in SQLite (`db.filepath`)"),
        ("contexts-store.path", "/contexts", "contexts are kept in the database"),
        ("functions-store.path", "/functions", "functions are kept in the database"),
        (
            "job-extractor.cache-entry-ttl",
            "60s",
            "what an artifact holds is stored for good, by its contents",
        ),
        (
            "job-extractor.spark-conf.spark.driver.memory",
            "1g",
            "artifacts are read without Spark",
        ),
    ],
)
def test_6_2_without_effect(check_config: Checker, key: str, value: str, reason: str) -> None:
    """`{key}` is warned of with its line."""
    checked = check_config(f"mist.{key} = {value}")
    assert checked.exit_code == 0, checked.errors
    assert checked.warnings == [f"default.conf:2: {key} has no effect: {reason}"]


def test_6_2_jobs_resolver(check_config: Checker) -> None:
    """`jobs-resolver.save-path` has no effect."""
    (warning,) = check_config("mist.jobs-resolver.save-path = /elsewhere").warnings
    assert warning == "default.conf:2: jobs-resolver.save-path has no effect: it never had a use"


@pytest.mark.differs("there is no Akka inside; a warning with the line names what there is instead")
@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("akka.http.server.idle-timeout", "20 minutes"),
        ("akka.http.server.request-timeout", "10 minutes"),
        ("akka.http.server.parsing.max-content-length", "500m"),
        ("akka.remote.netty.tcp.maximum-frame-size", "10485760b"),
        ("writers-blocking-dispatcher.thread-pool-executor.fixed-pool-size", "20"),
    ],
)
def test_6_2_akka(check_config: Checker, key: str, value: str) -> None:
    """`{key}` can be set."""
    checked = check_config(f"{key} = {value}")
    assert checked.exit_code == 0, checked.errors
    (warning,) = checked.warnings
    assert warning.startswith(f"default.conf:2: {key} has no effect: there is no Akka inside")


# ---- 6.3 context settings -----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("downtime", "Inf"),
        ("maxJobs", 3),
        ("precreated", True),
        ("workerMode", "shared"),
        ("runOptions", "--verbose"),
        ("streamingDuration", "2s"),
        ("maxConnFailures", 7),
        ("sparkConf", {"spark.x": "1"}),
    ],
)
def test_6_3_settings(shared_master: Master, key: str, value: object) -> None:
    """`{key}` is accepted in JSON and read back as it was given."""
    name = f"compat-{key}"
    shared_master.put_context(name, **{key: value})
    assert shared_master.get(f"/v2/api/contexts/{name}").json[key] == value


@pytest.mark.parametrize(
    ("key", "default"),
    [
        ("sparkConf", {"spark.master": "local[*]"}),
        ("downtime", "3600s"),
        ("maxJobs", 1),
        ("precreated", False),
        ("workerMode", "exclusive"),
        ("runOptions", ""),
        ("streamingDuration", "1s"),
        ("maxConnFailures", 5),
    ],
)
def test_6_3_defaults(shared_master: Master, key: str, default: object) -> None:
    """The default context has the defaults of 1.1 and of its shipped file."""
    assert shared_master.get("/v2/api/contexts/default").json[key] == default


@pytest.mark.parametrize(
    ("file_key", "key", "value"),
    [
        ("downtime", "downtime", "1800s"),
        ("max-jobs", "maxJobs", 2),
        ("worker-mode", "workerMode", "shared"),
        ("run-options", "runOptions", "--verbose"),
        ("streaming-duration", "streamingDuration", "10s"),
        ("max-conn-failures", "maxConnFailures", 7),
    ],
)
def test_6_3_file(moved: Master, file_key: str, key: str, value: object) -> None:
    """`context.<name>.{file_key}` of the file is `{key}` in JSON."""
    assert moved.get("/v2/api/contexts/whole").json[key] == value


def test_6_3_file_spark_conf(moved: Master) -> None:
    """`spark-conf` of the file is flattened, its keys lose their quotes, its values are text."""
    conf = moved.get("/v2/api/contexts/whole").json["sparkConf"]
    assert conf == {
        "spark.master": "yarn",
        "spark.executor.cores": "3",
        "spark.x": "true",
        "spark.ui.enabled": "false",  # of context-defaults
    }


def test_6_3_file_precreated(moved: Master) -> None:
    """`precreated` of the file starts shared workers before the first job."""
    assert moved.get("/v2/api/contexts/ready").json["precreated"] is True
    wait_for(lambda: any(w.startswith("ready_") for w in moved.workers()), "the worker")


def test_6_3_file_forever(moved: Master) -> None:
    """`downtime = Inf` of the file is Inf."""
    assert moved.get("/v2/api/contexts/forever").json["downtime"] == "Inf"


def test_6_3_fallback(moved: Master) -> None:
    """A context of the file falls back to `context-defaults`, which is the context `default`."""
    bare, default = (moved.get(f"/v2/api/contexts/{name}").json for name in ("bare", "default"))
    assert bare | {"name": "default"} == default
    assert (default["maxJobs"], default["downtime"], default["maxConnFailures"]) == (4, "7200s", 9)
    assert default["sparkConf"] == {"spark.master": "local[2]", "spark.ui.enabled": "false"}


def test_6_3_json_fallback(moved: Master) -> None:
    """What a context of HTTP lacks comes from `context-defaults` of the file."""
    made = moved.put_context("of-http", maxJobs=1)
    assert (made["downtime"], made["streamingDuration"]) == ("7200s", "3s")


def test_6_3_max_jobs_wins(moved: Master) -> None:
    """`max-parallel-jobs` loses to `max-jobs`."""
    assert moved.get("/v2/api/contexts/both-names").json["maxJobs"] == 2


@pytest.mark.differs("`max-parallel-jobs` counts when `max-jobs` is not given beside it (D23)")
def test_6_3_max_parallel_jobs(moved: Master) -> None:
    """`max-parallel-jobs` alone has no effect."""
    assert moved.get("/v2/api/contexts/old-name").json["maxJobs"] == 3


def test_6_3_default_is_fixed(moved: Master) -> None:
    """The context `default` cannot be written or deleted over HTTP."""
    default = moved.get("/v2/api/contexts/default").json
    changed = default | {"maxJobs": 1}
    assert moved.request("PUT", "/v2/api/contexts/default", changed).status == 400
    assert moved.request("POST", "/v2/api/contexts", changed).status == 400
    assert moved.request("DELETE", "/v2/api/contexts/default").status in (400, 404)
    assert moved.get("/v2/api/contexts/default").json == default


@pytest.mark.differs(
    "only `mist-master reload` or SIGHUP reads it again, so half an edit runs never"
)
def test_6_3_reload(prepare_master, tmp_path: Path) -> None:
    """`context.<name>` of the file is read at every look-up."""
    file = tmp_path / "reload.conf"
    file.write_text("mist.context.c.max-jobs = 2\n")
    master: Master = prepare_master()
    master.start("--config", str(file))
    file.write_text("mist.context.c.max-jobs = 3\n")
    assert master.get("/v2/api/contexts/c").json["maxJobs"] == 2
    assert master.process is not None
    master.process.send_signal(signal.SIGHUP)
    wait_for(lambda: master.get("/v2/api/contexts/c").json["maxJobs"] == 3, "the reload")


# ---- 6.4 ports ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("port", "key", "use"),
    [
        (2004, "http.port", "HTTP, the UI, websockets and artifacts"),
        (2551, "cluster.port", "workers"),
    ],
)
def test_6_4_ports(check_config: Checker, port: int, key: str, use: str) -> None:
    """Port {port} is for {use}."""
    assert check_config().values[key] == (str(port), "default")


@pytest.mark.differs("log lines come through 2551, nothing listens on 2005")
def test_6_4_log_port(moved: Master, moved_job: dict[str, object]) -> None:
    """Port 2005 is for log lines of workers."""
    assert init_info(moved, moved_job)["logService"] == f"127.0.0.2:{moved.worker_port}"
