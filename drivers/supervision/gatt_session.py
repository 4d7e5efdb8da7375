"""Start and stop a connected device's streams as its profile states, and pass on what it sends."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Iterable, Mapping
from functools import partial

from drivers.errors import DeviceUnreachableError, PairingNeededError, RadioError, StaleServicesError
from drivers.radio.link import Link
from drivers.supervision.answers import Answers, accepted
from drivers.supervision.write_template import render
from firmware_profiles.schema import WIRE_BYTES, Ask, Field, Profile, Read, Step, Stream, Subscribe, Write

LOG = logging.getLogger("stridecue.radio")

ATT_HEAD_BYTES = 3
"""Header of a notification, Core 5.4, Vol 3, Part F, 3.4.7.1."""

OnValue = Callable[[str, bytes], None]
"""Alias of the characteristic, value."""


class GattSession:
    """One profile on one link.

    params    values of the profile's parameters, used in its start steps
    on_value  runs in the radio's callback: it must only timestamp, copy and append
    """

    def __init__(self, link: Link, profile: Profile, params: Mapping[str, float], on_value: OnValue) -> None:
        self._link = link
        self._profile = profile
        self._params = dict(params)
        self._answers = Answers()
        self._on_value = on_value
        self._subscribed: list[str] = []
        self._longest_bytes = 0

    def check(self) -> None:
        """Raise StaleServicesError if a required characteristic is missing, RadioError if a forbidden one exists."""
        forbidden = self._profile.link.forbid_char
        if forbidden is not None and not self._link.missing([forbidden]):
            raise RadioError(f"profile {self._profile.id} cannot be used with it: {self._profile.link.forbid_because}")
        needed = {alias: entry.char for alias, entry in self._profile.gatt.items() if not entry.optional}
        absent = set(self._link.missing(needed.values()))
        if absent:
            missing = ", ".join(f"{alias} ({char})" for alias, char in needed.items() if char in absent)
            raise StaleServicesError(
                f"it does not offer {missing}, which profile {self._profile.id} needs: its firmware is different, or "
                "this system's Bluetooth cache is stale (remove the device in the system's Bluetooth settings)"
            )

    def limits(self) -> str:
        """Return, in words for the user, how the link's MTU limits the device; empty if it does not."""
        # BlueZ 5.66 reports an MTU of 23 for a known device and may never update it: packet sizes are better evidence.
        carried = max(self._link.notification_limit_bytes, self._longest_bytes)
        wanted = max(self._profile.link.mtu_min - ATT_HEAD_BYTES, *map(shortest_packet_bytes, self._streams()), 0)
        if carried >= wanted:
            return ""
        return f"the link carries {carried} bytes a packet, {self._profile.id} needs {wanted}: packets are cut off"

    async def start(self) -> None:
        """Run the profile's start steps in order. Raises DeviceUnreachableError."""
        for step in self._profile.start:
            try:
                await self._run(step)
            except (DeviceUnreachableError, PairingNeededError) as error:
                if not step.optional or self._link.lost.is_set():
                    raise
                LOG.info("an optional step failed: %s", error)

    async def resubscribe(self, aliases: Iterable[str]) -> None:
        """Disable and enable notifications again, then repeat the writes: some devices lose either.

        Enabling alone is not enough: BlueZ does not write a descriptor that it believes is set. Raises
        DeviceUnreachableError.
        """
        await self.stop()
        for alias in aliases:
            char = self._profile.gatt[alias].char
            await self._link.unsubscribe(char)
            await self._link.subscribe(char, partial(self._take, alias))
        await self._try(step for step in self._profile.start if isinstance(step, Write))

    async def stop(self) -> None:
        """Run the profile's stop steps; failures are logged, and a lost link ends them."""
        await self._try(self._profile.stop)

    async def _try(self, steps: Iterable[Step]) -> None:
        for step in steps:
            if self._link.lost.is_set():
                return
            try:
                await self._run(step)
            except (DeviceUnreachableError, PairingNeededError) as error:
                LOG.info("a step failed, continuing: %s", error)

    @property
    def nominal_hz(self) -> dict[str, float]:
        """Expected notifications per second of each subscribed characteristic."""
        return {alias: self._profile.nominal_hz(alias) for alias in self._subscribed}

    def _streams(self) -> list[Stream]:
        return [stream for alias in self._profile.gatt for stream in self._profile.streams_of(alias).values()]

    async def _run(self, step: Step) -> None:
        match step:
            case Subscribe(on=alias):
                char = self._profile.gatt[alias].char
                await self._link.subscribe(char, partial(self._take, alias))
                self._subscribed.append(alias)
            case Read(of=alias):
                self._on_value(alias, await self._link.read(self._profile.gatt[alias].char))
            case Write():
                await self._write(step)
            case Ask(to=alias, on=on, hex=text):
                answers = {bytes.fromhex(head): params for head, params in step.answers.items()}

                def answered_params(value: bytes) -> Mapping[str, float] | None:
                    return next((params for head, params in answers.items() if value.startswith(head)), None)

                write = partial(self._link.write, self._profile.gatt[alias].char, bytes.fromhex(text))
                self._params.update(await self._answers.ask(write, on, answered_params, step.timeout_ms / 1000))

    async def _write(self, step: Write) -> None:
        """Write all values of the step, and await its acknowledgement after the last."""
        if any(self._params.get(name) != value for name, value in step.only.items()):
            return
        char, ack = self._profile.gatt[step.to].char, step.ack
        values = render(step, self._params, self._profile.param)
        for i, value in enumerate(values):
            if ack is not None and i == len(values) - 1:
                read = partial(accepted, prefixes=list(map(bytes.fromhex, [ack.hex, *ack.also_ok])), at=ack.at)
                await self._answers.ask(partial(self._link.write, char, value), ack.on, read, ack.timeout_ms / 1000)
            else:
                await self._link.write(char, value)
            await asyncio.sleep(step.gap_ms / 1000)

    def _take(self, alias: str, value: bytearray) -> None:
        # An abandoned link may still deliver values, which its successor receives too.
        if not self._link.lost.is_set():
            self._longest_bytes = max(self._longest_bytes, len(value))
            self._on_value(alias, bytes(value))
            self._answers.hear(alias, bytes(value))


def shortest_packet_bytes(stream: Stream) -> int:
    """Return the minimum length of a packet of this stream in bytes: the mandatory fields and one sample."""
    samples = 0 if stream.samples is None else sum(map(_field_bytes, stream.samples.fields))
    return samples + sum(map(_field_bytes, stream.fields))


def _field_bytes(field: Field) -> int:
    always = field.if_bit is None and field.unless_bit is None and field.at is None and isinstance(field.count, int)
    return WIRE_BYTES[field.type] * int(field.count) if always else 0
