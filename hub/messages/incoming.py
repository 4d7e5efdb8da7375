"""Messages that others may send to a hub: pain reports and commands. Every field is validated, nothing is guessed."""

from __future__ import annotations

from typing import Annotated, Literal, NamedTuple, TypeAlias

import msgspec

from dsp.records import Side
from dsp.runner.triage import SITES

SCHEMA = 1
"""The current version of all payloads."""

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
    """Fields common to incoming messages; all are optional (`mosquitto_pub -m '{"level": 3}'` is enough).

    type    kind of message; may be omitted, as the topic identifies it
    t       not used by the hub; null: none
    seq     not used by the hub; null: none
    schema  version of the payload; any other is rejected, as the meaning of its fields is unknown
    id      any text of the sender's choice, repeated in the reply; null: none
    """

    t: str | None = None
    seq: int | None = None
    schema: Annotated[int, msgspec.Meta(ge=SCHEMA, le=SCHEMA)] = SCHEMA
    id: Annotated[str, msgspec.Meta(max_length=64)] | None = None


class PainMessage(Incoming, frozen=True, kw_only=True, tag="pain"):
    """A pain report by the runner. Health data: never retained, never forwarded.

    level  0 (none) to 10
    numb   numbness or tingling; null: not stated
    site   where it hurts: the examples list the usual sites, other words are accepted too; null: not stated
    side   the side that hurts; null: not stated
    note   the runner's own words; null: none
    """

    level: Annotated[int, msgspec.Meta(ge=0, le=10)]
    numb: bool | None = None
    site: Annotated[str, msgspec.Meta(max_length=40, examples=[*SITES])] | None = None
    side: Side | None = None
    note: Annotated[str, msgspec.Meta(max_length=200)] | None = None


class CommandMessage(Incoming, frozen=True, kw_only=True, tag="command"):
    """A command to the hub.

    action       what to do
                 - `stop`: end the run as Ctrl-C does: sources and sinks drain, the summary is printed
                 - `mark`: mark this moment, optionally with `text`: in the recording, in the history and on topic
                   `mark`
                 - `mute`, `unmute`: silence cues, sounds and speech; allow them again
                 - `less`, `more`: fewer cues; more cues
                 - `nudge`: show and speak `text` to the runner
                 - `ask_pain`: ask the runner whether anything hurts
                 - `target`: set the target cadence to `cadence_spm`; null returns to the runner's own target
                 - `pause`, `resume`: pause a replay; resume it
                 - `speed`: play a replay at `factor` times real time
                 - `skip`: move a replay forward by `seconds`, or back when negative
                 - `seek`: move a replay to `seconds` after the start of the recording
                 - `jump`: move a replay to shortly before the next cue, threshold, mark or pain report; fails if there
                   is none
                 - `jump_back`: the same with the previous one
    by           the sender, shown to the runner: used on the hub's own broker only; on any other broker the sender
                 counts as a coach; null: the runner
    text         with `nudge` (required) and `mark` (optional): the words; null otherwise
    cadence_spm  with `target`: the target cadence; null: the runner's own target
    factor       with `speed` (required): playback speed as a multiple of real time; null otherwise
    seconds      with `skip` and `seek` (required): how far to move, or the position, not negative; null otherwise
    """

    action: Action
    by: Who | None = None
    text: Annotated[str, msgspec.Meta(max_length=120)] | None = None
    cadence_spm: Annotated[float, msgspec.Meta(ge=100.0, le=240.0)] | None = None
    factor: Annotated[float, msgspec.Meta(ge=0.1, le=100.0)] | None = None
    seconds: Annotated[float, msgspec.Meta(ge=-86_400.0, le=86_400.0)] | None = None

    def __post_init__(self) -> None:
        """Reject fields that do not belong to the action; raises ValueError."""
        if self.action == "nudge" and not (self.text and self.text.strip()):
            raise ValueError('nudge needs text, e.g. {"action": "nudge", "text": "shorter steps"}')
        if self.text is not None and self.action not in {"nudge", "mark"}:
            raise ValueError(f"{self.action} takes no text: only nudge and mark do")
        if self.cadence_spm is not None and self.action != "target":
            raise ValueError(f"{self.action} takes no cadence_spm: only target does")
        if (self.factor is not None) != (self.action == "speed"):
            raise ValueError('speed, and only speed, takes a factor, e.g. {"action": "speed", "factor": 4}')
        if (self.seconds is not None) != (self.action in {"skip", "seek"}):
            raise ValueError('skip and seek, and only they, take seconds, e.g. {"action": "skip", "seconds": -60}')
        if self.action == "seek" and self.seconds is not None and self.seconds < 0.0:
            raise ValueError("the seconds of seek count from the start of the recording: they cannot be negative")


class Answer(NamedTuple):
    """The outcome of a pain report or command; `id` is the sender's, `text` states what was done or what was wrong."""

    to: Literal["pain", "command"]
    id: str | None
    ok: bool
    text: str
