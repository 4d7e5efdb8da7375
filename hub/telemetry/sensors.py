"""How every sensor is: its link, what it sends and how fast, its battery and clock."""

from __future__ import annotations

from collections import deque
from collections.abc import Mapping
from typing import Any

from drivers.link_state import LinkState
from drivers.packets import DeviceInfo
from drivers.timing.clock_state import ClockState
from dsp.signals import NS_PER_S
from hub.flow.engine import SourceHealth
from hub.messages.wire import Post, SensorMessage, SensorState
from hub.telemetry.stamps import Stamps

STALE_S = 2.0
RATE_WINDOW = 6
"""Sensor rates are measured over this many frames, so over about five seconds."""


class Sensors:
    """The links of a run's sensors, and the rates that are measured from frame to frame.

    links  how each one's link is now, by device id; empty in a replay
    """

    def __init__(self, stamps: Stamps) -> None:
        self.links: dict[str, LinkState] = {}
        self._stamps = stamps
        self._made: dict[str, deque[tuple[int, int]]] = {}

    def forget(self) -> None:
        """Measure rates anew: the run goes on elsewhere."""
        self._made.clear()

    def count(self, t_ns: int, sources: Mapping[str, SourceHealth]) -> None:
        """Take in how many samples each has sent by now; `sources` by device id."""
        for device, health in sources.items():
            self._made.setdefault(device, deque(maxlen=RATE_WINDOW)).append((t_ns, health.quality.samples))

    def post(self, device: str, t_ns: int, info: DeviceInfo | None, health: SourceHealth | None) -> Post:
        """Say how one is: what is known of it beside its link, and its totals."""
        link = self.links.get(device)
        known = info or link
        assert known is not None
        total = health.quality if health else None
        age_s = _age_s(health, t_ns)
        battery_pct = link.battery_pct if link else None
        details = [link.detail if link else "", health.detail if health else ""]
        topic = self._stamps.topics.sensor(device)
        message = SensorMessage(
            **self._stamps.stamp(topic, t_ns),
            device=device,
            placement=known.placement,
            name=known.name,
            profile=info.profile if info else link.profile if link else None,
            state=_state(link, age_s),
            battery_pct=health.battery_pct if battery_pct is None and health else battery_pct,
            packets=total.packets if total else 0,
            samples=total.samples if total else 0,
            lost=total.lost if total else 0,
            dropped=total.dropped if total else 0,
            rate_hz=self._rate_hz(device),
            last_seen_s=age_s,
            detail="; ".join(filter(None, details)) or None,
            **_clock_fields(health.clock if health else None),
        )
        return Post(topic, message)

    def state(self, device: str, t_ns: int, sources: Mapping[str, SourceHealth]) -> SensorState:
        """Say how one is: its link, or in a replay whether its packets come."""
        return _state(self.links.get(device), _age_s(sources.get(device), t_ns))

    def _rate_hz(self, device: str) -> float | None:
        made = self._made.get(device)
        if not made or made[-1][0] <= made[0][0]:
            return None
        (first_ns, first), (last_ns, last) = made[0], made[-1]
        return round((last - first) * NS_PER_S / (last_ns - first_ns), 1)


def _clock_fields(clock: ClockState | None) -> dict[str, Any]:
    if clock is None:
        return {}
    align_ms = None if clock.uncertainty_s is None else round(clock.uncertainty_s * 1e3, 2)
    return {"clock": clock.kind, "drift_ppm": round(clock.drift_ppm, 1), "align_ms": align_ms}


def _age_s(health: SourceHealth | None, t_ns: int) -> float | None:
    """Say how long ago its last packet came; None: none has come."""
    if health is None or health.last_seen_ns is None:
        return None
    return max(0.0, round((t_ns - health.last_seen_ns) / NS_PER_S, 1))


def _state(link: LinkState | None, age_s: float | None) -> SensorState:
    if link is not None:
        return link.state
    if age_s is None:
        return "searching"  # a replay whose first packet of this sensor is still to come
    return "lost" if age_s > STALE_S else "streaming"
