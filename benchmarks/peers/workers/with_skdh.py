"""scikit-digital-health: its gait-bout preprocessing, then both of its contact detectors."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from skdh.gait.substeps import ApCwtGaitEvents, PreprocessGaitBout, VerticalCwtGaitEvents

from benchmarks.peers.workers.loop import Entry, Feed, G, answer

MIN_LENGTH_S = 6.0
"""Its preprocessing fails below 5 s: shorter recordings are repeated once, and the repetition is not scored."""
PASSED_ON = ("accel_filt", "v_axis", "v_axis_sign", "ap_axis", "ap_axis_sign", "mean_step_freq")


def contacts(events: type) -> Callable[[Feed], list[float]]:
    """Return a method: contacts of this detector in s, from the accelerometer alone."""

    def run(feed: Feed) -> list[float]:
        acc_g, t_s = feed.sensors["hip"][:, :3] / G, feed.t_s
        if t_s[-1] - t_s[0] < MIN_LENGTH_S:
            acc_g = np.concatenate([acc_g, acc_g])
            t_s = t_s[0] + np.arange(len(acc_g)) / feed.rate_hz
        shared = {"time": t_s, "accel": acc_g, "fs": feed.rate_hz}
        bout = PreprocessGaitBout().predict(**shared)
        found = events().predict(**shared, **{name: bout[name] for name in PASSED_ON if name in bout})
        at = found["initial_contacts"].astype(int)
        return [float(t) for t in feed.t_s[at[at < len(feed.t_s)]]]

    return run


if __name__ == "__main__":
    answer(
        {
            "scikit-digital-health ApCwt": Entry(contacts(ApCwtGaitEvents), ("hip",)),
            "scikit-digital-health VerticalCwt": Entry(contacts(VerticalCwtGaitEvents), ("hip",)),
        }
    )
