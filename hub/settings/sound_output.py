"""Values of `sound.output` and `--sound`."""

from __future__ import annotations

AUTO, OFF, NULL = "auto", "off", "null"
"""The values other than the path of a WAV file."""


def sound_output(text: str) -> str:
    """Return `text` if it is a valid sound output; raises ValueError."""
    if text not in {AUTO, OFF, NULL} and not text.lower().endswith(".wav"):
        raise ValueError(f"{text!r}: write auto, off, null, or the name of a file that ends in .wav")
    return text
