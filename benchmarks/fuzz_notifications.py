"""Fuzzed notifications through every decoder: unexpected exceptions, throughput, CPU time compared with bluetooth-sig.

    python -m benchmarks.fuzz_notifications --count 10000000

Each profile's own examples are left as they are, truncated, extended, changed in single bits and bytes, or replaced by
random bytes, and fed to decoders that keep their state, as in a run. DecodeError is the only exception allowed; any
other makes the exit code 1. Then both libraries decode the shared vectors of standard characteristics repeatedly;
printed is CPU time per notification in us.
"""

from __future__ import annotations

import argparse
import json
import random
import struct
import subprocess
import time
import traceback
import warnings
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import msgspec

from benchmarks.peers.environments import ROOT, build, python_of
from drivers.decoders.factory import build_decoder
from drivers.decoders.reading import Decoder, Learner
from drivers.decoders.selector import Selector
from drivers.errors import DecodeError
from drivers.vectors.streams import aliases_of
from drivers.vectors.vector_file import Vector, load_vectors
from firmware_profiles.catalog import Catalog, load_catalog

SHARED = ROOT.parent / "shared" / "devices" / "vectors.json"
STANDARD = {
    "sig.rsc": "2a53",
    "sig.hr": "2a37",
    "sig.treadmill": "2acd",
    "sig.cycling_power": "2a63",
    "sig.battery": "2a19",
}
PEER = "bluetooth-sig"
ROUNDS = 4000
BATCH = 10_000
UNEXPECTED = (
    ArithmeticError, AssertionError, AttributeError, BufferError, EOFError, LookupError, MemoryError, NameError,
    OSError, RuntimeError, StopIteration, TypeError, ValueError, Warning, struct.error, msgspec.MsgspecError,
)  # fmt: skip
"""Exceptions that are counted as unexpected; any other ends the run with its traceback."""


@dataclass(slots=True)
class Target:
    """One stream, its decoder and readable notifications of it."""

    name: str
    decoder: Decoder
    seeds: list[bytes]


def targets(catalog: Catalog) -> list[Target]:
    """Return every stream of every profile; inherited ones with the examples of their original profile."""
    made = []
    for profile in catalog:
        for name in profile.stream:
            owners = [profile, *(catalog.get(parent) for parent in profile.profile.extends)]
            texts = [e.hex for owner in owners for e in owner.examples if e.stream == name]
            seeds = [bytes.fromhex(t) for text in texts for t in ([text] if isinstance(text, str) else text)]
            made.append(Target(f"{profile.id}/{name}", build_decoder(profile, name, {}), seeds or [b"\0"]))
    return made


def fuzzed(seed: bytes, rng: random.Random) -> bytes:
    """Return a notification derived from a readable one."""
    kind = rng.randrange(8)
    if kind == 0:
        return seed
    if kind == 1:
        return seed[: rng.randrange(len(seed) + 1)]
    if kind == 2:
        return seed + rng.randbytes(rng.randrange(1, 24))
    if kind == 3:
        return rng.randbytes(rng.choice((0, 1, 2, 4, 8, 20, 64, 244)))
    data = bytearray(seed or b"\0")
    for _ in range(rng.choice((1, 1, 2, 4))):
        at = rng.randrange(len(data))
        data[at] = data[at] ^ 1 << rng.randrange(8) if kind < 6 else rng.choice((0, 0x7F, 0x80, 0xFF))
    return bytes(data)


def fuzz(count: int, seed: int) -> Counter[str]:
    """Feed `count` notifications, print a summary, and count the results; unexpected exceptions with their origin."""
    rng = random.Random(seed)
    streams = targets(load_catalog())
    results: Counter[str] = Counter()
    wall_s = cpu_s = 0.0
    done = 0
    while done < count:
        target = streams[done // BATCH % len(streams)]
        batch = [fuzzed(rng.choice(target.seeds), rng) for _ in range(min(BATCH, count - done))]
        began_s, began_cpu_s = time.perf_counter(), time.process_time()
        _feed(target, batch, results)
        wall_s += time.perf_counter() - began_s
        cpu_s += time.process_time() - began_cpu_s
        done += len(batch)
    unexpected = sum(number for result, number in results.items() if result.startswith("UNEXPECTED"))
    print(f"{done} fuzzed notifications over {len(streams)} streams, seed {seed}: {unexpected} unexpected exceptions")
    print(
        f"  {results['read']} read, {results['none']} incomplete or without a quantity, {results['rejected']} rejected"
    )
    print(f"  {done / wall_s:,.0f} notifications/s, {cpu_s / done * 1e6:.2f} us CPU each (decoding only)")
    return results


def _feed(target: Target, batch: list[bytes], results: Counter[str]) -> None:
    update = target.decoder.update
    read = rejected = none = 0
    for payload in batch:
        try:
            if isinstance(target.decoder, Learner) and len(payload) % 16 == 0:
                target.decoder.learn(payload)
            reading = update(payload)
        except DecodeError:
            rejected += 1
        except UNEXPECTED as error:
            where = traceback.extract_tb(error.__traceback__)[-1]
            results[f"UNEXPECTED {target.name}: {error!r} at {where.filename}:{where.lineno}, {payload.hex()}"] += 1
        else:
            if reading is None:
                none += 1
            else:
                read += 1
    results["read"] += read
    results["rejected"] += rejected
    results["none"] += none


def standard_payloads() -> list[tuple[str, str, bytes]]:
    """Return (device, characteristic, payload) of the shared vectors that are readable standard notifications."""
    if not SHARED.is_file():
        return []
    vectors: list[Vector] = load_vectors(SHARED)
    standard = [v for v in vectors if STANDARD.get(v.device) == v.characteristic and not v.expect_error]
    return [(v.device, v.characteristic, v.payloads[0]) for v in standard if len(v.payloads) == 1]


def ours(payloads: list[tuple[str, str, bytes]], *, with_rows: bool) -> float:
    """Return the CPU time in us per notification of our decoders: fields, or fields and rows in canonical units."""
    catalog = load_catalog()
    calls: list[tuple[Callable[[bytes], object], bytes]] = []
    for device, characteristic, payload in payloads:
        profile = catalog.get(device)
        names = profile.streams_of(aliases_of(profile, characteristic)[0])
        name = next(name for name, stream in names.items() if Selector(stream.when).accepts(payload))
        decoder = build_decoder(profile, name, {})
        calls.append((decoder.update if with_rows else decoder.fields, payload))
    began_s = time.process_time()
    for _ in range(ROUNDS):
        for read, payload in calls:
            read(payload)
    return (time.process_time() - began_s) / (ROUNDS * len(calls)) * 1e6


def peer(payloads: list[tuple[str, str, bytes]]) -> str:
    """Return the output of bluetooth-sig's run in its own environment."""
    build(PEER)
    worker = Path(__file__).parent / "peers" / "workers" / "with_bluetooth_sig.py"
    work = json.dumps([(characteristic.upper(), payload.hex()) for _, characteristic, payload in payloads])
    ran = subprocess.run([python_of(PEER), worker], input=work, capture_output=True, text=True, check=True)
    return ran.stdout.strip()


def main() -> None:
    """Print results, throughput and CPU time; exit code 1 after an unexpected exception."""
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("--count", type=int, default=200_000, help="fuzzed notifications (default: %(default)s)")
    arguments.add_argument("--seed", type=int, default=1, help="of the fuzzing (default: %(default)s)")
    arguments.add_argument("--no-peer", action="store_true", help="without bluetooth-sig")
    options = arguments.parse_args()
    warnings.simplefilter("error")
    results = fuzz(options.count, options.seed)
    bad = [result for result in results if result.startswith("UNEXPECTED")]
    for result in bad[:20]:
        print(f"  {results[result]} x {result[:400]}")
    payloads = standard_payloads()
    if not payloads:
        print(f"SHARED VECTORS MISSING: {SHARED} does not exist, so there is no comparison with {PEER}")
    else:
        fields_us, rows_us = ours(payloads, with_rows=False), ours(payloads, with_rows=True)
        print(f"{len(payloads)} shared vectors of the standard: {fields_us:.2f} us CPU each for the fields,")
        print(f"  {rows_us:.2f} us for fields and rows in canonical units, as in a run")
        if not options.no_peer:
            print(f"  {PEER} on the same vectors: {peer(payloads)}")
    raise SystemExit(1 if bad else 0)


if __name__ == "__main__":
    main()
