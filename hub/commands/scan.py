"""`stridecue scan`: which sensors are near, and how a run would use each."""

from __future__ import annotations

import asyncio
import sys
from argparse import Namespace
from collections.abc import Mapping

from drivers.radio.sighting import Sighting
from drivers.supervision.roles import role_of
from dsp.signals import Placement
from firmware_profiles.catalog import Catalog, load_catalog
from hub.commands.live import chosen_config, open_known_radio
from hub.folders import profiles_folder

_FORM = "{:<26} {:<18} {:>8}  {:<18} {}"


def run(options: Namespace) -> int:
    """Scan and print a table; raises DriverError and ConfigError."""
    config, _where = chosen_config(options.config)
    catalog = load_catalog(profiles_folder())
    radio = options.radio or config.radio.provider
    print(f"listening for {options.seconds:g} s on radio {radio} ...", file=sys.stderr, flush=True)
    seen = asyncio.run(_listen(radio, options.seconds))
    for line in table(seen, catalog, config.sensors):
        print(line)
    if not seen:
        print("nothing heard: wake the sensors (move them), switch other apps off them, come nearer", file=sys.stderr)
    return 0


def table(seen: Mapping[str, Sighting], catalog: Catalog, sensors: Mapping[str, Placement]) -> list[str]:
    """Lay out what was heard: usable sensors first, each group by signal strength."""
    rows = []
    for sighting in seen.values():
        profile = catalog.match(sighting.name, sighting.service_uuids, sighting.manufacturer_data)
        role = role_of(sighting, catalog, sensors)
        if role is None:
            use = "not used: no profile" if profile is None else "not used: not in [sensors]"
        elif role.placement is None:
            use = "not used: say where it sits in [sensors]"
        else:
            use = role.placement.value
        row = _FORM.format(
            (sighting.name or "(no name)")[:26],
            sighting.address,
            f"{sighting.rssi_dbm} dBm",
            profile.id if profile else "-",
            use,
        )
        rows.append((role is None, -sighting.rssi_dbm, row))
    return [_FORM.format("name", "address", "signal", "profile", "would be"), *(row for *_, row in sorted(rows))]


async def _listen(radio: str, for_s: float) -> Mapping[str, Sighting]:
    async with open_known_radio(radio) as opened:
        return await opened.scan(for_s)
