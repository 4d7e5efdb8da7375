"""Where the core's time goes: exclusive CPU time of the functions of each part, in the same process.

Each function is wrapped while a job runs; the overhead of wrapping is measured on an empty function and subtracted.
"""

from __future__ import annotations

import time
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import ParamSpec, TypeVar

from dsp.chains.trunk import TrunkChain
from dsp.chains.trunk_alignment import TrunkAlignment
from dsp.chains.trunk_steps import TrunkSteps
from dsp.detectors.trunk import TrunkContacts
from dsp.gait.stances import Stances
from dsp.gait.step_fusion import StepFusion
from dsp.guidance import Guidance
from dsp.merge import DataTimeMerge
from dsp.orientation.leveller import Leveller
from dsp.orientation.mount import MountFinder
from dsp.orientation.strapdown import Strapdown
from dsp.pipeline import Pipeline
from dsp.samples.filters import LowPass2
from dsp.samples.intake import Intake
from dsp.taps import ThreeTaps

P = ParamSpec("P")
R = TypeVar("R")

Part = tuple[type, str]

CALIBRATION_CALLS = 100_000

HIP_PARTS: Mapping[str, tuple[Part, ...]] = {
    "packets, ordering": ((Pipeline, "update"), (Pipeline, "_settle"), (DataTimeMerge, "put"), (DataTimeMerge, "take")),
    "intake, averaging": ((TrunkChain, "put"), (Intake, "put"), (Intake, "_emit")),
    "strapdown": ((Strapdown, "run"),),
    "low-pass, contacts": ((LowPass2, "run"), (TrunkContacts, "run")),
    "stances: side, time, drop": ((Stances, "take"),),
    "levelling, per stride": ((Leveller, "stride"),),
    "mount, some strides": ((TrunkAlignment, "stride"), (MountFinder, "stride"), (MountFinder, "mount")),
    "bounce, tilt, turn, per stride": ((TrunkSteps, "_read_stride"),),
    "standing, moved, per 0.5 s": ((TrunkChain, "_check_window"),),
    "ordering within the chain": ((TrunkChain, "work"),),
    "steps, fusion": ((StepFusion, "contact"), (StepFusion, "release"), (StepFusion, "take"), (Pipeline, "_step")),
    "metrics, once a second": ((Pipeline, "_report"),),
    "guidance": ((Guidance, "step"), (Guidance, "second")),
    "three taps": ((ThreeTaps, "look"), (Intake, "_keep_raw")),
}
"""The parts of the core that a sacrum sensor's data pass through; a nested call counts for the innermost part."""


class _Split:
    """Exclusive CPU seconds and number of calls, by part."""

    def __init__(self) -> None:
        self.spent_s: defaultdict[str, float] = defaultdict(float)
        self.calls: defaultdict[str, int] = defaultdict(int)
        self._inner_s = [0.0]

    def wrap(self, part: str, function: Callable[P, R]) -> Callable[P, R]:
        clock, spent_s, calls, inner_s = time.process_time, self.spent_s, self.calls, self._inner_s

        def timed(*args: P.args, **kwargs: P.kwargs) -> R:
            inner_s.append(0.0)
            start = clock()
            result = function(*args, **kwargs)
            took = clock() - start
            spent_s[part] += took - inner_s.pop()
            inner_s[-1] += took
            calls[part] += 1
            return result

        return timed


def _wrapping_s() -> float:
    """Return the overhead in s of one wrapped call over a plain one."""

    def nothing() -> None:
        pass

    timed = _Split().wrap("", nothing)
    costs = []
    for function in (nothing, timed):
        start = time.process_time()
        for _ in range(CALIBRATION_CALLS):
            function()
        costs.append(time.process_time() - start)
    return (costs[1] - costs[0]) / CALIBRATION_CALLS


@contextmanager
def _patched(parts: Mapping[str, tuple[Part, ...]], split: _Split) -> Iterator[None]:
    originals = [(owner, name, owner.__dict__[name]) for methods in parts.values() for owner, name in methods]
    for part, methods in parts.items():
        for owner, name in methods:
            setattr(owner, name, split.wrap(part, owner.__dict__[name]))
    try:
        yield
    finally:
        for owner, name, function in originals:
            setattr(owner, name, function)


def split_s(job: Callable[[], object], parts: Mapping[str, tuple[Part, ...]] = HIP_PARTS) -> dict[str, float]:
    """Return the CPU seconds that `job` spends in each part, shortest of five runs, wrapping overhead subtracted."""
    overhead_s = _wrapping_s()
    best: dict[str, float] = {}
    for _ in range(5):
        split = _Split()
        with _patched(parts, split):
            job()
        spent = {part: max(0.0, split.spent_s[part] - 0.5 * overhead_s * split.calls[part]) for part in parts}
        best = {part: min(best.get(part, took), took) for part, took in spent.items()}
    return best
