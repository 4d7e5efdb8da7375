"""`stridecue scan`: list the sensors nearby and how a run would use each."""

from __future__ import annotations

import asyncio
import sys
from argparse import Namespace
from collections.abc import Mapping
from pathlib import Path

from drivers.capture import Captured, as_toml, capture
from drivers.radio.sighting import Sighting
from drivers.supervision.roles import NOTHING_PAIRED, role_of
from drivers.virtual.virtual_radio import is_virtual
from dsp.signals import Placement
from firmware_profiles.catalog import Catalog
from firmware_profiles.schema import Profile
from hub.commands.live import chosen_config, open_known_radio
from hub.settings.config import ConfigError
from hub.settings.known_devices import known_devices
from hub.settings.paired import pairing_file, read_pairing
from hub.terminal.terminal import echo, echo_rows

NOTHING_FOUND = "No sensor found. Move your sensors to wake them, disconnect other apps from them, and come closer."
_HEADINGS = ("name", "address", "signal", "profile", "would be")


def run(options: Namespace) -> int:
    """Scan and print a table, and save packets if asked; raises DriverError, ConfigError and OSError."""
    config, _where = chosen_config(options.config)
    catalog = known_devices()
    radio = options.radio or config.radio.provider
    virtual = is_virtual(radio)
    echo(f"Listening for {options.seconds:g} s on radio {radio} ...", sys.stderr)
    dump = None if options.dump is None else Path(options.dump)
    if dump is None and options.only:
        raise ConfigError("--only selects whose packets to save: it needs --dump FILE")
    if dump is not None and not dump.parent.is_dir():
        raise ConfigError(f"--dump {dump}: there is no folder {dump.parent}")
    seen, captured = asyncio.run(_listen(radio, options.seconds, catalog, None if dump is None else options.only))
    paired = read_pairing(pairing_file(options.config, virtual=virtual))
    lines = table(seen, catalog, config.sensors, paired)
    echo_rows("\n".join(lines), sys.stdout, lines[0].index(_HEADINGS[-1]))
    if not seen:
        echo(NOTHING_FOUND, sys.stderr)
    return 0 if dump is None else _written(dump, captured)


def _written(dump: Path, captured: list[Captured]) -> int:
    """Save the capture and print what it contains; 1 if no device could be connected to."""
    for one in captured:
        ended = f"; {one.failure}" if one.failure else ""
        silent = "; it may need a command first: docs/add-a-device.md" if one.offered and not one.packets else ""
        echo(f"{one.sighting.name or one.sighting.address}: {len(one.packets)} packets{silent}{ended}")
    if not any(one.offered for one in captured):
        echo("Nothing to save: could not connect to a device with a profile, or to one named by --only.")
        return 1
    dump.write_text(as_toml(captured), encoding="utf-8")
    print(f"written to {dump}")
    return 0


def table(
    seen: Mapping[str, Sighting],
    catalog: Catalog,
    sensors: Mapping[str, Placement],
    paired: Mapping[str, Placement] = NOTHING_PAIRED,
) -> list[str]:
    """Format the devices found as a table: usable sensors first, each group by signal strength."""
    rows = []
    for sighting in seen.values():
        profile = catalog.match(sighting.name, sighting.service_uuids, sighting.manufacturer_data)
        role = role_of(sighting, catalog, sensors, paired)
        if role is None:
            why_not = "not in [sensors]" if sensors else "another one is paired"
            use = f"not used: {'no profile' if profile is None else why_not}"
        elif role.placement is None:
            use = "not used: pair it first (stridecue pair)"
        else:
            use = role.placement.value
        name, strength = (sighting.name or "(no name)")[:26], f"{sighting.rssi_dbm} dBm"
        row = (name, sighting.address, strength, profile.id if profile else "-", use)
        rows.append((role is None, -sighting.rssi_dbm, row))
    lines = [_HEADINGS, *(row for *_, row in sorted(rows))]
    widths = [max(map(len, column)) for column in zip(*lines, strict=True)]
    return ["  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)).rstrip() for line in lines]


async def _listen(
    radio: str, for_s: float, catalog: Catalog, only: list[str] | None
) -> tuple[Mapping[str, Sighting], list[Captured]]:
    async with open_known_radio(radio) as opened:
        seen = await opened.scan(for_s)
        if only is None:
            return seen, []
        print(f"Capturing their packets for {for_s:g} s ...", file=sys.stderr, flush=True)
        return seen, await capture(opened, _chosen(seen, catalog, only), for_s)


def _chosen(seen: Mapping[str, Sighting], catalog: Catalog, only: list[str]) -> list[tuple[Sighting, Profile | None]]:
    """Select the devices to capture: those named, else those with a profile."""
    wanted = {name.casefold() for name in only}
    chosen = []
    for sighting in seen.values():
        profile = catalog.match(sighting.name, sighting.service_uuids, sighting.manufacturer_data)
        named = {sighting.address.casefold(), (sighting.name or "").casefold()} & wanted
        if named or (profile is not None and not wanted):
            chosen.append((sighting, profile))
    return chosen
