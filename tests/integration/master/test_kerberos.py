"""Kerberos tickets, with a kinit of our own on the PATH."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from mist_master import Master, wait_for


class Kinit:
    """Notes its arguments; fails while the KDC is away."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir()
        self.folder = folder
        self._calls = folder / "calls"
        self._away = folder / "away"
        program = folder / "kinit"
        program.write_text(
            f'#!/bin/sh\necho "$@" >> {self._calls}\n'
            f'[ ! -e {self._away} ] || {{ echo "kinit: Cannot contact any KDC" >&2; exit 1; }}\n'
        )
        program.chmod(0o755)

    def calls(self) -> list[str]:
        return self._calls.read_text().splitlines() if self._calls.exists() else []

    def set_away(self, away: bool) -> None:
        self._away.touch() if away else self._away.unlink()


@pytest.fixture
def kinit(tmp_path: Path) -> Kinit:
    return Kinit(tmp_path / "kerberos")


@pytest.fixture
def master(prepare_master, kinit: Kinit) -> Master:
    """Not started."""
    made = prepare_master(
        security_enabled="true",
        security_keytab="/etc/mist.keytab",
        security_principal="mist/host@REALM",
        security_interval="100 ms",
    )
    made.environment["PATH"] = f"{kinit.folder}:{os.environ['PATH']}"
    return made


def test_a_ticket_is_had_at_the_start_and_at_every_interval(master: Master, kinit: Kinit) -> None:
    master.start()
    wait_for(lambda: len(kinit.calls()) >= 3, "three tickets")
    assert set(kinit.calls()) == {"-kt /etc/mist.keytab mist/host@REALM"}
    assert master.stop() == 0


def test_without_a_first_ticket_the_master_does_not_start(master: Master, kinit: Kinit) -> None:
    kinit.set_away(True)
    assert master.launch().wait(20) == 1
    assert "security.keytab" in master.log_text()
    assert "Cannot contact any KDC" in master.log_text()
    assert len(kinit.calls()) == 1


def test_without_kinit_the_master_says_what_is_missing(master: Master, kinit: Kinit) -> None:
    master.environment["PATH"] = str(kinit.folder / "nothing-here")
    assert master.launch().wait(20) == 1
    assert "starting kinit" in master.log_text()


def test_a_kdc_that_is_away_later_ends_nothing(master: Master, kinit: Kinit) -> None:
    master.start()
    kinit.set_away(True)
    wait_for(lambda: "event=kerberos_failed" in master.log_text(), "the failure to be logged")
    assert master.call("echo", {"value": 1})["success"]
    before = master.log_text().count("event=kerberos_ticket")
    kinit.set_away(False)
    wait_for(lambda: master.log_text().count("event=kerberos_ticket") > before, "a new ticket")
