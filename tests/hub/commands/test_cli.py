"""The command line from end to end: exit codes, what goes to stdout, and the fields that scripts rely on."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from drivers.recordings.recording import RecordingWriter, SessionInfo
from hub.cli import main
from hub.commands import doctor
from hub.settings.config import SAMPLE
from hub.settings.folders import config_file, program

STEP_FIELDS = {
    "type", "t_s", "toe_off_s", "step_time_s", "contact_ms", "flight_ms", "side", "drop_peak_deg", "drop_excursion_deg",
    "source", "drop_source", "confidence", "drop_trust",
}  # fmt: skip


def lines_of(path: Path) -> list[dict[str, object]]:
    return [json.loads(line) for line in path.read_text().splitlines()]


def test_import_then_replay(small_csv: Path, tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    recording, jsonl = tmp_path / "run.mcap", tmp_path / "run.jsonl"
    assert main(["import", str(small_csv), "--out", str(recording)]) == 0
    assert main(["replay", str(recording), "--jsonl", str(jsonl)]) == 0
    lines = lines_of(jsonl)
    steps = [line for line in lines if line["type"] == "step"]
    assert len(steps) > 35
    assert all(set(step) == STEP_FIELDS for step in steps)
    assert {line["type"] for line in lines} <= {"step", "metric", "threshold", "cue", "quality", "summary"}
    assert lines[-1]["type"] == "summary"
    assert lines[-1]["steps"] == len(steps)
    assert f"{len(steps)} in " in capfd.readouterr().out


def test_with_jsonl_on_stdout_nothing_else_is_there(small_recording: Path, capfd: pytest.CaptureFixture[str]) -> None:
    assert main(["replay", str(small_recording), "--jsonl", "-"]) == 0
    first = capfd.readouterr()
    assert all(json.loads(line)["type"] for line in first.out.splitlines())
    assert "cadence" in first.err
    assert main(["replay", str(small_recording), "--jsonl", "-", "--speed", "max"]) == 0
    assert capfd.readouterr().out == first.out


def test_signals_only_add_attitude(small_recording: Path, tmp_path: Path) -> None:
    plain, full = tmp_path / "plain.jsonl", tmp_path / "full.jsonl"
    assert main(["replay", str(small_recording), "--jsonl", str(plain)]) == 0
    assert main(["replay", str(small_recording), "--jsonl", str(full), "--signals"]) == 0
    attitude = [line for line in lines_of(full) if line["type"] == "attitude"]
    assert len(attitude) == pytest.approx(24 * 104, rel=0.05)
    assert set(attitude[0]) == {"type", "t_s", "obliquity_deg", "tilt_deg", "rotation_deg"}
    assert [line for line in lines_of(full) if line["type"] != "attitude"] == lines_of(plain)


def test_a_paced_replay_writes_the_same_as_a_fast_one(small_recording: Path, tmp_path: Path) -> None:
    fast, paced = tmp_path / "fast.jsonl", tmp_path / "paced.jsonl"
    assert main(["replay", str(small_recording), "--jsonl", str(fast)]) == 0
    arguments = ["--headless", "--speed", "60", "--mqtt-port", "21883"]
    assert main(["replay", str(small_recording), "--jsonl", str(paced), *arguments]) == 0
    assert paced.read_bytes() == fast.read_bytes()


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (["replay", "/nowhere.mcap"], 2, "/nowhere.mcap"),
        (["replay", __file__], 1, "not a recording"),
        (["replay", ""], 2, "'': no such file"),
        (["replay", "REC", "--signals"], 2, "--signals: only with --jsonl"),
        (["replay", "--all"], 2, "--all: only with --list"),
        (["history", "export", "/nowhere/ann.json"], 2, "there is no folder /nowhere; name a file"),
        (["history", "export", "/"], 2, "is a folder"),
        (["history", "export", "/dev/null/ann.json"], 2, "there is no folder /dev/null"),
        (["import", "/nowhere.csv", "--out", "x.mcap"], 2, "/nowhere.csv"),
        (["import", "CSV", "--out", "/nowhere/x.mcap"], 1, "/nowhere/x.mcap"),
        (["import", "CSV", "--out", "x.mcap", "--map", "sacrum=left_fot"], 2, "did you mean 'left_foot'?"),
        (["import", "CSV", "--out", "x.mcap", "--map", "sacrum"], 2, "SENSOR=PLACEMENT"),
        (["import", "CSV", "--out", "x.mcap", "--map", "foo=sacrum"], 2, "foo"),
        (["import", "CSV", "--out", "x.mcap", "--map", "sacrum=none", "left_shoe=none"], 2, "--map"),
        (["run", "--config", "/nowhere.toml"], 2, "/nowhere.toml: no such file; without --config"),
        (["run", "--mount", "sacrum=xyz"], 2, "+x+y+z"),
        (["run", "--mount", "nose"], 2, "PLACEMENT=AXES"),
        (["run", "--mount", "head=+x+y+z"], 2, "unknown placement 'head'"),
        (["run", "--mount", "left_fot=+x+y+z"], 2, "did you mean 'left_foot'?"),
        (["replay", "REC", "--jsonl", "/nonexist/x"], 2, "or - for stdout"),
        (["replay", "REC", "--jsonl", "/nonexist/x", "--speed", "60", "--headless"], 2, "or - for stdout"),
        (["sim", "sensor", "pod", "--air-port", "1"], 1, "stridecue sim start"),
        (["sim", "sensor", "podd"], 2, "did you mean 'pod'?"),
        (["run", "--headless", "--no-record", "--radio", "bumble:tcp-client:127.0.0.1:1"], 1, "sim start --port 1"),
    ],
)
def test_failures_have_an_exit_code_and_say_what_where_and_what_to_do(
    arguments: list[str],
    code: int,
    said: str,
    small_csv: Path,
    small_recording: Path,
    capfd: pytest.CaptureFixture[str],
) -> None:
    files = {"CSV": str(small_csv), "REC": str(small_recording)}
    assert main([files.get(word, word) for word in arguments]) == code
    captured = capfd.readouterr()
    assert said in captured.err
    assert "the run has ended" not in captured.out
    assert "Traceback" not in captured.err


def test_an_import_never_overwrites_other_files(
    small_csv: Path, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    table, link, other = tmp_path / "run.csv", tmp_path / "link.csv", tmp_path / "notes.txt"
    table.write_bytes(small_csv.read_bytes())
    link.symlink_to(table)
    other.write_text("precious")
    itself = "the CSV file itself"
    for out, said in ((table, itself), (link, itself), (other, "not a recording"), (tmp_path, "")):
        assert main(["import", str(table), "--out", str(out)]) == 2
        captured = capfd.readouterr()
        assert str(out) in captured.err
        assert said in captured.err
        assert "--out run.mcap" in captured.err
    assert table.read_bytes() == small_csv.read_bytes()
    assert other.read_text() == "precious"
    recording = tmp_path / "run.mcap"
    for _again in range(2):
        assert main(["import", str(table), "--out", str(recording)]) == 0
    live = tmp_path / "live.mcap"
    RecordingWriter(live, SessionInfo(0, "2026-11-22T07:00:00Z", "ann")).close()
    kept = live.read_bytes()
    capfd.readouterr()
    assert main(["import", str(table), "--out", str(live)]) == 2
    assert "recorded live on 2026-11-22" in capfd.readouterr().err
    assert live.read_bytes() == kept


@pytest.mark.parametrize(
    "arguments",
    [
        [],
        ["fly"],
        ["replay", "x", "--speed", "0"],
        ["replay", "x", "--speed", "fast"],
        ["demo", "--seconds", "-1"],
        ["demo", "--mqtt-port", "70000"],
        ["run", "--radio", "usb"],
        ["import", "x"],
    ],
)
def test_wrong_arguments_exit_with_two(arguments: list[str], capfd: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main(arguments)
    assert ended.value.code == 2
    assert "usage: stridecue" in capfd.readouterr().err


def test_without_a_command_the_whole_help_is_printed(capfd: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        main([])
    said = capfd.readouterr().err
    assert "examples:" in said
    assert "report what hurt" in said
    with pytest.raises(SystemExit):
        main(["history"])
    assert "stridecue history --help` explains every option" in capfd.readouterr().err


def test_an_error_of_the_system_names_the_file_and_not_its_number(
    monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    def fails(_options: object) -> int:
        raise PermissionError(13, "Permission denied", "/data/ann.json")

    monkeypatch.setattr(doctor, "run", fails)
    assert main(["doctor"]) == 1
    assert capfd.readouterr().err == "stridecue: /data/ann.json: Permission denied\n"


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["demo", "--seconds", "abc"], "'abc': expected a number of seconds above 0"),
        (["demo", "--seed", "x"], "'x': expected a whole number"),
        (["demo", "--mqtt-port", "x"], "'x': expected a port, a whole number"),
        (["replay", "x", "--speed", "fast"], "'fast': expected a number above 0 (1 is real time), or max"),
        (["sim", "sensor", "pod", "--epoch", "now"], "'now': expected a number of seconds"),
    ],
)
def test_invalid_numbers_are_explained_in_plain_words(
    arguments: list[str], said: str, capfd: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit):
        main(arguments)
    captured = capfd.readouterr()
    assert said in captured.err
    assert "invalid _" not in captured.err


def test_help_of_run_names_the_configuration_and_shows_one(capfd: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        main(["run", "--help"])
    said = capfd.readouterr().out
    assert str(config_file()) in said
    assert all(f"  {line}\n" in said for line in SAMPLE.splitlines())


def test_a_reader_that_closes_the_pipe_is_no_failure(small_recording: Path) -> None:
    replay = [sys.executable, "-m", "hub.cli", "replay", str(small_recording), "--jsonl", "-"]
    with subprocess.Popen(replay, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        process.stdout.close()
        said = process.stderr.read()
    assert process.returncode == 0
    assert b"Traceback" not in said
    assert b"Broken" not in said


def test_help_teaches_with_examples(capfd: pytest.CaptureFixture[str]) -> None:
    for words in ([], ["replay"], ["import"], ["sim"], ["demo"], ["run"], ["scan"], ["doctor"]):
        with pytest.raises(SystemExit) as ended:
            main([*words, "--help"])
        assert ended.value.code == 0
        assert f"  {program()} " in capfd.readouterr().out


@pytest.mark.parametrize("speed", ["max", "60"])
def test_a_headless_run_imports_nothing_it_does_not_need(small_recording: Path, speed: str) -> None:
    arguments = ["replay", str(small_recording), "--headless", "--speed", speed, "--mqtt-port", "21983"]
    code = (
        f"import sys; from hub.cli import main; code = main({arguments!r}); "
        "print(*sorted(sys.modules), sep='\\n', file=sys.stderr); sys.exit(code)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    loaded = {name.partition(".")[0] for name in done.stderr.split()}
    assert not loaded & {"textual", "scipy", "bumble", "matplotlib", "tui", "pandas", "sounddevice"}
