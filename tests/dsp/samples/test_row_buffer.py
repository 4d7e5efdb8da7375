"""Rows that wait for their chunk: same values whatever their form, and what is known of packed ones without a look."""

from __future__ import annotations

import numpy as np
import pytest

from dsp.packed import Array, Packed, Packing
from dsp.samples.channels import MAX_MPS2, MAX_RADPS
from dsp.samples.row_buffer import RowBuffer

ABSENT = -32768
FULL_SCALE = np.array([150.0] * 3 + [35.0] * 3)
"""Of a usual sensor: 16 g, 2000 deg/s."""


def packing(full_scale: Array = FULL_SCALE) -> Packing:
    return Packing(np.dtype("<i2"), full_scale / 32768.0, ABSENT)


def packed(how: Packing, counts: list[int]) -> Packed:
    return Packed(np.array(counts, "<i2").tobytes(), how)


def test_values_in_the_range_of_a_usual_sensor_need_no_look() -> None:
    how, buffer = packing(), RowBuffer()
    buffer.add(packed(how, [32767] * 6 + [-32767] * 6))
    assert np.abs(buffer.values()) == pytest.approx(np.tile(FULL_SCALE, (2, 1)), rel=1e-4)
    assert buffer.are_plausible


@pytest.mark.parametrize("channel", range(6))
def test_a_range_beyond_what_is_plausible_needs_a_look(channel: int) -> None:
    full_scale = FULL_SCALE.copy()
    full_scale[channel] = 1.01 * (MAX_MPS2 if channel < 3 else MAX_RADPS)
    buffer = RowBuffer()
    buffer.add(packed(packing(full_scale), [0] * 6))
    buffer.values()
    assert not buffer.are_plausible


def test_an_absent_value_needs_a_look() -> None:
    how, buffer = packing(), RowBuffer()
    buffer.add(packed(how, [1, 2, 3, ABSENT, 5, 6]))
    assert np.isnan(buffer.values()).tolist() == [[False, False, False, True, False, False]]
    assert not buffer.are_plausible


def test_rows_that_are_not_packed_need_a_look_until_they_are_gone() -> None:
    how, buffer = packing(), RowBuffer(np.zeros((2, 6)))
    buffer.values()
    assert not buffer.are_plausible
    buffer.add(packed(how, [1] * 12))
    values = buffer.values()
    assert not buffer.are_plausible
    buffer.forget(3, values)
    assert buffer.values() == pytest.approx(values[3:])
    assert buffer.are_plausible


def test_another_packing_is_judged_by_itself() -> None:
    buffer = RowBuffer()
    buffer.add(packed(packing(), [1] * 6))
    buffer.values()
    assert buffer.are_plausible
    buffer.add(packed(packing(1000.0 * FULL_SCALE), [30000] * 6))
    values = buffer.values()
    assert values[1, 0] > MAX_MPS2
    assert not buffer.are_plausible
