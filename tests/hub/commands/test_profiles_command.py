"""`stridecue profiles` and `stridecue scan --dump`, as seen by a user who adds a device."""

from __future__ import annotations

import json
import sys
import tomllib
from pathlib import Path

import pytest

from hub.cli import main
from hub.settings.folders import profiles_folder
from tests.firmware_profiles.profiles import SMALL

EXAMPLE = '\n[[examples]]\nstream = "main"\nhex = "010001"\nsource = "made up"\nexpect = { speed = 2.56 }\n'


@pytest.fixture
def small(tmp_path: Path) -> Path:
    path = tmp_path / "small.toml"
    path.write_text(SMALL + EXAMPLE)
    return path


def test_list_shows_every_device_with_its_status_and_the_users_own(
    small: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    profiles_folder().mkdir(parents=True)
    (profiles_folder() / "small.toml").write_text(small.read_text())
    assert main(["profiles", "list"]) == 0
    said = capfd.readouterr().out
    for line in (
        "movesense.gsp          verified",
        "stryd                  partial",
        "small                  experimental",
    ):
        assert line in said
    assert "sig.battery" not in said
    assert str(profiles_folder()) in said


def test_a_broken_profile_of_the_user_affects_only_itself(small: Path, capfd: pytest.CaptureFixture[str]) -> None:
    profiles_folder().mkdir(parents=True)
    (profiles_folder() / "small.toml").write_text(small.read_text())
    (profiles_folder() / "broken.toml").write_text("profile = [")
    (profiles_folder() / "wrong.toml").write_text(SMALL.replace('id = "small"', 'id = "big"'))
    assert main(["profiles", "list"]) == 0
    said = capfd.readouterr()
    assert "small                  experimental" in said.out
    assert [name in line for name, line in zip(("broken.toml", "wrong.toml"), said.err.splitlines(), strict=True)]
    assert main(["profiles", "show", "stryd"]) == 0
    main(["doctor"])
    assert f"not used: {profiles_folder() / 'broken.toml'}" in capfd.readouterr().out


def test_show_describes_how_a_device_is_recognised_started_and_decoded(capfd: pytest.CaptureFixture[str]) -> None:
    assert main(["profiles", "show", "metamotion"]) == 0
    said = capfd.readouterr().out
    for part in ("BMI270", "ask tx with 0380", "only if chip = 270", "acc_g", "MetaWear SDK tests"):
        assert part in said
    assert main(["profiles", "show", "metamotoin"]) == 2
    assert "known: " in capfd.readouterr().err


@pytest.mark.parametrize(("part", "at"), [(["list"], 37), (["show", "movesense.gsp"], 12)])
def test_on_eighty_columns_long_text_continues_in_its_column(
    part: list[str], at: int, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("COLUMNS", "80")
    monkeypatch.setattr(sys.stdout, "isatty", lambda: True)
    assert main(["profiles", *part]) == 0
    lines = capsys.readouterr().out.replace(str(profiles_folder()), "").split("\n")  # a path stays whole
    assert max(map(len, lines)) <= 80
    assert any(line.startswith(" " * at) and line[at : at + 1].strip() for line in lines)


def test_check_decodes_the_examples_of_a_file(small: Path, capfd: pytest.CaptureFixture[str]) -> None:
    assert main(["profiles", "check", str(small)]) == 0
    said = capfd.readouterr().out
    assert "valid, 1 example decodes as expected" in said
    assert str(profiles_folder()) in said


@pytest.mark.parametrize(
    ("old", "new", "code", "said"),
    [
        ("speed = 2.56", "speed = 2.5", 1, "speed is 2.56, expected 2.5"),
        (
            "scale = 0.01",
            "scal = 0.01",
            2,
            "small.toml: stream.main.fields[1].scal: unknown key; did you mean `scale`?",
        ),
        ('on = "data"', 'on = "dat"', 2, "small.toml: start[0].on: no 'dat' here; did you mean 'data'?"),
        ('id = "small"', 'id = "big"', 2, "make them equal"),
    ],
)
def test_check_explains_what_is_wrong(
    small: Path, old: str, new: str, code: int, said: str, capfd: pytest.CaptureFixture[str]
) -> None:
    small.write_text(small.read_text().replace(old, new, 1))
    assert main(["profiles", "check", str(small)]) == code
    assert said in capfd.readouterr().err


def test_a_file_that_is_not_text_or_missing_is_refused(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "latin.toml"
    path.write_bytes(b"schema = 1\n# \xe9\n")
    assert main(["profiles", "check", str(path)]) == 2
    assert "not UTF-8" in capfd.readouterr().err
    assert main(["profiles", "check", str(tmp_path / "nothing.toml")]) == 2


def test_verify_counts_by_device_and_fails_when_one_fails(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    right = {"id": "a", "device": "sig.hr", "characteristic": "2a37", "payload_hex": "0050",
             "expected": {"heart_rate_bpm": 80, "contact": "not_supported"}}  # fmt: skip
    wrong = {**right, "id": "b", "expected": {"heart_rate_bpm": 81}}
    strange = {**right, "id": "c", "device": "a.toaster"}
    path = tmp_path / "vectors.json"
    path.write_text(json.dumps({"vectors": [right, strange]}))
    assert main(["profiles", "verify", str(path)]) == 0
    said = capfd.readouterr().out
    assert [line.split() for line in said.splitlines()[-3:]] == [
        ["a.toaster", "0", "0", "1"], ["sig.hr", "1", "0", "0"], ["all", "1", "0", "1"],
    ]  # fmt: skip
    path.write_text(json.dumps({"vectors": [right, wrong]}))
    assert main(["profiles", "verify", str(path)]) == 1
    assert "FAILED b: heart_rate_bpm is 80, expected 81" in capfd.readouterr().out
    path.write_text("{}")
    assert main(["profiles", "verify", str(path)]) == 1
    assert "not a file of vectors" in capfd.readouterr().err


@pytest.mark.real_time
def test_a_dump_of_the_virtual_pod_becomes_examples(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "packets.toml"
    arguments = ["scan", "--radio", "virtual", "--seconds", "1.5", "--dump", str(path), "--only", "Virtual Pod"]
    assert main(arguments) == 0
    assert "Virtual Pod: " in capfd.readouterr().out
    examples = tomllib.loads(path.read_text())["examples"]
    assert {"battery", "rsc"} <= {example["stream"] for example in examples}
    assert all(bytes.fromhex(example["hex"]) for example in examples)


def test_dump_and_only_need_each_other_and_a_folder(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    assert main(["scan", "--radio", "virtual", "--only", "Virtual Pod"]) == 2
    assert "needs --dump" in capfd.readouterr().err
    assert main(["scan", "--radio", "virtual", "--dump", str(tmp_path / "no" / "file.toml")]) == 2
