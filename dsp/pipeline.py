"""The whole core as one streaming stage: sample blocks of any sensors in, records in one order out, no clock.

The records and their order do not change when the input is cut anywhere into blocks of up to 2 s, when sensors are
interleaved with lags of up to 0.5 s (`LAG_S`), or when the state is saved and restored anywhere. A block is in order if
every other sensor has delivered the time up to 0.5 s before its last sample, or before its first sample if it is longer
than 0.5 s. So blocks of any lengths may come in the order of their first samples, and blocks of equal length in that of
their last; a sensor that sends 1 s at a time beside one that sends short packets lags by 1 s, which is too much, unless
the packets wait. What a block longer than 0.5 s results in is complete when the next block has come. Beyond 2 s, the
speed that bends are corrected with comes too late (`dsp.orientation.bend.LATE_S`).

Near gaps of a sensor the tolerated lag is smaller: of the 0.69 s that the merge waits (`WAIT_S`) a chunk takes 0.19 s,
a filled gap in it up to 0.36 s more, and a sample between two gaps, which waits for the one after it, up to 0.30 s.
"""

from __future__ import annotations

import copy
import math
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any

from dsp import texts
from dsp.chains.foot import FootChain
from dsp.chains.trunk import TrunkChain
from dsp.gait.agreement import Agreement
from dsp.gait.one_source import OneSource
from dsp.gait.sightings import Contact, Posture, Reading, Sighting, Tapped
from dsp.gait.step_fusion import StepFusion
from dsp.guidance import Guidance, GuidanceParams, Wish
from dsp.merge import DataTimeMerge, Due
from dsp.metrics.metric import Metrics
from dsp.metrics.speed_source import key_of
from dsp.orientation.bend import Pace
from dsp.orientation.mount import Mount
from dsp.placements import FEET
from dsp.records import Metric, PainReport, Record, Step, Summary
from dsp.runner.exposure import usual_speed_mps
from dsp.runner.plan import Plan
from dsp.samples.rising import Rising
from dsp.samples.rising_values import RisingValues, Value
from dsp.samples.stage import LAG_S
from dsp.signals import IMU6, NEVER_S, NS_PER_S, Layout, Placement, Quantity, SampleBlock
from dsp.summary import RunTotals

_NO_MOUNTS: Mapping[Placement, Mount] = MappingProxyType({})

IMU_QUANTITIES = frozenset(IMU6)
"""A source with any of these quantities is a motion sensor."""

LAG_NS = round(LAG_S * NS_PER_S)

READ_AS_IS = frozenset({Quantity.SPEED_MPS, Quantity.CADENCE_SPM, Quantity.HEART_RATE_BPM, Quantity.INCLINE_PCT})
"""Ready-made quantities, passed on as metrics of the same name."""

REPORTS_GO_ON_S = 3600.0
"""Metrics are reported every second, and for this long even without any sighting; then reporting pauses until the next
one. Timestamps may jump, and this bounds the work of one call after a jump of any length to 0.1 s."""

STATE_VERSION = 5
"""Version of a saved state, which holds the stages themselves: raise it with every change to what a stage keeps."""

TAPS_FROM_S = 20.0
"""Running time before taps count: until then hands are still adjusting sensors."""


@dataclass(frozen=True, slots=True)
class PipelineParams:
    """Configuration of a pipeline.

    signals   whether to emit `Attitude` records too
    mounts    known mounts (sensor-to-segment alignments) by placement; those not given are estimated
    guidance  what guidance knows of the runner: earlier runs, plan, rules
    """

    signals: bool = False
    mounts: Mapping[Placement, Mount] = field(default_factory=lambda: _NO_MOUNTS)
    guidance: GuidanceParams = field(default_factory=GuidanceParams)


@dataclass(slots=True)
class _Worn:
    """A motion sensor as it is worn now: its lane in the merge, placement, sampling rate and processing chain."""

    lane: str
    placement: Placement
    rate_hz: float
    chain: TrunkChain | FootChain


class Pipeline:
    """The whole core: call `update` with each block as it arrives, and `finish` once at the end."""

    def __init__(self, params: PipelineParams | None = None) -> None:
        self._params = params or PipelineParams()
        self._worn: dict[str, _Worn] = {}
        self._lanes: dict[str, tuple[str, Placement]] = {}  # source and placement behind each motion sensor's lane
        self._set_up_again = 0  # number of times a sensor changed its placement or sampling rate
        self._rising: defaultdict[str, Rising] = defaultdict(Rising)  # by motion sensor
        self._readings: defaultdict[tuple[str, Layout], RisingValues] = defaultdict(RisingValues)
        self._one_source = OneSource()
        self._merge = DataTimeMerge()
        self._fusion = StepFusion()
        self._agreement = Agreement()
        self._metrics = Metrics()
        self._pace = Pace(usual_speed_mps(self._params.guidance.history))
        self._guidance = Guidance(self._params.guidance)
        self._totals = RunTotals()
        self._report_s = NEVER_S
        self._seen_s = NEVER_S  # a recent sighting: the first after each report, or a later one

    def update(self, block: SampleBlock) -> list[Record]:
        """Take a block, and return every record that it settles, in order."""
        if not len(block.t_ns):
            return []
        if block.layout != IMU6 and IMU_QUANTITIES.isdisjoint(block.layout):
            if READ_AS_IS.isdisjoint(block.layout):
                return []
            return self._take_readings(block)
        rising = self._rising[block.source].take(block)
        long_from_s = _long_from_s(rising)
        if len(rising) == 1:  # nearly always; saves 400 of 32,900 instructions a sample
            return self._take_motion(rising[0], long_from_s)
        return [record for each in rising for record in self._take_motion(each, long_from_s)]

    def _take_readings(self, block: SampleBlock) -> list[Record]:
        rising = self._readings[block.source, block.layout]
        # A value that was held back is decided at the time of the value that it waited for.
        readings = [
            reading
            for value in zip(block.t_ns.tolist(), block.values.tolist(), strict=True)
            for believed in rising.take(value)
            for reading in _readings(block, believed, value[0] * 1e-9)
        ]
        if not readings:
            return []
        # A motion sensor may also give, say, heart rate: a lane of its own, since the merge waits for motion only.
        lane = f"{block.source} readings"
        self._merge.join(lane, readings[0].decided_s, slow=True)
        self._merge.put(lane, readings, readings[-1].decided_s, _long_from_s([block]))
        return self._settle(self._merge.take(), self._merge.now_s)

    def _take_motion(self, block: SampleBlock, long_from_s: float = math.inf) -> list[Record]:
        worn = self._worn.get(block.source)
        if worn is None or worn.rate_hz != block.rate_hz or worn.placement is not block.placement:
            if block.placement is Placement.TREADMILL:  # it moves with the belt, not with a runner
                return []
            worn = self._set_up(block, worn)
        chain = worn.chain
        if not chain.put(block):
            return []
        merge = self._merge
        if long_from_s < math.inf:
            # What was settled before the block takes effect in it: the trunk uses the reported speed.
            merge.put(worn.lane, [], chain.latest_s, long_from_s)
            before = self._settle(merge.take(), merge.now_s)
            merge.put(worn.lane, chain.work(), chain.latest_s, long_from_s)
            return before + self._settle(merge.take(), merge.now_s)
        merge.put(worn.lane, chain.work(), chain.latest_s)
        due = merge.take()
        wakes_s = min(self._report_s, self._fusion.due_s)
        return self._settle(due, merge.now_s) if due or merge.now_s > wakes_s else []

    @property
    def lost(self) -> int:
        """Samples discarded because their timestamps do not increase, or jump ahead of those that follow."""
        return sum(each.lost for each in self._rising.values()) + sum(each.lost for each in self._readings.values())

    def finish(self) -> list[Record]:
        """Return what is still pending: no more data will come."""
        blocks = [block for rising in self._rising.values() for block in rising.finish()]
        out = [record for block in blocks for record in self._take_motion(block)]
        for values in self._readings.values():
            values.finish()
        for worn in self._worn.values():
            self._merge.put(worn.lane, worn.chain.finish(), worn.chain.latest_s)
        self._merge.end()
        out += self._settle(self._merge.take(), self._merge.now_s)
        out += self._settle(self._merge.flush(), self._merge.now_s)
        for step in self._fusion.take(self._merge.now_s, end=True):
            self._step(step, out)
        return out

    def pain(self, report: PainReport) -> list[Record]:
        """Take a pain report, and return it completed, followed by the records that result from it."""
        return self._count(self._guidance.pain(report))

    def wish(self, wish: Wish) -> None:
        """Take the runner's wish for fewer, more or no cues."""
        self._guidance.wish(wish)

    def set_target(self, cadence_spm: float | None) -> None:
        """Set the target cadence, steps/min; None: the plan's own again."""
        self._guidance.set_target(cadence_spm)

    def ask_pain(self, t_ns: int, *, coach: bool = False) -> list[Record]:
        """Ask the runner whether anything hurts; `coach`: in the coach's name."""
        return self._count(self._guidance.ask_pain(t_ns, coach=coach))

    def plan(self) -> Plan:
        """Return the plan that this runner's next run starts with."""
        return self._guidance.plan()

    def state(self) -> dict[str, object]:
        """Return a picklable copy of the whole state, without the params: its `version`, and the `stages` by name."""
        stages = {name: value for name, value in self.__dict__.items() if name != "_params"}
        return {"version": STATE_VERSION, "stages": copy.deepcopy(stages)}

    def restore(self, state: Mapping[str, Any]) -> None:
        """Continue from what `state` returned in a pipeline with the same params; it can be restored again.

        Raises ValueError, and changes nothing, if it is the state of another version.
        """
        version = state.get("version", "unknown")
        if version != STATE_VERSION:
            raise ValueError(
                f"this is a pipeline state of version {version}, and only version {STATE_VERSION} can be restored: "
                "process the recording from its start instead"
            )
        self.__dict__.update(copy.deepcopy(state["stages"]))

    def summary(self, t_ns: int) -> Summary:
        """Return the run so far; the caller fills in `lost` and `dropped`."""
        return self._totals.summary(t_ns, self._guidance.exposure)

    def _set_up(self, block: SampleBlock, before: _Worn | None) -> _Worn:
        """Set up a motion sensor, again where its placement or sampling rate differs from `before`."""
        first_s = int(block.t_ns[0]) * 1e-9
        lane = block.source
        if before is not None:
            self._merge.leave(before.lane, before.chain.finish(), first_s)
            self._lanes = {lane: sensor for lane, sensor in self._lanes.items() if lane in self._merge}
            self._set_up_again += 1
            lane = f"{block.source} again {self._set_up_again}"
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
            sensor = self._lanes.get(lane)
            if sensor and not self._one_source.accepts(*sensor, when, contact=isinstance(sighting, Contact)):
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
        """Emit what is due before `until_s` by time alone: steps that waited long enough, and each second's metrics."""
        if until_s > self._report_s == NEVER_S:
            self._seen_s = self._merge.begins_s
            self._report_s = float(math.ceil(self._seen_s))
        report_until_s = min(until_s, self._seen_s + REPORTS_GO_ON_S)
        while (step_s := self._fusion.due_s) < until_s or self._report_s < report_until_s:
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
            self._fusion.use_clocks(self._agreement.clocks())
        self._pace.update(t_ns / NS_PER_S, metrics)
        out.extend(metrics)
        self._totals.metrics(t_ns, metrics)
        out += self._count(self._guidance.second(t_ns, metrics))

    def _count(self, records: list[Record]) -> list[Record]:
        self._totals.count(records)
        return records


def _long_from_s(blocks: list[SampleBlock]) -> float:
    """Return the time of the first sample if the blocks, of one source, together span more than `LAG_S`, else inf."""
    if not blocks:
        return math.inf
    first_ns = blocks[0].t_ns.item(0)
    return first_ns * 1e-9 if blocks[-1].t_ns.item(-1) - first_ns > LAG_NS else math.inf


def _readings(block: SampleBlock, value: Value, decided_s: float) -> list[Sighting]:
    """Return the ready-made quantities in one row of a block, as readings decided at `decided_s`."""
    t_ns, row = value
    return [
        Reading(decided_s, Metric(t_ns, key_of(quantity, block.placement), number, None, 1.0))
        for quantity, number in zip(block.layout, row, strict=True)
        if quantity in READ_AS_IS and math.isfinite(number)
    ]
