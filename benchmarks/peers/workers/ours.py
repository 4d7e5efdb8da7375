"""Our whole pipeline, streaming: packets of five samples in sensor axes, with losses."""

from __future__ import annotations

import numpy as np

from benchmarks.peers.workers.loop import Entry, Feed, answer
from dsp.pipeline import Pipeline
from dsp.records import Step
from dsp.signals import IMU6, NS_PER_S, Placement, SampleBlock

PACKET = 5
PLACEMENTS = {"hip": Placement.SACRUM, "left_foot": Placement.LEFT_FOOT, "right_foot": Placement.RIGHT_FOOT}


def stream(feed: Feed, sensors: tuple[str, ...]) -> list[float]:
    """Return the initial contacts in s of the steps reported with these sensors."""
    t_ns = np.round(feed.raw_t_s * NS_PER_S).astype(np.int64)
    pipeline = Pipeline()
    steps = []
    for a in range(0, len(t_ns), PACKET):
        for sensor in sensors:
            values = feed.raw[sensor][a : a + PACKET]
            block = SampleBlock(
                sensor, PLACEMENTS[sensor], IMU6, t_ns[a : a + PACKET], values, rate_hz=feed.raw_rate_hz
            )
            steps += [r for r in pipeline.update(block) if isinstance(r, Step)]
    steps += [r for r in pipeline.finish() if isinstance(r, Step)]
    return [step.t_ns / NS_PER_S for step in steps]


if __name__ == "__main__":
    answer(
        {
            "stridecue, hip": Entry(lambda feed: stream(feed, ("hip",)), ("hip",)),
            "stridecue, feet": Entry(lambda feed: stream(feed, ("left_foot", "right_foot")), ("feet",)),
        }
    )
