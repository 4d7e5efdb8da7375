"""Output to a WAV file: 16 bit, mono, as long as the run."""

from __future__ import annotations

import asyncio
import wave
from collections.abc import Callable
from pathlib import Path

import numpy as np

from hub.sound.output.output import OutputError, Render
from hub.sound.output.paced import paced_blocks
from hub.sound.tones import RATE_HZ


class WavFileOutput:
    """Output to a WAV file; see `output.Output`. Written in a thread, so that a slow disk does not delay the run."""

    latency_ms: float | None = None
    underflows = 0

    def __init__(self, path: Path) -> None:
        self._path = path

    async def play(self, render: Render, opened: Callable[[str], None]) -> None:
        """Write until cancelled, then complete the file; raises OutputError."""
        try:
            with await asyncio.to_thread(self._path.open, "wb") as disk, wave.open(disk, "wb") as file:
                file.setnchannels(1)
                file.setsampwidth(2)
                file.setframerate(RATE_HZ)
                opened(str(self._path))
                await _write_paced(file, render)
        except OSError as error:
            raise OutputError(f"{self._path}: {error.strerror or error}", final=True) from error


async def _write_paced(file: wave.Wave_write, render: Render) -> None:
    job: asyncio.Future[None] | None = None
    try:
        async for frames in paced_blocks():
            job = asyncio.ensure_future(asyncio.to_thread(_write, file, render, frames))
            await asyncio.shield(job)
    finally:
        if job is not None:
            await asyncio.wait([job])  # a thread cannot be cancelled, and the file must stay open until it is done


def _write(file: wave.Wave_write, render: Render, frames: int) -> None:
    file.writeframes((render(frames) * 32_767.0).astype(np.dtype("<i2")).tobytes())
