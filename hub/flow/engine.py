"""From radio items to records: one synchronous path for live and replayed runs that never reads a clock.

A device or source that makes a stage raise is quarantined: one traceback goes to the log, nothing more is computed
from it, and everything else continues. Its packets are still recorded, so no data are lost.
"""

from __future__ import annotations

import copy
import logging
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import partial
from traceback import format_tb
from typing import Any, TypeAlias

import msgspec

from drivers.errors import DecodeError
from drivers.ingest import Ingest
from drivers.link_state import LinkState
from drivers.packets import DeviceInfo, Packet, UserInput
from drivers.timing.clock_state import ClockState
from dsp.guidance import Wish
from dsp.pipeline import Pipeline
from dsp.records import Cue, Mark, PainReport, Quality, Record, Summary
from dsp.runner.plan import Plan
from dsp.signals import NS_PER_S, Quantity, SampleBlock
from firmware_profiles.catalog import Catalog
from hub.messages.incoming import CommandMessage, PainMessage
from hub.messages.plain_words import plain_or_none

QUALITY_EVERY_NS = 5 * NS_PER_S

_ORDER: msgspec.json.Decoder[PainMessage | CommandMessage] = msgspec.json.Decoder(PainMessage | CommandMessage)

_STATE_FIELDS = ("t_ns", "faults", "_last_seen_ns", "_battery_pct", "_next_quality_ns")

_NOT_DEVICES = {
    "input": "one report or command was not processed",
    "finish": "the last moments of the run were not processed",
    "summary": "the run has no summary",
}
"""Consequences, as shown to the runner, of failures that belong to no device: nothing is quarantined for these."""

_LOG = logging.getLogger("stridecue.engine")

RadioItem: TypeAlias = DeviceInfo | Packet | LinkState | UserInput


@dataclass(frozen=True, slots=True)
class Fault:
    """An exception: when, where (a device id or a key of `_NOT_DEVICES`), and its type and text."""

    t_ns: int
    where: str
    text: str

    @property
    def words(self) -> str:
        """The consequence, in words for the runner."""
        return f"{_NOT_DEVICES.get(self.where, f'{self.where} is not used any more')} ({self.text})"


@dataclass(frozen=True, slots=True)
class SourceHealth:
    """Health of a source.

    quality       running totals
    last_seen_ns  arrival of its latest packet; None before the first
    battery_pct   latest reading; None while unknown
    detail        what the runner should know about it; empty when all is well
    clock         how its sample times are derived; None when it has none
    """

    quality: Quality
    last_seen_ns: int | None
    battery_pct: float | None
    detail: str
    clock: ClockState | None = None


class Engine:
    """Turns radio items, fed in order, into records.

    strict  for tests: let a stage's exception propagate instead of quarantining its source
    cues    False: the runner wants no cues; none are emitted or counted, except the answers to pain reports
    """

    def __init__(self, catalog: Catalog, pipeline: Pipeline, *, strict: bool = False, cues: bool = True) -> None:
        self.t_ns: int | None = None
        self.faults: dict[str, Fault] = {}
        self._ingest = Ingest(catalog)
        self._pipeline = pipeline
        self._strict = strict
        self.cues = cues
        self._last_seen_ns: dict[str, int] = {}
        self._battery_pct: dict[str, float] = {}
        self._next_quality_ns: int | None = None

    def feed(self, item: RadioItem) -> list[Record]:
        """Process one item; return the records that result from it."""
        if isinstance(item, Packet):
            return self._packet(item)
        if isinstance(item, DeviceInfo):
            self._device(item)
        elif isinstance(item, UserInput):
            return self._user_input(item)
        return []

    def feed_all(self, packets: Sequence[Packet]) -> list[Record]:
        """Process packets that arrived within a short time; return the same records as one by one, at lower cost."""
        records: list[Record] = []
        held: list[Packet] = []
        for packet in packets:
            t_ns = packet.t_recv_ns
            if self.t_ns is None or self._next_quality_ns is None or t_ns >= self._next_quality_ns:
                records += self._process(held)
                held = []
                records += self._arrive(packet)
            else:  # what `_arrive` does when nothing is due
                self.t_ns = t_ns = max(t_ns, self.t_ns)
                self._last_seen_ns[packet.device] = t_ns
            held.append(packet)
        return records + self._process(held)

    def plan(self) -> Plan:
        """Return the retraining plan that the next run starts with."""
        return self._pipeline.plan()

    def finish(self) -> list[Record]:
        """Flush what is pending; the last records are each source's final quality and the summary."""
        t_ns = self.t_ns or 0
        records: list[Record] = []
        with self._quarantined("finish", t_ns):
            records += self._pipeline.finish()
        records += self.quality()
        records.append(self._summary(t_ns))
        return self._wanted(records)

    def state(self) -> dict[str, object]:
        """Return a copy of all state accumulated so far; the pipeline's part carries its version."""
        own = {name: copy.copy(getattr(self, name)) for name in _STATE_FIELDS}
        return {"ingest": self._ingest.state(), "pipeline": self._pipeline.state(), "own": own}

    def restore(self, state: dict[str, Any]) -> None:
        """Continue from a state returned by `state` of an engine with the same settings; it can be reused.

        Raises ValueError, and changes nothing, if another version of the core saved it.
        """
        self._pipeline.restore(state["pipeline"])  # first, as it checks the version
        self._ingest.restore(state["ingest"])
        for name, value in state["own"].items():
            setattr(self, name, copy.copy(value))

    def quality(self) -> list[Quality]:
        """Return the current running totals of every source."""
        return self._ingest.quality(self.t_ns or 0)

    def health(self) -> dict[str, SourceHealth]:
        """Return the health of every source, by device id."""
        return {
            each.source: SourceHealth(
                each,
                self._last_seen_ns.get(each.source),
                self._battery_pct.get(each.source),
                self._detail(each.source),
                self._ingest.clock(each.source),
            )
            for each in self.quality()
        }

    def _detail(self, device: str) -> str:
        fault = self.faults.get(device)
        return f"not used: {fault.text}" if fault else self._ingest.detail(device)

    def _device(self, info: DeviceInfo) -> None:
        try:
            self._ingest.add_device(info)
        except DecodeError as error:
            self.faults[info.device] = Fault(self.t_ns or 0, info.device, str(error))
            _LOG.error("%s", error)

    def _user_input(self, user_input: UserInput) -> list[Record]:
        """Process pain, marks and wishes; skip what only the older or newer hub that recorded it understood."""
        try:
            order = _ORDER.decode(user_input.text)
        except msgspec.DecodeError as error:
            _LOG.warning("a report or command cannot be read: %s", type(error).__name__)
            return []
        with self._quarantined("input", user_input.t_ns, secret=True):
            if isinstance(order, PainMessage):
                site, note = plain_or_none(order.site), plain_or_none(order.note)  # recordings come from anywhere
                report = PainReport(user_input.t_ns, order.level, site, order.side, note, order.numb)
                return self._wanted(self._pipeline.pain(report))
            if order.action == "mark":
                return [Mark(user_input.t_ns, order.by or "runner", plain_or_none(order.text))]
            if order.action == "target":
                self._pipeline.set_target(order.cadence_spm)
            elif order.action == "ask_pain":
                return self._wanted(self._pipeline.ask_pain(user_input.t_ns, coach=order.by == "coach"))
            elif order.action in {wish.value for wish in Wish}:
                self._pipeline.wish(Wish(order.action))
        return []

    def _packet(self, packet: Packet) -> list[Record]:
        records = self._arrive(packet)
        if packet.device in self.faults:
            return records
        with self._quarantined(packet.device, self.t_ns or 0):
            for block in self._ingest.update(packet):
                self._note_battery(block)
                records += self._pipeline.update(block)
        return self._wanted(records)

    def _arrive(self, packet: Packet) -> list[Record]:
        """Note the arrival of a packet; return the totals that are due now."""
        self.t_ns = t_ns = packet.t_recv_ns if self.t_ns is None else max(self.t_ns, packet.t_recv_ns)
        self._last_seen_ns[packet.device] = t_ns
        if self._next_quality_ns is None:
            self._next_quality_ns = t_ns + QUALITY_EVERY_NS
        elif t_ns >= self._next_quality_ns:
            self._next_quality_ns += QUALITY_EVERY_NS * (1 + (t_ns - self._next_quality_ns) // QUALITY_EVERY_NS)
            return [*self.quality()]
        return []

    def _process(self, held: Sequence[Packet]) -> list[Record]:
        """Decode packets that have arrived, and process their blocks."""
        used = [packet for packet in held if packet.device not in self.faults] if self.faults else held
        records: list[Record] = []
        if used:
            guarded = partial(self._quarantined, t_ns=self.t_ns or 0)
            for block in self._ingest.update_all(used, guarded):
                if block.source not in self.faults:
                    with guarded(block.source):
                        self._note_battery(block)
                        records += self._pipeline.update(block)
        return self._wanted(records)

    def _wanted(self, records: list[Record]) -> list[Record]:
        return records if self.cues else [each for each in records if not isinstance(each, Cue) or _answers_pain(each)]

    def _note_battery(self, block: SampleBlock) -> None:
        if Quantity.BATTERY_PCT in block.layout and len(block.t_ns):
            self._battery_pct[block.source] = float(block.values[-1, block.layout.index(Quantity.BATTERY_PCT)])

    def _summary(self, t_ns: int) -> Summary:
        totals = self.quality()
        summary = Summary(t_ns, 0, 0.0, None, None, None, None, None, None, None, 0, 0, 0, 0)
        with self._quarantined("summary", t_ns):
            summary = self._pipeline.summary(t_ns)
        return replace(
            summary,
            lost=sum(each.lost for each in totals) + self._pipeline.lost,
            dropped=sum(each.dropped for each in totals),
            cues=summary.cues if self.cues else 0,
        )

    @contextmanager
    def _quarantined(self, where: str, t_ns: int, *, secret: bool = False) -> Iterator[None]:
        """Record an exception as a fault; of a `secret` one, whose text may contain pain data, only type and place."""
        try:
            yield
        except Exception as error:
            if self._strict:
                raise
            kind = type(error).__name__
            self.faults[where] = fault = Fault(t_ns, where, kind if secret else f"{kind}: {error}")
            if secret:
                _LOG.error("%s\n%s", fault.words, "".join(format_tb(error.__traceback__)))
            else:
                _LOG.exception("%s", fault.words)


def _answers_pain(cue: Cue) -> bool:
    """Whether the cue answers the runner's own pain report."""
    return any(isinstance(each, PainReport) for each in cue.because)
