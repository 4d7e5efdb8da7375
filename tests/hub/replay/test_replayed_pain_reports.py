"""A replay ends with the same text on pain as the run, on the runner's own terminal only."""

from __future__ import annotations

import re
import sys
from pathlib import Path

import pytest

from drivers.recordings.recording import RecordingReader
from hub.cli import main
from hub.outcome import Outcome
from hub.run.launch import Ended, Launch
from tests.hub.replay.player import Player, with_input
from tests.hub.run.recorded_run import a_run

KNEE = b'{"type":"pain","level":6,"site":"kneecap","side":"left"}'
TOLD_BY = ("hub.commands.replay", "hub.commands.keep_run")


@pytest.fixture
def hurt(small_recording: Path, tmp_path: Path) -> Path:
    """A recording of a run in which pain was reported in second 12."""
    return with_input(small_recording, tmp_path, KNEE)


def ended(recording: Path, speed: str, capfd: pytest.CaptureFixture[str]) -> str:
    assert main(["replay", str(recording), "--headless", "--speed", speed, "--sound", "off"]) == 0
    said = capfd.readouterr()
    return said.out + said.err


@pytest.mark.real_time
@pytest.mark.parametrize("speed", ["max", "60"])
def test_the_runner_reads_the_report_again_but_a_log_does_not_contain_it(
    hurt: Path, speed: str, capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    assert "kneecap" not in ended(hurt, speed, capfd).partition("cadence   ")[2]
    for module in TOLD_BY:
        monkeypatch.setattr(f"{module}.is_own_terminal", lambda _out: True)
    told = ended(hurt, speed, capfd)
    assert re.search(r"^  pain +6 of 10, left around the kneecap, at 0:0\d", told, flags=re.MULTILINE)
    assert "For the day of that run:\n" in told
    assert "not a diagnosis" in told
    assert "Tomorrow morning" not in told, "a replay keeps nothing, so nothing asks"


def test_a_replay_never_tells_others_that_pain_is_near(hurt: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    launched: list[Launch] = []

    def ended_at_once(launch: Launch) -> Ended:
        launched.append(launch)
        assert launch.replayed is not None
        return Ended(Outcome(), launch.replayed, (), sys.stdout)

    monkeypatch.setattr("hub.commands.replay.carry_out", ended_at_once)
    assert main(["replay", str(hurt), "--headless"]) == 0
    assert [launch.shares_onset for launch in launched] == [False]


async def test_a_run_and_its_replay_have_the_same_reports(hurt: Path, tmp_path: Path) -> None:
    outcome = await a_run(hurt, tmp_path).play()
    player = Player(RecordingReader(outcome.files[0]))
    await player.play({14.0: 10.0, 11.0: 20.0, 21.0: 6.0})
    assert len(outcome.pains) == 1
    assert player.telemetry.pains == outcome.pains


async def test_after_seeking_to_before_a_report_there_is_none_yet(hurt: Path) -> None:
    player = Player(RecordingReader(hurt))
    seen: list[int] = []

    async def look(_t_ns: int) -> None:
        seen.append(len(player.telemetry.pains))

    await player.follow([(14.0, look), (15.0, player.seek(8.0)), (9.0, look)])
    assert seen == [1, 0]
