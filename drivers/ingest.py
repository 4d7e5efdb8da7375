"""From packets to blocks, for live and replayed runs: the same packets in the same order give the same blocks."""

from __future__ import annotations

import copy
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from typing import Any

from drivers.errors import DecodeError
from drivers.fewer_blocks import FewerBlocks, Run
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
    """One device: its streams by characteristic, and its running totals."""

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

    def only_stream(self, channel: str) -> SampleStream | None:
        """Return the only stream of a characteristic; None if there are several, a merge, or a learning stream."""
        streams = self.streams.get(channel, ())
        return streams[0] if len(streams) == 1 and self.merge is None and channel not in self.learners else None

    def refuse(self, error: DecodeError | DuplicatePacketError) -> None:
        """Count a packet that was rejected, by all of its streams or by one, or that was a duplicate."""
        self.dropped += 1
        if isinstance(error, DecodeError):
            self.last_error = str(error)

    def count(self, blocks: Sequence[SampleBlock]) -> None:
        """Add blocks to the totals; battery levels do not count."""
        for block in blocks:
            if block.layout != _BATTERY:
                self.samples += len(block.t_ns)
                self.lost += block.lost


@dataclass(slots=True)
class Ingest:
    """Decodes and times the packets of all devices. Deterministic: it reads no clock.

    Timestamps increase strictly within each source and layout.
    """

    catalog: Catalog
    _sources: dict[str, _Source] = field(default_factory=dict)
    unknown: int = 0
    """Packets of devices that were not announced by `add_device`."""
    _fewer: FewerBlocks = field(default_factory=FewerBlocks)

    def add_device(self, info: DeviceInfo) -> None:
        """Announce a device. If announced again with other facts, its decoders are reset and its totals kept.

        Raises DecodeError if its profile is not in the catalogue.
        """
        previous = self._sources.get(info.device)
        if previous is not None and previous.info == info:
            return
        if info.profile not in self.catalog:
            raise DecodeError(
                f"{info.device}: no profile {info.profile!r}; put {info.profile}.toml into the profiles folder"
            )
        profile = self.catalog.get(info.profile)
        by_name = {name: SampleStream(profile, name, info) for name in profile.stream}
        streams: dict[str, list[SampleStream]] = {}
        learners: dict[str, list[SampleStream]] = {}
        for stream in by_name.values():
            streams.setdefault(stream.stream.source, []).append(stream)
            if stream.stream.learns_from is not None:
                learners.setdefault(stream.stream.learns_from, []).append(stream)
        merged = [by_name[name] for name in profile.profile.merge]
        merge = StreamMerge([stream.layout for stream in merged]) if merged else None
        source = _Source(info, streams, learners, merged, merge)
        if previous is not None:
            source.packets, source.samples = previous.packets, previous.samples
            source.lost, source.dropped, source.last_error = previous.lost, previous.dropped, previous.last_error
        self._sources[info.device] = source

    def update(self, packet: Packet) -> list[SampleBlock]:
        """Decode one packet. Undecodable and duplicate packets are counted, never raised."""
        blocks = self._update(packet)
        for block in blocks:
            self._fewer.note(block)
        return blocks

    def _update(self, packet: Packet) -> list[SampleBlock]:
        source = self._sources.get(packet.device)
        if source is None:
            self.unknown += 1
            return []
        source.packets += 1
        try:
            blocks = self._decode(source, packet)
        except (DecodeError, DuplicatePacketError) as error:
            source.refuse(error)
            return []
        source.count(blocks)
        return blocks

    def update_all(
        self, packets: Sequence[Packet], guarded: Callable[[str], AbstractContextManager[None]]
    ) -> list[SampleBlock]:
        """Decode the packets of a short time span into as few blocks as possible, see `fewer_blocks`.

        guarded  context manager for one device id: isolates an exception of that device from the others
        """
        by_channel: dict[tuple[str, str], list[int]] = {}
        for place, packet in enumerate(packets):
            by_channel.setdefault((packet.device, packet.channel), []).append(place)
        runs: list[Run] = []
        for (device, channel), places in by_channel.items():
            with guarded(device):
                runs += self._runs(device, channel, places, [packets[place] for place in places])
        return self._fewer.join(runs)

    def _runs(self, device: str, channel: str, places: list[int], packets: list[Packet]) -> Iterator[Run]:
        source = self._sources.get(device)
        stream = None if source is None else source.only_stream(channel)
        if source is not None and stream is not None and all(stream.accepts(packet.payload) for packet in packets):
            decoded = stream.update_all(packets)
            if decoded is not None:
                block, counts, lost = decoded
                source.packets += len(packets)
                source.dropped += counts.count(0)
                source.count([block])
                if len(block.t_ns):
                    yield Run(block, places, counts, lost)
                return
        for place, packet in zip(places, packets, strict=True):
            for block in self._update(packet):
                if len(block.t_ns):
                    yield Run(block, [place], [len(block.t_ns)], [block.lost])

    def state(self) -> dict[str, object]:
        """Return a copy of the complete state."""
        return {"sources": _copied(self._sources), "unknown": self.unknown, "fewer": copy.deepcopy(self._fewer)}

    def restore(self, state: dict[str, Any]) -> None:
        """Continue from a state returned by `state`; the same one can be restored any number of times."""
        self._sources = _copied(state["sources"])
        self.unknown, self._fewer = state["unknown"], copy.deepcopy(state["fewer"])

    def quality(self, t_ns: int) -> list[Quality]:
        """Return the running totals of every source, in the order they were announced."""
        return [
            Quality(t_ns, name, s.info.placement, s.packets, s.samples, s.lost, s.dropped)
            for name, s in self._sources.items()
        ]

    def detail(self, device: str) -> str:
        """Return a note on a device for the user: the streams' details, else the last error; may be empty."""
        source = self._sources.get(device)
        if source is None:
            return ""
        notes = [stream.detail for streams in source.streams.values() for stream in streams if stream.detail]
        return "; ".join(notes) or source.last_error

    def clock(self, device: str) -> ClockState | None:
        """Return the clock state of a device's least certain stream; None if no stream recovers a clock."""
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
            only = streams[0].update(packet)
            return [] if only is None else [only]
        readers = [stream for stream in streams if stream.accepts(packet.payload)]
        if not readers and not learners:
            raise DecodeError(f"nothing reads {packet.channel} packets that start with {packet.payload[:4].hex()}")
        blocks = []
        refused: list[DecodeError | DuplicatePacketError] = []
        for stream in readers:
            try:
                block = stream.update(packet)
            except (DecodeError, DuplicatePacketError) as error:
                refused.append(error)
                continue
            if block is not None and source.merge is not None and stream in source.merged:
                block = source.merge.update(block)
            if block is not None:
                blocks.append(block)
        if refused:  # the other streams' blocks are complete, and their counters have already advanced
            source.refuse(refused[0])
        return blocks


def _copied(sources: dict[str, _Source]) -> dict[str, _Source]:
    """Copy deeply, except the profiles, which are immutable."""
    streams = [each for source in sources.values() for streams in source.streams.values() for each in streams]
    return copy.deepcopy(sources, {id(each.stream): each.stream for each in streams})
