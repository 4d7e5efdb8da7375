"""Records what devices offer and send for a while, as raw material for a new profile."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import partial

from drivers.clock import now_ns
from drivers.decoders.selector import Selector
from drivers.errors import RadioError
from drivers.radio.facade import Radio
from drivers.radio.link import Offered
from drivers.radio.sighting import Sighting
from drivers.supervision.device_supervisor import services_of
from drivers.supervision.gatt_session import GattSession
from dsp.signals import NS_PER_S
from firmware_profiles.schema import Profile
from firmware_profiles.uuids import short_uuid

LOG = logging.getLogger("stridecue.radio")
MAX_PACKETS = 40
"""Per characteristic: enough to see what a device sends, few enough to read."""


@dataclass(slots=True)
class Captured:
    """The characteristics and packets of one device.

    offered  its characteristics; with a profile, only those of the profile's services
    packets  (alias or UUID, seconds since the first packet, payload), in order
    failure  why the capture ended early; empty if it did not
    """

    sighting: Sighting
    profile: Profile | None
    offered: list[Offered] = field(default_factory=list)
    packets: list[tuple[str, float, bytes]] = field(default_factory=list)
    failure: str = ""
    _began_ns: int = 0
    _counts: dict[str, int] = field(default_factory=dict)

    def hear(self, channel: str, value: bytes) -> None:
        """Keep a value unless its characteristic already has MAX_PACKETS."""
        t_ns = now_ns()
        self._began_ns = self._began_ns or t_ns
        self._counts[channel] = self._counts.get(channel, 0) + 1
        if self._counts[channel] <= MAX_PACKETS:
            self.packets.append((channel, (t_ns - self._began_ns) / NS_PER_S, value))


async def capture(radio: Radio, devices: Iterable[tuple[Sighting, Profile | None]], for_s: float) -> list[Captured]:
    """Connect to all devices at once and listen for `for_s` seconds; a failure is reported in the device's result."""
    captures = [Captured(sighting, profile) for sighting, profile in devices]
    async with asyncio.TaskGroup() as group:
        for captured in captures:
            group.create_task(_capture(radio, captured, for_s), name=f"capture {captured.sighting.address}")
    return captures


async def _capture(radio: Radio, captured: Captured, for_s: float) -> None:
    try:
        link = await radio.connect(captured.sighting, () if captured.profile is None else services_of(captured.profile))
    except RadioError as error:
        captured.failure = str(error)
        return
    try:
        captured.offered = link.offered()
        if captured.profile is None:
            for offer in captured.offered:
                if offer.uses & {"notify", "indicate"}:
                    await link.subscribe(offer.char, partial(_hear, captured, offer.char))
            await _until_lost(link.lost, for_s)
        else:
            session = GattSession(link, captured.profile, captured.profile.default_params(), captured.hear)
            session.check()
            await session.start()
            await _until_lost(link.lost, for_s)
            await session.stop()
    except RadioError as error:
        captured.failure = str(error)
    finally:
        await link.close()


def _hear(captured: Captured, uuid: str, value: bytearray) -> None:
    captured.hear(uuid, bytes(value))


async def _until_lost(lost: asyncio.Event, for_s: float) -> None:
    try:
        async with asyncio.timeout(for_s):
            await lost.wait()
    except TimeoutError:
        return


def as_toml(captures: Iterable[Captured]) -> str:
    """Format captures as parts of profiles: `[gatt]` for unknown devices, and `[[examples]]` without values."""
    lines = ["# Captured by `stridecue scan --dump`: parts of a profile, see docs/add-a-device.md.", ""]
    for captured in captures:
        lines += _of_device(captured)
    return "\n".join(lines)


def _of_device(captured: Captured) -> list[str]:
    name = captured.sighting.name or "(no name)"
    lines = [f"# ---- {name}: {'no profile' if captured.profile is None else captured.profile.id}"]
    lines += [f"# advertises service {short_uuid(uuid)}" for uuid in captured.sighting.service_uuids]
    lines += [f"# advertises company {key}: {data.hex()}" for key, data in captured.sighting.manufacturer_data.items()]
    if captured.failure:
        lines.append(f"# ended early: {captured.failure}")
    aliases = _aliases(captured)
    lines += ["", "[gatt]"] if captured.profile is None else [""]
    for offer in captured.offered:
        uses = "+".join(sorted(offer.uses))
        entry = f'service = "{short_uuid(offer.service)}", char = "{short_uuid(offer.char)}", use = "{uses}"'
        lines.append(f"{'# ' if captured.profile is not None else ''}{aliases[offer.char]} = {{ {entry} }}")
    lines.append("")
    for channel, t_s, payload in captured.packets:
        alias = aliases.get(channel, channel)
        lines += ["[[examples]]", f'stream = "{_stream(captured.profile, alias, payload)}"', f'hex = "{payload.hex()}"']
        lines += [f'source = "captured from {_quoted(name)}: {alias}, {t_s:.3f} s after the first"', ""]
    return lines


def _aliases(captured: Captured) -> dict[str, str]:
    """Name each characteristic: the profile's alias, else digits 5 to 8 of its UUID."""
    known = {} if captured.profile is None else {entry.char: alias for alias, entry in captured.profile.gatt.items()}
    return {offer.char: known.get(offer.char, f"c{offer.char[4:8]}") for offer in captured.offered}


def _stream(profile: Profile | None, alias: str, payload: bytes) -> str:
    streams = {} if profile is None else profile.streams_of(alias)
    return next((name for name, stream in streams.items() if Selector(stream.when).accepts(payload)), alias)


def _quoted(text: str) -> str:
    return "".join(letter if letter.isprintable() and letter not in '"\\' else "?" for letter in text)
