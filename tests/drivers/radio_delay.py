"""When a sensor's packets arrive over a simulated Bluetooth link: connection events, retries, stalls, host jitter."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True)
class Link:
    """`interval_s` between connection events, `loss` = share of events that fail, `host_s` = mean delay in the host."""

    interval_s: float
    loss: float
    host_s: float
    per_event: int = 4
    stalls_per_s: float = 1 / 60


@dataclass(frozen=True)
class Sent:
    """Per packet: true time of its first and last sample, device time of its first, arrival; s."""

    first_s: np.ndarray
    last_s: np.ndarray
    device_s: np.ndarray
    arrival_s: np.ndarray
    period_s: float


def send(
    duration_s: float, rate_hz: float, samples: int, ppm: float, link: Link, seed: int, wander_ppm: float = 5.0
) -> Sent:
    """`ppm` = error of the device's clock, + fast; its drift varies by about `wander_ppm` in 10 minutes."""
    rng = np.random.default_rng(seed)
    packet_s = samples / rate_hz
    n = int(duration_s / packet_s)
    wander = np.cumsum(rng.normal(size=n)) * wander_ppm * 1e-6 * math.sqrt(packet_s / 600)
    true_packet_s = packet_s / (1 + ppm * 1e-6 + wander)
    last_s = np.cumsum(true_packet_s) + rng.uniform(0, 0.05)
    first_s = last_s - true_packet_s * (samples - 1) / samples
    device_s = np.arange(n) * packet_s
    starts = np.sort(rng.uniform(0, duration_s, rng.poisson(duration_s * link.stalls_per_s)))
    ends = starts + rng.uniform(0.1, 0.6, len(starts))
    phase_s = rng.uniform(0, link.interval_s)
    arrival_s = np.empty(n)
    event, last_event, used, fails = 0, -1, 0, False
    for i in range(n):
        event = max(event, math.ceil((last_s[i] + 0.002 - phase_s) / link.interval_s))
        while True:
            t = phase_s + event * link.interval_s
            if event != last_event:
                last_event, used, fails = event, 0, rng.random() < link.loss
            if fails or used >= link.per_event or ((starts <= t) & (t < ends)).any():
                event += 1
                continue
            used += 1
            arrival_s[i] = t + 0.0004 * used
            break
    arrival_s += rng.exponential(link.host_s, n)
    return Sent(first_s, last_s, device_s, np.maximum.accumulate(arrival_s), 1 / rate_hz)
