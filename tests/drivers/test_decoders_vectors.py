"""The shared byte vectors of every device, where available; a wrong value must be detected."""

from __future__ import annotations

import copy
from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType
from typing import TypeAlias

import msgspec
import pytest

from drivers.vectors.vector_file import Vector, VectorFileError, load_vectors
from drivers.vectors.verify import Verdict, verify
from firmware_profiles.catalog import load_catalog
from tests.recorded import DATA_DIR, requires_data

CATALOG = load_catalog()
Json: TypeAlias = Mapping[str, object]
NOTHING: Json = MappingProxyType({})


def shared_file() -> Path | None:
    path = None if DATA_DIR is None else DATA_DIR.parent / "devices" / "vectors.json"
    return path if path is not None and path.is_file() else None


CUT_BY_ITS_SOURCE = "polar.pmd/fb005c82/04"
"""Ends inside a block of deltas: zero-padded, unless the vector expects an error."""

VECTORS = [] if (found := shared_file()) is None else load_vectors(found)


def outcome(vector: Vector) -> tuple[Verdict, str]:
    made = verify([vector], CATALOG)[0]
    return made.verdict, made.why


@requires_data
def test_there_are_vectors() -> None:
    assert len(VECTORS) >= 156


@pytest.mark.data
@pytest.mark.parametrize("vector", VECTORS, ids=lambda vector: vector.id)
def test_every_vector_passes(vector: Vector) -> None:
    assert outcome(vector) == (Verdict.PASSED, "")


def spoiled(value: object) -> object:
    """Return a value that differs from any correct one."""
    if isinstance(value, dict):
        return {key: spoiled(inner) for key, inner in value.items()}
    if isinstance(value, list):
        return [*map(spoiled, value)] or ["no such thing"]
    if isinstance(value, bool):
        return not value
    if isinstance(value, (int, float)):
        return value * 1.5 + 7
    return 1234567 if value is None else f"no {value}"


@pytest.mark.data
@pytest.mark.parametrize("vector", VECTORS, ids=lambda vector: vector.id)
def test_every_expected_value_counts(vector: Vector) -> None:
    for name in vector.expected:
        if name in {"command", "meaning"}:
            continue
        wrong = copy.deepcopy(vector.expected)
        wrong[name] = spoiled(wrong[name])
        assert outcome(msgspec.structs.replace(vector, expected=wrong))[0] is Verdict.FAILED, name
    if vector.id != CUT_BY_ITS_SOURCE:
        refused = msgspec.structs.replace(vector, expect_error=not vector.expect_error)
        assert outcome(refused)[0] is Verdict.FAILED


def vector(
    device: str,
    characteristic: str,
    hexes: str | list[str] | None = None,
    *,
    kind: str = "",
    context: Json = NOTHING,
    expected: Json = NOTHING,
    expect_error: bool = False,
) -> Vector:
    several = hexes if isinstance(hexes, list) else []
    one = hexes if isinstance(hexes, str) else None
    return Vector("made up", device, characteristic, kind, one, several, dict(context), dict(expected), expect_error)


@pytest.mark.parametrize(
    "made",
    [
        vector("match", "advertisement", context={"name": "Polar H10 1234ABCD"}, expected={"profile": "polar.h10"}),
        vector("match", "advertisement", context={"name": "My fridge"}, expected={"profile": None, "match": False}),
        vector("metamotion", "326a9001", "0303280c", expected={"command": "ACC config BMI160 100 Hz 16 g"}),
        vector("metamotion", "326a9001", "031c01", expected={"command": "subscribe packed ACC (BMI160)"}),
        vector("metamotion", "326a9006", "0304009c00000040", context={"acc_range_g": 2},
               expected={"module": 3, "register": 4, "n": 1, "acc_g": [[-1.5625, 0.0, 1.0]]}),
        vector("movesense.gsp", "34800001", "0263", expected={"command": "UNSUBSCRIBE", "reference": 99}),
        vector("movesense.gsp", "34800002", "0163c800", expected={"reference": 99, "status": 200}),
        vector("movesense.gsp", "34800002", "00009643aca10200",
               context={"path": "/Meas/Temp", "gsp_header_stripped": True},
               expected={"temperature_k": 300.0, "timestamp_ms": 172460}),
        vector("polar.pmd", "fb005c81", "f001020d00", expected={"op": 1, "type": 2, "status": "device_in_charger"}),
        vector("polar.pmd", "fb005c81", "f0020200000501 40da7f39", expected={"settings": {"factor": [2.44e-4]}}),
        vector("polar.pmd", "start_command", "0202020108000001c80001011000",
               expected={"meaning": "start ACC 200 Hz, 8 g"}),
        vector("polar.pmd", "fb005c81", "010205", expected={"stopped_types": [2, 5]}),
        vector("polar.pmd", "settings_tlv", "03 01 20030000 05 01 0000803f".replace(" ", ""),
               expected={"settings": {"range_milliunit": [800], "factor": 1.0}}),
        vector("polar.pmd", "fb005c82", "06 0094357700000000 80 0100 0200 0300".replace(" ", ""),
               context={"factor": 0.5}, expected={"mag_gauss": [[0.5, 1.0, 1.5]]}),
        vector("triki", "6e400003", "2200ce3732c800000000000000080001", expected={"acc_g": [0, 0, 1], "button": 1}),
        vector("polar.pmd", "fb005c81", "0f0500", expected={"features": ["ECG", "ACC"]}),
        vector("polar.pmd", "fb005c82", "020000000000000001 00 0102ff", expected={"acc_mg": [[1, 2, -1]]}),
        vector("polar.pmd", "fb005c82", "0200000000000000", expect_error=True),
        vector("polar.pmd", "fb005c82", "05000000000000000181 0000803f 00000000 000080bf", context={"factor": 2.0},
               expected={"type": "GYRO", "n": 1, "gyro_dps": [[2.0, 0.0, -2.0]]}),
        vector("sig.rsc", "2a55", "02", expected={"op": "start_calibration"}),
        vector("sig.rsc", "2a55", "0100010000", expected={"op": "set_cumulative_value", "value": 256}),
        vector("sig.rsc", "2a54", "1f00", expected={"features": ["stride_length", "total_distance", "walk_run",
                                                             "calibration", "several_locations"]}),
        vector("sig.hr", "2a37", "10", expect_error=True),
        vector("sig.treadmill", "2acd", ["09001900f1ff", "0000e803"],
               expected={"inclination_pct": 2.5, "ramp_angle_deg": -1.5, "speed_km_h": 10.0}),
        vector("witmotion.ble5", "ffe9", "ffaa030b00", expected={"command": "output rate 200 Hz"}),
        vector("witmotion.ble5", "ffe9", "ffaa6988b5", expected={"command": "unlock"}),
        vector("witmotion.ble5", "ffe4", ["5561c1fcf0fe1a06bc028700", "a700e3069f032b6f"],
               expected={"n": 1, "samples": [{"raw": [-831, -272, 1562, 700, 135, 167, 1763, 927, 28459]}]}),
        vector("witmotion.ble5", "ffe4", "55712e001601d889" + "00" * 12, expected={"firmware": "10080.1.22"}),
        vector("triki", "6e400002", "201000d007a00103", expected={"command": "start stream 416 Hz"}),
        vector("stryd", "ff00", "0f9f020c00", expected={"ground_contact_ms": 671, "vertical_oscillation_mm": 12}),
        vector("ruuvi.df5", "manufacturer_data_0499", "058000ffffffff800080008000ffffffffffffffffffffff",
               expected={"temperature_c": None, "acc_g": [None, None, None], "battery_v": None, "movement": None}),
    ],
    ids=lambda made: f"{made.device}-{made.characteristic}",
)  # fmt: skip
def test_what_the_shared_file_does_not_show(made: Vector) -> None:
    assert outcome(made) == (Verdict.PASSED, "")


@pytest.mark.parametrize(
    ("made", "verdict", "why"),
    [
        (vector("a.toaster", "2a37", "00"), Verdict.NOT_APPLICABLE, "no profile 'a.toaster'"),
        (vector("polar.pmd", "fb005c82", "01" + "00" * 12), Verdict.NOT_APPLICABLE, "measurement 1"),
        (vector("sig.hr", "2a99", "00"), Verdict.NOT_APPLICABLE, "no characteristic '2a99'"),
        (vector("sig.hr", "2a37", "0050", expected={"heart_rate_bpm": 81}), Verdict.FAILED, "is 80, expected 81"),
        (vector("sig.hr", "2a37", "0850d007", expected={"heart_rate_bpm": 80}), Verdict.FAILED, "energy_kj should be"),
        (vector("sig.hr", "2a37", "10", expected={"heart_rate_bpm": 80}), Verdict.FAILED, "refused: "),
        (vector("sig.hr", "2a37", "0050", expect_error=True), Verdict.FAILED, "should be refused"),
        (
            vector("metamotion", "326a9001", "0303a902", expected={"command": "ACC BMI270 100 Hz"}),
            Verdict.FAILED,
            "200",
        ),
        (vector("polar.pmd", "delta_block", "00"), Verdict.FAILED, "not understood: KeyError"),
    ],
)
def test_the_reason_is_reported(made: Vector, verdict: Verdict, why: str) -> None:
    assert outcome(made)[0] is verdict
    assert why in outcome(made)[1]


def test_a_cut_capture_is_compared_as_far_as_it_goes() -> None:
    made = vector("witmotion.ble5", "ffe4", "556131ff57ff0f08000000000000b9fc", kind="captured_truncated")
    acc = {"acc_g": [-0.10107, -0.08252, 1.00732], "gyro_dps": [0.0, 0.0, 0.0]}
    assert outcome(msgspec.structs.replace(made, expected=acc))[0] is Verdict.PASSED
    # The angles lie beyond the given bytes, so they are not compared.
    with_angles = {**acc, "angle_deg": [1.0, 2.0, 3.0]}
    assert outcome(msgspec.structs.replace(made, expected=with_angles))[0] is Verdict.PASSED
    only_angles = {"angle_deg": [1.0, 2.0, 3.0]}
    assert "the given bytes contain none of" in outcome(msgspec.structs.replace(made, expected=only_angles))[1]
    wrong = {**acc, "acc_g": [-0.10107, -0.08252, 1.10732]}
    assert outcome(msgspec.structs.replace(made, expected=wrong))[0] is Verdict.FAILED


def test_a_file_without_vectors_raises_an_error_with_its_path(tmp_path: Path) -> None:
    path = tmp_path / "vectors.json"
    with pytest.raises(VectorFileError, match="No such file"):
        load_vectors(path)
    for text in ("{}", "[", '{"vectors": [{"id": 1}]}',
                 '{"vectors": [{"id": "x", "device": "y", "characteristic": "z", "payload_hex": "0"}]}'):  # fmt: skip
        path.write_text(text)
        with pytest.raises(VectorFileError, match="not a file of vectors"):
            load_vectors(path)
