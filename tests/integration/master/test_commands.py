"""start, stop, status and check-config, as an operator types them."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
from collections.abc import Iterator

import pytest

from mist_master import Master, wait_for
from world.ports import free_port


@pytest.fixture
def master(prepare_master) -> Master:
    """Not started. Its port is known beforehand, as a background start does not tell a free one."""
    made = prepare_master(http_port=free_port())
    made.port = int(made.environment["MIST_HTTP_PORT"])
    return made


@pytest.fixture
def bystander() -> Iterator[subprocess.Popen[bytes]]:
    """A process that has nothing to do with Mist."""
    process = subprocess.Popen(["cat"], stdin=subprocess.PIPE)
    yield process
    process.kill()
    process.communicate()


def test_start_returns_when_the_master_answers(master: Master) -> None:
    started = master.run_command("start")
    assert started.returncode == 0, started.stderr
    assert f"http://127.0.0.1:{master.port}" in started.stdout
    assert master.get("/health/ready").status == 200
    assert master.call("echo")["success"]


def test_a_second_start_is_refused_with_the_pid(master: Master) -> None:
    assert master.run_command("start").returncode == 0
    pid = master.pid_file.read_text().strip()
    second = master.run_command("start")
    assert second.returncode == 1
    assert f"Mist already is running on pid: {pid}" in second.stdout + second.stderr
    assert master.get("/health/ready").status == 200


def test_status_and_stop_follow_the_process(master: Master) -> None:
    assert master.run_command("start").returncode == 0
    pid = master.pid_file.read_text().strip()
    running = master.run_command("status")
    assert running.returncode == 0
    assert f"pid {pid}" in running.stdout

    assert master.run_command("stop").returncode == 0
    assert not master.pid_file.exists()
    assert master.run_command("status").returncode == 1
    with pytest.raises(ConnectionRefusedError):
        master.get("/health/live")


def test_stop_without_a_master_fails(master: Master) -> None:
    stopped = master.run_command("stop")
    assert stopped.returncode == 1
    assert "Mist is not runned" in stopped.stdout + stopped.stderr


def test_a_stale_pid_file_does_not_hinder_a_start(master: Master) -> None:
    assert master.run_command("start").returncode == 0
    os.kill(int(master.pid_file.read_text()), signal.SIGKILL)
    wait_for(lambda: master.run_command("status").returncode == 1, "the master to be gone")
    assert master.pid_file.exists()
    assert master.run_command("start").returncode == 0
    assert master.get("/health/ready").status == 200


def test_a_pid_file_that_names_another_program_does_not_hinder_a_start(
    master: Master, bystander: subprocess.Popen[bytes]
) -> None:
    master.pid_file.write_text(f"{bystander.pid}\n")
    started = master.run_command("start")
    assert started.returncode == 0, started.stderr


def test_stop_does_not_end_another_program(
    master: Master, bystander: subprocess.Popen[bytes]
) -> None:
    master.pid_file.write_text(f"{bystander.pid}\n")
    assert master.run_command("stop").returncode == 1
    assert bystander.poll() is None


def test_a_start_that_fails_in_the_background_says_why(master: Master) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", master.port))
        taken.listen()
        started = master.run_command("start")
    assert started.returncode == 1
    assert str(master.port) in started.stderr
    assert not master.pid_file.exists()


def test_a_start_without_spark_says_what_to_set(master: Master) -> None:
    del master.environment["SPARK_HOME"]
    for words in (("start",), ("start", "--debug", "true")):
        started = master.run_command(*words)
        assert started.returncode == 1
        assert "SPARK_HOME is not set" in started.stderr


@pytest.mark.parametrize(
    ("words", "problem"),
    [
        ((), "A subcommand is required"),
        (("restart",), "there is no command 'restart'"),
        (("--config", "x"), "there is no option '--config'"),
        (("start", "--confg", "x"), "--confg"),
        (("start", "--debug", "maybe"), "--debug = maybe"),
        (("import",), "OLD_DIR is required"),
    ],
)
def test_words_that_nobody_understands_end_with_1_and_a_usage_line(
    prepare_master, words: tuple[str, ...], problem: str
) -> None:
    program = str(prepare_master().installation.program)
    refused = subprocess.run(
        [program, *words], env={}, capture_output=True, text=True, timeout=20, check=False
    )
    assert refused.returncode == 1
    told, usage = refused.stderr.splitlines()
    assert told.startswith("mist-master: ") and problem in told
    assert usage.startswith("Usage: mist-master {start|stop|")


@pytest.mark.parametrize("words", [("--help",), ("--version",), ("start", "--help")])
def test_questions_about_the_program_end_with_0(prepare_master, words: tuple[str, ...]) -> None:
    program = str(prepare_master().installation.program)
    asked = subprocess.run(
        [program, *words], env={}, capture_output=True, text=True, timeout=20, check=False
    )
    assert (asked.returncode, asked.stderr) == (0, "")
    assert "mist-master" in asked.stdout


def test_check_config_tells_values_and_origins(master: Master) -> None:
    file = master.folder / "mist.yaml"
    file.write_text("jobs:\n  max-queued: 7\nno-such-key: 1\n")
    words = [str(master.installation.program), "check-config", "--config", str(file)]
    checked = subprocess.run(
        words, env=master.environment, capture_output=True, text=True, timeout=20, check=False
    )
    assert checked.returncode == 0, checked.stderr
    (line,) = [x for x in checked.stdout.splitlines() if "jobs.max-queued" in x]
    assert "7" in line and "mist.yaml:2" in line
    (line,) = [x for x in checked.stdout.splitlines() if "http.port" in x]
    assert str(master.port) in line and "MIST_HTTP_PORT" in line
    assert "no-such-key" in checked.stdout


@pytest.mark.parametrize("words", [("start", "--debug", "true"), ("start",), ("check-config",)])
def test_every_wrong_setting_is_named_at_once(master: Master, words: tuple[str, ...]) -> None:
    master.environment["MIST_JOBS_MAX_QUEUED"] = "many"
    master.environment["MIST_WORKERS_LEASE"] = "soon"
    command = [str(master.installation.program), *words]
    failed = subprocess.run(
        command, env=master.environment, capture_output=True, text=True, timeout=20, check=False
    )
    assert failed.returncode == 1
    assert "MIST_JOBS_MAX_QUEUED" in failed.stderr
    assert "MIST_WORKERS_LEASE" in failed.stderr


def test_an_address_that_others_reach_is_refused_unless_it_is_said_to_be_wanted(
    prepare_master,
) -> None:
    open_to_all = prepare_master(networking_host="0.0.0.0")
    assert open_to_all.launch().wait(20) == 1
    assert "insecure" in open_to_all.log_text()
