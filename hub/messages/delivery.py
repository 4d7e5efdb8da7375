"""How each message travels: quality of service, whether a broker keeps it, and for how long it is worth anything.

Events go at least once, streams at most once. Kept for who comes late are the last values and the trend, but no session
of a replay and none that tells a state of `onset`; pain, cues and answers never are, and of a threshold nothing beyond
`reached` (that pain was reported is nobody else's business).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

import msgspec

from dsp.cues import pain_noted
from dsp.records import ThresholdState
from dsp.thresholds import onset
from hub.messages.incoming import CommandMessage, PainMessage
from hub.messages.lines import EvidenceLine, MetricLine, PainLine, ThresholdLine
from hub.messages.wire import (
    AttitudeMessage,
    CueMessage,
    MarkMessage,
    Message,
    MetricsMessage,
    Post,
    ReplyMessage,
    SensorMessage,
    SessionMessage,
    StatusMessage,
    StepMessage,
    ThresholdMessage,
    TrendMessage,
)

A_MINUTE_S = 60
A_DAY_S = 86_400


class Delivery(NamedTuple):
    """How a message travels; `expiry_s` (MQTT 5 only): the broker throws it away after so long, None: never."""

    qos: int
    retain: bool
    expiry_s: int | None


DELIVERY: dict[type[Message], Delivery] = {
    StatusMessage: Delivery(1, retain=True, expiry_s=None),
    SessionMessage: Delivery(1, retain=True, expiry_s=A_DAY_S),
    MetricsMessage: Delivery(0, retain=True, expiry_s=A_MINUTE_S),
    TrendMessage: Delivery(1, retain=True, expiry_s=A_DAY_S),
    SensorMessage: Delivery(0, retain=True, expiry_s=A_MINUTE_S),
    StepMessage: Delivery(1, retain=False, expiry_s=A_MINUTE_S),
    ThresholdMessage: Delivery(1, retain=False, expiry_s=A_DAY_S),
    CueMessage: Delivery(1, retain=False, expiry_s=A_MINUTE_S),
    MarkMessage: Delivery(1, retain=False, expiry_s=A_DAY_S),
    AttitudeMessage: Delivery(0, retain=False, expiry_s=5),
    PainMessage: Delivery(1, retain=False, expiry_s=A_MINUTE_S),
    CommandMessage: Delivery(1, retain=False, expiry_s=A_MINUTE_S),
    ReplyMessage: Delivery(1, retain=False, expiry_s=A_MINUTE_S),
}
"""By kind of message. A late cue teaches nothing; a threshold that was reached, and a mark, stay true for the day."""

_COUNTS_OF_SOUND = ("sounds", "repeats", "dropped", "hub_p50_ms", "hub_p99_ms", "total_p50_ms", "total_p99_ms")

LATE = Delivery(1, retain=False, expiry_s=A_DAY_S)
"""Of what waited for a broker: for the record, so it is worth something for the day, and never the last value."""


def delivery(message: Message) -> Delivery:
    """Say how a message travels. No session of a replay is kept, as its marks tell of pain, nor one with `onset`."""
    if getattr(message, "late", False):
        return LATE
    usual = DELIVERY[type(message)]
    if isinstance(message, SessionMessage) and (message.replay or any(map(_is_onset, message.thresholds))):
        return usual._replace(retain=False)
    return usual


def marked_late(post: Post) -> Post:
    """Mark an event as one that a broker missed when it happened; its own time stays in it."""
    match post.message:
        case StepMessage() | CueMessage() | ThresholdMessage() | MarkMessage() | SessionMessage() as message:
            return Post(post.topic, msgspec.structs.replace(message, late=True))
    return post


def may_leave(post: Post) -> bool:
    """Whether a post may go to a broker that others read too."""
    return for_others(post.message) is not None


def for_others(message: Message) -> Message | None:
    """Give a message as anybody but the runner may read it; None: not at all. No plots, and nothing that tells of pain.

    The `onset` detector is made from reports of pain, so of it only the state is told: no side, no reason, no numbers;
    not even that where the runner keeps it (`seq` 0, `shares_onset`), nor once the run has ended.
    """
    match message:
        case ThresholdMessage(seq=0):
            return None
        case AttitudeMessage() | PainMessage() | CommandMessage() | ThresholdMessage(state=ThresholdState.REPORTED):
            return None
        case ThresholdMessage(because=(PainLine(),)):  # a report that was taken back
            return None
        case ThresholdMessage(detector=onset.DETECTOR):
            return msgspec.structs.replace(message, side=None, because=())
        case ThresholdMessage(because=because) | CueMessage(because=because) if _tells_of_pain(because):
            return None
        case SessionMessage():
            return _session_for_others(message)
        case MetricsMessage(extra=extra) if any(_changes_with_pain(name) for name in extra):
            return msgspec.structs.replace(message, extra={k: v for k, v in extra.items() if not _changes_with_pain(k)})
    return message


def _session_for_others(session: SessionMessage) -> SessionMessage:
    """Leave out a replay's marks, how many sounds there were (a report has one), sides of `onset`, what is of pain."""
    sound, stop = session.sound, session.stop
    return msgspec.structs.replace(
        session,
        replay=None,
        pain_rule=None,
        shares_onset=None,
        stop=None if stop is not None and stop.rule == pain_noted.RULE else stop,
        sound=None if sound is None else msgspec.structs.replace(sound, **dict.fromkeys(_COUNTS_OF_SOUND)),
        thresholds=_states_for_others(
            session.thresholds, with_onset=session.shares_onset is not False and session.state != "ended"
        ),
    )


def _is_onset(name: str) -> bool:
    return name == onset.DETECTOR or name.startswith(f"{onset.DETECTOR}_")


def _is_from_pain(metric: str) -> bool:
    """Whether a number may come from reports of pain: the day's cap is the strictest of all rules, also of pain's."""
    return _is_onset(metric) or metric == "cap_m"


def _changes_with_pain(metric: str) -> bool:
    """Whether a number of the frame tells of a report in this run: it may end the goal, and what is taught for it."""
    return _is_from_pain(metric) or metric in {"cadence_target_spm", "feedback_on"}


def _states_for_others(thresholds: Mapping[str, ThresholdState], *, with_onset: bool) -> dict[str, ThresholdState]:
    """Tell the worst state of `onset` without its side; the others as they are; none `reported`, as older hubs said."""
    order = list(ThresholdState)
    told: dict[str, ThresholdState] = {
        name: state for name, state in thresholds.items() if state is not ThresholdState.REPORTED
    }
    worst = max((state for name, state in told.items() if _is_onset(name)), key=order.index, default=None)
    others = {name: state for name, state in told.items() if not _is_onset(name)}
    return others if worst is None or not with_onset else others | {onset.DETECTOR: worst}


def _tells_of_pain(because: tuple[EvidenceLine, ...]) -> bool:
    for each in because:
        match each:
            case PainLine() | ThresholdLine(detector=onset.DETECTOR) | ThresholdLine(state=ThresholdState.REPORTED):
                return True
            case ThresholdLine(because=deeper) if _tells_of_pain(deeper):
                return True
            case MetricLine(key=key) if _is_from_pain(key):
                return True
    return False
