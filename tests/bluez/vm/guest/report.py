"""Evaluate the recording of the run: recovery from every fault, and whether the hub counted all losses."""

from __future__ import annotations

import struct
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

from drivers.packets import Packet
from drivers.recordings.recording import RecordingReader
from hub.messages.wire import SensorMessage

IMU_HEAD = struct.Struct("<IIB")
"""sample_seq, t_us, n of profile stridecue.imu6."""

DATA, MEASUREMENT = "data", "measurement"
RATE_HZ = 208.0
CLOCK_SHARE = 0.005
"""Tolerance between counted and actual loss: gaps across a reboot are estimated by time."""

SLOW_PERIOD_S = 1.0
"""For pod and strap, which have no counter: loss is determined by time."""

NS_PER_S = 1e9


@dataclass(frozen=True)
class Episode:
    """One fault; times are of the machine's monotonic clock, which the hub uses too."""

    name: str
    hit: frozenset[str]
    began_s: float
    cured_s: float
    back_s: float


def judge(recording: Path, episodes: Iterable[Episode], last_words: Mapping[str, SensorMessage], imu: str) -> list[str]:
    """Print the report; return the discrepancies."""
    times_s: dict[str, list[float]] = defaultdict(list)
    ranges: list[tuple[float, int, int]] = []
    for item in RecordingReader(recording):
        if isinstance(item, Packet):
            at_s = item.t_recv_ns / NS_PER_S
            if item.channel in {DATA, MEASUREMENT}:
                times_s[item.device].append(at_s)
            if (item.device, item.channel) == (imu, DATA):
                first, _, n = IMU_HEAD.unpack_from(item.payload)
                ranges.append((at_s, first, n))
    print("\nREPORT  seconds; gap: the longest silence; back: from the end of its cause to the end of the silence")
    for episode in episodes:
        parts = [f"{device} {_words(times_s[device], episode)}" for device in sorted(episode.hit)]
        print(f"REPORT  {episode.name:36} {'; '.join(parts)}")
    faults = _count(ranges, last_words[imu])
    for device in sorted(set(times_s) - {imu}):
        faults += _count_by_time(times_s[device], last_words[device])
    return faults


def _words(times_s: list[float], episode: Episode) -> str:
    """Describe the longest silence: its length, and its duration after the end of the cause."""
    around = [at_s for at_s in times_s if episode.began_s - 2.0 <= at_s <= episode.back_s + 3.0]
    gap_s, end_s = max(((b - a, b) for a, b in pairwise(around)), default=(float("nan"), float("nan")))
    return f"back {max(0.0, end_s - episode.cured_s):.1f}, gap {gap_s:.1f}"


def _count(ranges: list[tuple[float, int, int]], said: SensorMessage) -> list[str]:
    """Compare the hub's counts with the gaps in its recording, and with the number of samples the sensor made."""
    taken, missing, unnumbered, holes, boots = ranges[0][2], 0, 0, 0, 1
    last_s = ranges[0][0]
    for (before_s, first, n), (at_s, following, more) in pairwise(ranges):
        if taken >= said.samples:
            break
        if following >= first + n:
            missing += following - first - n
            holes += following > first + n
        else:
            boots += 1
            unnumbered += round((at_s - before_s) * RATE_HZ) - more
        taken, last_s = taken + more, at_s
    made = (last_s - ranges[0][0]) * RATE_HZ + ranges[0][2]
    print(
        f"REPORT  {said.device}: {boots} boots, {holes} gaps; the hub counted {said.samples} samples, {said.lost} lost,"
    )
    print(
        f"REPORT       {said.dropped} dropped. In its recording: {taken} samples, {missing} missing by their numbers,"
    )
    print(f"REPORT       {unnumbered} by time over reboots; {made:.0f} made by the sensor's rate")
    faults = []
    if abs(said.lost - missing - unnumbered) > CLOCK_SHARE * made:
        faults.append(f"lost {said.lost}, but {missing + unnumbered} are missing")
    if abs(said.samples + said.lost - made) > CLOCK_SHARE * made:
        faults.append(f"samples + lost = {said.samples + said.lost}, but {made:.0f} were made")
    return faults


def _count_by_time(times_s: list[float], said: SensorMessage) -> list[str]:
    """Compare the hub's count with the silent seconds; it may be off by one at each gap and at the end."""
    gaps = [b - a for a, b in pairwise(times_s) if b - a > 1.5 * SLOW_PERIOD_S]
    missing = round((times_s[-1] - times_s[0]) / SLOW_PERIOD_S) + 1 - len(times_s)
    print(f"REPORT  {said.device}: {len(gaps)} gaps; the hub counted {said.lost} lost, {missing} are missing by time")
    if abs(said.lost - missing) > len(gaps) + 1:
        return [f"{said.device}: lost {said.lost}, but {missing} are missing"]
    return []
