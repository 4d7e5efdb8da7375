"""How each message is delivered (QoS, retained flag, expiry), and what of it others may read.

Events are sent at least once, streams at most once. The latest values and the trend are retained for subscribers that
join late, except a session of a replay or one that contains a state of `onset`. Pain reports, cues and replies are
never retained, and no threshold state beyond `reached` is (that pain was reported is private to the runner).
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

MINUTE_S = 60
DAY_S = 86_400


class Delivery(NamedTuple):
    """QoS, retained flag and expiry; the broker discards the message after `expiry_s` (MQTT 5 only; None: never)."""

    qos: int
    retain: bool
    expiry_s: int | None


DELIVERY: dict[type[Message], Delivery] = {
    StatusMessage: Delivery(1, retain=True, expiry_s=None),
    SessionMessage: Delivery(1, retain=True, expiry_s=DAY_S),
    MetricsMessage: Delivery(0, retain=True, expiry_s=MINUTE_S),
    TrendMessage: Delivery(1, retain=True, expiry_s=DAY_S),
    SensorMessage: Delivery(0, retain=True, expiry_s=MINUTE_S),
    StepMessage: Delivery(1, retain=False, expiry_s=MINUTE_S),
    ThresholdMessage: Delivery(1, retain=False, expiry_s=DAY_S),
    CueMessage: Delivery(1, retain=False, expiry_s=MINUTE_S),
    MarkMessage: Delivery(1, retain=False, expiry_s=DAY_S),
    AttitudeMessage: Delivery(0, retain=False, expiry_s=5),
    PainMessage: Delivery(1, retain=False, expiry_s=MINUTE_S),
    CommandMessage: Delivery(1, retain=False, expiry_s=MINUTE_S),
    ReplyMessage: Delivery(1, retain=False, expiry_s=MINUTE_S),
}
"""By message type. A late cue is of no use to the runner; a threshold and a mark stay valid for the day."""

_SOUND_STATISTICS = ("sounds", "repeats", "dropped", "hub_p50_ms", "hub_p99_ms", "total_p50_ms", "total_p99_ms")

LATE = Delivery(1, retain=False, expiry_s=DAY_S)
"""For events that waited for a broker: of use for the day, but never retained, as they are not the latest value."""


def delivery(message: Message) -> Delivery:
    """Return how to deliver a message. A session with `onset`, or of a replay (marks reveal pain), is not retained."""
    if getattr(message, "late", False):
        return LATE
    usual = DELIVERY[type(message)]
    if isinstance(message, SessionMessage) and (message.replay or any(map(_is_onset, message.thresholds))):
        return usual._replace(retain=False)
    return usual


def marked_late(post: Post) -> Post:
    """Mark an event as delivered late, keeping its own time; other messages are returned unchanged."""
    match post.message:
        case StepMessage() | CueMessage() | ThresholdMessage() | MarkMessage() | SessionMessage() as message:
            return Post(post.topic, msgspec.structs.replace(message, late=True))
    return post


def may_leave(post: Post) -> bool:
    """Whether a post may be published on a broker that others can read."""
    return for_others(post.message) is not None


def for_others(message: Message) -> Message | None:
    """Return a message as others than the runner may read it, without plots and pain data; None: not at all.

    The `onset` detector is computed from pain reports, so only its state is published: no side, no reason, no numbers.
    Even the state is withheld when the runner does not share it (`seq` 0, `shares_onset`) and once the run has ended.
    """
    match message:
        case ThresholdMessage(seq=0):
            return None
        case AttitudeMessage() | PainMessage() | CommandMessage() | ThresholdMessage(state=ThresholdState.REPORTED):
            return None
        case ThresholdMessage(because=(PainLine(),)):  # a withdrawn report
            return None
        case ThresholdMessage(detector=onset.DETECTOR):
            return msgspec.structs.replace(message, side=None, because=())
        case ThresholdMessage(because=because) | CueMessage(because=because) if _reveals_pain(because):
            return None
        case SessionMessage():
            return _session_for_others(message)
        case MetricsMessage(extra=extra) if any(_changes_with_pain(name) for name in extra):
            return msgspec.structs.replace(message, extra={k: v for k, v in extra.items() if not _changes_with_pain(k)})
    return message


def _session_for_others(session: SessionMessage) -> SessionMessage:
    """Remove the replay's marks, sound counts (a pain report plays one), sides of `onset` and anything about pain."""
    sound, stop = session.sound, session.stop
    return msgspec.structs.replace(
        session,
        replay=None,
        pain_rule=None,
        shares_onset=None,
        stop=None if stop is not None and stop.rule == pain_noted.RULE else stop,
        sound=None if sound is None else msgspec.structs.replace(sound, **dict.fromkeys(_SOUND_STATISTICS)),
        thresholds=_states_for_others(
            session.thresholds, with_onset=session.shares_onset is not False and session.state != "ended"
        ),
    )


def _is_onset(name: str) -> bool:
    return name == onset.DETECTOR or name.startswith(f"{onset.DETECTOR}_")


def _is_from_pain(metric: str) -> bool:
    """Whether a metric may derive from pain reports: the day's cap is the strictest of all rules, including pain's."""
    return _is_onset(metric) or metric == "cap_m"


def _changes_with_pain(metric: str) -> bool:
    """Whether a metric may reveal a pain report in this run, which can end the target cadence and its feedback."""
    return _is_from_pain(metric) or metric in {"cadence_target_spm", "feedback_on"}


def _states_for_others(thresholds: Mapping[str, ThresholdState], *, with_onset: bool) -> dict[str, ThresholdState]:
    """Reduce `onset` to its worst state, without a side; drop `reported`, which older hubs published; keep the rest."""
    order = list(ThresholdState)
    shown: dict[str, ThresholdState] = {
        name: state for name, state in thresholds.items() if state is not ThresholdState.REPORTED
    }
    worst = max((state for name, state in shown.items() if _is_onset(name)), key=order.index, default=None)
    others = {name: state for name, state in shown.items() if not _is_onset(name)}
    return others if worst is None or not with_onset else others | {onset.DETECTOR: worst}


def _reveals_pain(because: tuple[EvidenceLine, ...]) -> bool:
    for each in because:
        match each:
            case PainLine() | ThresholdLine(detector=onset.DETECTOR) | ThresholdLine(state=ThresholdState.REPORTED):
                return True
            case ThresholdLine(because=deeper) if _reveals_pain(deeper):
                return True
            case MetricLine(key=key) if _is_from_pain(key):
                return True
    return False
