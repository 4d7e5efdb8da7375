"""What every output is, and what can go wrong with one."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol, TypeAlias

from hub.sound.tones import Samples

Render: TypeAlias = Callable[[int], Samples]
"""Gives the next n samples; may be called from any one thread."""


class OutputError(Exception):
    """Nothing can be heard on this output now; `final`: nor later in this run."""

    def __init__(self, text: str, *, final: bool = False) -> None:
        super().__init__(text)
        self.final = final


class Output(Protocol):
    """A place where samples go.

    latency_ms   what the device adds after it was handed a sample, by its own word; None: not known, or none
    underflows   how often the device had nothing to play
    """

    latency_ms: float | None
    underflows: int

    async def play(self, render: Render, opened: Callable[[str], None]) -> None:
        """Take samples as fast as they are heard until cancelled; tells `opened` its name. Raises OutputError."""
        ...
