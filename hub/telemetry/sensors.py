"""Status of every sensor: link, totals, sample rate, battery and clock."""

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
from hub.telemetry.message_headers import MessageHeaders

STALE_S = 2.0
RATE_WINDOW = 6
"""Sample rates are measured over this many frames, about five seconds."""


class Sensors:
    """Link states and sample rates of a run's sensors.

    links  current link state by device id; empty in a replay
    """

    def __init__(self, headers: MessageHeaders) -> None:
        self.links: dict[str, LinkState] = {}
        self._headers = headers
        self._counts: dict[str, deque[tuple[int, int]]] = {}

    def forget(self) -> None:
        """Restart the rate measurement: the run continues at another position."""
        self._counts.clear()

    def count(self, t_ns: int, sources: Mapping[str, SourceHealth]) -> None:
        """Note how many samples each sensor has sent so far; `sources` by device id."""
        for device, health in sources.items():
            self._counts.setdefault(device, deque(maxlen=RATE_WINDOW)).append((t_ns, health.quality.samples))

    def post(self, device: str, t_ns: int, info: DeviceInfo | None, health: SourceHealth | None) -> Post:
        """Return the `sensor` message of one sensor from its device information, link and totals."""
        link = self.links.get(device)
        known = info or link
        assert known is not None
        total = health.quality if health else None
        age_s = _age_s(health, t_ns)
        battery_pct = link.battery_pct if link else None
        details = [link.detail if link else "", health.detail if health else ""]
        topic = self._headers.topics.sensor(device)
        message = SensorMessage(
            **self._headers.stamp(topic, t_ns),
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
        """Return the state of one sensor: that of its link, in a replay derived from the age of its packets."""
        return _state(self.links.get(device), _age_s(sources.get(device), t_ns))

    def _rate_hz(self, device: str) -> float | None:
        counts = self._counts.get(device)
        if not counts or counts[-1][0] <= counts[0][0]:
            return None
        (first_ns, first), (last_ns, last) = counts[0], counts[-1]
        return round((last - first) * NS_PER_S / (last_ns - first_ns), 1)


def _clock_fields(clock: ClockState | None) -> dict[str, Any]:
    if clock is None:
        return {}
    align_ms = None if clock.uncertainty_s is None else round(clock.uncertainty_s * 1e3, 2)
    return {"clock": clock.kind, "drift_ppm": round(clock.drift_ppm, 1), "align_ms": align_ms}


def _age_s(health: SourceHealth | None, t_ns: int) -> float | None:
    """Return the age of the latest packet; None before the first."""
    if health is None or health.last_seen_ns is None:
        return None
    return max(0.0, round((t_ns - health.last_seen_ns) / NS_PER_S, 1))


def _state(link: LinkState | None, age_s: float | None) -> SensorState:
    if link is not None:
        return link.state
    if age_s is None:
        return "searching"  # a replay, before the first packet of this sensor
    return "lost" if age_s > STALE_S else "streaming"
