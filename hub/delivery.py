"""How each message travels: quality of service, whether a broker keeps it, and for how long it is worth anything.

Events go at least once, streams at most once. Kept for who comes late are the last values and the trend; pain, cues and
answers never are, and of a threshold nothing beyond `reached` (that pain was reported is nobody else's business).
"""

from __future__ import annotations

from typing import NamedTuple

import msgspec

from dsp.records import ThresholdState
from hub.incoming import CommandMessage, PainMessage
from hub.lines import EvidenceLine, PainLine, ThresholdLine
from hub.wire import (
    AttitudeMessage,
    CueMessage,
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
    AttitudeMessage: Delivery(0, retain=False, expiry_s=5),
    PainMessage: Delivery(1, retain=False, expiry_s=A_MINUTE_S),
    CommandMessage: Delivery(1, retain=False, expiry_s=A_MINUTE_S),
    ReplyMessage: Delivery(1, retain=False, expiry_s=A_MINUTE_S),
}
"""By kind of message. A late cue teaches nothing; a threshold that was reached stays true for the day."""

LATE = Delivery(1, retain=False, expiry_s=A_DAY_S)
"""Of what waited for a broker: for the record, so it is worth something for the day, and never the last value."""


def delivery(message: Message) -> Delivery:
    """Say how a message travels."""
    return LATE if getattr(message, "late", False) else DELIVERY[type(message)]


def marked_late(post: Post) -> Post:
    """Mark an event as one that a broker missed when it happened; its own time stays in it."""
    match post.message:
        case StepMessage() | CueMessage() | ThresholdMessage() | SessionMessage() as message:
            return Post(post.topic, msgspec.structs.replace(message, late=True))
    return post


def may_leave(post: Post) -> bool:
    """Whether a post may go to a broker that others read too: no plots, and nothing that tells of pain."""
    match post.message:
        case AttitudeMessage() | PainMessage() | CommandMessage():
            return False
        case ThresholdMessage(state=ThresholdState.REPORTED):
            return False
        case ThresholdMessage(because=because) | CueMessage(because=because):
            return not _tells_of_pain(because)
    return True


def _tells_of_pain(because: tuple[EvidenceLine, ...]) -> bool:
    for each in because:
        if isinstance(each, PainLine):
            return True
        if isinstance(each, ThresholdLine) and (each.state is ThresholdState.REPORTED or _tells_of_pain(each.because)):
            return True
    return False
