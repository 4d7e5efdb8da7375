"""Signs that the columns of a CSV are not in the units that they must have, before a run without a step shows it."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from drivers.imports.csv_columns import ImuColumns

LEAST_ACC_MPS2 = 8.0
"""Over a while the mean specific force of a body is g (9.81 m/s2), and its mean magnitude is no smaller. The smallest
of 125 sensors in our recordings is 9.7; in g, a hip gives 1.0 to 2.5."""
MOST_GYRO_RADPS = 25.0
"""The largest mean magnitude in the same recordings is 16 rad/s, at a foot; in deg/s, a running hip gives 27 to 177."""
LEAST_RATE_HZ = 10.0
"""Below this no step can be timed; `t_s` in milliseconds gives 0.05 to 0.2 Hz."""

_ACC, _GYRO = (0, 1, 2), (3, 4, 5)
_MIN_SAMPLES = 20


class MeanMagnitudes:
    """The mean magnitude of a sensor's acceleration and angular rate; unknown where an axis is missing."""

    def __init__(self, columns: ImuColumns) -> None:
        self._sensor = columns.sensor
        present = list(columns.present)
        self._places = {
            triple: [present.index(axis) for axis in triple]
            for triple in (_ACC, _GYRO)
            if all(axis in present for axis in triple)
        }
        self._sums = dict.fromkeys(self._places, 0.0)
        self._counts = dict.fromkeys(self._places, 0)

    def update(self, values: npt.NDArray[np.float64]) -> None:
        """Take values (n, k) of this sensor's columns, m/s2 and rad/s; NaN: missing."""
        for triple, places in self._places.items():
            magnitudes = np.linalg.norm(values[:, places], axis=1)
            known = magnitudes[np.isfinite(magnitudes)]
            self._sums[triple] += float(known.sum())
            self._counts[triple] += len(known)

    def doubts(self, rate_hz: float) -> list[str]:
        """Return a sentence for each unit that does not look right; none for a few samples."""
        mean = {
            triple: total / self._counts[triple]
            for triple, total in self._sums.items()
            if self._counts[triple] >= _MIN_SAMPLES
        }
        found = []
        if mean and rate_hz < LEAST_RATE_HZ:
            found.append(f"{self._sensor}: only {rate_hz:.2g} samples/s, too few for steps: is t_s in seconds?")
        if mean.get(_ACC, LEAST_ACC_MPS2) < LEAST_ACC_MPS2:
            found.append(
                f"{self._sensor}: the acceleration is {mean[_ACC]:.2g} m/s2 on average, less than gravity: is it in g, "
                "or without gravity? m/s2 with gravity is needed"
            )
        if mean.get(_GYRO, 0.0) > MOST_GYRO_RADPS:
            found.append(
                f"{self._sensor}: the angular rate is {mean[_GYRO]:.0f} rad/s on average: is it in degrees per second? "
                "rad/s is needed"
            )
        return found
