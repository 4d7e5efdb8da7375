"""Recordings: what the radio said, packet by packet, in an MCAP file that survives being cut off.

Order in the file is the order of arrival. Raw packets: one channel per device and characteristic, with the device's
facts as channel metadata. Devices and what the hub said about the run (steps, metrics, cues): JSON channels.
A chunk ends each second (`tick`), so a killed run loses at most that.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType, TracebackType
from typing import Self

import msgspec
from mcap.exceptions import McapError
from mcap.records import Channel, Footer, McapRecord, Message, Metadata
from mcap.stream_reader import StreamReader
from zstandard import ZstdError

from drivers.errors import RecordingError
from drivers.packets import DeviceInfo, Packet
from drivers.recordings.recording_file import RecordingFile, mcap_writer
from dsp.signals import Placement

FORMAT = "stridecue.recording"
FORMAT_VERSION = "1"
DEVICE_TOPIC = "/device"
PACKET_TOPIC = "/packet/"
RECORD_TOPIC = "/record/"
RECORD_LIMIT_BYTES = 256 * 1024 * 1024
"""A chunk is a second of data; a length beyond this is a torn tail, not a record."""
TORN = (McapError, ZstdError, struct.error, ValueError, EOFError, MemoryError, OverflowError)
"""What mcap's reader raises where a file was cut or a bit flipped."""
_JSON_SCHEMA = b'{"type":"object"}'
_NOTHING: Mapping[str, object] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class SessionInfo:
    """What replay must know before the first packet.

    t0_ns        hub monotonic ns that is second 0 of this recording
    started_utc  ISO 8601, None for imported data
    settings     what shapes the results (mounting, thresholds, earlier runs), JSON-able
    """

    t0_ns: int
    started_utc: str | None
    runner: str
    settings: Mapping[str, object] = field(default_factory=lambda: _NOTHING)


class RecordingWriter:
    """Writes one run. Every method may raise RecordingError; what was written before stays readable.

    After a failed `tick` writing can go on: nothing is lost until `add_…` itself refuses.
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
        self._mcap.add_metadata(
            FORMAT,
            {
                "version": FORMAT_VERSION,
                "t0_ns": str(session.t0_ns),
                "started_utc": session.started_utc or "",
                "runner": session.runner,
                "settings": msgspec.json.encode(dict(session.settings)).decode(),
            },
        )
        try:
            self._file.commit()
        except RecordingError:
            self._file.abandon()
            raise

    def add_device(self, info: DeviceInfo) -> None:
        """Record who sends; again only where its facts changed."""
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

    def add_record(self, kind: str, t_ns: int, payload: bytes) -> None:
        """Record what the hub made of the packets: one JSON object of a kind, e.g. `step`."""
        self._check_room()
        self._add(self._json_channel(RECORD_TOPIC + kind), t_ns, payload)
        self.records += 1

    def tick(self) -> None:
        """Put everything so far on disk as a chunk of its own; call once a second."""
        self._mcap.flush()
        self._file.commit()

    def close(self) -> None:
        """Write the index and close; twice is fine."""
        if self._file.closed:
            return
        self._mcap.finish()
        self._file.close()

    def abandon(self) -> None:
        """Close without what has not been ticked, as a killed process would."""
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
            raise RecordingError(f"{self.path} has not taken a byte for a while: dropping")


class DeviceFacts(msgspec.Struct):
    """A DeviceInfo as JSON; a reader older than the writer ignores what it does not know."""

    device: str
    profile: str
    placement: str
    name: str
    address: str | None = None
    params: dict[str, float] = {}


def encode_device(info: DeviceInfo) -> bytes:
    """Write a device's facts as JSON."""
    facts = DeviceFacts(info.device, info.profile, info.placement.value, info.name, info.address, dict(info.params))
    return msgspec.json.encode(facts)


class RecordingReader:
    """One recording; iterate as often as wanted. `truncated` is known after an iteration has ended."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.truncated = False
        self.session = self._read_session()

    def __iter__(self) -> Iterator[DeviceInfo | Packet]:
        for channel, message in self._messages():
            if channel.topic == DEVICE_TOPIC:
                yield self._device(message.data)
            elif channel.topic.startswith(PACKET_TOPIC):
                facts = channel.metadata
                yield Packet(facts["device"], facts["channel"], message.log_time, message.data)

    def records(self) -> Iterator[tuple[str, int, bytes]]:
        """Yield (kind, t_ns, JSON) of what the hub said during the run."""
        for channel, message in self._messages():
            if channel.topic.startswith(RECORD_TOPIC):
                yield channel.topic.removeprefix(RECORD_TOPIC), message.log_time, message.data

    def _messages(self) -> Iterator[tuple[Channel, Message]]:
        channels: dict[int, Channel] = {}
        for record in self._mcap_records():
            if isinstance(record, Channel):
                channels[record.id] = record
            elif isinstance(record, Message) and record.channel_id in channels:
                yield channels[record.channel_id], record

    def _mcap_records(self) -> Iterator[McapRecord]:
        self.truncated = True
        for record in intact_records(self.path):
            self.truncated = not isinstance(record, Footer)
            yield record

    def _read_session(self) -> SessionInfo:
        for record in self._mcap_records():
            if isinstance(record, Metadata) and record.name == FORMAT:
                return self._session(record.metadata)
            if isinstance(record, (Message, Channel)):
                break
        raise RecordingError(f"{self.path} is not a stridecue recording; `stridecue import` makes one from a CSV")

    def _session(self, facts: dict[str, str]) -> SessionInfo:
        if facts.get("version") != FORMAT_VERSION:
            raise RecordingError(
                f"{self.path} has format {facts.get('version')}, this version reads {FORMAT_VERSION}: update stridecue"
            )
        try:
            settings = msgspec.json.decode(facts["settings"], type=dict[str, object])
            return SessionInfo(int(facts["t0_ns"]), facts["started_utc"] or None, facts["runner"], settings)
        except (KeyError, ValueError) as error:
            raise RecordingError(f"{self.path}: the session at its beginning cannot be read: {error}") from error

    def _device(self, data: bytes) -> DeviceInfo:
        try:
            facts = msgspec.json.decode(data, type=DeviceFacts)
            placement = Placement(facts.placement)
        except ValueError as error:
            raise RecordingError(f"{self.path}: a device cannot be read: {error}; update stridecue") from error
        params = MappingProxyType(facts.params)
        return DeviceInfo(facts.device, facts.profile, placement, facts.name, facts.address, params)


def intact_records(path: Path) -> Iterator[McapRecord]:
    """Yield mcap records in file order up to the first that is not whole.

    RecordingError where the file cannot be opened or is no MCAP file at all.
    """
    try:
        stream = path.open("rb")
    except OSError as error:
        raise RecordingError(f"cannot open {path}: {error.strerror}") from error
    with stream:
        magic = stream.read(8)
        if magic != b"\x89MCAP0\r\n":
            raise RecordingError(f"{path} is not a recording (no MCAP file)")
        stream.seek(0)
        records = StreamReader(stream, validate_crcs=True, record_size_limit=RECORD_LIMIT_BYTES).records
        while True:
            try:
                record = next(records)
            except StopIteration:
                return
            except TORN:
                return
            yield record
