"""The source of a run before it is open, while it is, and afterwards."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager

from drivers.packets import UserInput
from hub.flow.engine import RadioItem
from hub.flow.source import NamedTask, PlannedSource, Source
from hub.flow.turns import Turn
from hub.messages.incoming import CommandMessage
from hub.messages.session_status import ReplayStatus
from hub.stop import Stop

PAUSE = CommandMessage(action="pause")
INPUT = UserInput(7, b"{}")
STATUS = ReplayStatus(state="paused", position_s=1.0, target_s=None, duration_s=None, speed=1.0, seeks=0)


class PausedReplay(Source):
    """A replay that notes what it is told."""

    dropped = 0

    def __init__(self) -> None:
        self.inputs: list[UserInput | None] = []

    def now_ns(self) -> int:
        return 900

    def steer(self, order: CommandMessage) -> str | None:
        return order.action

    def diverged(self, user_input: UserInput | None) -> None:
        self.inputs.append(user_input)

    def status(self) -> ReplayStatus | None:
        return STATUS

    def tasks(self, stop: Stop) -> Sequence[NamedTask]:
        del stop
        return ()

    async def batches(self, stop: Stop) -> AsyncIterator[Sequence[RadioItem | Turn]]:
        while not stop.asked:
            yield ()


async def test_before_it_is_open_time_stands_still_and_nothing_can_be_steered() -> None:
    replay = PausedReplay()

    @asynccontextmanager
    async def opening() -> AsyncIterator[Source]:
        yield replay

    planned = PlannedSource(opening(), 100)
    planned.diverged(INPUT)
    assert (planned.now_ns(), planned.steer(PAUSE), planned.status(), replay.inputs) == (100, None, None, [])
    async with planned.open() as source:
        assert source is replay
        planned.diverged(INPUT)
        assert (planned.now_ns(), planned.steer(PAUSE), planned.status()) == (900, "pause", STATUS)
    assert replay.inputs == [INPUT]
    assert planned.now_ns() == 900, "the end of a run is published after its source has closed"
