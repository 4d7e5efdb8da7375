"""From packets to blocks, for live and replayed runs alike: same packets in the same order, same blocks."""

from __future__ import annotations

import copy
from dataclasses import dataclass, field
from typing import Any

from drivers.errors import DecodeError
from drivers.packets import DeviceInfo, Packet
from drivers.sample_stream import DuplicatePacketError, SampleStream
from drivers.stream_merge import StreamMerge
from drivers.timing.clock_state import ClockState
from dsp.records import Quality
from dsp.signals import Layout, Quantity, SampleBlock
from firmware_profiles.catalog import Catalog

_BATTERY: Layout = (Quantity.BATTERY_PCT,)


@dataclass(slots=True)
class _Source:
    """One device: its streams by characteristic and its running totals."""

    info: DeviceInfo
    streams: dict[str, list[SampleStream]]
    learners: dict[str, list[SampleStream]]
    merged: list[SampleStream]
    merge: StreamMerge | None
    packets: int = 0
    samples: int = 0
    lost: int = 0
    dropped: int = 0
    last_error: str = ""


@dataclass(slots=True)
class Ingest:
    """Everything from a packet to blocks. Deterministic: asks no clock.

    Blocks are strictly rising in time per source and layout.
    """

    catalog: Catalog
    _sources: dict[str, _Source] = field(default_factory=dict)
    unknown: int = 0
    """Packets of devices nobody announced."""

    def add_device(self, info: DeviceInfo) -> None:
        """Announce a device; again with other facts, its decoders start anew and its totals go on.

        Raises DecodeError where its profile is not in the catalogue.
        """
        known = self._sources.get(info.device)
        if known is not None and known.info == info:
            return
        if info.profile not in self.catalog:
            raise DecodeError(
                f"{info.device}: no profile {info.profile!r}; put {info.profile}.toml into the profiles folder"
            )
        profile = self.catalog.get(info.profile)
        made = {name: SampleStream(profile, name, info) for name in profile.stream}
        streams: dict[str, list[SampleStream]] = {}
        learners: dict[str, list[SampleStream]] = {}
        for one in made.values():
            streams.setdefault(one.stream.source, []).append(one)
            if one.stream.learns_from is not None:
                learners.setdefault(one.stream.learns_from, []).append(one)
        merged = [made[name] for name in profile.profile.merge]
        merge = StreamMerge([one.layout for one in merged]) if merged else None
        source = _Source(info, streams, learners, merged, merge)
        if known is not None:
            source.packets, source.samples = known.packets, known.samples
            source.lost, source.dropped, source.last_error = known.lost, known.dropped, known.last_error
        self._sources[info.device] = source

    def update(self, packet: Packet) -> list[SampleBlock]:
        """Decode one packet; refused packets and duplicates are counted, never raised."""
        source = self._sources.get(packet.device)
        if source is None:
            self.unknown += 1
            return []
        source.packets += 1
        try:
            blocks = self._decode(source, packet)
        except DecodeError as error:
            source.dropped += 1
            source.last_error = str(error)
            return []
        except DuplicatePacketError:
            source.dropped += 1
            return []
        for block in blocks:
            if block.layout != _BATTERY:
                source.samples += len(block.t_ns)
                source.lost += block.lost
        return blocks

    def state(self) -> dict[str, object]:
        """Give a copy of everything that has been learned."""
        return {"sources": _copied(self._sources), "unknown": self.unknown}

    def restore(self, state: dict[str, Any]) -> None:
        """Go on from a state saved by `state`, as often as wanted."""
        self._sources, self.unknown = _copied(state["sources"]), state["unknown"]

    def quality(self, t_ns: int) -> list[Quality]:
        """Return the running totals of every source, in the order they were announced."""
        return [
            Quality(t_ns, name, s.info.placement, s.packets, s.samples, s.lost, s.dropped)
            for name, s in self._sources.items()
        ]

    def detail(self, device: str) -> str:
        """Return what the user should know about a device: rules that fired, else the last error; may be empty."""
        source = self._sources.get(device)
        if source is None:
            return ""
        notes = [stream.detail for streams in source.streams.values() for stream in streams if stream.detail]
        return "; ".join(notes) or source.last_error

    def clock(self, device: str) -> ClockState | None:
        """Return how the times of a device come about: of its least certain stream; None without samples to time."""
        source = self._sources.get(device)
        if source is None:
            return None
        states = [stream.clock for streams in source.streams.values() for stream in streams]
        known = [state for state in states if state is not None]
        return max(known, key=lambda state: state.uncertainty_s or 0.0, default=None)

    @staticmethod
    def _decode(source: _Source, packet: Packet) -> list[SampleBlock]:
        learners = source.learners.get(packet.channel, ())
        for stream in learners:
            stream.learn(packet)
        streams = source.streams.get(packet.channel, ())
        if len(streams) == 1 and source.merge is None and streams[0].accepts(packet.payload):
            one = streams[0].update(packet)
            return [] if one is None else [one]
        readers = [stream for stream in streams if stream.accepts(packet.payload)]
        if not readers and not learners:
            raise DecodeError(f"nothing reads {packet.channel} packets that start with {packet.payload[:4].hex()}")
        blocks = []
        for stream in readers:
            block = stream.update(packet)
            if block is not None and source.merge is not None and stream in source.merged:
                block = source.merge.update(block)
            if block is not None:
                blocks.append(block)
        return blocks


def _copied(sources: dict[str, _Source]) -> dict[str, _Source]:
    """Copy deeply, but for the profiles: they never change."""
    streams = [one for source in sources.values() for streams in source.streams.values() for one in streams]
    return copy.deepcopy(sources, {id(one.stream): one.stream for one in streams})
