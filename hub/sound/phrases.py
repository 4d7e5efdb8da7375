"""What a runner may be told aloud: known beforehand, so it can be rendered before it is needed."""

from __future__ import annotations

from dsp import texts
from dsp.records import Side

_ALOUD = "_SPOKEN"


def spoken_phrases() -> tuple[str, ...]:
    """Give every spoken text of `dsp.texts`, those about a side for both."""
    found = [text for name, text in vars(texts).items() if name.endswith(_ALOUD)]
    return tuple(dict.fromkeys(text.format(side=side) for text in found for side in Side))
