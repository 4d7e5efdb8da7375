"""The sketch of docs/sacrum-imu is valid C++, its packets are our profile's, its clock keeps time. No board is used."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from pathlib import Path

import numpy as np
import pytest

from drivers.decoders.factory import build_decoder
from firmware_profiles.catalog import load_catalog
from tests.drivers.readings import read

ROOT = Path(__file__).parents[2]
SKETCH = ROOT / "docs" / "sacrum-imu" / "sacrum_imu"
STAND_IN = Path(__file__).parent / "stand_in"
WARNINGS = ["-std=c++17", "-Wall", "-Wextra", "-Werror"]
PROFILE = load_catalog().get("stridecue.imu6")


def compiler() -> str:
    found = shutil.which("g++") or shutil.which("clang++")
    if found is None:
        if os.environ.get("CI", "").lower() in {"1", "true"}:
            pytest.fail("CI must have g++ or clang++")
        pytest.skip("no C++ COMPILER: the sketch is NOT checked here")
    return found


@pytest.fixture(scope="module")
def program(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = tmp_path_factory.mktemp("sketch") / "write_packets"
    source = Path(__file__).parent / "write_packets.cpp"
    subprocess.run([compiler(), *WARNINGS, "-I", SKETCH, source, "-o", made], check=True)
    return made


def test_the_sketch_is_valid_against_stand_in_headers() -> None:
    ran = subprocess.run(
        [compiler(), *WARNINGS, "-fsyntax-only", "-I", STAND_IN, "-I", SKETCH, "-include", "Arduino.h", "-x", "c++",
         SKETCH / "sacrum_imu.ino"],
        capture_output=True, text=True,
    )  # fmt: skip
    assert ran.returncode == 0, ran.stderr


def test_its_packets_are_those_of_the_profile(program: Path) -> None:
    printed = subprocess.run([program], capture_output=True, text=True, check=True).stdout
    reading = read(build_decoder(PROFILE, "imu", {}), printed)
    assert (reading.sequence, reading.ticks) == (2**32 - 1, 1_000_000)
    assert reading.values[0] == pytest.approx([0, 0, 9.80665, 0, 0, 0])
    g = reading.values[1, :3] / 9.80665
    assert g == pytest.approx([-16, 16, 0.0], abs=0.0011)
    assert np.degrees(reading.values[1, 5]) == pytest.approx(1000, abs=0.1)
    assert not np.isnan(reading.values).any()


def test_its_clock_finds_the_sensors_own_pace(program: Path) -> None:
    lines = subprocess.run([program, "times"], capture_output=True, text=True, check=True).stdout.split("\n")
    number, told_us, true_us = np.array([line.split() for line in lines if line], dtype=float).T
    settled = number > 4000
    late_us = (told_us - true_us)[settled]
    assert np.ptp(late_us) < 1000
    assert abs(late_us.mean()) < 600
    rate = np.polyfit(number[settled], told_us[settled], 1)[0]
    assert rate == pytest.approx(4807.692 * 1.02, rel=2e-4)


def test_it_uses_the_uuids_and_the_settings_of_the_profile() -> None:
    text = (SKETCH / "sacrum_imu.ino").read_text(encoding="utf-8")
    uuids = set(re.findall(r"29842d16-[0-9a-f-]+", text))
    entries = [entry for alias, entry in PROFILE.gatt.items() if alias in {"data", "config"}]
    assert uuids == {entry.char for entry in entries} | {entry.service for entry in entries}
    rates = {float(rate) for rate in re.findall(r"case (\d+): return", (SKETCH / "motion.h").read_text())}
    assert rates == set(PROFILE.param["rate_hz"].values)
