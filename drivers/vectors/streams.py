"""Decode the bytes of one characteristic with a profile's streams."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec
import numpy as np

from drivers.decoders.examples import read_all
from drivers.decoders.factory import build_decoder
from drivers.decoders.reading import Decoded, Params
from drivers.decoders.selector import Selector
from drivers.errors import DecodeError
from dsp.signals import Quantity
from firmware_profiles.schema import WIRE_BYTES, Profile, Samples, Stream

Values = dict[str, object]

CONTACT = {(False, False): "not_supported", (False, True): "not_supported", (True, False): "not_detected"}
FIRST_REGISTERS = 4
ZERO_CELSIUS_K = 273.15


def aliases_of(profile: Profile, characteristic: str) -> list[str]:
    """Return the aliases whose UUID begins with these digits; four digits are the 16-bit part of a UUID."""
    start = characteristic.lower().rjust(8, "0")
    return [alias for alias, entry in profile.gatt.items() if entry.char.startswith(start)]


def read_streams(
    profile: Profile, names: Sequence[str], payloads: Sequence[bytes], params: Params, *, cut: bool
) -> Values:
    """Decode the payloads with every one of these streams that accepts them. Raises DecodeError if none does.

    cut  the payloads are incomplete: missing bytes count as zero, and only complete fields are kept
    """
    found: Values = {}
    refused: DecodeError | None = None
    for name in names:
        stream = profile.stream[name]
        frame = None if stream.frame is None else profile.frame[stream.frame]
        is_cut_anywhere = frame is not None and frame.kind == "resync"
        if not is_cut_anywhere and not any(map(Selector(stream.when).accepts, payloads)):
            continue
        given = list(payloads)
        if cut and frame is not None and len(given[-1]) < frame.length:
            given[-1] = given[-1].ljust(frame.length, b"\0")
        try:
            values = _read(profile, name, given, params, cut=cut)
        except DecodeError as error:
            refused = error
            continue
        if cut:
            values = {key: value for key, value in values.items() if _is_whole(stream, key, len(payloads[-1]))}
        found = {**values, **found}
    if not found:
        raise refused or DecodeError(f"nothing reads {payloads[0][:4].hex()}...")
    return found


def _read(profile: Profile, name: str, payloads: Sequence[bytes], params: Params, *, cut: bool) -> Values:
    if cut:
        streams = {**profile.stream, name: msgspec.structs.replace(profile.stream[name], on_short="stop")}
        profile = msgspec.structs.replace(profile, stream=streams)
    decoder = build_decoder(profile, name, params)
    decoded, rows = read_all(decoder, payloads)
    values: Values = {**decoded.fields, **{field: rows.tolist() for field, rows in decoded.sampled.items()}}
    if decoded.truncated:
        values["truncated"] = True
    if decoded.sampled:
        values |= _of_samples(profile, name, decoded, {**profile.default_params(), **params})
    if rows is not None and Quantity.CADENCE_SPM in decoder.layout:
        values["cadence_spm"] = rows[-1, decoder.layout.index(Quantity.CADENCE_SPM)]
    if "contact_supported" in values:
        values["contact"] = CONTACT.get((values["contact_supported"] is True, values["contact"] is True), "detected")
    if profile.stream[name].bits and set(values) == {"flags", *profile.stream[name].bits}:
        values["features"] = [bit for bit in profile.stream[name].bits if values[bit]]
    if isinstance(kelvin := values.get("temperature_k"), float):
        values["temperature_c"] = kelvin - ZERO_CELSIUS_K
    return values | _of_registers(values)


def _of_samples(profile: Profile, name: str, decoded: Decoded, params: Params) -> Values:
    """Summarise samples: their number, raw counts, and each sample separately."""
    samples = profile.stream[name].samples
    assert samples is not None
    counts = {field: _counts(rows, samples, field, params) for field, rows in decoded.sampled.items()}
    raw = np.hstack(list(counts.values())).tolist()
    n = len(raw)
    each = [{"raw": raw[i], **{field: rows[i].tolist() for field, rows in decoded.sampled.items()}} for i in range(n)]
    values: Values = {"n": n, "raw": raw, "samples": each}
    values |= {f"raw_{field.partition('_')[0]}": rows.tolist() for field, rows in counts.items()}
    for field, rows in decoded.sampled.items():
        if field.startswith("acc_"):
            values[f"mean_acc_magnitude_{field.removeprefix('acc_')}"] = float(np.linalg.norm(rows, axis=1).mean())
    return values


def _counts(rows: np.ndarray, samples: Samples, name: str, params: Params) -> np.ndarray:
    field = next(field for field in samples.fields if field.name == name)
    full = field.full_scale
    scale = field.scale if full is None else params[full.param] / full.counts
    counts: np.ndarray = np.rint((rows - field.bias) / scale)
    return counts


def _of_registers(values: Values) -> Values:
    """Return register replies and device facts in the forms that vector files use."""
    derived: Values = {}
    registers = values.get("values")
    if isinstance(registers, tuple):
        first = {"start": values["start_register"], "values": list(registers[:FIRST_REGISTERS])}
        derived["register_replies"] = [first]
    if "firmware_major" in values:
        parts = (values["firmware_major"], values["firmware_minor"], values["firmware_patch"])
        derived["firmware"] = derived["firmware_version"] = ".".join(map(str, parts))
    address = values.get("mac_reversed")
    if isinstance(address, tuple):
        derived["mac"] = derived["mac_address"] = ":".join(f"{byte:02X}" for byte in reversed(address))
    return derived


def _is_whole(stream: Stream, name: str, length: int) -> bool:
    """Return whether a sampled field of a one-sample frame ends within `length` bytes; True for other fields."""
    if stream.samples is None or name not in {field.name for field in stream.samples.fields}:
        return name not in {"raw", "samples"} or stream.frame is None
    at = stream.samples.at
    for field in stream.samples.fields:
        at += WIRE_BYTES[field.type] * (field.count if isinstance(field.count, int) else 1)
        if field.name == name:
            break
    return at <= length
