"""Section 5: how workers are started, the worker program, artifacts and the info provider."""

from __future__ import annotations

import os
import re
import signal
import subprocess
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

import world.master
from fake_docker import FakeDocker
from fake_spark import use_submit_script
from installation import FUNCTIONS
from mist_master import Master, log_messages, wait_for
from world.api import Api
from world.places import SparkLine, log_folder
from world.ports import free_ports
from world.probes import SPARK_CONF
from world.waiting import eventually

ON_SPARK = Path(__file__).parent / "functions/python/on_spark.py"
WORKER_CLASS = "io.hydrosphere.mist.worker.Worker"

StartMaster = Callable[..., Master]


def why_not_started(master: Master, **settings: object) -> str:
    """What the log of a job says about the worker of its context that does not start."""
    master.put_context("c", maxConnFailures=1, **settings)
    job = master.wait_end(master.start_job("echo", context="c"))
    assert job["status"] == "failed", job
    (line,) = (m for m in log_messages(master.whole_log(job["jobId"])) if "did not start" in m)
    return line.partition(" did not start: ")[2]


def script(path: Path, text: str) -> Path:
    path.write_text(f"#!/bin/sh\n{text}\n")
    path.chmod(0o755)
    return path


# ---- 5.1 the start command ----------------------------------------------------------------------


@dataclass
class Submitted:
    master: Master
    words: list[str]
    job: Any

    def behind(self, word: str) -> str:
        return self.words[self.words.index(word) + 1]

    @property
    def worker_jar(self) -> str:
        return self.words[self.words.index("--class") + 2]


@pytest.fixture
def submit(prepare_master: StartMaster, tmp_path: Path) -> Callable[..., Submitted]:
    """Runs a job in a context with these settings; spark-submit writes down its arguments."""
    words = tmp_path / "words"
    record = f"""printf '%s\\n' "$0" "$@" > {words}"""
    master = prepare_master(http_port=free_ports(1)[0])
    use_submit_script(master, tmp_path, record).start()

    def submitted(**settings: object) -> Submitted:
        master.put_context("c", **settings)
        job = master.wait_end(master.start_job("echo", context="c"))
        assert job["status"] == "finished", job
        return Submitted(master, words.read_text().splitlines(), job)

    return submitted


def test_5_1_order(submit: Callable[..., Submitted]) -> None:
    """spark-submit, run options, --conf for each setting, --class, worker jar, --master, --name."""
    conf = {"spark.master": "local[1]", "spark.a": "b c"}
    done = submit(runOptions="--driver-memory 1g", sparkConf=conf)
    spark_home = Path(done.master.environment["SPARK_HOME"])
    jar = done.words[9]
    assert done.words == [
        str(spark_home.resolve() / "bin/spark-submit"),
        *("--driver-memory", "1g"),
        *("--conf", "spark.a=b c", "--conf", "spark.master=local[1]"),
        *("--class", WORKER_CLASS, jar),
        *("--master", f"127.0.0.1:{done.master.worker_port}"),
        *("--name", done.job["workerId"]),
    ]


@pytest.mark.parametrize(
    ("options", "tokens"),
    [
        ("--a b  c ", ["--a", "b", "c"]),
        ('--a "b c" d', ["--a", "b c", "d"]),
        ("--a 'b \"c' d", ["--a", 'b "c', "d"]),
        ('--a=b"c d"', ['--a=b"c', 'd"']),
        ('"a\\" b', ["a\\", "b"]),
        ('"" a', ["", "a"]),
    ],
)
def test_5_1_run_options(submit: Callable[..., Submitted], options: str, tokens: list[str]) -> None:
    """runOptions is split at spaces; a quote at a token's start holds it together, without escapes."""
    words = submit(runOptions=options, sparkConf={}).words
    assert words[1 : words.index("--class")] == tokens


@pytest.mark.parametrize(
    ("spark_master", "deploy_mode"),
    [
        ("k8s://https://k", ""),
        ("k8s://https://k", "client"),
        ("spark://s", "cluster"),
        ("", "cluster"),
    ],
)
def test_5_1_jar_by_http(
    submit: Callable[..., Submitted], spark_master: str, deploy_mode: str
) -> None:
    """On k8s://, and in cluster deploy mode other than YARN's, the worker jar is a URL of the master."""
    conf = {"spark.master": spark_master, "spark.submit.deployMode": deploy_mode}
    done = submit(sparkConf={key: value for key, value in conf.items() if value})
    path = "/v2/api/artifacts_internal/mist-worker.jar"
    assert done.worker_jar == f"http://127.0.0.1:{done.master.port}{path}"
    assert done.master.get(path).body == b"worker jar"


@pytest.mark.differs(
    "it is $MIST_HOME/lib/mist-worker_<Scala version>.jar, since there is one for each"
)
@pytest.mark.parametrize(
    ("spark_master", "deploy_mode"),
    [("yarn", "client"), ("yarn", "cluster"), ("spark://s", "client"), ("local[1]", ""), ("", "")],
)
def test_5_1_jar_on_disk(
    submit: Callable[..., Submitted], spark_master: str, deploy_mode: str
) -> None:
    """With YARN, and in client deploy mode, the worker jar is $MIST_HOME/mist-worker.jar."""
    conf = {"spark.master": spark_master, "spark.submit.deployMode": deploy_mode}
    done = submit(sparkConf={key: value for key, value in conf.items() if value})
    home = done.master.environment["MIST_HOME"]
    assert re.fullmatch(rf"{home}/lib/mist-worker_2\.1[23]\.jar", done.worker_jar)


@pytest.mark.differs("1.1 knows no secret; here it must not be on a command line")
@pytest.mark.parametrize("spark_master", ["yarn", "k8s://https://k"])
def test_5_1_secret_file(submit: Callable[..., Submitted], spark_master: str) -> None:
    """For a driver in YARN or Kubernetes there is a --properties-file with the worker's secret."""
    conf = {"spark.master": spark_master, "spark.submit.deployMode": "cluster"}
    done = submit(sparkConf=conf)
    assert done.words.index("--properties-file") < done.words.index("--class")
    secrets = done.master.folder / "data/worker-secrets"
    assert done.behind("--properties-file").startswith(str(secrets))


@pytest.mark.differs("Java 17 needs them, and no one else adds them there")
def test_5_1_java_options(submit: Callable[..., Submitted]) -> None:
    """A driver in a standalone cluster has --add-opens before its own Java options."""
    conf = {
        "spark.master": "spark://s",
        "spark.submit.deployMode": "cluster",
        "spark.driver.extraJavaOptions": "-Da=b",
    }
    options = submit(sparkConf=conf).behind("--conf")
    assert options.startswith("spark.driver.extraJavaOptions=-XX:+IgnoreUnrecognizedVMOptions ")
    assert options.endswith(" -Da=b")


# ---- 5.2 local workers --------------------------------------------------------------------------


def test_5_2_local_spark_home(prepare_master: StartMaster) -> None:
    """Without SPARK_HOME the master does not start."""
    master = prepare_master()
    del master.environment["SPARK_HOME"]
    assert master.launch().wait(20) == 1
    assert "SPARK_HOME is not set" in master.log_text()


def test_5_2_local_environment(prepare_master: StartMaster, tmp_path: Path) -> None:
    """local: spark-submit is a child of the master and has its environment."""
    master = prepare_master()
    seen = tmp_path / "seen"
    use_submit_script(master, tmp_path, f'echo "$PPID $COLOUR" > {seen}')
    master.environment["COLOUR"] = "blue"
    master.start()
    assert master.call("echo")["success"]
    assert master.process is not None
    assert seen.read_text() == f"{master.process.pid} blue\n"


def test_5_2_local_exit(start_master: StartMaster) -> None:
    """local: an exit code other than 0 fails the start and is told with the output, joined by ;."""
    why = why_not_started(start_master(), sparkConf={"standin.start": "exit"})
    assert why == (
        "Process terminated with error: Process exited with status code 3 and out: "
        'first line;Exception in thread "main": no such Spark master'
    )


@pytest.mark.differs("it is the last 25 lines, where Spark says what was wrong, not the first")
def test_5_2_local_output(prepare_master: StartMaster, tmp_path: Path) -> None:
    """local: 25 lines of the output are told."""
    use_submit_script(master := prepare_master(), tmp_path, "seq 1 30; exit 2")
    why = why_not_started(master.start())
    assert why.partition(" and out: ")[2] == ";".join(map(str, range(6, 31)))


def test_5_2_local_exit_0(start_master: StartMaster) -> None:
    """local: after exit code 0 in cluster deploy mode the worker is waited for."""
    master = start_master()
    conf = {"spark.submit.deployMode": "cluster", "standin.start": "leave"}
    master.put_context("c", sparkConf=conf)
    job = master.wait_end(master.start_job("echo", context="c"))
    assert job["status"] == "finished"


@pytest.mark.differs("the driver has ended with it; 1.1 waits for the init timeout")
def test_5_2_local_exit_0_client(prepare_master: StartMaster, tmp_path: Path) -> None:
    """local: exit code 0 in client deploy mode fails the start."""
    use_submit_script(master := prepare_master(), tmp_path, "exit 0")
    assert "Process exited with status code 0" in why_not_started(master.start())


def test_5_2_local_no_command(prepare_master: StartMaster, tmp_path: Path) -> None:
    """local: a command that cannot be run at all is told as Starting worker failed."""
    use_submit_script(master := prepare_master(), tmp_path, "")
    master.start()
    (Path(master.environment["SPARK_HOME"]) / "bin/spark-submit").unlink()
    assert why_not_started(master).startswith("Starting worker failed")


# ---- 5.2 workers in containers ------------------------------------------------------------------


@pytest.fixture
def docker(start_master: StartMaster, tmp_path: Path) -> Iterator[Callable[..., Any]]:
    """Starts a master with a fake Docker. Settings are those of workers.docker."""
    made: list[FakeDocker] = []

    def start(networks: dict[str, Any] | None = None, **settings: object) -> Any:
        socket = tmp_path / "docker.sock"
        named = {f"workers_docker_{key}": value for key, value in settings.items()}
        # The image's Spark home has no worker here.
        master = start_master(
            workers_runner="docker",
            workers_docker_host=f"unix://{socket}",
            **({"workers_docker_image": "mist-image"} | named),
        )
        standin = (master.installation.empty / "bin/spark-submit").resolve()
        made.append(FakeDocker(socket, standin, networks))
        return master, made[-1]

    yield start
    for fake in made:
        fake.close()


def created(docker: Any, **settings: object) -> dict[str, Any]:
    master, fake = docker(**settings)
    job = master.wait_end(master.start_job("echo"))
    assert job["status"] == "finished", job
    return fake.created[0] | {"worker": job["workerId"]}


def test_5_2_docker_container(docker: Callable[..., Any]) -> None:
    """docker: a container of the image, whose entry point is the start command inside it."""
    spec = created(docker)
    assert spec["Image"] == "mist-image"
    entrypoint = spec["Entrypoint"]
    assert entrypoint[0] == "/usr/share/spark/bin/spark-submit"
    jar = entrypoint[entrypoint.index("--class") + 2]
    assert jar.startswith("/usr/share/mist/")
    assert entrypoint[-2:] == ["--name", spec["worker"]]


def test_5_2_docker_homes(docker: Callable[..., Any]) -> None:
    """docker: docker.spark-home and docker.mist-home are the places inside the image."""
    entrypoint = created(docker, spark_home="/in/spark", mist_home="/in/mist")["Entrypoint"]
    assert entrypoint[0] == "/in/spark/bin/spark-submit"
    assert entrypoint[entrypoint.index("--class") + 2].startswith("/in/mist/")


def test_5_2_docker_label(docker: Callable[..., Any]) -> None:
    """docker: the container has the label mist.worker=<id>."""
    spec = created(docker)
    assert spec["Labels"]["mist.worker"] == spec["worker"]


@pytest.mark.parametrize("network", [None, "bridge", "a-network"])
def test_5_2_docker_network(docker: Callable[..., Any], network: str | None) -> None:
    """docker: the network is network-type, host by default."""
    settings = {"network_type": network} if network else {}
    host_config = created(docker, **settings)["HostConfig"]
    assert host_config == {"NetworkMode": network or "host"}


AUTO = {"network_type": "auto-master", "auto_master_network_container_id": "the-master"}


def test_5_2_docker_auto_master_bridge(docker: Callable[..., Any]) -> None:
    """docker, auto-master: on the bridge the worker has the master's links and the link master."""
    networks = {"bridge": {"Links": ["database:db"], "Aliases": None}}
    assert created(docker, networks=networks, **AUTO)["HostConfig"] == {
        "NetworkMode": "bridge",
        "Links": ["database:db", "the-master:master"],
    }


def test_5_2_docker_auto_master_host(docker: Callable[..., Any]) -> None:
    """docker, auto-master: a master in the host's network has its workers there."""
    networks: dict[str, Any] = {"host": {"Links": None, "Aliases": None}}
    host_config = created(docker, networks=networks, **AUTO)["HostConfig"]
    assert host_config == {"NetworkMode": "host"}


@pytest.mark.differs(
    "the master's aliases are not copied: what is said to the master would arrive at workers"
)
def test_5_2_docker_auto_master_named(docker: Callable[..., Any]) -> None:
    """docker, auto-master: in a named network the worker joins that network."""
    networks: dict[str, Any] = {"mist-net": {"Links": None, "Aliases": ["the-name"]}}
    spec = created(docker, networks=networks, **AUTO)
    assert spec["HostConfig"] == {"NetworkMode": "mist-net"}
    assert "the-name" not in str(spec)


@pytest.mark.differs("1.1 only logs it and waits for the init timeout")
def test_5_2_docker_error(docker: Callable[..., Any]) -> None:
    """docker: what Docker refuses fails the start at once."""
    master, _ = docker(image="no-such-image")
    why = why_not_started(master)
    assert why.startswith("Starting worker failed") and "No such image" in why


@pytest.mark.differs("1.1 does not watch the container")
def test_5_2_docker_exit(docker: Callable[..., Any]) -> None:
    """docker: a container that ends early fails the start at once, with its exit code."""
    master, _ = docker()
    why = why_not_started(master, sparkConf={"standin.start": "exit"})
    assert "Process exited with status code 3" in why


@pytest.mark.differs("1.1 leaves it")
def test_5_2_docker_removed(docker: Callable[..., Any]) -> None:
    """docker: the container of a worker that has stopped is removed."""
    master, fake = docker()
    assert master.call("echo")["success"]
    wait_for(lambda: fake.removed == ["container1"], "the container to be removed")


# ---- 5.2 workers by own commands ----------------------------------------------------------------

WORKER = '"$SPARK_HOME/bin/spark-submit" --master "$MIST_MASTER_ADDRESS" --name "$MIST_WORKER_NAME"'


@pytest.fixture
def manual(start_master: StartMaster, tmp_path: Path) -> Callable[..., Master]:
    """Starts a master whose start command is this script; its stop command writes its environment."""

    def start(text: str, **settings: object) -> Master:
        stop = f"env > {tmp_path}/$MIST_WORKER_NAME.stopping; mv {tmp_path}/$MIST_WORKER_NAME.stop*"
        return start_master(
            workers_runner="manual",
            workers_manual_startcmd=f"'{script(tmp_path / 'start worker', text)}' \"an option\"",
            workers_manual_stopcmd=script(
                tmp_path / "stop", f"{stop} {tmp_path}/$MIST_WORKER_NAME.stopped"
            ),
            **settings,
        )

    return start


def stop_environment(tmp_path: Path, worker: str) -> dict[str, str]:
    file = tmp_path / f"{worker}.stopped"
    wait_for(file.exists, "the stop command")
    return dict(line.split("=", 1) for line in file.read_text().splitlines() if "=" in line)


def test_5_2_manual_environment(manual: Callable[..., Master], tmp_path: Path) -> None:
    """manual: the start command is told everything in its environment, and gets its own words."""
    master = manual(f'echo "$#$1" > {tmp_path}/words; env > {tmp_path}/env; exec {WORKER}')
    conf = {"spark.a": "b c", "spark.d": "e"}
    master.put_context("c", sparkConf=conf, runOptions='--x "y z"')
    job = master.wait_end(master.start_job("echo", context="c"))
    lines = (tmp_path / "env").read_text().splitlines()
    seen = dict(line.split("=", 1) for line in lines if "=" in line)
    assert {key: value for key, value in seen.items() if key in MANUAL_VARIABLES} == {
        "MIST_MASTER_ADDRESS": f"127.0.0.1:{master.worker_port}",
        "MIST_WORKER_NAME": job["workerId"],
        "MIST_WORKER_RUN_OPTIONS": '--x "y z"',
        "MIST_WORKER_SPARK_CONF": "spark.a=b c|+|spark.d=e",
        "MIST_WORKER_SPARK_CONF_PREPARED": "--conf spark.a=b c --conf spark.d=e",
    }
    assert seen["PATH"] == master.environment["PATH"]
    assert (tmp_path / "words").read_text() == "1an option\n"


MANUAL_VARIABLES = {
    "MIST_MASTER_ADDRESS",
    "MIST_WORKER_NAME",
    "MIST_WORKER_RUN_OPTIONS",
    "MIST_WORKER_SPARK_CONF",
    "MIST_WORKER_SPARK_CONF_PREPARED",
}


@pytest.mark.differs("a worker proves a secret, and its jar's name depends on the Scala version")
def test_5_2_manual_more(manual: Callable[..., Master], tmp_path: Path) -> None:
    """manual: the start command is also told MIST_WORKER_SECRET and MIST_WORKER_JAR."""
    master = manual(f'echo "$MIST_WORKER_SECRET $MIST_WORKER_JAR" > {tmp_path}/more; exec {WORKER}')
    assert master.call("echo")["success"]
    secret, jar = (tmp_path / "more").read_text().split()
    assert len(secret) >= 32 and Path(jar).exists()


def test_5_2_manual_stop(manual: Callable[..., Master], tmp_path: Path) -> None:
    """manual: the stop command runs when a worker has stopped and gets only MIST_WORKER_NAME."""
    master = manual(f"exec {WORKER}")
    worker = master.wait_end(master.start_job("echo"))["workerId"]
    environment = stop_environment(tmp_path, worker)
    assert environment["MIST_WORKER_NAME"] == worker
    assert not (MANUAL_VARIABLES - {"MIST_WORKER_NAME"}) & environment.keys()


def test_5_2_manual_stop_when_lost(manual: Callable[..., Master], tmp_path: Path) -> None:
    """manual: the stop command runs when the connection to a worker is lost."""
    master = manual(f"exec {WORKER}")
    worker = master.wait_end(master.start_job("die"))["workerId"]
    assert stop_environment(tmp_path, worker)


def test_5_2_manual_exit(manual: Callable[..., Master], tmp_path: Path) -> None:
    """manual, async=false: an exit code other than 0 fails the start; the stop command runs."""
    master = manual("echo no machine is free; exit 4", workers_manual_async="false")
    why = why_not_started(master)
    assert why == (
        "Process terminated with error: Process exited with status code 4 and out: "
        "no machine is free"
    )
    (stopped,) = wait_for(lambda: list(tmp_path.glob("c_*_1.stopped")), "the stop command")
    assert stopped.exists()


def test_5_2_manual_async(manual: Callable[..., Master]) -> None:
    """manual, async=true (default): the exit code is not looked at, only the init timeout counts."""
    why = why_not_started(manual("exit 4", workers_runner_init_timeout="300 ms"))
    assert re.fullmatch(r"Registration for c_\S+_1 wasn't happened for 300 milliseconds", why)


# ---- 5.3 the worker program ---------------------------------------------------------------------


@pytest.mark.parametrize(
    ("words", "complaint"),
    [
        ("--name w", "--master host:port is missing"),
        ("--master 127.0.0.1 --name w", "--master 127.0.0.1 is not host:port"),
        ("--master 127.0.0.1:1", "--name is missing"),
        ("--master 127.0.0.1:1 --name _w", "--name _w is not a worker id"),
        ("--master 127.0.0.1:1 --name a.b", "--name a.b is not a worker id"),
    ],
)
def test_5_3_wrong_options(line: SparkLine, words: str, complaint: str) -> None:
    """A worker whose --master or --name is missing or wrong ends with exit code 1."""
    ended = subprocess.run(
        [
            "java",
            "-cp",
            f"{line.jar('mist-worker')}:{line.home}/jars/*",
            WORKER_CLASS,
            *words.split(),
        ],
        env=line.environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert (ended.returncode, complaint in ended.stderr) == (1, True), ended.stderr


@dataclass
class Program:
    """What was seen of a worker that a start command ran with more options than it knows."""

    job: Any
    files: list[str]
    files_after: list[str]
    exit_code: str


@pytest.fixture(scope="session")
def program(line: SparkLine, tmp_path_factory: pytest.TempPathFactory) -> Program:
    folder = tmp_path_factory.mktemp("program")
    work = folder / "work"
    work.mkdir()
    options = f"--bind-address 127.0.0.1:0 --work-dir {work} --colour blue"
    submit = f'$MIST_WORKER_SPARK_CONF_PREPARED --class {WORKER_CLASS} "$MIST_WORKER_JAR"'
    worker = WORKER.replace("--master", f"{submit} --master")
    # What the start command leaves behind goes on, and sees the end of the worker.
    start = script(
        folder / "start",
        f"({worker} {options}; echo $? > {folder}/ending; mv {folder}/ending {folder}/code) &",
    )
    master = world.master.Master(
        line,
        folder,
        log_folder(line.name, "worker-program"),
        MIST_WORKERS_RUNNER="manual",
        MIST_WORKERS_MANUAL_STARTCMD=str(start),
    )
    try:
        master.start()
        api = master.api
        api.put_context("shared", sparkConf=SPARK_CONF, workerMode="shared", downtime="1s")
        api.upload_file(ON_SPARK)
        api.register("count", ON_SPARK.name, "count")
        running = api.start("count")
        files: set[str] = set()

        def has_ended() -> bool:
            files.update(_files(work))
            return (folder / "code").exists()

        eventually(has_ended, "the end of the idle worker")
        code = (folder / "code").read_text().strip()
        seen = Program(api.job(running), sorted(files), _files(work), code)
        master.stop()
        return seen
    finally:
        master.kill()


def _files(folder: Path) -> list[str]:
    return [str(path.relative_to(folder)) for path in folder.rglob("*")]


def test_5_3_unknown_options(program: Program) -> None:
    """The worker program ignores options that it does not know, and ends with 0 when it was stopped."""
    assert program.job["status"] == "finished", program.job
    assert program.exit_code == "0"


@pytest.mark.differs("the worker dials the master only, so it has no endpoint to bind")
def test_5_3_bind_address(program: Program) -> None:
    """--bind-address is accepted and has no effect."""
    assert program.job["status"] == "finished"


def test_5_3_work_dir(program: Program) -> None:
    """A folder worker-<id> is made in --work-dir and deleted at the end."""
    assert f"worker-{program.job['workerId']}" in program.files
    assert program.files_after == []


@pytest.mark.differs("the process is killed too; 1.1 lets it run and end itself")
def test_5_3_registration(prepare_master: StartMaster, tmp_path: Path) -> None:
    """A worker that does not register within runner-init-timeout: Registration for <id> wasn't ..."""
    master = prepare_master(workers_runner_init_timeout="300 ms")
    use_submit_script(master, tmp_path, "exec sleep 1000").start()
    why = why_not_started(master)
    assert re.fullmatch(r"Registration for c_\S+_1 wasn't happened for 300 milliseconds", why)
    pid = re.search(r"event=worker_started .*pid (\d+)", master.log_text())
    assert pid is not None, master.log_text()
    wait_for(lambda: not Path(f"/proc/{pid[1]}").exists(), "the process to end")


def test_5_3_ready(start_master: StartMaster) -> None:
    """A worker not ready within ready-timeout: Worker <id> was terminated during initialization."""
    master = start_master(workers_ready_timeout="300 ms")
    why = why_not_started(master, sparkConf={"standin.start": "mute"})
    assert re.match(r"Worker c_\S+_1 was terminated during initialization", why)


def test_5_3_spark_context(start_master: StartMaster) -> None:
    """A worker without SparkContext: Worker <id> instantiation failed:Spark context instantiation failed, ..."""
    why = why_not_started(start_master(), sparkConf={"standin.start": "fail"})
    expected = r"Worker c_\S+_1 instantiation failed:Spark context instantiation failed, as asked"
    assert re.fullmatch(expected, why)


@pytest.mark.differs(
    "workers.stop-grace, and then it is killed; 1.1 gives it 1 minute and leaves it"
)
def test_5_3_stop(start_master: StartMaster) -> None:
    """A worker that does not stop when it is asked to is given up."""
    master = start_master(workers_stop_grace="200 ms")
    master.put_context("c", workerMode="shared")
    worker = master.wait_end(master.start_job("echo", context="c"))["workerId"]
    (pid,) = master.worker_pids(worker)
    os.kill(pid, signal.SIGSTOP)
    master.put_context("c", workerMode="shared", sparkConf={"changed": "yes"})
    wait_for(lambda: not master.worker_pids(worker), "the process to be killed")
    master.wait_workers(0)


# ---- 5.4 Spark and artifacts --------------------------------------------------------------------


def surroundings(api: Api, **query: str) -> Any:
    job = api.wait_for_status(api.start("surroundings", **query), "finished")
    return job["jobResult"] | {"worker": job["workerId"]}


def test_5_4_spark_settings(on_spark: Api) -> None:
    """Spark's application name is the worker id; stopSparkContextByDefault is false."""
    seen = surroundings(on_spark)
    assert seen["conf"]["spark.app.name"] == seen["worker"]
    assert seen["conf"]["spark.streaming.stopSparkContextByDefault"] == "false"


@pytest.mark.differs(
    "worker-<id>/<SHA-256>/<key>, so that versions are apart; 1.1 has worker-<id>/<key>"
)
def test_5_4_artifact_place(program: Program) -> None:
    """A worker keeps an artifact in its folder, under its key."""
    place = rf"worker-{program.job['workerId']}/[0-9a-f]{{64}}/{ON_SPARK.name}"
    assert [file for file in program.files if re.fullmatch(place, file)]


@pytest.mark.differs("1.1 goes on with the old file and logs a warning (D27)")
def test_5_4_new_contents(on_spark: Api) -> None:
    """A shared worker runs the new contents of a key that it has already."""
    for answer in ("1", "2"):
        source = (
            "from mistpy.decorators import on_spark_context\n"
            f"@on_spark_context\ndef replaced(sc):\n    return {answer}\n"
        )
        on_spark.upload("replaced.py", source.encode(), force=True)
        on_spark.register(f"replaced-{answer}", "replaced.py", "replaced")
        assert on_spark.call(f"replaced-{answer}")["payload"] == int(answer)


@pytest.mark.differs("the worker gets the master's file; in 1.1 its own file of that path")
def test_5_4_absolute_path(on_spark: Api, tmp_path: Path) -> None:
    """A function whose path is absolute runs in a worker."""
    file = tmp_path / "copied.py"
    file.write_bytes(ON_SPARK.read_bytes())
    on_spark.register("copied", str(file), "count")
    result = on_spark.call("copied")
    assert result["payload"] == 10, result


def test_5_4_python_process(on_spark: Api) -> None:
    """Each call of a Python function has a process of its own."""
    first, second = (surroundings(on_spark)["process"] for _ in range(2))
    assert first != second


def test_5_4_mistpy(on_spark: Api, line: SparkLine) -> None:
    """Users need not install mistpy: the worker brings it."""
    installed = subprocess.run(
        [line.python, "-c", "import mistpy"],
        env=line.environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert "No module named 'mistpy'" in installed.stderr
    assert on_spark.call("count")["payload"] == 10


def test_5_4_python_environment(on_spark: Api, line: SparkLine, tmp_path: Path) -> None:
    """PYTHONPATH has Spark's Python and py4j; PYSPARK_PYTHON and ..._DRIVER_PYTHON are the context's."""
    executors, driver = (
        str(script(tmp_path / name, f'exec {line.python} "$@"')) for name in ("executors", "driver")
    )
    python = {"spark.pyspark.python": executors, "spark.pyspark.driver.python": driver}
    on_spark.put_context("own-python", sparkConf=SPARK_CONF | python)
    seen = surroundings(on_spark, context="own-python")["environment"]
    assert (seen["PYSPARK_PYTHON"], seen["PYSPARK_DRIVER_PYTHON"]) == (executors, driver)
    path = seen["PYTHONPATH"].split(":")
    assert any(entry.startswith(f"{line.home.resolve()}/python") for entry in path), path
    assert any(Path(entry).name.startswith("py4j-") for entry in path)


@pytest.mark.differs("1.1 knows jar, py and egg only")
@pytest.mark.parametrize("kind", ["zip", "whl", "egg"])
def test_5_4_kinds(start_master: StartMaster, kind: str) -> None:
    """Functions may be in .zip and .whl files, as in .egg files."""
    master = start_master(inspector=True)
    archive = master.get("/v2/api/artifacts/standin.zip").body
    assert master.upload(f"kinds.{kind}", archive).status == 200
    assert master.register("kinds", f"kinds.{kind}", "standin.Echo").status == 200
    assert master.call("kinds", {"value": 1})["payload"] == {"value": 1}


# ---- 5.5 what a path may be ---------------------------------------------------------------------


def path_works(master: Master, path: str) -> bool:
    answer = master.register("compat-path", path, "typed", force="true")
    assert answer.status == 200
    info = master.get("/v2/api/functions/compat-path")
    return info.status == 200 and info.json["path"] == path


def test_5_5_key(shared_master: Master) -> None:
    """A path may be the key of an artifact."""
    assert path_works(shared_master, "arguments.py")


@pytest.mark.parametrize("relative", [False, True])
def test_5_5_on_disk(shared_master: Master, relative: bool) -> None:
    """A path may be that of a file on the master's disk, absolute or relative to its folder."""
    file = str(FUNCTIONS / "arguments.py")
    assert path_works(shared_master, os.path.relpath(file) if relative else file)


@pytest.mark.parametrize(
    "path", ["hdfs://host:9000/f.jar", "mvn://http://repo :: a % b % 1", "http://host/f.jar"]
)
def test_5_5_elsewhere(shared_master: Master, path: str) -> None:
    """hdfs, mvn and http paths are answered with 400: file should exists by path ..."""
    answer = shared_master.register("compat-elsewhere", path, "F")
    assert answer.status == 400
    expected = f"class java.lang.IllegalArgumentException: file should exists by path {path}"
    assert answer.text.startswith(expected)


# ---- 5.6 the info provider ----------------------------------------------------------------------


def inspectors(master: Master) -> list[int]:
    """Children of the master that have the inspector's class on their command line."""
    assert master.process is not None
    children = Path(f"/proc/{master.process.pid}/task/{master.process.pid}/children")
    found = []
    for pid in children.parent.parent.glob("*/children"):
        for child in pid.read_text().split():
            try:
                words = Path(f"/proc/{child}/cmdline").read_bytes()
            except OSError:
                continue
            if b"mist-inspector" in words:
                found.append(int(child))
    return found


def test_5_6_restart(start_master: StartMaster) -> None:
    """The info provider is started again when it dies."""
    master = start_master(inspector=True)
    (first,) = wait_for(lambda: inspectors(master), "the info provider")
    os.kill(first, signal.SIGKILL)
    assert master.upload("more.py", (FUNCTIONS / "arguments.py").read_bytes() + b"\n").status == 200
    assert master.register("more", "more.py", "typed").status == 200
    (second,) = inspectors(master)
    assert second != first


@pytest.mark.differs("it is a plain JVM with Spark's jars, not a Spark driver")
def test_5_6_no_spark(prepare_master: StartMaster, tmp_path: Path) -> None:
    """What an artifact holds is read without spark-submit."""
    master = prepare_master(inspector=True)
    jars = Path(master.environment["SPARK_HOME"]) / "jars"
    use_submit_script(master, tmp_path, f"touch {tmp_path}/submitted")
    home = Path(master.environment["SPARK_HOME"])
    (home / "jars").unlink()
    (home / "jars").symlink_to(jars)
    (home / "python").symlink_to(master.installation.real_jars / "python")
    master.start()
    assert master.upload("more.py", (FUNCTIONS / "arguments.py").read_bytes() + b"\n").status == 200
    assert master.register("more", "more.py", "typed").status == 200
    assert not (tmp_path / "submitted").exists()


@pytest.mark.differs(
    "what an artifact holds is stored by its contents, for good; 1.1 forgets it after 1 hour"
)
def test_5_6_stored(start_master: StartMaster) -> None:
    """A master that starts again needs no info provider for functions that it knows."""
    master = start_master()
    assert master.get("/v2/api/functions/typed").json["lang"] == "python"
    assert master.post_job("typed", {"count": "one"}).status == 400


@pytest.mark.differs("cache-entry-ttl and spark-conf have no effect, and check-config says so")
def test_5_6_settings(prepare_master: StartMaster, tmp_path: Path) -> None:
    """The settings of job-extractor are accepted."""
    file = tmp_path / "default.conf"
    file.write_text(
        "mist.job-extractor { init-timeout = 30s, cache-entry-ttl = 60s, "
        "spark-conf { spark.driver.memory = 512m } }\n"
    )
    master = prepare_master()
    checked = subprocess.run(
        [master.installation.program, "check-config", "--config", file],
        env=master.environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert checked.returncode == 0, checked.stderr
    said = checked.stdout + checked.stderr
    assert "what an artifact holds is stored for good" in said
    assert "artifacts are read without Spark" in said
    assert re.search(r"job-extractor.init-timeout\W+30", said)
