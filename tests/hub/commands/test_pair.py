"""`stridecue pair`: the stored pairing, and the whole command with virtual sensors."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from drivers.radio.facade import Radio
from drivers.virtual.lab import VirtualLab
from drivers.virtual.params import RunnerParams
from drivers.virtual.runner import VirtualRunner
from dsp.signals import Placement
from hub.command_line.arguments import parser
from hub.command_line.dispatch import carry_out
from hub.commands import pair
from hub.commands.live import chosen_config
from hub.settings.config import ConfigError
from hub.settings.paired import Sensor, load_paired, pairing_file, placed, read_pairing, store_paired, swapped
from tests.drivers.virtual_lab import imu_of

LEFT, RIGHT, SACRUM = (f"F0:5C:00:01:00:0{n}" for n in (2, 3, 4))


def test_a_stored_pairing_is_read_back(tmp_path: Path) -> None:
    path = tmp_path / "deep" / "paired.toml"
    assert read_pairing(path) == {}
    known = {LEFT: Sensor(Placement.LEFT_FOOT, 'Zoë\'s "left"\n#1'), SACRUM: Sensor(Placement.SACRUM)}
    store_paired(path, known)
    assert load_paired(path) == known
    assert read_pairing(path) == {LEFT: Placement.LEFT_FOOT, SACRUM: Placement.SACRUM}


@pytest.mark.parametrize("text", ["[", '["a"]\nplacement = "nose"', '["a"]\nwhere = "sacrum"'])
def test_an_unreadable_pairing_says_how_to_start_over(tmp_path: Path, text: str) -> None:
    path = tmp_path / "paired.toml"
    path.write_text(text)
    with pytest.raises(ConfigError, match="--forget"):
        read_pairing(path)


def test_a_pairing_that_cannot_be_opened_is_named_with_the_reason(tmp_path: Path) -> None:
    with pytest.raises(ConfigError) as raised:
        load_paired(tmp_path)
    assert str(raised.value) == f"{tmp_path}: Is a directory"


def test_a_placement_has_one_sensor_and_a_sensor_one_placement() -> None:
    known = placed({}, "a", Sensor(Placement.LEFT_FOOT))
    known = placed(known, "b", Sensor(Placement.LEFT_FOOT))
    assert known == {"b": Sensor(Placement.LEFT_FOOT)}
    assert placed(known, "b", Sensor(Placement.SACRUM)) == {"b": Sensor(Placement.SACRUM)}


def test_swapping_exchanges_left_and_right_only() -> None:
    known = {"a": Sensor(Placement.LEFT_FOOT), "b": Sensor(Placement.RIGHT_FOOT), "c": Sensor(Placement.SACRUM)}
    assert [sensor.placement for sensor in swapped(known).values()] == ["right_foot", "left_foot", "sacrum"]
    assert swapped(swapped(known)) == known


def test_each_configuration_has_its_own_sensors(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    for name in ("ann", "bob"):
        (tmp_path / f"{name}.toml").write_text(f'[runner]\nname = "{name}"\n')
        store_paired(pairing_file(str(tmp_path / f"{name}.toml")), {f"AA:{name}": Sensor(Placement.LEFT_FOOT)})
    assert carry_out(["pair", "--config", str(tmp_path / "ann.toml"), "--show"]) == 0
    said = capfd.readouterr().out
    assert "AA:ann" in said
    assert "AA:bob" not in said
    assert carry_out(["pair", "--config", str(tmp_path / "bob.toml"), "--forget"]) == 0
    assert sorted(path.name for path in tmp_path.glob("*paired*")) == ["ann.paired.toml"]


_NAMES = ("paired.toml", "paired-simulated.toml")


@pytest.fixture
def config(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))
    monkeypatch.setattr(pair, "pairing_file", lambda _config, *, virtual: tmp_path / _NAMES[virtual])
    return tmp_path / "paired.toml"


@asynccontextmanager
async def lab_with_shaking(*kinds: str) -> AsyncIterator[Radio]:
    """The virtual sensors of a runner who stands still and shakes one after the other, six seconds apart."""
    async with VirtualLab(VirtualRunner(RunnerParams(standing_s=600.0)), ("left_foot_imu", "right_foot_imu")) as lab:
        loop = asyncio.get_running_loop()
        for i, kind in enumerate(kinds):
            loop.call_later(6 + 6 * i, imu_of(lab, kind).shake)
        yield lab.radio


async def test_two_sensors_are_paired_against_their_names(config: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pair, "open_known_radio", lambda _name: lab_with_shaking("right_foot_imu", "left_foot_imu"))
    done = await pair.pair_sensors(config, [Placement.LEFT_FOOT, Placement.RIGHT_FOOT], "virtual", 30.0)
    assert done == 2
    assert read_pairing(config) == {RIGHT: Placement.LEFT_FOOT, LEFT: Placement.RIGHT_FOOT}


async def test_without_a_shaken_sensor_the_pairing_is_unchanged(config: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    store_paired(config, {"x": Sensor(Placement.LEFT_FOOT)})
    monkeypatch.setattr(pair, "open_known_radio", lambda _name: lab_with_shaking())
    assert await pair.pair_sensors(config, [Placement.LEFT_FOOT], "virtual", 5.0) == 0
    assert read_pairing(config) == {"x": Placement.LEFT_FOOT}


async def test_what_was_paired_before_ctrl_c_is_kept(config: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pair, "open_known_radio", lambda _name: lab_with_shaking("left_foot_imu"))
    pairing = pair.pair_sensors(config, [Placement.LEFT_FOOT, Placement.RIGHT_FOOT], "virtual", 30.0)
    with pytest.raises(TimeoutError):
        await asyncio.wait_for(pairing, 25.0)  # while it asks for the second
    assert read_pairing(config) == {LEFT: Placement.LEFT_FOOT}


async def test_swap_uses_the_names_if_nothing_is_paired(config: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pair, "open_known_radio", lambda _name: lab_with_shaking())
    await pair.swap_sides(config, chosen_config(None)[0], "virtual")
    assert read_pairing(config) == {LEFT: Placement.RIGHT_FOOT, RIGHT: Placement.LEFT_FOOT}


def test_show_forget_and_wrong_words(config: Path, capsys: pytest.CaptureFixture[str]) -> None:
    store_paired(config, {LEFT: Sensor(Placement.LEFT_FOOT, "Shoe")})
    assert pair.run(parser().parse_args(["pair", "--show"])) == 0
    assert "left_foot    Shoe (F0:5C:00:01:00:02)" in capsys.readouterr().out
    with pytest.raises(ConfigError, match="did you mean 'left_foot'"):
        pair.run(parser().parse_args(["pair", "left_fot"]))
    assert pair.run(parser().parse_args(["pair", "--forget"])) == 0
    assert not config.exists()


def test_virtual_sensors_are_paired_apart_from_the_runners_own(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    own, apart = pairing_file(None), pairing_file(None, virtual=True)
    store_paired(own, {"AA:01": Sensor(Placement.LEFT_FOOT, "Own")})

    async def paired(path: Path, *_more: object) -> int:
        store_paired(path, {LEFT: Sensor(Placement.LEFT_FOOT, "Virtual")})
        return 1

    monkeypatch.setattr(pair, "pair_sensors", paired)
    assert carry_out(["pair", "left_foot", "--radio", "virtual"]) == 0
    assert f"{pair.VIRTUAL} ({apart})." in capsys.readouterr().out
    assert read_pairing(own) == {"AA:01": Placement.LEFT_FOOT}
    for words, shown, hidden in ((["--show"], "Own", "Virtual"), (["--show", "--radio", "virtual"], "Virtual", "Own")):
        assert carry_out(["pair", *words]) == 0
        told = capsys.readouterr().out
        assert shown in told
        assert hidden not in told
    assert carry_out(["pair", "--forget", "--radio", "virtual"]) == 0
    assert (own.exists(), apart.exists()) == (True, False)
    store_paired(apart, {})
    assert carry_out(["pair", "--forget"]) == 0
    assert (own.exists(), apart.exists()) == (False, False)


@pytest.mark.real_time
@pytest.mark.skipif(sys.platform == "win32", reason="no SIGUSR1")
async def test_pairing_by_hand_with_the_sensors_of_sim(tmp_path: Path) -> None:
    """As documented: `sim start`, `pair` on its radio, and `kill -USR1` to shake a sensor."""
    home = {**os.environ, "XDG_CONFIG_HOME": str(tmp_path), "PYTHONUNBUFFERED": "1"}

    async def start(*words: str) -> asyncio.subprocess.Process:
        return await asyncio.create_subprocess_exec(
            sys.executable, "-m", "hub.cli", *words, env=home, stdout=asyncio.subprocess.PIPE
        )

    async def line(child: asyncio.subprocess.Process, with_: str) -> str:
        assert child.stdout is not None
        while with_ not in (text := (await child.stdout.readline()).decode()):
            assert text, f"it ended before it said {with_!r}"
        return text

    sim = await start("sim", "start", "--port", "9417", "--standing", "600", "left_foot_imu", "sacrum_imu")
    try:
        async with asyncio.timeout(60):
            pids = {}
            for _ in range(2):
                kind = (await line(sim, "advertises as")).partition(":")[0]
                pids[kind] = int((await line(sim, "  shake it: kill -USR1")).split()[-1])
            pairing = await start("pair", "sacrum", "--radio", "bumble:tcp-client:127.0.0.1:9417")
            await line(pairing, "Shake the sensor at your hip")
            os.kill(pids["sacrum_imu"], signal.SIGUSR1)
            assert SACRUM in await line(pairing, "hip:")
            assert await pairing.wait() == 0
    finally:
        sim.terminate()
        await sim.communicate()
    assert read_pairing(tmp_path / "stridecue" / "paired-simulated.toml") == {SACRUM: Placement.SACRUM}
    assert not (tmp_path / "stridecue" / "paired.toml").exists()
