"""The interface of an audio output, and its error."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol, TypeAlias

from hub.sound.tones import Samples

Render: TypeAlias = Callable[[int], Samples]
"""Returns the next n samples; may be called from any single thread."""


class OutputError(Exception):
    """The output cannot be used now; `final`: nor later in this run."""

    def __init__(self, text: str, *, final: bool = False) -> None:
        super().__init__(text)
        self.final = final


class Output(Protocol):
    """An audio output.

    latency_ms  additional output latency as reported by the device; None: unknown, or none
    underflows  how often the device ran out of samples
    """

    latency_ms: float | None
    underflows: int

    async def play(self, render: Render, opened: Callable[[str], None]) -> None:
        """Take samples in real time until cancelled; calls `opened` with its name. Raises OutputError."""
        ...
