"""From what the radio said to records: one synchronous path for live and replayed runs, asks no clock.

A device or a source that makes a stage raise is quarantined: one traceback in the log, nothing of it is computed any
more, everything else goes on. Its packets are still recorded, so nothing is lost for good.
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
from drivers.packets import DeviceInfo, Packet, Said
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

_LEARNED = ("t_ns", "faults", "_last_seen_ns", "_battery_pct", "_next_quality_ns")

_BESIDE_DEVICES = {
    "said": "something that was said was not worked off",
    "finish": "the last moments of the run were not worked off",
    "summary": "the run has no summary",
}
"""What the runner is told when something raises that is no device: it is not quarantined."""

_LOG = logging.getLogger("stridecue.engine")

RadioItem: TypeAlias = DeviceInfo | Packet | LinkState | Said


@dataclass(frozen=True, slots=True)
class Fault:
    """Something raised: where (a device, or what of `_BESIDE_DEVICES`), when, and what it said."""

    t_ns: int
    where: str
    text: str

    @property
    def words(self) -> str:
        """What is not done, for the runner."""
        return f"{_BESIDE_DEVICES.get(self.where, f'{self.where} is not used any more')} ({self.text})"


@dataclass(frozen=True, slots=True)
class SourceHealth:
    """How a source is: totals, last packet (None before the first), battery, what the runner should know, its clock."""

    quality: Quality
    last_seen_ns: int | None
    battery_pct: float | None
    detail: str
    clock: ClockState | None = None


class Engine:
    """Feed it radio items in order; it gives records back.

    strict  tests: raise what a stage raises instead of quarantining
    cues    False: the runner wants no cues; they are neither told nor counted, but that a report of pain is answered
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
        """Take in one item; gives the records that follow from it."""
        if isinstance(item, Packet):
            return self._packet(item)
        if isinstance(item, DeviceInfo):
            self._device(item)
        elif isinstance(item, Said):
            return self._said(item)
        return []

    def feed_all(self, packets: Sequence[Packet]) -> list[Record]:
        """Take in packets that came within a short time: the same records as one by one, for less work."""
        records: list[Record] = []
        held: list[Packet] = []
        for packet in packets:
            t_ns = packet.t_recv_ns
            if self.t_ns is None or self._next_quality_ns is None or t_ns >= self._next_quality_ns:
                records += self._work_off(held)
                held = []
                records += self._arrive(packet)
            else:  # what `_arrive` does when nothing is due
                self.t_ns = t_ns = max(t_ns, self.t_ns)
                self._last_seen_ns[packet.device] = t_ns
            held.append(packet)
        return records + self._work_off(held)

    def plan(self) -> Plan:
        """Give the retraining plan that the next run starts with."""
        return self._pipeline.plan()

    def finish(self) -> list[Record]:
        """Flush what is pending; ends with the last quality of each source and the summary."""
        t_ns = self.t_ns or 0
        records: list[Record] = []
        with self._quarantined("finish", t_ns):
            records += self._pipeline.finish()
        records += self.quality()
        records.append(self._summary(t_ns))
        return self._wanted(records)

    def state(self) -> dict[str, object]:
        """Give a copy of everything that was learned from what was fed so far."""
        own = {name: copy.copy(getattr(self, name)) for name in _LEARNED}
        return {"ingest": self._ingest.state(), "pipeline": self._pipeline.state(), "own": own}

    def restore(self, state: dict[str, Any]) -> None:
        """Go on from a state saved by `state` of an engine with the same settings, as often as wanted."""
        self._ingest.restore(state["ingest"])
        self._pipeline.restore(state["pipeline"])
        for name, value in state["own"].items():
            setattr(self, name, copy.copy(value))

    def quality(self) -> list[Quality]:
        """Give the running totals of every source, now."""
        return self._ingest.quality(self.t_ns or 0)

    def health(self) -> dict[str, SourceHealth]:
        """Say how every source is, by device id."""
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

    def _said(self, said: Said) -> list[Record]:
        """Pain, marks and wishes; what an older or newer hub understood and this one does not is left out."""
        try:
            order = _ORDER.decode(said.text)
        except msgspec.DecodeError as error:
            _LOG.warning("something that was said cannot be read: %s", type(error).__name__)
            return []
        with self._quarantined("said", said.t_ns, secret=True):
            if isinstance(order, PainMessage):
                site, note = plain_or_none(order.site), plain_or_none(order.note)  # a recording may be anybody's
                report = PainReport(said.t_ns, order.level, site, order.side, note, order.numb)
                return self._wanted(self._pipeline.pain(report))
            if order.action == "mark":
                return [Mark(said.t_ns, order.by or "runner", plain_or_none(order.text))]
            if order.action == "target":
                self._pipeline.aim(order.cadence_spm)
            elif order.action == "ask_pain":
                return self._wanted(self._pipeline.ask_pain(said.t_ns, coach=order.by == "coach"))
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
        """Take note of when a packet came; the totals that are due now."""
        self.t_ns = t_ns = packet.t_recv_ns if self.t_ns is None else max(self.t_ns, packet.t_recv_ns)
        self._last_seen_ns[packet.device] = t_ns
        if self._next_quality_ns is None:
            self._next_quality_ns = t_ns + QUALITY_EVERY_NS
        elif t_ns >= self._next_quality_ns:
            self._next_quality_ns += QUALITY_EVERY_NS * (1 + (t_ns - self._next_quality_ns) // QUALITY_EVERY_NS)
            return [*self.quality()]
        return []

    def _work_off(self, held: Sequence[Packet]) -> list[Record]:
        """Decode packets that have arrived, and work off their blocks."""
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
        return records if self.cues else [each for each in records if not isinstance(each, Cue) or _is_an_answer(each)]

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
        """Note what raises; of a `secret` exception, which may repeat what hurts, only the type and the place."""
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


def _is_an_answer(cue: Cue) -> bool:
    """Whether the runner is told it because of a report of theirs."""
    return any(isinstance(each, PainReport) for each in cue.because)
