"""Where sound can go."""

from __future__ import annotations

AUTO, OFF, NULL = "auto", "off", "null"
"""What it may be besides a WAV file."""


def sound_output(text: str) -> str:
    """Give back what sound can go to; raises ValueError."""
    if text not in {AUTO, OFF, NULL} and not text.lower().endswith(".wav"):
        raise ValueError(f"{text!r}: write auto, off, null, or the name of a file that ends in .wav")
    return text
