"""mobgap: its three initial-contact detectors for a lower-back sensor."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pandas as pd
from mobgap.initial_contacts import IcdHKLeeImproved, IcdIonescu, IcdShinImproved

from benchmarks.peers.workers.loop import Entry, Feed, answer

COLUMNS = ("acc_pa", "acc_ml", "acc_is", "gyr_pa", "gyr_ml", "gyr_is")


def contacts(detector: type) -> Callable[[Feed], list[float]]:
    """Return a method: contacts of this detector in s; it gets zeros for NaN."""

    def run(feed: Feed) -> list[float]:
        hip = np.nan_to_num(feed.sensors["hip"])
        data = pd.DataFrame(np.hstack([hip[:, :3], np.degrees(hip[:, 3:])]), columns=COLUMNS)
        found = detector().detect(data, sampling_rate_hz=feed.rate_hz)
        return [float(t) for t in feed.t_s[0] + found.ic_list_["ic"].to_numpy() / feed.rate_hz]

    return run


if __name__ == "__main__":
    detectors = {"Ionescu": IcdIonescu, "Shin": IcdShinImproved, "HKLee": IcdHKLeeImproved}
    answer({f"mobgap {name}": Entry(contacts(detector), ("hip",)) for name, detector in detectors.items()})
