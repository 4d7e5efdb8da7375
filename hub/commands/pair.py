"""`stridecue pair`: identify which sensor sits where by shaking it, and remember it by its address."""

from __future__ import annotations

import asyncio
from argparse import Namespace
from collections.abc import AsyncIterator
from pathlib import Path

from drivers.pairing import SCAN_S, Pairing, motion_sensors, pairing
from drivers.radio.facade import Radio
from drivers.supervision.roles import Role, role_of
from drivers.virtual.virtual_radio import is_virtual
from dsp.signals import Placement
from dsp.texts import place_word
from firmware_profiles.catalog import Catalog
from hub.commands.live import chosen_config, open_known_radio
from hub.commands.scan import NOTHING_FOUND
from hub.settings.config import Config, ConfigError
from hub.settings.folders import program
from hub.settings.known_devices import known_devices
from hub.settings.nearest import nearest
from hub.settings.paired import OPPOSITE, Sensor, load_paired, pairing_file, placed, store_paired, swapped
from hub.terminal.terminal import echo

PARTS = (Placement.SACRUM, Placement.LEFT_FOOT, Placement.RIGHT_FOOT)
STREAM_WITHIN_S = 20.0
VIRTUAL = "Virtual sensors: this pairing is kept apart from the one of your own sensors"
_WHERE = {
    Placement.SACRUM: "at your hip (back of the belt, on the sacrum)",
    Placement.LEFT_FOOT: "on your left foot",
    Placement.RIGHT_FOOT: "on your right foot",
}


def run(options: Namespace) -> int:
    """Pair each part, or swap, show or forget the pairing; raises DriverError, ConfigError and OSError."""
    if options.forget:
        return _forget(options)
    config, _where = chosen_config(options.config)
    radio = options.radio or config.radio.provider
    virtual = is_virtual(radio)
    path = pairing_file(options.config, virtual=virtual)
    if virtual:
        echo(f"{VIRTUAL} ({path}).")
    if options.show or options.swap:
        if options.swap:
            asyncio.run(swap_sides(path, config, radio))
        _show(path)
        return 0
    done = asyncio.run(pair_sensors(path, _parts(options.parts), radio, options.seconds))
    if config.sensors:
        echo("Note: [sensors] in your configuration overrides what was paired; remove it to use the pairing.")
    return 0 if done else 1


def _forget(options: Namespace) -> int:
    """Delete both pairings, or with `--radio` only the one used on that radio; the configuration may be broken."""
    both = (False, True) if options.radio is None else (is_virtual(options.radio),)
    for virtual in both:
        pairing_file(options.config, virtual=virtual).unlink(missing_ok=True)
    echo("Pairing forgotten: sensors are placed by [sensors] in the configuration, else by their names.")
    return 0


def _parts(words: list[str]) -> list[Placement]:
    valid = [part.value for part in PARTS]
    for word in words:
        if word.replace("-", "_") not in valid:
            raise ConfigError(f"{word!r}: {nearest(word, valid)}")
    return [Placement(word.replace("-", "_")) for word in words] or list(PARTS)


async def pair_sensors(path: Path, parts: list[Placement], radio_name: str, within_s: float) -> int:
    """Pair the sensor that is shaken for each part; return how many were paired. Raises DriverError and OSError."""
    catalog = known_devices()
    known = load_paired(path)
    print(f"Looking for motion sensors on radio {radio_name} ...", flush=True)
    async with open_known_radio(radio_name) as radio, pairing(radio, catalog) as near:
        if not near.sensors:
            echo(NOTHING_FOUND)
            return 0
        await near.all_streaming(STREAM_WITHIN_S)
        for device, role in near.sensors.items():
            state = near.states.get(device)
            print(f"  {role.name} ({role.address}): {state.state if state else 'no signal'}", flush=True)
        done = 0
        async for part, role in _ask(near, parts, within_s):
            known = placed(known, role.address, Sensor(part, role.name))
            store_paired(path, known)  # at once: who stops here with Ctrl-C keeps it
            echo(f"  {place_word(part)}: {role.name} ({role.address}), saved")
            done += 1
    if done:
        echo(f"Saved in {path}. If left and right are mixed up: `{program()} pair --swap`.")
    return done


async def _ask(near: Pairing, parts: list[Placement], within_s: float) -> AsyncIterator[tuple[Placement, Role]]:
    """Ask for each part in turn; yield it with the sensor that was shaken for it."""
    taken: set[str] = set()
    for part in parts:
        if len(taken) == len(near.sensors):
            break
        echo(f"Shake the sensor {_WHERE[part]} for two seconds and keep the others still ...")
        role = await near.shaken(within_s, but_not=taken)
        if role is None:
            echo(f"  No shaken sensor detected within {within_s:g} s; nothing changed.")
            continue
        taken.add(role.device)
        yield part, role


async def swap_sides(path: Path, config: Config, radio_name: str) -> None:
    """Exchange left and right in the pairing; without one, pair the sensors nearby against what their names say."""
    known = load_paired(path)
    if set(config.sensors.values()) & set(OPPOSITE):
        raise ConfigError("left and right are set in [sensors] of your configuration: swap them there")
    if not any(sensor.placement in OPPOSITE for sensor in known.values()):
        catalog = known_devices()
        async with open_known_radio(radio_name) as radio:
            known = {**known, **await _by_name(radio, catalog)}
    if not any(sensor.placement in OPPOSITE for sensor in known.values()):
        raise ConfigError(f"no left or right sensor is paired or nearby: pair one first with `{program()} pair`")
    store_paired(path, swapped(known))


async def _by_name(radio: Radio, catalog: Catalog) -> dict[str, Sensor]:
    seen = await radio.scan(SCAN_S, wanted=lambda sighting: bool(motion_sensors({"": sighting}, catalog)))
    roles = [role_of(sighting, catalog, {}) for sighting in seen.values()]
    return {
        role.address: Sensor(role.placement, role.name)
        for role in roles
        if role is not None and role.placement in OPPOSITE and role.placement is not None
    }


def _show(path: Path) -> None:
    known = load_paired(path)
    for address, sensor in known.items():
        print(f"{sensor.placement.value:<12} {sensor.name or '(no name)'} ({address})")
    if not known:
        echo("Nothing is paired: sensors are placed by [sensors] in the configuration, else by their names.")
