"""The one thing the dashboard says just now. One voice, one place: cues and trouble never compete for the eye."""

from __future__ import annotations

from dataclasses import dataclass, replace

from dsp.placements import PELVIS, SHOES
from dsp.records import Severity, ThresholdState
from dsp.texts import MUTED, clock
from hub.messages.wire import CueMessage
from tui.state.board import Board, Sensor
from tui.state.reading import READINGS
from tui.state.reason import reason
from tui.state.replay_marks import SIGN
from tui.state.words import SEVERITY_MARK, ago, sensor_word, sentence

FOUND_SHOWN_S = 5.0
UNUSED_SHOWN_S = 30.0
"""Long enough to be read by who switches sensors on; then who is ready is told to run."""
SAME_S = 0.5
"""Nearer than this it is there."""
TOGETHER_S = 2.0
"""A record is told within two seconds of what it is about."""
_PRESSING = {
    ThresholdState.NEAR: "Near the edge of your own usual.",
    ThresholdState.REACHED: "Still beyond your own usual.",
    ThresholdState.REPORTED: "You reported pain.",
}
_LOST_THERE = "The recording has nothing from it at this place."
_AIMS = "No cue now. Quiet is good; the aim is a slow goal."
_STANDING_THERE = "Peak drop is measured where three quiet seconds of standing come first."
_DEMO = "A virtual runner: five virtual sensors, which come by themselves."
_DEMO_GOES = "It stands for 6 s, then runs, and tires from about 40 s on. Nothing to do."


@dataclass(frozen=True, slots=True)
class Announcement:
    """What to say.

    kind  quiet | state | trouble, or a severity: decides the look
    mark  a shape, so that kinds differ without colour
    word  the kind in a word, upper case
    text  the message
    why   the reason, or what to do
    when  how long ago, empty for what holds now
    all_of_it  it stands nowhere else on the screen and nothing presses: it takes the rows that it needs
    """

    kind: str
    mark: str
    word: str
    text: str
    why: str = ""
    when: str = ""
    all_of_it: bool = False


def announce(board: Board, now_s: float, *, muted: bool) -> Announcement:
    """Choose: a stop while it is run on, then a broken link, the end, a fresh cue, trouble, state.

    In a replay, what a jump went to goes before all that happens there.
    """
    return (
        _stop(board, now_s)
        or _link(board, now_s)
        or _seeking(board)
        or _ended(board)
        or _found(board)
        or _fresh_cue(board, now_s, muted=muted)
        or _sensor_trouble(board)
        or _unused(board, now_s)
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
    text = f"Skipping to {clock(replay.target_s)} of the recording …"
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
    if session.replay is not None:
        text = f"{clock(session.elapsed_s)} of running time, {session.steps} steps, {cues}."
        return Announcement("state", "■", "THE END", text, "← goes back · Home to the start · q closes")
    text = f"Run finished: {clock(session.elapsed_s)}, {session.steps} steps, {cues}."
    return Announcement("state", "■", "FINISHED", text, f"{saved} · q closes")


def _stop(board: Board, now_s: float) -> Announcement | None:
    """Stands as long as the runner runs on, muted or not; what else is said has the line below."""
    stop, session = board.stop, board.session
    if stop is None or board.link.broken is not None or board.hub_online is False:
        return None
    if session is not None and (session.state != "running" or (board.replay and board.replay.state == "seeking")):
        return None
    told = _cue(stop, board.age_s(stop.t_s, now_s))
    fresh = board.said.fresh(now_s)
    if fresh is None or fresh[0] is stop or board.muted:
        return told
    cue, at_s = fresh
    return replace(told, why=f"{SEVERITY_MARK[cue.severity]} {cue.text} {ago(board.cue_age_s(cue, at_s, now_s))}")


def _fresh_cue(board: Board, now_s: float, *, muted: bool) -> Announcement | None:
    fresh = board.said.fresh(now_s)
    if fresh is None or (muted and fresh[0].severity is not Severity.STOP):
        return None
    cue, at_s = fresh
    return _cue(cue, board.cue_age_s(cue, at_s, now_s))


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
    lost = [each for each in board.sensor_list if each.is_in_trouble]
    if not lost:
        return None
    names = " and ".join(sensor_word(each.message).lower() for each in lost[:2])
    more = f" and {len(lost) - 2} more" if len(lost) > 2 else ""
    plural = "s" if len(lost) > 1 else ""
    return Announcement(
        "trouble",
        "✗",
        "SENSOR LOST",
        f"No news from the {names}{more} sensor{plural}.",
        _LOST_THERE if board.is_replay else _what_to_do(lost[0]),
    )


def _what_to_do(sensor: Sensor) -> str:
    detail = sensor.message.detail
    known = f"{detail} · " if detail else ""
    return f"{known}Looking for it: it comes back by itself. If not, shake it awake."


def _notice(board: Board) -> Announcement | None:
    """Return the hub's notice; where a state holds too (READY, PAUSED, ...), the state with the notice below it."""
    notice = board.session.notice if board.session is not None else None
    if not notice:
        return None
    if (state := _state(board)) is None:
        return Announcement("trouble", "▲", "NOTICE", notice)
    why = f"{state.why} · ▲ {notice}" if state.why else f"▲ {notice}"
    return replace(state, why=why, all_of_it=True)


def _state(board: Board) -> Announcement | None:
    session, sensors = board.session, board.sensor_list
    if session is not None and session.source == "demo" and session.state == "waiting":
        return Announcement("state", "○", "DEMO", _DEMO, _DEMO_GOES)
    if board.is_replay:
        return _state_recorded(board)
    if not sensors:
        return Announcement("state", "○", "NO SENSORS YET", "Wake your pod by shaking it.", "It connects by itself.")
    if session is not None and session.state == "running":
        return None
    if (some := _some_stream(sensors)) is not None:
        return Announcement("state", "◌", "CONNECTING", some, "A sensor that stays silent wakes when it is shaken.")
    return _before_or_between(board)


def _unused(board: Board, now_s: float) -> Announcement | None:
    """Say what is on and plays no part, for a while: its row goes on saying so. For good where it is alone."""
    unused = [each for each in board.sensor_list if not each.is_used]
    if len(unused) < len(board.sensors):
        unused = [each for each in unused if now_s - each.told_s < UNUSED_SHOWN_S]
    if not unused:
        return None
    first = unused[0].message
    more = f", nor {'is' if len(unused) == 2 else 'are'} {len(unused) - 1} more" if len(unused) > 1 else ""
    why = sentence(first.detail) if first.detail else ""
    return Announcement("trouble", "▲", "NOT USED", f"{first.name} is on, but not used{more}.", why, all_of_it=True)


def _some_stream(sensors: list[Sensor]) -> str | None:
    """Say how many sensors stream of those that are used; None: all of them."""
    used = [each for each in sensors if each.is_used]
    streaming = sum(each.message.state == "streaming" for each in used)
    return f"{streaming} of {len(used)} sensors connected." if streaming < len(used) else None


def _state_recorded(board: Board) -> Announcement | None:
    """What holds at this place of a recording: nobody can be asked to do anything about it."""
    session, sensors = board.session, board.sensor_list
    if not sensors:
        return Announcement("state", "○", "NO SENSORS", "The recording has named no sensor up to here.")
    if session is not None and session.state == "running":
        return None
    if board.stop is not None:
        told = f"told then: {board.stop.text}"
        return Announcement("state", "■", "STOPPED", "Told to walk or stop, and not running here.", told)
    if session is not None and session.state == "paused":
        return Announcement("state", "‖", "NOT RUNNING", "No running at this place.", "Running time stands still here.")
    if (some := _some_stream(sensors)) is not None:
        return Announcement("state", "◌", "STARTING", some, "As they did when this was recorded.")
    text = "No running in the recording up to here."
    return Announcement("state", "○", "NOT RUNNING YET", text, _lacking(sensors) or _STANDING_THERE)


def _lacking(sensors: list[Sensor]) -> str:
    """Say what a recording cannot tell because no sensor of it measures that; empty: nothing is missing."""
    worn = {each.message.placement for each in sensors}
    if not worn & (PELVIS | SHOES):
        return "It has no motion sensor: steps, contact time and hip drop are not measured."
    return "" if worn & PELVIS else "It has no hip sensor: hip drop is not measured."


def _before_or_between(board: Board) -> Announcement:
    session, stop = board.session, board.stop
    if stop is not None:
        return Announcement("state", "■", "STOPPED", "Good. Let that be it for today.", stop.text)
    if session is not None and session.state == "paused":
        return Announcement("state", "‖", "PAUSED", "Run on when you are ready.", "The run goes on by itself.")
    return Announcement(
        "state",
        "○",
        "READY",
        "Stand still for 3 seconds, then start running.",
        board.reported or "Standing gives hip drop its zero; the run starts by itself.",
        all_of_it=True,
    )


def _quiet(board: Board, now_s: float, *, muted: bool) -> Announcement:
    worst = board.worst_threshold
    pressing = _PRESSING.get(worst.state) if worst is not None else None
    if board.bare_threshold is not None and board.bare_threshold[1] in _PRESSING:
        pressing = f"A threshold is {board.bare_threshold[1]}."
    last, when = board.said.newest, ""
    if last is not None:
        when = ago(board.cue_age_s(last, board.said.at_s, now_s))
    if muted:
        by = board.session.muted_by if board.session is not None else None
        told = "" if last is None else f" · last cue {when}: {last.text}"
        return Announcement("quiet", "○", "MUTED", sentence(MUTED[by or "runner"]), f"m lets them through again{told}")
    if pressing is not None:
        word, text = "THRESHOLD", pressing
    else:
        word, text = "QUIET", _AIMS if _below_aim(board, now_s) else "Nothing to change. Quiet is good."
    if last is None:
        return Announcement("quiet", "○", word, text)
    return Announcement("quiet", "○", word, text, last.text, f"cue {when}")


def _below_aim(board: Board, now_s: float) -> bool:
    """Whether a number's tile asks for more of it."""
    for reading in READINGS:
        aim, now = board.aim(now_s, reading.aim), board.reading(reading.key, now_s)[0]
        if aim is not None and now is not None and not reading.on_target(now, aim):
            return True
    return False
