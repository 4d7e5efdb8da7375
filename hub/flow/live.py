"""The live source: the runner's sensors on one radio."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping, Sequence

from drivers.clock import now_ns
from drivers.inbox import PacketInbox
from drivers.radio.facade import Radio
from drivers.supervision.roles import NOTHING_PAIRED
from drivers.supervision.supervisor import Supervisor
from dsp.signals import Placement
from firmware_profiles.catalog import Catalog
from hub.flow.engine import RadioItem
from hub.flow.source import NamedTask, Source
from hub.stop import Stop


class LiveSource(Source):
    """See `source.Source`."""

    def __init__(
        self,
        radio: Radio,
        catalog: Catalog,
        sensors: Mapping[str, Placement],
        paired: Mapping[str, Placement] = NOTHING_PAIRED,
    ) -> None:
        self._inbox = PacketInbox()
        self._supervisor = Supervisor(radio, catalog, self._inbox, sensors, paired=paired)

    @property
    def dropped(self) -> int:
        """Packets that came in faster than they were taken."""
        return self._inbox.dropped

    def now_ns(self) -> int:
        """Tell the time on the axis of the packets: the loop's."""
        return now_ns()

    def tasks(self, stop: Stop) -> Sequence[NamedTask]:
        """Give the one task that finds and keeps the sensors."""
        return [("radio", self._supervise(stop))]

    async def batches(self, stop: Stop) -> AsyncIterator[Sequence[RadioItem]]:
        """Yield what the radio says until every link has ended in good order."""
        del stop
        while batch := await self._inbox.get_batch():
            yield batch

    async def _supervise(self, stop: Stop) -> None:
        try:
            await self._supervisor.run(stop.event)
        finally:
            self._inbox.close()
