"""`stridecue pair`: which sensor sits where, told by shaking it, and remembered by its address."""

from __future__ import annotations

import asyncio
from argparse import Namespace
from pathlib import Path

from drivers.pairing import SCAN_S, Pairing, motion_sensors, pairing
from drivers.radio.facade import Radio
from drivers.supervision.roles import role_of
from dsp.signals import Placement
from dsp.texts import place_word
from firmware_profiles.catalog import Catalog
from hub.commands.live import chosen_config, open_known_radio
from hub.settings.config import Config, ConfigError
from hub.settings.known_devices import known_devices
from hub.settings.nearest import nearest
from hub.settings.paired import OPPOSITE, Sensor, load_paired, pairing_file, placed, store_paired, swapped
from hub.terminal.terminal import say

PARTS = (Placement.SACRUM, Placement.LEFT_FOOT, Placement.RIGHT_FOOT)
STREAM_WITHIN_S = 20.0
_WHERE = {
    Placement.SACRUM: "at your hip (back of the belt, on the sacrum)",
    Placement.LEFT_FOOT: "on your left foot",
    Placement.RIGHT_FOOT: "on your right foot",
}


def run(options: Namespace) -> int:
    """Ask for each part, or swap, show or forget; raises DriverError, ConfigError and OSError."""
    path = pairing_file(options.config)
    if options.forget:
        path.unlink(missing_ok=True)
        say("forgotten: sensors are placed by [sensors] of the configuration and by their names again")
        return 0
    if options.show:
        _show(path)
        return 0
    config, _where = chosen_config(options.config)
    radio = options.radio or config.radio.provider
    if options.swap:
        asyncio.run(_swap(path, config, radio))
        _show(path)
        return 0
    done = asyncio.run(_pair(path, _parts(options.parts), radio, options.seconds))
    if config.sensors:
        say("note: [sensors] in your configuration goes before what was paired: take these lines out to use it")
    return 0 if done else 1


def _parts(words: list[str]) -> list[Placement]:
    valid = [part.value for part in PARTS]
    for word in words:
        if word.replace("-", "_") not in valid:
            raise ConfigError(f"{word!r}: {nearest(word, valid)}")
    return [Placement(word.replace("-", "_")) for word in words] or list(PARTS)


async def _pair(path: Path, parts: list[Placement], radio_name: str, within_s: float) -> int:
    catalog = known_devices()
    known = load_paired(path)
    print(f"looking for motion sensors on radio {radio_name} ...", flush=True)
    async with open_known_radio(radio_name) as radio, pairing(radio, catalog) as near:
        if not near.sensors:
            say("none heard: wake them (move them), switch other apps off them, come nearer")
            return 0
        await near.all_streaming(STREAM_WITHIN_S)
        for device, role in near.sensors.items():
            state = near.states.get(device)
            print(f"  {role.name} ({role.address}): {state.state if state else 'not heard'}", flush=True)
        chosen = await _ask(near, parts, within_s)
        for part, address in chosen.items():
            role = next(role for role in near.sensors.values() if role.address == address)
            known = placed(known, address, Sensor(part, role.name))
    if chosen:
        store_paired(path, known)
        say(f"remembered in {path}; `stridecue pair --swap` exchanges left and right")
    return len(chosen)


async def _ask(near: Pairing, parts: list[Placement], within_s: float) -> dict[Placement, str]:
    taken: dict[str, Placement] = {}
    for part in parts:
        if len(taken) == len(near.sensors):
            break
        print(f"Shake the one {_WHERE[part]} for two seconds, keep the others still ...", flush=True)
        role = await near.shaken(within_s, but_not=taken)
        if role is None:
            print(f"  No single sensor was shaken within {within_s:g} s; nothing changed.", flush=True)
            continue
        taken[role.device] = part
        print(f"  {place_word(part)}: {role.name} ({role.address})", flush=True)
    return {part: near.sensors[device].address for device, part in taken.items()}


async def _swap(path: Path, config: Config, radio_name: str) -> None:
    """Exchange left and right of what is remembered; where nothing is, of what the names say."""
    known = load_paired(path)
    if set(config.sensors.values()) & set(OPPOSITE):
        raise ConfigError("left and right stand in [sensors] of your configuration: exchange them there")
    if not any(sensor.placement in OPPOSITE for sensor in known.values()):
        catalog = known_devices()
        async with open_known_radio(radio_name) as radio:
            known = {**known, **await _by_name(radio, catalog)}
    if not any(sensor.placement in OPPOSITE for sensor in known.values()):
        raise ConfigError("no sensor of a left or right side is paired or near: `stridecue pair`")
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
        say("nothing is paired: sensors are placed by [sensors] of the configuration and by their names")
