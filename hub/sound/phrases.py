"""The spoken texts, known in advance so that they can be rendered before they are needed."""

from __future__ import annotations

from dsp import texts
from dsp.records import Side

_SUFFIX = "_SPOKEN"


def spoken_phrases() -> tuple[str, ...]:
    """Return every spoken text of `dsp.texts`, those about a side for both sides."""
    found = [text for name, text in vars(texts).items() if name.endswith(_SUFFIX)]
    return tuple(dict.fromkeys(text.format(side=side) for text in found for side in Side))
