from __future__ import annotations

import pytest

from firmware_profiles.uuids import full_uuid


@pytest.mark.parametrize("text", ["2a53", "2A53", "0x2A53", "00002a53", " 00002A53-0000-1000-8000-00805F9B34FB "])
def test_one_spelling_for_all(text: str) -> None:
    assert full_uuid(text) == "00002a53-0000-1000-8000-00805f9b34fb"


@pytest.mark.parametrize("text", ["", "2a5", "2a5g", "2a53-0000", "00002a53-0000-1000-8000-00805f9b34f"])
def test_anything_else_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="not a Bluetooth UUID"):
        full_uuid(text)
