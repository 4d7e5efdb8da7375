"""The doctor checks the chosen configuration and what a run would use with it."""

from __future__ import annotations

import socket
from pathlib import Path

import pytest

from hub.command_line.arguments import parse
from hub.commands import doctor
from hub.doctor.bluetooth import check_bluetooth
from hub.doctor.finding import Finding, Verdict


def findings(tmp_path: Path, text: str) -> dict[str, Finding]:
    file = tmp_path / "ann.toml"
    file.write_text(text)
    options = parse(["doctor", "--config", str(file)])
    return {finding.subject: finding for finding in doctor.findings(options.config)}


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """Skip the checks of the machine itself: a Bluetooth scan alone takes seconds."""
    monkeypatch.setattr(doctor, "check_packages", lambda: ())
    monkeypatch.setattr(doctor, "check_bluetooth", lambda _provider: Finding("bluetooth", Verdict.OK, "not asked"))
    monkeypatch.setattr(doctor, "check_audio", lambda: Finding("audio", Verdict.OK, "not asked"))


@pytest.mark.parametrize(
    ("text", "subject", "said"),
    [
        ("[mounts]\nsacrum = '+x+y'", "config", "mounts"),
        ("[mqtt]\nhomeassistant = true", "config", "mqtt.homeassistant"),
    ],
)
def test_a_setting_that_a_run_cannot_use_is_a_failure(tmp_path: Path, text: str, subject: str, said: str) -> None:
    found = findings(tmp_path, text)[subject]
    assert said in found.message
    assert found.verdict is Verdict.BROKEN


def test_an_impossible_folder_is_a_failure(tmp_path: Path) -> None:
    folder = tmp_path / "ann.toml" / "runs"  # inside a file
    found = findings(tmp_path, f"[record]\nfolder = '{folder}'")["disk"]
    assert f"cannot write to {folder}" in found.message
    assert found.verdict is Verdict.BROKEN


def test_an_invalid_radio_is_a_failure(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("bumble", reason="Bumble is not installed: its radios are NOT tested here")
    monkeypatch.setattr(doctor, "check_bluetooth", check_bluetooth)
    found = findings(tmp_path, "[radio]\nprovider = 'bumble:bogus'")["bluetooth"]
    assert "not one of Bumble's transports" in found.message
    assert found.verdict is Verdict.BROKEN


def test_the_port_of_the_configuration_is_checked(tmp_path: Path) -> None:
    with socket.socket() as busy:
        busy.bind(("127.0.0.1", 0))
        busy.listen()
        port = busy.getsockname()[1]
        found = findings(tmp_path, f"[mqtt]\nport = {port}\n[radio]\nprovider = 'virtual'")
    assert f"port {port} is busy" in found["broker"].message
    assert found["config"].verdict is Verdict.OK
