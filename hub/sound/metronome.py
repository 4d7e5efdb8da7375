"""A beat at the target cadence: exact to the sample, never restarted, faded in and out.

Its phase runs on also while nobody hears it, and a new rate only changes how fast the phase goes on from where it is,
so a beat is never early, doubled or skipped.
"""

from __future__ import annotations

import math

import numpy as np

from hub.sound.tones import RATE_HZ, Samples, click_samples

FADE_IN_S = 1.0
FADE_OUT_S = 5.0
"""A beat that ends at once sounds like a fault, one that fades like praise."""


class Metronome:
    """Renders beats block by block; blocks of any length give the same samples."""

    def __init__(self) -> None:
        self._wanted = False
        self._gain = 0.0
        self._position = 0  # frames rendered
        self._first = 0.0  # frame of beat 0 at the present rate, may be a fraction
        self._beat = 0  # the next beat's number
        self._period = 60.0 * RATE_HZ / 170.0
        self._tail = np.zeros(0, dtype=np.float32)  # of a click that the last block cut

    def want(self, rate_spm: float | None) -> None:
        """Beat at this rate from now on; None: fade out."""
        self._wanted = rate_spm is not None
        if rate_spm is None:
            return
        period = 60.0 * RATE_HZ / rate_spm
        if period != self._period:
            to_go = (self._next - self._position) / self._period
            self._first, self._beat, self._period = self._position + to_go * period, 0, period

    def hush(self) -> None:
        """Be silent from the next beat on."""
        self._wanted, self._gain = False, 0.0

    def render(self, frames: int) -> Samples:
        """Give the next `frames` samples."""
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
        if self._wanted:
            return min(1.0, gain + frames / (FADE_IN_S * RATE_HZ))
        return max(0.0, gain - frames / (FADE_OUT_S * RATE_HZ))

    def _add(self, out: Samples, start: int, gain: float) -> None:
        click = click_samples() * np.float32(gain)
        taken = min(len(click), len(out) - start)
        out[start : start + taken] += click[:taken]
        if taken < len(click):
            self._tail = click[taken:]
