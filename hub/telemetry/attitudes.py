"""Pelvis angles for live plots: decimated, several points per message."""

from __future__ import annotations

from dsp.records import Attitude
from dsp.signals import NS_PER_S
from hub.messages.wire import AttitudeMessage, Post
from hub.telemetry.message_headers import MessageHeaders

ATTITUDE_SPACING_NS = 18_000_000
"""At most 55 points a second: finer than one braille dot of the plot."""
ATTITUDE_BATCH_NS = 100_000_000


class Attitudes:
    """Collects angles as they arrive into messages of several points."""

    def __init__(self, headers: MessageHeaders) -> None:
        self._headers = headers
        self._attitudes: list[Attitude] = []

    def forget(self) -> None:
        """Discard unpublished points: the run continues at another position."""
        self._attitudes.clear()

    def update(self, attitude: Attitude) -> list[Post]:
        """Add one sample; return the posts that are to be published now."""
        batch = self._attitudes
        if batch and attitude.t_ns - batch[-1].t_ns < ATTITUDE_SPACING_NS:
            return []
        batch.append(attitude)
        span_ns = attitude.t_ns - batch[0].t_ns
        if span_ns < ATTITUDE_BATCH_NS:
            return []
        self._attitudes = []
        topic = self._headers.topics.attitude
        message = AttitudeMessage(
            **self._headers.stamp(topic, attitude.t_ns),
            t0_s=self._headers.t_s(batch[0].t_ns),
            dt_s=round(span_ns / (len(batch) - 1) / NS_PER_S, 6),
            obliquity_deg=[None if each.obliquity_deg is None else round(each.obliquity_deg, 2) for each in batch],
        )
        return [Post(topic, message)]
