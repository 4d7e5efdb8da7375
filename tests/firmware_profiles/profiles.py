"""A small valid profile, in which tests introduce one error."""

from __future__ import annotations

from firmware_profiles.catalog import parse_profile
from firmware_profiles.checks import check_profile
from firmware_profiles.schema import Profile

SMALL = """
schema = 1
[profile]
id = "small"
title = "A small pod"
status = "experimental"
[[match]]
name = "^Small"
score = 50
[gatt]
data = { service = "1814", char = "2a53", use = "notify" }
[[start]]
do = "subscribe"
on = "data"
[stream.main]
from = "data"
nominal_hz = 1
fields = [
  { name = "flags", type = "u8" },
  { name = "speed", type = "u16", scale = 0.01, unit = "m/s", quantity = "speed_mps", if_bit = 0 },
]
"""


def checked(text: str, source: str = "small.toml", stem: str = "small") -> Profile:
    profile = parse_profile(text, source, stem)
    check_profile(profile, source)
    return profile
