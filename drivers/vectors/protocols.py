"""Read vectors that are not streams of a profile: control points, advertisements, messages, rules."""

from __future__ import annotations

import re
import struct
from collections.abc import Callable, Mapping
from contextlib import suppress

import msgspec

from drivers.decoders.factory import build_decoder
from drivers.decoders.polar_control import FEATURES, STOPPED, parse_answer, parse_features, parse_settings
from drivers.decoders.polar_frames import MAG, decode_deltas, sample_times_ns
from drivers.decoders.polar_pmd import KIND, PolarPmdDecoder
from drivers.decoders.sensor_logger import read_samples
from drivers.errors import DecodeError
from drivers.vectors.names import MOVESENSE_STREAMS, PROFILES
from drivers.vectors.streams import Values, read_streams
from drivers.vectors.vector_file import CUT, Vector
from firmware_profiles.catalog import Catalog
from firmware_profiles.schema import Profile
from firmware_profiles.uuids import full_uuid

LONGEST_FRAME = 512
"""Maximum bytes of an attribute value, Core Specification, Vol 3 Part F 3.2.9."""
UNIX_TO_2000_NS = 946_684_800 * 10**9
POLAR_KINDS = {0: "ECG", 2: "ACC", 5: "GYRO", 6: "MAG"}
GSP_COMMANDS = (
    "HELLO", "SUBSCRIBE", "UNSUBSCRIBE", "FETCH_LOG", "GET", "CLEAR_LOGBOOK", "LOGGER_CONFIG", "SYSTEM_MODE",
    "UTC_TIME", "LOGGER_STATE",
)  # fmt: skip
BLUEST_FEATURES = {0x00800000: "acc", 0x00400000: "gyro", 0x00200000: "mag"}
PROPERTIES = ("broadcast", "read", "write_without_response", "write", "notify", "indicate")


class UnknownError(DecodeError):
    """Data of a device that no profile reads."""


Reader = Callable[[Vector, Catalog], Values]


def _advertisement(vector: Vector, catalog: Catalog) -> Values:
    context = vector.context
    data: dict[int, bytes] = {}
    if "manufacturer_data_hex" in context:
        whole = bytes.fromhex(context["manufacturer_data_hex"])
        data[int.from_bytes(whole[:2], "little")] = whole[2:]
    if "company_id" in context:
        data.setdefault(int(context["company_id"]), b"")
    name = context.get("name")
    found = catalog.match(name, context.get("service_uuids", ()), data)
    digits = re.search(r"[0-9A-Fa-f]{6,}$", name or "")
    profile = None if found is None else found.id
    return {"profile": profile, "match": found is not None, "serial": digits[0] if digits else None}


def _zero_filled(read: Reader) -> Reader:
    """Return a reader that pads missing bytes with zeros unless the vector expects an error.

    The test data of Polar's SDK end inside a block of deltas; blocks of zeros add no samples, so extra ones are
    harmless. A run rejects such frames.
    """

    def filled(vector: Vector, catalog: Catalog) -> Values:
        try:
            return read(vector, catalog)
        except DecodeError:
            if vector.expect_error or not vector.payloads:
                raise
        payload = vector.payloads[0].ljust(LONGEST_FRAME, b"\0")
        for padded in (payload, payload + b"\0"):
            try:
                return read(msgspec.structs.replace(vector, payload_hex=padded.hex()), catalog)
            except DecodeError as error:
                refused = error
        raise refused

    return filled


def _polar_frame(vector: Vector, catalog: Catalog) -> Values:
    payload = vector.payloads[0]
    kind = payload[0] & KIND if payload else 0
    owners = (catalog.get(profile) for profile in PROFILES["polar.pmd"])
    choices = [(owner, name) for owner in owners for name in owner.stream if _is_kind(owner, name, kind)]
    if not choices:
        raise UnknownError(f"measurement {kind} of Polar devices is not read")
    profile, name = choices[0]
    streams = profile.stream
    if vector.kind == CUT or vector.context.get("tolerate_truncation"):
        streams = {**streams, name: msgspec.structs.replace(streams[name], on_short="stop")}
    decoder = build_decoder(msgspec.structs.replace(profile, stream=streams), name, {"rate_hz": 0.0})
    assert isinstance(decoder, PolarPmdDecoder)
    if "factor" in vector.context:
        decoder.learn(bytes([0xF0, 2, kind, 0, 0, 5, 1]) + struct.pack("<f", vector.context["factor"]))
    decoded = decoder.fields(payload)
    last_ns = decoded.fields["timestamp_ns"]
    assert isinstance(last_ns, int)
    samples = decoder.samples(payload)
    values: Values = {**decoded.fields, **{key: rows.tolist() for key, rows in decoded.sampled.items()}}
    values |= {"type": POLAR_KINDS[kind], "n": len(samples.raw), "raw": samples.raw.tolist()}
    if kind == MAG:
        values.setdefault("calibration", ["not_available"] * len(samples.raw))
    values |= {"unix_time_ns_last": last_ns + UNIX_TO_2000_NS, "truncated": decoded.truncated}
    if "previous_timestamp_ns" in vector.context:
        times = sample_times_ns(vector.context["previous_timestamp_ns"], last_ns, len(samples.raw), 0.0)
        values["timestamps_ns"] = list(map(round, times))
    return values


def _is_kind(profile: Profile, name: str, kind: int) -> bool:
    stream = profile.stream[name]
    return stream.decoder == "polar_pmd" and stream.when is not None and stream.when.alternatives[0][0] == kind


def _polar_control(vector: Vector, catalog: Catalog) -> Values:
    del catalog
    payload = vector.payloads[0]
    if payload[:1] == bytes([FEATURES]):
        features = parse_features(payload)
        return {"features": features, **{name.lower(): name in features for name in ("ECG", "PPG", "ACC", "PPI")}}
    if payload[:1] == bytes([STOPPED]):
        return {"stopped_types": list(payload[1:]), "types": [POLAR_KINDS.get(kind) for kind in payload[1:]]}
    answer = parse_answer(payload)
    values: Values = {"op": answer.op, "type": answer.kind, "status": answer.status, "more": answer.more}
    values["parameters_hex"] = answer.parameters.hex()
    with suppress(DecodeError):  # the parameters of other responses are not settings
        values["settings"] = answer.settings
    return values


def _polar_deltas(vector: Vector, catalog: Catalog) -> Values:
    del catalog
    context = vector.context
    samples, _ = decode_deltas(vector.payloads[0], context["channels"], context["resolution_bits"])
    return {"n": len(samples), "samples": samples.tolist()}


def _polar_settings(vector: Vector, catalog: Catalog) -> Values:
    del catalog
    return {"settings": parse_settings(vector.payloads[0])}


def _polar_times(vector: Vector, catalog: Catalog) -> Values:
    del catalog
    context = vector.context
    previous_ns = context["previous_timestamp_ns"] or None  # a device that has sent nothing yet is at 0
    rate_hz = float(context.get("rate_hz") or 0)
    times = sample_times_ns(previous_ns, context["frame_timestamp_ns"], context["n"], rate_hz)
    return {"timestamps_ns": list(map(round, times))}


def _movesense_command(vector: Vector, catalog: Catalog) -> Values:
    del catalog
    payload = vector.payloads[0]
    if len(payload) < 2 or payload[0] >= len(GSP_COMMANDS):
        raise DecodeError(f"{payload.hex()} is not a command")
    values: Values = {"command": GSP_COMMANDS[payload[0]], "reference": payload[1]}
    if payload[2:].isascii():
        values["path"] = payload[2:].decode("ascii")
    return values


def _movesense_data(vector: Vector, catalog: Catalog) -> Values:
    profile = catalog.get("movesense.gsp")
    path = str(vector.context.get("path", "")).split("/")
    name = MOVESENSE_STREAMS.get(path[2].lower()) if len(path) > 2 else None
    if name is None:
        names = [name for name, stream in profile.stream.items() if stream.source == "rx"]
        return read_streams(profile, names, vector.payloads, {}, cut=vector.kind == CUT)
    when = profile.stream[name].when
    assert when is not None
    reference = when.alternatives[0]
    if vector.context.get("gsp_header_stripped"):
        payloads = [b"\x02" + reference + payload for payload in vector.payloads]
        values: Values = {}
    else:
        # The client chooses the reference; ours is in the profile.
        payloads = [payload[:1] + reference + payload[2:] for payload in vector.payloads]
        values = {"reference": vector.payloads[0][1]}
    names = ["ecg", "ecg_float"] if name == "ecg" else [name]
    values |= read_streams(profile, names, payloads, {}, cut=vector.kind == CUT)
    start, n = values.get("t_ms"), values.get("n")
    if not isinstance(start, int):
        start = int.from_bytes(payloads[0][2:6], "little")
        values["t_ms"] = start
    if isinstance(n, int) and path[-1].isdecimal():
        values["sample_times_ms_unwrapped"] = [start + i * 1000 / int(path[-1]) for i in range(n)]
    return values


def _dot_message(vector: Vector, catalog: Catalog) -> Values:
    payload = vector.payloads[0]
    values: Values = {"checksum_ok": bool(payload) and sum(payload) % 256 == 0}
    commands = catalog.get("movella.dot").command.values()
    titles = [command.title for command in commands if bytes.fromhex(command.hex) == payload]
    if titles:
        values["message"] = titles[0].removesuffix(" of the recording")
    return values


def _wit_battery(vector: Vector, catalog: Catalog) -> Values:
    profile = catalog.get("witmotion.ble5")
    pairs = []
    for raw, _percent in vector.expected.get("pairs", []):
        frame = bytes.fromhex("55716400") + int(raw).to_bytes(2, "little") + bytes(14)
        pairs.append([raw, read_streams(profile, ["battery"], [frame], {}, cut=False)["battery_pct"]])
    return {"pairs": pairs}


def _phone(vector: Vector, catalog: Catalog) -> Values:
    profile = catalog.get("phone.sensor_logger")
    payload = vector.payloads[0] if vector.payloads else msgspec.json.encode(vector.context["json"])
    units = {"gyroscope": "gyro_rad_s", "magnetometer": "mag_ut"}
    samples = [
        {
            "t_unix_ns": sample.t_ns,
            "sensor": _spelling(vector, sample.sensor),
            units.get(sample.sensor, "acc_m_s2"): list(sample.xyz),
        }
        for sample in read_samples(payload)
    ]
    reading = build_decoder(profile, "acc", {}).update(payload)
    return {
        "samples": samples,
        "n": len(samples),
        "total_acc_m_s2": None if reading is None else reading.values.tolist(),
    }


def _spelling(vector: Vector, sensor: str) -> str:
    """Return the sensor's name as spelled in the message; ours are in lower case."""
    found = re.search(rf'"({sensor})"', msgspec.json.encode(vector.context.get("json")).decode(), re.IGNORECASE)
    return sensor if found is None else found[1]


def _declaration(vector: Vector, catalog: Catalog) -> Values:
    """Read a characteristic declaration (Core Specification, Vol 3 Part G 3.3.1), and BlueST's mask in its UUID."""
    del catalog
    payload = vector.payloads[0]
    if len(payload) not in {5, 19}:
        raise DecodeError(f"{len(payload)} bytes are not a characteristic declaration")
    digits = payload[3:][::-1].hex()
    if len(digits) > 4:
        digits = "-".join((digits[:8], digits[8:12], digits[12:16], digits[16:20], digits[20:]))
    uuid = full_uuid(digits)
    mask = int(uuid[:8], 16)
    return {
        "properties": [name for bit, name in enumerate(PROPERTIES) if payload[0] >> bit & 1],
        "value_handle": int.from_bytes(payload[1:3], "little"),
        "uuid": uuid,
        "feature_mask": mask,
        "features": [name for bit, name in BLUEST_FEATURES.items() if mask & bit],
    }


def _ruuvi(vector: Vector, catalog: Catalog) -> Values:
    return read_streams(catalog.get("ruuvi.df5"), ["environment"], vector.payloads, {}, cut=vector.kind == CUT)


READERS: Mapping[tuple[str, str], Reader] = {
    ("polar.pmd", "fb005c82"): _zero_filled(_polar_frame),
    ("polar.pmd", "fb005c81"): _polar_control,
    ("polar.pmd", "delta_block"): _zero_filled(_polar_deltas),
    ("polar.pmd", "settings_tlv"): _polar_settings,
    ("polar.pmd", "timestamp_rule"): _polar_times,
    ("movesense.gsp", "34800001"): _movesense_command,
    ("movesense.gsp", "34800002"): _movesense_data,
    ("movella.dot", "15177001"): _dot_message,
    ("movella.dot", "15177002"): _dot_message,
    ("movella.dot", "15177003"): _dot_message,
    ("witmotion.ble5", "battery_table"): _wit_battery,
    ("phone.sensor_logger", "http_json"): _phone,
    ("bluest", "2803_declaration"): _declaration,
    ("ruuvi.df5", "manufacturer_data_0499"): _ruuvi,
}
"""(Device, characteristic) of a vector -> its reader; `advertisement` has the same one for all devices."""


def reader_of(device: str, characteristic: str) -> Reader | None:
    """Return the reader of these vectors; None for a stream or a write of the profile."""
    return _advertisement if characteristic == "advertisement" else READERS.get((device, characteristic))
