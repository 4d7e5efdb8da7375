"""The coach's page for a phone: a wrong address is refused before anything is printed, the right one can be filmed."""

from __future__ import annotations

import socket
import subprocess
import sys
from ipaddress import IPv4Address
from pathlib import Path

import pytest

from hub.cli import main
from hub.commands import watch
from hub.page.address import reachable
from hub.page.door import check_free, listen
from hub.page.phone import advice, camera_code
from hub.settings.config import ConfigError
from tests.hub.programs import a_port

ALL_ADDRESSES = str(IPv4Address(socket.INADDR_ANY))
ELSEWHERE = "192.0.2.77"  # RFC 5737: nobody has it


def _in_network(monkeypatch: pytest.MonkeyPatch, own: str | None) -> None:
    for file in ("address", "door", "phone"):
        monkeypatch.setattr(f"hub.page.{file}.own_address", lambda: own)


@pytest.fixture
def own(monkeypatch: pytest.MonkeyPatch) -> str:
    _in_network(monkeypatch, "10.1.2.3")
    return "10.1.2.3"


def test_an_address_of_another_machine_is_refused_before_anything_is_printed(
    own: str, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(watch, "run_tied", lambda *_: pytest.fail("nothing to start"))
    assert main(["watch", "--serve", ELSEWHERE]) == 2
    said = capfd.readouterr()
    assert said.out == ""
    assert f"--serve {ELSEWHERE}: this machine has no such address; its address on this network is {own}" in said.err
    assert "cannot assign" not in said.err.lower()


def test_a_port_that_is_taken_is_refused_with_another_one() -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", a_port()))
        other.listen()
        port = other.getsockname()[1]
        with pytest.raises(ConfigError, match=f"port {port} is taken .* --serve 127.0.0.1:{port + 1}"):
            check_free("127.0.0.1", port)
    check_free("127.0.0.1", port)


def test_on_windows_nobody_else_can_listen_where_we_do(monkeypatch: pytest.MonkeyPatch) -> None:
    alone = socket.SO_KEEPALIVE  # any other option: here there is none of that name
    monkeypatch.setattr(socket, "SO_EXCLUSIVEADDRUSE", alone, raising=False)
    with listen("127.0.0.1", 0) as door:
        assert door.getsockopt(socket.SOL_SOCKET, alone)
        assert not door.getsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR)


def test_a_page_for_this_machine_only_says_what_a_phone_needs(
    own: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    started: list[list[str]] = []

    def begin(command: list[str], *_how: object) -> int:
        started.append(command)
        return 0

    monkeypatch.setattr(watch, "run_tied", begin)
    secret = tmp_path / "secret"
    secret.write_text("of the club")
    words = ["--broker", "mqtt://gym.local", "--user", "coach", "--password-file", str(secret), "--runner", "ann"]
    assert main(["watch", *words, "--serve", f"127.0.0.1:{a_port()}"]) == 0
    said = capfd.readouterr().out
    assert f"watch --serve {own} --broker mqtt://gym.local --user coach --password-file {secret} --runner ann\n" in said
    assert "Anyone with this address" not in said
    assert started


def test_all_addresses_are_this_machine_and_its_place_in_the_network(own: str) -> None:
    assert reachable(ALL_ADDRESSES) == ["127.0.0.1", own]
    assert reachable("::1") == ["[::1]"]
    assert "Anyone with this address" in advice(ALL_ADDRESSES)


def test_without_a_network_nothing_is_promised_to_a_phone(monkeypatch: pytest.MonkeyPatch) -> None:
    _in_network(monkeypatch, None)
    assert reachable(ALL_ADDRESSES) == ["127.0.0.1"]
    assert advice("127.0.0.1") == "Only this machine can open it."


def test_the_code_for_the_camera_fits_a_terminal() -> None:
    pytest.importorskip("segno")
    lines = camera_code("http://192.168.100.200:8765/?token=abcdefghijklmnopqrstuv").splitlines()
    assert 15 < len(lines) <= 22, "a terminal of 24 rows shows it beside the address"
    assert {len(line) for line in lines} == {len(lines[0])}
    assert len(lines[0]) <= 60
    assert set("".join(lines)) <= set(" █▀▄")


def test_the_code_is_left_out_where_its_library_is_missing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("importlib.util.find_spec", lambda _name: None)
    assert camera_code("http://10.1.2.3:8765/") == ""


def test_help_teaches_the_way_to_a_phone() -> None:
    done = subprocess.run([sys.executable, "-m", "hub.cli", "watch", "--help"], capture_output=True, text=True)
    assert "--serve 0.0.0.0" in done.stdout
