"""The whole core: sample blocks of any sensors in, records out, one order, no clock.

Cutting the input anywhere, interleaving the sensors in any order that lags at most 0.5 s, and saving and restoring the
state anywhere give the same records in the same order. Beside holes of a sensor the order holds for a smaller lag only:
of the 0.69 s that are waited (`WAIT_S`) a chunk takes 0.19, a filled gap in it up to 0.36 more, and a sample between
two holes, which waits for the one after it, up to 0.30.
"""

from __future__ import annotations

import copy
import math
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

from dsp import texts
from dsp.chains.foot import FootChain
from dsp.chains.trunk import TrunkChain
from dsp.gait.agreement import Agreement
from dsp.gait.one_speaker import OneSpeaker
from dsp.gait.sightings import Contact, Posture, Reading, Sighting, Tapped
from dsp.gait.step_fusion import StepFusion
from dsp.guidance import Guidance, GuidanceParams, Wish
from dsp.merge import DataTimeMerge, Due
from dsp.metrics.metric import Metrics
from dsp.metrics.speed_source import key_of
from dsp.orientation.bend import Pace
from dsp.orientation.mount import Mount
from dsp.placements import FEET
from dsp.records import Cue, Metric, PainReport, Record, Step, Summary, Threshold
from dsp.runner.exposure import usual_speed_mps
from dsp.runner.plan import Plan
from dsp.samples.rising import Rising
from dsp.samples.rising_values import RisingValues, Value
from dsp.signals import IMU6, NS_PER_S, Layout, Placement, Quantity, SampleBlock
from dsp.summary import RunTotals

_NO_MOUNTS: Mapping[Placement, Mount] = MappingProxyType({})

IMU_QUANTITIES = frozenset(IMU6)
"""A source that gives any of these is a motion sensor."""

READ_AS_IS = frozenset({Quantity.SPEED_MPS, Quantity.CADENCE_SPM, Quantity.HEART_RATE_BPM, Quantity.INCLINE_PCT})
"""Quantities that become metrics of the same name without any working out."""

TOLD_ON_S = 3600.0
"""Metrics are told every second, so long also where nothing is seen of a runner; then they wait for the next thing
seen. Time may leap, and one call does no more than that for a leap of any length: 0.1 s of work."""

TAPS_FROM_S = 20.0
"""Running time before taps count: until then hands are putting sensors right."""


@dataclass(frozen=True, slots=True)
class PipelineParams:
    """What a pipeline is told.

    signals   also Attitude records
    mounts    explicit ones, else found from the data
    guidance  the runner: earlier runs, plan, rules
    """

    signals: bool = False
    mounts: Mapping[Placement, Mount] = field(default_factory=lambda: _NO_MOUNTS)
    guidance: GuidanceParams = field(default_factory=GuidanceParams)


@dataclass(slots=True)
class _Worn:
    """A motion sensor where it is worn now, and what it says on its lane of the merge."""

    lane: str
    placement: Placement
    rate_hz: float
    chain: TrunkChain | FootChain


class Pipeline:
    """Feed it blocks in the order in which they came; call `finish` once at the end."""

    def __init__(self, params: PipelineParams | None = None) -> None:
        self._params = params or PipelineParams()
        self._worn: dict[str, _Worn] = {}
        self._lanes: dict[str, tuple[str, Placement]] = {}  # of motion sensors: whose, and where worn
        self._anew = 0  # times that one was worn elsewhere, or sampled at another rate
        self._rising: defaultdict[str, Rising] = defaultdict(Rising)  # by motion sensor
        self._readings: defaultdict[tuple[str, Layout], RisingValues] = defaultdict(RisingValues)
        self._speakers = OneSpeaker()
        self._merge = DataTimeMerge()
        self._fusion = StepFusion()
        self._agreement = Agreement()
        self._metrics = Metrics()
        self._pace = Pace(usual_speed_mps(self._params.guidance.history))
        self._guidance = Guidance(self._params.guidance)
        self._totals = RunTotals()
        self._report_s = float("-inf")
        self._seen_s = float("-inf")  # first thing seen since the last report

    def update(self, block: SampleBlock) -> list[Record]:
        """Everything that is settled once this block is known."""
        if not len(block.t_ns):
            return []
        if block.layout != IMU6 and IMU_QUANTITIES.isdisjoint(block.layout):
            if READ_AS_IS.isdisjoint(block.layout):
                return []
            return self._read(block)
        rising = self._rising[block.source].take(block)
        if len(rising) == 1:  # nearly always, and 400 of 32,900 instructions a sample
            return self._move(rising[0])
        return [record for each in rising for record in self._move(each)]

    def _read(self, block: SampleBlock) -> list[Record]:
        rising = self._readings[block.source, block.layout]
        # What waited is known with the value that it waited for.
        readings = [
            reading
            for value in zip(block.t_ns.tolist(), block.values.tolist(), strict=True)
            for believed in rising.take(value)
            for reading in _readings(block, believed, value[0] * 1e-9)
        ]
        if not readings:
            return []
        # A motion sensor that also tells, say, its battery: two lanes, since only the motion is waited for.
        lane = f"{block.source} readings"
        self._merge.join(lane, readings[0].decided_s, slow=True)
        self._merge.put(lane, readings, readings[-1].decided_s)
        return self._settle(self._merge.take(), self._merge.now_s)

    def _move(self, block: SampleBlock) -> list[Record]:
        worn = self._worn.get(block.source)
        if worn is None or worn.rate_hz != block.rate_hz or worn.placement is not block.placement:
            if block.placement is Placement.TREADMILL:  # what shakes with the belt is no runner
                return []
            worn = self._wear(block, worn)
        chain = worn.chain
        if not chain.put(block):
            return []
        merge = self._merge
        merge.put(worn.lane, chain.work(), chain.latest_s)
        due = merge.take()
        wakes_s = min(self._report_s, self._fusion.due_s)
        return self._settle(due, merge.now_s) if due or merge.now_s > wakes_s else []

    @property
    def lost(self) -> int:
        """Samples that were not used because their stamps do not rise, or leap ahead of those that follow."""
        return sum(each.lost for each in self._rising.values()) + sum(each.lost for each in self._readings.values())

    def finish(self) -> list[Record]:
        """Flush what is pending: no more data will come."""
        out = [record for rising in self._rising.values() for block in rising.finish() for record in self._move(block)]
        for values in self._readings.values():
            values.finish()
        for worn in self._worn.values():
            self._merge.put(worn.lane, worn.chain.finish(), worn.chain.latest_s)
        out += self._settle(self._merge.take(), self._merge.now_s)
        out += self._settle(self._merge.flush(), self._merge.now_s)
        for step in self._fusion.take(self._merge.now_s, end=True):
            self._step(step, out)
        return out

    def pain(self, report: PainReport) -> list[Record]:
        """The runner reports pain; the report, completed, comes first in what follows from it."""
        return self._count(self._guidance.pain(report))

    def wish(self, wish: Wish) -> None:
        """The runner wants fewer, more or no cues."""
        self._guidance.wish(wish)

    def aim(self, cadence_spm: float | None) -> None:
        """Somebody set the cadence to aim at; None: the plan's again."""
        self._guidance.aim(cadence_spm)

    def ask_pain(self, t_ns: int, *, coach: bool = False) -> list[Record]:
        """Somebody, a `coach` or not, wants the runner asked whether something hurts."""
        return self._count(self._guidance.ask_pain(t_ns, coach=coach))

    def plan(self) -> Plan:
        """What the next run of this runner starts with."""
        return self._guidance.plan()

    def state(self) -> dict[str, object]:
        """A picklable copy of everything that has been learned; the params are the caller's."""
        return copy.deepcopy({name: value for name, value in self.__dict__.items() if name != "_params"})

    def restore(self, state: dict[str, object]) -> None:
        """Go on from a state saved by `state` of a pipeline with the same params."""
        self.__dict__.update(copy.deepcopy(state))

    def summary(self, t_ns: int) -> Summary:
        """The run so far; losses are the caller's to fill in."""
        return self._totals.summary(t_ns, self._guidance.exposure)

    def _wear(self, block: SampleBlock, before: _Worn | None) -> _Worn:
        """Set up a motion sensor; again when it is worn elsewhere than `before`, or samples at another rate."""
        first_s = int(block.t_ns[0]) * 1e-9
        lane = block.source
        if before is not None:
            self._merge.leave(before.lane, before.chain.finish(), first_s)
            self._lanes = {lane: whose for lane, whose in self._lanes.items() if lane in self._merge}
            self._anew += 1
            lane = f"{block.source} again {self._anew}"
        self._lanes[lane] = block.source, block.placement
        self._merge.join(lane, first_s, slow=False)
        worn = self._worn[block.source] = _Worn(lane, block.placement, block.rate_hz, self._chain(block))
        return worn

    def _chain(self, block: SampleBlock) -> TrunkChain | FootChain:
        chain: TrunkChain | FootChain
        if block.placement in FEET:
            chain = FootChain(block.placement)
        else:
            mount = self._params.mounts.get(block.placement)
            signals = self._params.signals and block.placement is Placement.SACRUM
            chain = TrunkChain(block.placement, mount, signals=signals, pace=self._pace)
        return chain

    def _settle(self, due: list[Due], now_s: float) -> list[Record]:
        out: list[Record] = []
        for when, lane, _, sighting in due:
            if when > self._report_s or when > self._fusion.due_s:
                self._wake(when, out)
                self._seen_s = when
                if when > self._report_s:
                    self._report_s = float(math.ceil(when))
            whose = self._lanes.get(lane)
            if whose and not self._speakers.listen(*whose, when, contact=isinstance(sighting, Contact)):
                continue
            if isinstance(sighting, Posture):
                out.append(sighting.attitude)
            elif isinstance(sighting, Reading):
                self._metrics.reading(sighting.metric)
            elif isinstance(sighting, Tapped):
                if self._guidance.exposure.running_s > TAPS_FROM_S:
                    out += self.pain(PainReport(round(sighting.t_s * NS_PER_S), None, note=texts.TAPPED))
            else:
                if isinstance(sighting, Contact):
                    self._fusion.contact(sighting)
                    self._agreement.contact(sighting)
                else:
                    self._fusion.release(sighting)
                    self._agreement.release(sighting)
                for step in self._fusion.take(when):
                    self._step(step, out)
        self._wake(now_s, out)
        return out

    def _wake(self, until_s: float, out: list[Record]) -> None:
        """What is due by the time alone before `until_s`: steps that have waited enough, every second's metrics."""
        if until_s > self._report_s == float("-inf"):
            self._seen_s = self._merge.begins_s
            self._report_s = float(math.ceil(self._seen_s))
        told_s = min(until_s, self._seen_s + TOLD_ON_S)
        while (step_s := self._fusion.due_s) < until_s or self._report_s < told_s:
            if step_s <= self._report_s:
                for step in self._fusion.take(step_s):
                    self._step(step, out)
            else:
                self._report(round(self._report_s * NS_PER_S), out)
                self._report_s += 1.0

    def _step(self, step: Step, out: list[Record]) -> None:
        out.append(step)
        self._totals.step(step)
        self._metrics.step(step)
        self._guidance.step(step)

    def _report(self, t_ns: int, out: list[Record]) -> None:
        metrics = self._metrics.report(t_ns)
        metrics += self._agreement.report(t_ns)
        if self._agreement.compares:
            self._fusion.believe(self._agreement.clocks())
        self._pace.tell(t_ns / NS_PER_S, metrics)
        out.extend(metrics)
        self._totals.metrics(t_ns, metrics)
        out += self._count(self._guidance.second(t_ns, metrics))

    def _count(self, records: list[Record]) -> list[Record]:
        for record in records:
            if isinstance(record, Threshold):
                self._totals.threshold(record)
            elif isinstance(record, Cue):
                self._totals.cue(record)
        return records


def _readings(block: SampleBlock, value: Value, decided_s: float) -> list[Sighting]:
    """The ready-made quantities of one value of a block as they are."""
    t_ns, row = value
    return [
        Reading(decided_s, Metric(t_ns, key_of(quantity, block.placement), number, None, 1.0))
        for quantity, number in zip(block.layout, row, strict=True)
        if quantity in READ_AS_IS and math.isfinite(number)
    ]
