"""Finding recordings: the newest, by name, and as a list."""

import json
import shutil
from pathlib import Path

import pytest

from drivers.recordings.recording import RecordingReader, RecordingWriter, SessionInfo
from drivers.recordings.recording_length import length_s
from hub.cli import main
from hub.commands.kept_recordings import LISTED, chosen_recording, newest_first
from hub.settings.config import ConfigError
from hub.settings.folders import data_folder, demo_folder


@pytest.fixture
def kept(small_recording: Path) -> tuple[Path, Path]:
    """A run of ann, and a later one of the demo."""
    own, demo = data_folder() / "recordings", demo_folder() / "recordings"
    places = (own / "2026-03-01T073000Z-ann.mcap", demo / "2026-03-02T073000Z-demo.mcap")
    for place in places:
        place.parent.mkdir(parents=True)
        shutil.copy(small_recording, place)
    return places


@pytest.mark.usefixtures("kept")
def test_replay_without_a_name_plays_the_newest(capfd: pytest.CaptureFixture[str]) -> None:
    assert main(["replay", "--jsonl", "-"]) == 0
    said = capfd.readouterr()
    assert "The newest recording: 2026-03-02T073000Z-demo" in said.err
    assert json.loads(said.out.splitlines()[-1])["type"] == "summary"


@pytest.mark.parametrize("name", ["2026-03-01T073000Z-ann", "2026-03-01T073000Z-ann.mcap"])
def test_a_recording_is_found_by_its_name(kept: tuple[Path, Path], name: str) -> None:
    assert chosen_recording(name) == kept[0]
    assert chosen_recording(str(kept[0])) == kept[0]


def test_a_file_in_the_current_folder_takes_precedence_over_a_name(
    kept: tuple[Path, Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    shutil.copy(kept[0], kept[0].name)
    assert chosen_recording(kept[0].name) == Path(kept[0].name)


@pytest.mark.usefixtures("kept")
def test_an_unknown_recording_points_to_the_list() -> None:
    with pytest.raises(ConfigError, match=r"no such file; .* replay --list"):
        chosen_recording("2026-03-03T073000Z-ann")


def test_without_any_recording_it_says_how_to_get_one(capfd: pytest.CaptureFixture[str]) -> None:
    assert main(["replay"]) == 2
    assert "demo` makes one" in capfd.readouterr().err
    assert main(["replay", "--list"]) == 0
    assert "no recordings yet" in capfd.readouterr().out


def test_the_list_has_start_length_runner_and_name(kept: tuple[Path, Path], capfd: pytest.CaptureFixture[str]) -> None:
    cut = kept[0].with_name("2026-03-03T073000Z-eve.mcap")
    with RecordingWriter(cut, SessionInfo(0, "2026-03-03T07:30:00.000Z", "eve")) as writer:
        writer.tick()
        writer.abandon()
    kept[0].with_name("2026-02-01T073000Z-old.mcap").write_bytes(b"no recording")
    assert main(["replay", "--list"]) == 0
    head, old, ann, demo, newest, *_ = capfd.readouterr().out.splitlines()
    assert head.split() == ["start", "(UTC)", "length", "runner", "recording"]
    assert newest.startswith("2026-03-03 07:30")
    assert newest.split()[-4:] == ["no", "end", "eve", "2026-03-03T073000Z-eve"]
    assert " 0:24 min " in demo
    assert demo.endswith(" 2026-03-02T073000Z-demo")
    assert ann.endswith(" 2026-03-01T073000Z-ann")
    assert old.startswith("cannot be read")


def test_a_long_list_ends_with_the_newest_and_says_how_to_see_the_others(
    small_recording: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    folder = data_folder() / "recordings"
    folder.mkdir(parents=True)
    names = [f"2026-03-01T07{minute:02d}00Z-ann" for minute in range(LISTED + 3)]
    for name in names:
        shutil.copy(small_recording, folder / f"{name}.mcap")
    assert main(["replay", "--list"]) == 0
    lines = capfd.readouterr().out.splitlines()
    assert len(lines) < 23  # with command and prompt, they fit a terminal of 24 lines
    assert lines[0].startswith("3 older ones, listed by: ")
    assert lines[0].endswith(" replay --list --all")
    assert [line.split()[-1] for line in lines[2:-2]] == names[3:]
    assert main(["replay", "--list", "--all"]) == 0
    lines = capfd.readouterr().out.splitlines()
    assert [line.split()[-1] for line in lines[1:-2]] == names


def test_the_length_is_read_from_the_end_of_the_file(small_recording: Path) -> None:
    assert length_s(RecordingReader(small_recording)) == pytest.approx(24.0, abs=0.1)


def test_history_points_to_the_runs_of_the_demo(kept: tuple[Path, Path], capfd: pytest.CaptureFixture[str]) -> None:
    assert main(["history", "list"]) == 0
    assert "demo runs are stored apart" in capfd.readouterr().out
    kept[1].unlink()
    assert newest_first([kept[1].parent]) == []
    assert main(["history", "list"]) == 0
    assert "stored apart" not in capfd.readouterr().out
