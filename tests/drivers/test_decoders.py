from __future__ import annotations

import math

import numpy as np
import pytest

from drivers.decoders.examples import failed_examples
from drivers.decoders.factory import build_decoder
from drivers.decoders.imu6 import encode_imu6
from drivers.decoders.reading import FieldValue
from drivers.errors import DecodeError
from dsp.signals import Quantity
from firmware_profiles.catalog import load_catalog
from tests.drivers.readings import read
from tests.firmware_profiles.profiles import SMALL, checked

CATALOG = load_catalog()


def small(fields: str) -> str:
    return SMALL[: SMALL.index("fields = [")] + f"fields = [{fields}]\n"


def decode(text: str, hex_bytes: str) -> dict[str, FieldValue]:
    return build_decoder(checked(text), "main", {}).fields(bytes.fromhex(hex_bytes)).fields


@pytest.mark.parametrize(
    ("wire_type", "hex_bytes", "little", "big"),
    [
        ("u8", "ff", 255, 255),
        ("s8", "ff", -1, -1),
        ("u16", "0180", 0x8001, 0x0180),
        ("s16", "0180", -0x7FFF, 0x0180),
        ("u24", "010280", 0x800201, 0x010280),
        ("s24", "010280", -0x7FFDFF, 0x010280),
        ("u32", "01000080", 0x80000001, 0x01000080),
        ("s32", "01000080", -0x7FFFFFFF, 0x01000080),
        ("u64", "0100000000000080", 0x8000000000000001, 0x0100000000000080),
        ("f32", "0000803f", 1.0, pytest.approx(4.6006e-41, rel=1e-3)),
    ],
)
def test_every_wire_type_in_both_orders(wire_type: str, hex_bytes: str, little: float, big: float) -> None:
    text = small(f'{{ name = "x", type = "{wire_type}" }}')
    assert decode(text, hex_bytes)["x"] == little
    assert decode(text + 'endian = "big"\n', hex_bytes)["x"] == big


def test_scale_bias_null_and_range() -> None:
    text = small('{ name = "x", type = "u8", scale = 0.5, bias = -10, null = [254, 255], range = [-10, 90] }')
    assert decode(text, "64")["x"] == 40.0
    assert decode(text, "ff")["x"] is None
    with pytest.raises(DecodeError, match=r"x is 90\.5, not between -10 and 90"):
        decode(text, "c9")
    assert decode(text.replace("] }", '], outside = "null" }'), "c9")["x"] is None


def test_f32_that_is_no_number_is_null() -> None:
    assert decode(small('{ name = "x", type = "f32" }'), "0000c07f")["x"] is None


def test_on_short_stop_keeps_what_fits_and_never_skips() -> None:
    text = small('{ name = "a", type = "u8" }, { name = "b", type = "u16", if_bit = 0 }, { name = "c", type = "u8" }')
    text = text.replace('"a"', '"flags"') + 'on_short = "stop"\n'
    decoder = build_decoder(checked(text), "main", {})
    assert decoder.fields(bytes.fromhex("01ff")).fields == {"flags": 1}
    assert decoder.fields(bytes.fromhex("01ff")).truncated
    assert decoder.fields(bytes.fromhex("00ff")).fields == {"flags": 0, "c": 255}


def test_samples_of_mixed_types_and_unwanted_columns() -> None:
    text = small(
        '{ name = "t", type = "u8" }'
    ) + (
        'samples = { at = 1, count = "rest", fields = ['
        '{ name = "skip", type = "u8" },'
        '{ name = "acc", type = "s16", count = 2, scale = 0.5, bias = 1, unit = "m/s2", null = -1,'
        ' quantity = ["acc_x_mps2", "acc_y_mps2"] },'
        '{ name = "gyro", type = "f32", unit = "deg/s", quantity = "gyro_z_radps", plausible = [-36, 36] }] }\n'
    )  # fmt: skip
    decoder = build_decoder(checked(text), "main", {})
    assert decoder.layout == (Quantity.ACC_X_MPS2, Quantity.ACC_Y_MPS2, Quantity.GYRO_Z_RADPS)
    row = "070400ffff00003443"
    reading = read(decoder, "00" + row + row)
    assert reading.values.shape == (2, 3)
    assert reading.values[0, 0] == 3.0
    assert math.isnan(reading.values[1, 1])
    assert reading.values[1, 2] == pytest.approx(math.pi)
    with pytest.raises(DecodeError, match="not a multiple of"):
        decoder.update(bytes.fromhex("00" + row + "00"))


def test_a_null_pattern_across_two_values_is_not_a_null() -> None:
    samples = np.zeros((1, 6))
    payload = bytearray(encode_imu6(0, 0, samples))
    payload[9:12] = b"\x01\x00\x80"
    values = read(build_decoder(CATALOG.get("stridecue.imu6"), "imu", {}), bytes(payload)).values
    assert not np.isnan(values).any()


def test_treadmill_records_in_parts_are_joined() -> None:
    decoder = build_decoder(CATALOG.get("sig.treadmill"), "treadmill", {})
    # Part 1 (more data follows): incline 2.5 %. Part 2: speed 10 km/h.
    assert decoder.update(bytes.fromhex("09001900f1ff")) is None
    reading = read(decoder, "0000e803")
    row = dict(zip(reading.layout, reading.values[0].tolist(), strict=True))
    assert row[Quantity.SPEED_MPS] == pytest.approx(10 / 3.6)
    assert row[Quantity.INCLINE_PCT] == pytest.approx(2.5)
    # The next record starts empty.
    assert math.isnan(read(decoder, "0000e803").values[0, reading.layout.index(Quantity.INCLINE_PCT)])


def test_a_treadmill_that_never_ends_a_record_is_still_heard() -> None:
    decoder = build_decoder(CATALOG.get("sig.treadmill"), "treadmill", {})
    heard = [decoder.update(bytes.fromhex("09001900f1ff")) for _ in range(8)]
    assert sum(reading is not None for reading in heard) == 2


def test_heart_beats_stand_where_they_were() -> None:
    decoder = build_decoder(CATALOG.get("sig.hr"), "hr", {})
    reading = read(decoder, "106772038a039504")
    assert reading.before_s is not None
    assert reading.before_s.tolist() == pytest.approx([906 / 1024 + 1173 / 1024, 1173 / 1024, 0.0])
    assert reading.values[-1, 0] == 103
    assert np.isnan(reading.values[:-1, 0]).all()


def test_a_decoder_that_does_not_exist_is_named() -> None:
    text = SMALL.replace("nominal_hz = 1", 'nominal_hz = 1\ndecoder = "nonsense"')
    with pytest.raises(DecodeError, match=r"small: stream\.main\.decoder: no decoder 'nonsense'"):
        build_decoder(checked(text), "main", {})


def test_examples_that_lie_are_found() -> None:
    text = SMALL + "".join(
        f'[[examples]]\nstream = "main"\nsource = "x"\nhex = "{hex_bytes}"\n{rest}\n'
        for hex_bytes, rest in [
            ("010001", "expect = { speed = 2.56 }\nsamples = [[2.56]]"),
            ("010001", "expect = { speed = 2.57 }"),
            ("010001", "error = true"),
            ("01", "expect = { speed = 1.0 }"),
            ("010001", 'absent = ["speed"]'),
            ("00", "expect = { speed = 1.0 }"),
            ("010001", "samples = [[2.5]]"),
        ]
    )
    problems = failed_examples(checked(text))
    assert [problem.split(" ")[0] for problem in problems] == [f"examples[{i}]" for i in range(1, 7)]
