"""Sources whose packets arrive by themselves, and the live one: the runner's sensors on one radio."""

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


class InboxSource(Source):
    """A source whose packets are put into an inbox as they arrive, on the event loop's clock."""

    def __init__(self) -> None:
        self._inbox = PacketInbox()

    @property
    def dropped(self) -> int:
        """Number of packets lost because they arrived faster than they were taken."""
        return self._inbox.dropped

    def now_ns(self) -> int:
        """Return the current time on the packets' timeline: the event loop's clock."""
        return now_ns()

    async def batches(self, stop: Stop) -> AsyncIterator[Sequence[RadioItem]]:
        """Yield the items that arrived, until the inbox is closed and empty."""
        del stop
        while batch := await self._inbox.get_batch():
            yield batch


class LiveSource(InboxSource):
    """All sensors of a live run; ends when every link has shut down in an orderly way."""

    def __init__(
        self,
        radio: Radio,
        catalog: Catalog,
        sensors: Mapping[str, Placement],
        paired: Mapping[str, Placement] = NOTHING_PAIRED,
    ) -> None:
        super().__init__()
        self._supervisor = Supervisor(radio, catalog, self._inbox, sensors, paired=paired)

    def tasks(self, stop: Stop) -> Sequence[NamedTask]:
        """Return the one task that finds the sensors and keeps them connected."""
        return [("radio", self._supervise(stop))]

    async def _supervise(self, stop: Stop) -> None:
        try:
            await self._supervisor.run(stop.event)
        finally:
            self._inbox.close()
