"""A metronome at the target cadence: sample-accurate, never restarted, faded in and out.

Its phase advances even while it is silent, and a new rate continues from the present phase, so a beat is never early,
doubled or skipped.
"""

from __future__ import annotations

import math

import numpy as np

from hub.sound.tones import RATE_HZ, Samples, click_samples

FADE_IN_S = 1.0
FADE_OUT_S = 5.0
"""An abrupt end sounds like an error, a fade like praise."""


class Metronome:
    """Renders beats in blocks; the samples do not depend on the block lengths."""

    def __init__(self) -> None:
        self._is_on = False
        self._gain = 0.0
        self._position = 0  # frames rendered
        self._first = 0.0  # frame of beat 0 at the present rate, may be fractional
        self._beat = 0  # the next beat's number
        self._period = 60.0 * RATE_HZ / 170.0
        self._tail = np.zeros(0, dtype=np.float32)  # rest of a click that the last block cut off

    def set_rate(self, rate_spm: float | None) -> None:
        """Beat at this rate from now on; None: fade out."""
        self._is_on = rate_spm is not None
        if rate_spm is None:
            return
        period = 60.0 * RATE_HZ / rate_spm
        if period != self._period:
            to_go = (self._next - self._position) / self._period
            self._first, self._beat, self._period = self._position + to_go * period, 0, period

    def hush(self) -> None:
        """Be silent from the next beat on."""
        self._is_on, self._gain = False, 0.0

    def render(self, frames: int) -> Samples:
        """Return the next `frames` samples."""
        out = np.zeros(frames, dtype=np.float32)
        taken = min(frames, len(self._tail))
        out[:taken] = self._tail[:taken]
        self._tail = self._tail[taken:]
        end, start_gain = self._position + frames, self._gain
        while (at := math.floor(self._next + 0.5)) < end:
            gain = self._gain_after(start_gain, at - self._position)
            if gain > 0.0:
                self._add(out, at - self._position, gain)
            self._beat += 1
        self._gain = self._gain_after(start_gain, frames)
        self._position = end
        return out

    @property
    def _next(self) -> float:
        return self._first + self._beat * self._period

    def _gain_after(self, gain: float, frames: int) -> float:
        if self._is_on:
            return min(1.0, gain + frames / (FADE_IN_S * RATE_HZ))
        return max(0.0, gain - frames / (FADE_OUT_S * RATE_HZ))

    def _add(self, out: Samples, start: int, gain: float) -> None:
        click = click_samples() * np.float32(gain)
        taken = min(len(click), len(out) - start)
        out[start : start + taken] += click[:taken]
        if taken < len(click):
            self._tail = click[taken:]
