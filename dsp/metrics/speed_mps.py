"""Speed, m/s (running 2-7): a treadmill's, else a pod's, else that of the shoes' strides; never a mixture.

From a shoe with a gyroscope: strides between flat stances (`foot_stride`), five of each foot. Against belt speed, five
runs of three people, nothing fitted: within a run five strides scatter by 0.3 % (0.1-0.7; with a cheap sensor's errors
0.2-0.8), but each runner and shoe has a constant error: -0.3 to +0.3 %, +0.3 to +2.6 %, -3 % (heel sensor); +7 % with a
skeleton model, -1 to -3 % walking. Alongside a treadmill or a pod that constant is learned and kept (`speed_source`);
otherwise quality is at most 0.7.
"""

from __future__ import annotations

from dsp.metrics import speed_source
from dsp.metrics.metric import MetricStage
from dsp.metrics.speed_source import Speeds
from dsp.records import Metric

KEY = "speed_mps"


class Stage(MetricStage):
    """The speed of the best active source, and which source that is."""

    reads = Speeds.reads

    def __init__(self) -> None:
        self._speeds = Speeds()

    def reading(self, metric: Metric) -> None:
        """Remember a speed."""
        self._speeds.reading(metric)

    def report(self, t_ns: int) -> list[Metric]:
        """Return `speed_mps` and `speed_source`."""
        speed = self._speeds.now(t_ns)
        if speed is None:
            return []
        source = Metric(t_ns, speed_source.KEY, float(speed.source), None, 1.0)
        return [Metric(t_ns, KEY, speed.mps, None, speed.quality), source]
