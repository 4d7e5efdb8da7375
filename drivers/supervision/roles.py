"""Which sensor plays which part: by configuration, else by its profile and what its name says."""

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
"""Words of an advertised name that tell where the sensor sits; the first entry whose words are all there counts."""


@dataclass(frozen=True, slots=True)
class Role:
    """A sensor and its part. `placement` None: nobody can tell, it cannot be used."""

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
    """Find the part of an advertising device; None when it has none in this run.

    sensors  address or advertised name -> placement, as configured; empty: every device with a profile plays
    paired   address -> placement, as remembered by `stridecue pair`; another device of the same kind that only its
             name puts in one of these places is somebody else's
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
    words = dict.fromkeys((family, guessed or "unplaced"))  # a treadmill sits on a treadmill: say it once
    device = slug(*words, address_tail(sighting.address))
    return Role(device, profile, guessed, name, sighting.address)


def is_motion_sensor(profile: Profile) -> bool:
    """Tell whether a profile gives accelerations: only of such a sensor can be told that it is shaken."""
    fields = [field for one in profile.stream.values() for field in (one.samples.fields if one.samples else one.fields)]
    return any(quantity is Quantity.ACC_X_MPS2 for field in fields for quantity in field.quantities)


def configured_key(sighting: Sighting, sensors: Mapping[str, Placement]) -> str | None:
    """Find the configuration's key for a device: its address, else its name; letter case does not count."""
    for wanted in (sighting.address, sighting.name):
        for key in sensors:
            if wanted is not None and key.casefold() == wanted.casefold():
                return key
    return None


def is_address(key: str) -> bool:
    """Tell an address (macOS: a UUID), which one sensor has, from a name, which several may have."""
    return _ADDRESS.fullmatch(key.casefold()) is not None


def configured_id(key: str, placement: Placement) -> str:
    """Give a configured sensor its id, known before it is heard."""
    return slug(placement, address_tail(key) if ":" in key else key)


def guess_placement(profile: Profile, name: str) -> Placement | None:
    """Say where a device sits: the one place its profile allows, else what its name says; a pod is on some foot."""
    allowed = profile.profile.placement
    if len(allowed) == 1:
        return allowed[0]
    words = set(re.findall(r"[a-z]+", name.casefold()))
    for needed, placement in NAME_HINTS:
        if needed <= words and placement in allowed:
            return placement
    return Placement.FOOT if Placement.FOOT in allowed else None


def address_tail(address: str) -> str:
    """Give the last four letters of an address: enough to tell a runner's sensors apart."""
    return re.sub(r"[^0-9a-z]", "", address.casefold())[-4:]


def slug(*parts: str) -> str:
    """Join words to an id of `[a-z0-9_-]`."""
    return "-".join(re.sub(r"[^a-z0-9_]+", "-", part.casefold()).strip("-") for part in parts)
