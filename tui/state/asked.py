"""Whether a runner has answered a coach's question; the answer itself is private."""

from __future__ import annotations

from datetime import datetime

from hub.messages.wire import SessionMessage
from tui.state.words import ago

ANSWER_SHOWN_S = 120.0
"""After this long the answer is no longer news."""


def asked_words(session: SessionMessage | None) -> str:
    """Return whether a coach's question about pain is open or answered, in words; empty when there is none.

    Ages are differences of the hub's own timestamps: this machine's clock may differ.
    """
    question = None if session is None else session.question
    if session is None or question is None:
        return ""
    if question.answered is None:
        return f"asked about pain {_since(question.asked, session.t)}, no answer yet"
    answered_s = _seconds(question.answered, session.t)
    if answered_s is not None and answered_s > ANSWER_SHOWN_S:
        return ""
    return f"answered the pain question {_since(question.answered, session.t)}; the answer is private"


def _since(then_utc: str, now_utc: str) -> str:
    seconds = _seconds(then_utc, now_utc)
    return "some time ago" if seconds is None else ago(seconds)


def _seconds(then_utc: str, now_utc: str) -> float | None:
    try:
        return max(0.0, (datetime.fromisoformat(now_utc) - datetime.fromisoformat(then_utc)).total_seconds())
    except (ValueError, TypeError):
        return None
