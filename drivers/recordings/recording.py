"""Recordings: the packets of a run in an MCAP file that stays readable if truncated.

Messages are in order of arrival. Raw packets have one channel per device and characteristic, with the device's facts
as channel metadata. Devices and the hub's records of the run (steps, metrics, cues) have JSON channels.
A chunk ends each second (`tick`), so a killed run loses at most that.
"""

from __future__ import annotations

import zlib
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass, field
from io import BytesIO
from pathlib import Path
from types import MappingProxyType, TracebackType
from typing import Self

import msgspec
from mcap.data_stream import ReadDataStream
from mcap.records import Channel, Message, Metadata

from drivers.errors import RecordingError
from drivers.packets import DeviceInfo, Packet, UserInput
from drivers.recordings.recording_chunks import TORN, ChunkFile, Condition, open_recording
from drivers.recordings.recording_file import RecordingFile, mcap_writer
from dsp.signals import Placement

FORMAT = "stridecue.recording"
FORMAT_VERSION = "1"
DEVICE_TOPIC = "/device"
PACKET_TOPIC = "/packet/"
RECORD_TOPIC = "/record/"
INPUT_TOPIC = "/said"
SESSION_COPIES = 2
"""MCAP metadata have no checksum, so ours is added, and a second copy survives a damaged byte in the first."""
_SESSION_WITHIN_BYTES = 8 * 1024 * 1024
_JSON_SCHEMA = b'{"type":"object"}'
_NOTHING: Mapping[str, object] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class SessionInfo:
    """Facts about a run that a replay needs before the first packet.

    t0_ns        hub monotonic ns that is second 0 of this recording
    started_utc  ISO 8601; None for imported data
    settings     everything that affects the results (mounting, thresholds, earlier runs), JSON-serialisable
    """

    t0_ns: int
    started_utc: str | None
    runner: str
    settings: Mapping[str, object] = field(default_factory=lambda: _NOTHING)


class RecordingWriter:
    """Writes one run. Every method may raise RecordingError; what was written before remains readable.

    After a failed `tick` writing can continue: nothing is lost until an `add_…` method raises.
    """

    def __init__(self, path: Path, session: SessionInfo) -> None:
        self.path = path
        self.packets = 0
        self.records = 0
        self._file = RecordingFile(path)
        self._mcap = mcap_writer(self._file)
        self._devices: dict[str, DeviceInfo] = {}
        self._packet_channels: dict[tuple[str, str], int] = {}
        self._json_channels: dict[str, int] = {}
        facts = {
            "version": FORMAT_VERSION,
            "t0_ns": str(session.t0_ns),
            "started_utc": session.started_utc or "",
            "runner": session.runner,
            "settings": msgspec.json.encode(dict(session.settings)).decode(),
        }
        for _ in range(SESSION_COPIES):
            self._mcap.add_metadata(FORMAT, {**facts, "crc32": _checksum(facts)})
        try:
            self._file.commit()
        except RecordingError:
            self._file.abandon()
            raise

    def add_device(self, info: DeviceInfo) -> None:
        """Record a device's facts, unless they are unchanged."""
        if self._devices.get(info.device) == info:
            return
        self._check_room()
        self._devices[info.device] = info
        self._packet_channels = {
            key: channel for key, channel in self._packet_channels.items() if key[0] != info.device
        }
        self._add(self._json_channel(DEVICE_TOPIC), 0, encode_device(info))

    def add_packet(self, packet: Packet) -> None:
        """Record one packet of a device that was added before."""
        self._check_room()
        key = (packet.device, packet.channel)
        channel = self._packet_channels.get(key)
        if channel is None:
            channel = self._packet_channels[key] = self._register_packets(packet)
        self._add(channel, packet.t_recv_ns, packet.payload)
        self.packets += 1

    def add_input(self, user_input: UserInput) -> None:
        """Record a command or message, in order among the packets."""
        self._check_room()
        self._add(self._json_channel(INPUT_TOPIC), user_input.t_ns, user_input.text)

    def add_record(self, kind: str, t_ns: int, payload: bytes) -> None:
        """Record a result of the hub: one JSON object of a kind, e.g. `step`."""
        self._check_room()
        self._add(self._json_channel(RECORD_TOPIC + kind), t_ns, payload)
        self.records += 1

    def tick(self) -> None:
        """Write everything so far to disk as a separate chunk; call once a second."""
        self._mcap.flush()
        self._file.commit()

    def close(self) -> None:
        """Write the index and close; further calls have no effect."""
        if self._file.closed:
            return
        self._mcap.finish()
        self._file.close()

    def abandon(self) -> None:
        """Close without writing anything since the last `tick`, as if the process had been killed."""
        self._file.abandon()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.close()

    def _register_packets(self, packet: Packet) -> int:
        info = self._devices.get(packet.device)
        if info is None:
            raise RecordingError(f"packet of {packet.device}, which was never added")
        facts = {
            "device": info.device,
            "channel": packet.channel,
            "profile": info.profile,
            "placement": info.placement.value,
            "params": msgspec.json.encode(dict(info.params)).decode(),
            "name": info.name,
            "address": info.address or "",
        }
        topic = f"{PACKET_TOPIC}{packet.device}/{packet.channel}"
        return self._mcap.register_channel(topic, "application/octet-stream", 0, facts)

    def _json_channel(self, topic: str) -> int:
        channel = self._json_channels.get(topic)
        if channel is None:
            schema = self._mcap.register_schema(topic.rsplit("/", 1)[1], "jsonschema", _JSON_SCHEMA)
            channel = self._json_channels[topic] = self._mcap.register_channel(topic, "json", schema, {})
        return channel

    def _add(self, channel: int, t_ns: int, payload: bytes) -> None:
        if t_ns < 0:
            raise RecordingError(f"time {t_ns} ns is before the recording's clock started")
        self._mcap.add_message(channel, t_ns, payload, t_ns)

    def _check_room(self) -> None:
        if self._file.is_full:
            raise RecordingError(f"{self.path} could not be written for a while: dropping data")


class DeviceFacts(msgspec.Struct):
    """A DeviceInfo as JSON; a reader older than the writer ignores unknown keys."""

    device: str
    profile: str
    placement: str
    name: str
    address: str | None = None
    params: dict[str, float] = {}


def encode_device(info: DeviceInfo) -> bytes:
    """Encode a device's facts as JSON."""
    facts = DeviceFacts(info.device, info.profile, info.placement.value, info.name, info.address, dict(info.params))
    return msgspec.json.encode(facts)


@dataclass(frozen=True, slots=True)
class OutlineRecord:
    """A record of the hub.

    told_ns  arrival time of the packet that precedes it; the start of the run if there is none
    data     JSON
    """

    told_ns: int
    kind: str
    data: bytes


@dataclass(frozen=True, slots=True)
class Outline:
    """The contents of a recording without its packets.

    end_ns   arrival time of the last packet; the start of the run if there is none
    records  the hub's records of the requested kinds
    """

    end_ns: int
    records: list[OutlineRecord]


class RecordingReader:
    """Reads one recording; can be iterated repeatedly. Its condition is known once an iteration has ended.

    truncated  whether the end of the file is missing: the hub was killed, or is still writing
    damaged    number of chunks (a second of a live run, more of an import) that were unreadable and skipped
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self._condition = Condition(has_end=True)
        self.session = self._read_session()

    @property
    def truncated(self) -> bool:
        """Whether the end of the file is missing."""
        return not self._condition.has_end

    @property
    def damaged(self) -> int:
        """Number of chunks that were unreadable and skipped."""
        return self._condition.damaged

    @property
    def condition(self) -> str | None:
        """What is missing, in words for the user; None for a complete recording."""
        notes = []
        if self.damaged:
            parts = "1 part" if self.damaged == 1 else f"{self.damaged} parts"
            notes.append(f"is damaged: {parts} could not be read and {_was(self.damaged)} skipped")
        if self.truncated:
            notes.append("has no end (was the hub killed?): everything up to there was read")
        return f"{self.path} {' and '.join(notes)}" if notes else None

    def __iter__(self) -> Iterator[DeviceInfo | Packet | UserInput]:
        announced: dict[str, DeviceInfo] = {}
        senders: dict[int, tuple[str, str]] = {}
        for channel, message in self._messages():
            sender = senders.get(channel.id)
            if sender is not None:
                yield Packet(sender[0], sender[1], message.log_time, message.data)
            elif channel.topic == INPUT_TOPIC:
                yield UserInput(message.log_time, message.data)
            elif channel.topic == DEVICE_TOPIC:
                info = self._device(message.data)
                announced[info.device] = info
                yield info
            elif channel.topic.startswith(PACKET_TOPIC):
                facts = channel.metadata
                sender = senders[channel.id] = (facts["device"], facts["channel"])
                info = self._sender(facts)
                if not _is_same(announced.get(info.device), info):
                    # The part of the file that announced it is damaged; the channel's metadata repeat the facts.
                    announced[info.device] = info
                    yield info
                yield Packet(sender[0], sender[1], message.log_time, message.data)

    def records(self) -> Iterator[tuple[str, int, bytes]]:
        """Yield (kind, t_ns, JSON) of the hub's records of the run."""
        for channel, message in self._messages():
            if channel.topic.startswith(RECORD_TOPIC):
                yield channel.topic.removeprefix(RECORD_TOPIC), message.log_time, message.data

    def outline(self, kinds: Collection[str], wanted: Callable[[], bool] = lambda: True) -> Outline:
        """Read the whole file; return its length and the records of these kinds.

        wanted  polled while reading; once it returns False, reading stops and the outline so far is returned
        """
        end_ns, topics = self.session.t0_ns, {RECORD_TOPIC + kind: kind for kind in kinds}
        records = []
        for channel, message in self._messages():
            if not wanted():
                break
            if (kind := topics.get(channel.topic)) is not None:
                records.append(OutlineRecord(end_ns, kind, message.data))
            elif channel.topic.startswith(PACKET_TOPIC) and message.log_time > end_ns:
                end_ns = message.log_time
        return Outline(end_ns, records)

    def _messages(self) -> Iterator[tuple[Channel, Message]]:
        channels: dict[int, Channel] = {}
        condition = Condition()
        for record in ChunkFile(self.path, condition).records():
            if isinstance(record, Message):
                yield channels[record.channel_id], record
            elif isinstance(record, Channel):
                channels[record.id] = record
        self._condition = condition

    def _read_session(self) -> SessionInfo:
        with open_recording(self.path) as stream:
            start = stream.read(_SESSION_WITHIN_BYTES)
        name = len(FORMAT).to_bytes(4, "little") + FORMAT.encode()
        at, is_ours = start.find(name), False
        while at >= 0:
            is_ours = True
            facts = _session_facts(start[at:])
            if facts is not None:
                return self._session(facts)
            at = start.find(name, at + 1)
        if is_ours:
            raise RecordingError(f"{self.path}: the session data at its beginning are damaged")
        raise RecordingError(f"{self.path} is not a stridecue recording; `stridecue import` creates one from a CSV")

    def _session(self, facts: dict[str, str]) -> SessionInfo:
        if facts.get("version") != FORMAT_VERSION:
            raise RecordingError(
                f"{self.path} has format {facts.get('version')}; this version reads {FORMAT_VERSION}: update stridecue"
            )
        try:
            settings = msgspec.json.decode(facts["settings"], type=dict[str, object])
            return SessionInfo(int(facts["t0_ns"]), facts["started_utc"] or None, facts["runner"], settings)
        except (KeyError, ValueError) as error:
            raise RecordingError(f"{self.path}: the session data at its beginning are unreadable: {error}") from error

    def _device(self, data: bytes) -> DeviceInfo:
        try:
            return _device_of(msgspec.json.decode(data, type=DeviceFacts))
        except ValueError as error:
            raise RecordingError(f"{self.path}: a device cannot be read: {error}; update stridecue") from error

    def _sender(self, facts: dict[str, str]) -> DeviceInfo:
        try:
            params = msgspec.json.decode(facts["params"], type=dict[str, float])
            name, address = facts.get("name", facts["device"]), facts.get("address") or None
            return _device_of(DeviceFacts(facts["device"], facts["profile"], facts["placement"], name, address, params))
        except (KeyError, ValueError) as error:
            raise RecordingError(f"{self.path}: a device cannot be read: {error}; update stridecue") from error


def _device_of(facts: DeviceFacts) -> DeviceInfo:
    params = MappingProxyType(facts.params)
    return DeviceInfo(facts.device, facts.profile, Placement(facts.placement), facts.name, facts.address, params)


def _is_same(announced: DeviceInfo | None, sender: DeviceInfo) -> bool:
    """Compare the facts that affect decoding; channels of older recordings do not contain names."""
    if announced is None:
        return False
    return (announced.profile, announced.placement, announced.params) == (
        sender.profile,
        sender.placement,
        sender.params,
    )


def _was(count: int) -> str:
    return "was" if count == 1 else "were"


def _checksum(facts: Mapping[str, str]) -> str:
    covered = {key: value for key, value in sorted(facts.items()) if key != "crc32"}
    return f"{zlib.crc32(msgspec.json.encode(covered)):08x}"


def _session_facts(data: bytes) -> dict[str, str] | None:
    """Parse the metadata record at the start of `data`; None if damaged. Older recordings have no checksum."""
    try:
        facts: dict[str, str] = Metadata.read(ReadDataStream(BytesIO(data))).metadata
    except TORN:
        return None
    return facts if facts.get("crc32") in {None, _checksum(facts)} else None
