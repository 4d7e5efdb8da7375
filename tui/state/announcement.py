"""The one thing the dashboard says just now. One voice, one place: cues and trouble never compete for the eye."""

from __future__ import annotations

from dataclasses import dataclass

from dsp.records import Severity, ThresholdState
from dsp.texts import MUTED
from hub.messages.wire import CueMessage, SessionMessage
from tui.state.board import Board, Sensor
from tui.state.reason import reason
from tui.state.replay_marks import SIGN
from tui.state.words import SEVERITY_MARK, ago, clock, sensor_word, sentence

CUE_SHOWN_S = 20.0
"""Long enough to be read between two glances at a treadmill display; afterwards it is history and says so."""
STOP_SHOWN_S = 120.0
FOUND_SHOWN_S = 5.0
SAME_S = 0.5
"""Nearer than this it is there."""
TOGETHER_S = 2.0
"""A record is told within two seconds of what it is about."""
_PRESSING = {
    ThresholdState.NEAR: "Near the edge of your own usual.",
    ThresholdState.REACHED: "Still beyond your own usual.",
    ThresholdState.REPORTED: "You reported pain.",
}
_LOST = ("lost", "failed", "stale")


@dataclass(frozen=True, slots=True)
class Announcement:
    """What to say.

    kind  quiet | state | trouble, or a severity: decides the look
    mark  a shape, so that kinds differ without colour
    word  the kind in a word, upper case
    text  the message
    why   the reason, or what to do
    when  how long ago, empty for what holds now
    """

    kind: str
    mark: str
    word: str
    text: str
    why: str = ""
    when: str = ""


def announce(board: Board, now_s: float, *, muted: bool) -> Announcement:
    """Choose: a broken link hides everything else, then the end, then a fresh cue, then trouble, then state.

    In a replay, what a jump went to goes before all that happens there.
    """
    return (
        _link(board, now_s)
        or _seeking(board)
        or _ended(board)
        or _found(board)
        or _fresh_cue(board, now_s, muted=muted)
        or _sensor_trouble(board)
        or _notice(board)
        or _state(board)
        or _quiet(board, now_s, muted=muted)
    )


def _link(board: Board, now_s: float) -> Announcement | None:
    link = board.link
    if link.broken is not None:
        return Announcement(
            "trouble", "✗", "FAULT", "This dashboard failed; the run goes on.", f"{link.broken} · press q"
        )
    if not link.up and board.is_over:
        return None
    if not link.up:
        wait = max(0.0, (link.retry_at_s or now_s) - now_s)
        again = f"Trying again in {wait:.0f} s." if wait >= 0.5 else "Trying now."
        if not link.ever_up:
            return Announcement("state", "○", "CONNECTING", "Looking for the hub …", again)
        why = f"{again} The hub goes on measuring and recording." + (f" ({link.reason})" if link.reason else "")
        return Announcement("trouble", "✗", "NO LINK", "Lost the link to the hub.", why)
    if board.hub_online is False and not board.is_over:
        return Announcement("trouble", "✗", "HUB GONE", "The hub has stopped.", "Press q, then start stridecue again.")
    return None


def _seeking(board: Board) -> Announcement | None:
    replay = board.replay
    if replay is None or replay.target_s is None:
        return None
    text = f"Skipping to {clock(replay.target_s)} …"
    return Announcement(
        "state",
        "»",
        "SKIPPING",
        text,
        f"At {clock(replay.position_s)}. All on the way counts, but is not shown or heard.",
    )


def _found(board: Board) -> Announcement | None:
    """What a jump went to: before it comes, and for a moment there; a cue that stands there speaks for itself."""
    replay = board.replay
    if replay is None or replay.found is None or replay.state == "ended":
        return None
    found, sign = replay.found, SIGN[replay.found.kind]
    ahead_s = found.t_s - replay.position_s
    text = found.text if found.kind == "cue" else sentence(found.text)
    if ahead_s > SAME_S:
        return Announcement(
            "info", sign, f"{found.kind.upper()} IN {ahead_s:.0f} S", text, "n goes to the next one, N back"
        )
    cue_stands = board.cue is not None and abs(board.cue.t_s - found.t_s) < TOGETHER_S
    return None if cue_stands or ahead_s < -FOUND_SHOWN_S else Announcement("info", sign, found.kind.upper(), text)


def _ended(board: Board) -> Announcement | None:
    session = board.session
    if session is None or session.state != "ended":
        return None
    saved = f"Saved: {session.recording}" if session.recording else "Not recorded."
    cues = "1 cue" if board.cues == 1 else f"{board.cues} cues"
    text = f"Run finished: {clock(session.elapsed_s)}, {session.steps} steps, {cues}."
    if session.replay is not None:
        return Announcement("state", "■", "THE END", text, "← goes back · Home to the start · q closes")
    return Announcement("state", "■", "FINISHED", text, f"{saved} · q closes")


def _fresh_cue(board: Board, now_s: float, *, muted: bool) -> Announcement | None:
    cue = board.cue
    if cue is None or (muted and cue.severity is not Severity.STOP):
        return None
    shown_s = STOP_SHOWN_S if cue.severity is Severity.STOP else CUE_SHOWN_S
    if board.replay is not None:
        shown_s *= max(1.0, board.replay.speed)  # as long as it takes to read
    age_s = board.cue_age_s(now_s)
    return _cue(cue, age_s) if age_s <= shown_s else None


def _cue(cue: CueMessage, age_s: float) -> Announcement:
    why = reason(cue.because)
    return Announcement(
        cue.severity.value,
        SEVERITY_MARK[cue.severity],
        cue.severity.value.upper(),
        cue.text,
        f"why: {why}" if why else "",
        ago(age_s),
    )


def _sensor_trouble(board: Board) -> Announcement | None:
    lost = [each for each in board.sensor_list if each.message.state in _LOST]
    if not lost:
        return None
    names = " and ".join(sensor_word(each.message).lower() for each in lost[:2])
    more = f" and {len(lost) - 2} more" if len(lost) > 2 else ""
    plural = "s" if len(lost) > 1 else ""
    return Announcement(
        "trouble", "✗", "SENSOR LOST", f"No news from the {names}{more} sensor{plural}.", _what_to_do(lost[0])
    )


def _what_to_do(sensor: Sensor) -> str:
    detail = sensor.message.detail
    known = f"{detail} · " if detail else ""
    return f"{known}Looking for it: it comes back by itself. If not, shake it awake."


def _notice(board: Board) -> Announcement | None:
    notice = board.session.notice if board.session is not None else None
    return Announcement("trouble", "▲", "NOTICE", notice) if notice else None


def _state(board: Board) -> Announcement | None:
    session, sensors = board.session, board.sensor_list
    if not sensors:
        return Announcement("state", "○", "NO SENSORS YET", "Wake your pod by shaking it.", "It connects by itself.")
    if session is not None and session.state == "running":
        return None
    unplaced = [each.message for each in sensors if each.message.placement is None]
    if unplaced:
        detail = unplaced[0].detail or ""
        return Announcement("trouble", "▲", "NOT USED", f"Nobody can tell where {unplaced[0].name} sits.", detail)
    streaming = sum(each.message.state == "streaming" for each in sensors)
    if streaming < len(sensors):
        text = f"{streaming} of {len(sensors)} sensors connected."
        if session is not None and session.replay is not None:
            return Announcement("state", "◌", "STARTING", text, "As they did when this was recorded.")
        return Announcement("state", "◌", "CONNECTING", text, "A sensor that stays silent wakes when it is shaken.")
    return _before_or_between(session)


def _before_or_between(session: SessionMessage | None) -> Announcement:
    if session is not None and session.state == "paused":
        return Announcement("state", "‖", "PAUSED", "Run on when you are ready.", "The run goes on by itself.")
    return Announcement(
        "state",
        "○",
        "READY",
        "Stand still for 3 seconds, then start running.",
        "Standing gives hip drop its zero; the run starts by itself.",
    )


def _quiet(board: Board, now_s: float, *, muted: bool) -> Announcement:
    worst = board.worst_threshold
    pressing = _PRESSING.get(worst.state) if worst is not None else None
    if board.bare_threshold is not None and board.bare_threshold[1] in _PRESSING:
        pressing = f"A threshold is {board.bare_threshold[1]}."
    parts = []
    if muted:
        by = board.session.muted_by if board.session is not None else None
        word, text = "MUTED", sentence(MUTED[by or "runner"])
        parts.append("m lets them through again")
    elif pressing is not None:
        word, text = "THRESHOLD", pressing
    else:
        word, text = "QUIET", "Nothing to change. Quiet is good."
    if board.cue is not None:
        parts.append(f"last cue {ago(board.cue_age_s(now_s))}: {board.cue.text}")
    return Announcement("quiet", "○", word, text, " · ".join(parts))
