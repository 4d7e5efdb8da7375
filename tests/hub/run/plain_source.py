"""A source that is not a replay; tests define its batches."""

from __future__ import annotations

from collections.abc import Sequence

from drivers.packets import UserInput
from hub.flow.source import NamedTask
from hub.messages.incoming import CommandMessage
from hub.stop import Stop


class PlainSource:
    """Everything of a source except `batches`."""

    dropped = 0

    def now_ns(self) -> int:
        return 0

    def steer(self, order: CommandMessage) -> str | None:
        del order
        return None

    def tasks(self, stop: Stop) -> Sequence[NamedTask]:
        del stop
        return ()

    async def continues(self, stop: Stop) -> bool:
        del stop
        return False

    def diverged(self, user_input: UserInput | None) -> None:
        pass

    def status(self) -> None:
        pass
