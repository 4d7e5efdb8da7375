"""Assign each sensor its role: by configuration, else by its profile and its advertised name."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from drivers.radio.sighting import Sighting
from dsp.signals import Placement, Quantity
from firmware_profiles.catalog import Catalog
from firmware_profiles.schema import Profile

NOTHING_PAIRED: Mapping[str, Placement] = MappingProxyType({})

_ADDRESS = re.compile(r"(?:[0-9a-f]{2}:){5}[0-9a-f]{2}|[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")

NAME_HINTS: tuple[tuple[frozenset[str], Placement], ...] = (
    (frozenset({"left", "foot"}), Placement.LEFT_FOOT),
    (frozenset({"right", "foot"}), Placement.RIGHT_FOOT),
    (frozenset({"left", "shoe"}), Placement.LEFT_FOOT),
    (frozenset({"right", "shoe"}), Placement.RIGHT_FOOT),
    (frozenset({"left", "hip"}), Placement.LEFT_HIP),
    (frozenset({"right", "hip"}), Placement.RIGHT_HIP),
    (frozenset({"sacrum"}), Placement.SACRUM),
    (frozenset({"lumbar"}), Placement.SACRUM),
    (frozenset({"waist"}), Placement.WAIST_FRONT),
    (frozenset({"pocket"}), Placement.POCKET),
)
"""Words of an advertised name that show the placement; the first entry whose words are all present applies."""


@dataclass(frozen=True, slots=True)
class Role:
    """A sensor and its role. `placement` None: unknown, so the sensor cannot be used."""

    device: str
    profile: Profile
    placement: Placement | None
    name: str
    address: str


def role_of(
    sighting: Sighting,
    catalog: Catalog,
    sensors: Mapping[str, Placement],
    paired: Mapping[str, Placement] = NOTHING_PAIRED,
) -> Role | None:
    """Return the role of an advertising device; None if it has none in this run.

    sensors  address or advertised name -> placement, as configured; empty: every device with a profile is used
    paired   address -> placement, as remembered by `stridecue pair`; another motion sensor whose name alone suggests
             one of these placements is assumed to belong to another runner
    """
    profile = catalog.match(sighting.name, sighting.service_uuids, sighting.manufacturer_data)
    if profile is None:
        return None
    name = sighting.name or sighting.address
    key = configured_key(sighting, sensors)
    if key is not None:
        placement = sensors[key]
        return Role(configured_id(key, placement), profile, placement, name, sighting.address)
    if sensors:
        return None
    remembered = configured_key(sighting, paired)
    guessed = paired[remembered] if remembered else guess_placement(profile, sighting.name or "")
    if remembered is None and guessed in paired.values() and is_motion_sensor(profile):
        return None
    family = profile.id.rsplit(".", maxsplit=1)[-1]
    words = dict.fromkeys((family, guessed or "unplaced"))  # family and placement can be the same word, e.g. treadmill
    device = slug(*words, address_tail(sighting.address))
    return Role(device, profile, guessed, name, sighting.address)


def is_motion_sensor(profile: Profile) -> bool:
    """Return whether a profile provides acceleration, without which shaking cannot be detected."""
    streams = profile.stream.values()
    fields = [field for each in streams for field in (each.samples.fields if each.samples else each.fields)]
    return any(quantity is Quantity.ACC_X_MPS2 for field in fields for quantity in field.quantities)


def configured_key(sighting: Sighting, sensors: Mapping[str, Placement]) -> str | None:
    """Return the key of a device in the configuration: its address, else its name, ignoring case; else None."""
    for wanted in (sighting.address, sighting.name):
        for key in sensors:
            if wanted is not None and key.casefold() == wanted.casefold():
                return key
    return None


def is_address(key: str) -> bool:
    """Return whether a key is an address (macOS: a UUID), which is unique, rather than a name, which may not be."""
    return _ADDRESS.fullmatch(key.casefold()) is not None


def configured_id(key: str, placement: Placement) -> str:
    """Return the id of a configured sensor, known before the sensor is heard."""
    return slug(placement, address_tail(key) if ":" in key else key)


def guess_placement(profile: Profile, name: str) -> Placement | None:
    """Guess a device's placement: the only one its profile allows, else by its name; a pod is on an unknown foot."""
    allowed = profile.profile.placement
    if len(allowed) == 1:
        return allowed[0]
    words = set(re.findall(r"[a-z]+", name.casefold()))
    for needed, placement in NAME_HINTS:
        if needed <= words and placement in allowed:
            return placement
    return Placement.FOOT if Placement.FOOT in allowed else None


def address_tail(address: str) -> str:
    """Return the last four characters of an address: enough to distinguish one runner's sensors."""
    return re.sub(r"[^0-9a-z]", "", address.casefold())[-4:]


def slug(*parts: str) -> str:
    """Join words to an id of the characters `[a-z0-9_-]`."""
    return "-".join(re.sub(r"[^a-z0-9_]+", "-", part.casefold()).strip("-") for part in parts)
