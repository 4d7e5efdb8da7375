"""The shared byte vectors of standard devices, read where they are at hand."""

from __future__ import annotations

import json
from typing import Any

import pytest

from drivers.decoders.examples import same_value
from drivers.decoders.factory import build_decoder
from drivers.errors import DecodeError
from dsp.signals import Quantity
from firmware_profiles.catalog import load_catalog
from tests.recorded import DATA_DIR, requires_data

CATALOG = load_catalog()
STREAMS = {
    ("sig.rsc", "2a53"): "rsc",
    ("sig.rsc", "cadence_rule"): "rsc",
    ("sig.hr", "2a37"): "hr",
    ("sig.treadmill", "2acd"): "treadmill",
    ("sig.battery", "2a19"): "battery",
}
OUR_NAMES = {
    "speed_m_s": "speed_mps",
    "speed_km_h": "speed_kmh",
    "avg_speed_km_h": "avg_speed_kmh",
    "inclination_pct": "incline_pct",
    "inst_pace_raw": "pace_raw",
}
CONTACT = {"not_supported": (False, None), "not_detected": (True, False), "detected": (True, True)}


def vectors() -> list[dict[str, Any]]:
    path = None if DATA_DIR is None else DATA_DIR.parent / "devices" / "vectors.json"
    if path is None or not path.is_file():
        return []
    found = json.loads(path.read_text())["vectors"]
    return [vector for vector in found if (vector["device"], vector["characteristic"]) in STREAMS]


@requires_data
def test_there_are_vectors() -> None:
    assert len(vectors()) >= 50


@pytest.mark.data
@pytest.mark.parametrize("vector", vectors(), ids=lambda vector: vector["id"])
def test_vectors_decode_as_expected(vector: dict[str, Any]) -> None:
    profile = CATALOG.get(vector["device"])
    unit = vector.get("context", {}).get("cadence_unit")
    params = {} if unit is None else {"steps_per_count": 2.0 if unit == "strides" else 1.0}
    decoder = build_decoder(profile, STREAMS[vector["device"], vector["characteristic"]], params)
    payload = bytes.fromhex(vector["payload_hex"])
    if vector.get("expect_error"):
        with pytest.raises(DecodeError):
            decoder.fields(payload)
        return
    decoded = decoder.fields(payload)
    for name, expected in vector["expected"].items():
        if name == "contact":
            supported, touching = CONTACT[expected]
            assert decoded.fields["contact_supported"] is supported
            assert touching is None or decoded.fields["contact"] is touching
        elif name == "truncated":
            assert decoded.truncated is expected
        elif name == "speed_raw":
            assert decoded.fields["speed_mps"] == expected / 256
        elif name == "rr_raw_1_1024s":
            assert decoded.fields["rr_s"] == tuple(raw / 1024 for raw in expected)
        elif name == "steps_per_min":
            reading = decoder.update(payload)
            assert reading.values[0, reading.layout.index(Quantity.CADENCE_SPM)] == expected
        else:
            assert same_value(decoded.fields[OUR_NAMES.get(name, name)], expected), name
