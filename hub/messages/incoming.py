"""What others may send to a hub: pain reports and commands. Everything in them is checked, nothing is guessed."""

from __future__ import annotations

from typing import Annotated, Literal, NamedTuple, TypeAlias

import msgspec

from dsp.records import Side
from dsp.runner.triage import SITES

SCHEMA = 1
"""Version of all payloads; fields may be added within one, none changes its meaning."""

Action: TypeAlias = Literal[
    "stop",
    "mark",
    "mute",
    "unmute",
    "more",
    "less",
    "nudge",
    "ask_pain",
    "target",
    "pause",
    "resume",
    "speed",
    "skip",
    "seek",
    "jump",
    "jump_back",
]


Who: TypeAlias = Literal["runner", "coach"]


class Incoming(msgspec.Struct, frozen=True, kw_only=True, tag_field="type", forbid_unknown_fields=True):
    """What others send; only the fields of the message itself are needed (`mosquitto_pub -m '{"level": 3}'`).

    schema  another one is refused: what its fields mean is not known here
    id  any text of yours; the answer repeats it
    """

    t: str | None = None
    seq: int | None = None
    schema: Annotated[int, msgspec.Meta(ge=SCHEMA, le=SCHEMA)] = SCHEMA
    id: Annotated[str, msgspec.Meta(max_length=64)] | None = None


class PainMessage(Incoming, frozen=True, kw_only=True, tag="pain"):
    """The runner reports pain, 0 (none) to 10. Health data: never retained, never forwarded.

    site  where: the schema has the usual places as examples, other words are taken too
    numb  numbness or tingling
    """

    level: Annotated[int, msgspec.Meta(ge=0, le=10)]
    numb: bool | None = None
    site: Annotated[str, msgspec.Meta(max_length=40, examples=[*SITES])] | None = None
    side: Side | None = None
    note: Annotated[str, msgspec.Meta(max_length=200)] | None = None


class CommandMessage(Incoming, frozen=True, kw_only=True, tag="command"):
    """Something to do.

    stop      end the run as Ctrl-C does: sources and sinks drain, the summary is printed
    mark      mark this moment of the run, with `text` if you like: it is in the recording, the history and on `mark`
    mute, unmute    no cues, sounds or speech; cues again
    less, more      fewer or more cues
    nudge     say `text` to the runner
    ask_pain  ask the runner whether something hurts
    pause, resume    a replay stands still, goes on
    speed     a replay goes on `factor` times as fast as it was run
    skip      a replay goes on `seconds` later, or where that is negative, earlier
    seek      a replay goes on `seconds` after the start of the recording
    jump      a replay goes on shortly before the next cue, threshold, mark or pain
    jump_back    shortly before the last one, from the start where there is none
    target    aim at `cadence_spm`; null: back to the runner's own

    by  who says so, which the runner is told: heeded on the hub's own broker only (null: the runner), elsewhere a coach
    """

    action: Action
    by: Who | None = None
    text: Annotated[str, msgspec.Meta(max_length=120)] | None = None
    cadence_spm: Annotated[float, msgspec.Meta(ge=100.0, le=240.0)] | None = None

    factor: Annotated[float, msgspec.Meta(ge=0.1, le=100.0)] | None = None
    seconds: Annotated[float, msgspec.Meta(ge=-86_400.0, le=86_400.0)] | None = None

    def __post_init__(self) -> None:
        """Refuse what does not belong together; raises ValueError."""
        if self.action == "nudge" and not (self.text and self.text.strip()):
            raise ValueError('nudge needs a text, e.g. {"action": "nudge", "text": "shorter steps"}')
        if self.text is not None and self.action not in {"nudge", "mark"}:
            raise ValueError(f"{self.action} has no text: only nudge and mark have")
        if self.cadence_spm is not None and self.action != "target":
            raise ValueError(f"{self.action} has no cadence_spm: only target has")
        if (self.factor is not None) != (self.action == "speed"):
            raise ValueError('speed, and only speed, has a factor, e.g. {"action": "speed", "factor": 4}')
        if (self.seconds is not None) != (self.action in {"skip", "seek"}):
            raise ValueError('skip and seek, and only they, have seconds, e.g. {"action": "skip", "seconds": -60}')
        if self.action == "seek" and self.seconds is not None and self.seconds < 0.0:
            raise ValueError("seek counts its seconds from the start of the recording: they are not negative")


class Answer(NamedTuple):
    """What became of a pain report or command; `id` is the sender's own, `text` what was done or what was wrong."""

    to: Literal["pain", "command"]
    id: str | None
    ok: bool
    text: str
