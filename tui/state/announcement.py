"""The one message the banner shows at a time, chosen by priority: cues and trouble never compete for the eye."""

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
"""Long enough to be read while switching sensors on; afterwards the banner invites the runner to start."""
SAME_S = 0.5
"""A replay this close to the place it jumped to has arrived."""
TOGETHER_S = 2.0
"""A record is published within two seconds of the event it describes."""
_PRESSING = {
    ThresholdState.NEAR: "Near the edge of your usual range.",
    ThresholdState.REACHED: "Still beyond your usual range.",
    ThresholdState.REPORTED: "You reported pain.",
}
_LOST_IN_RECORDING = "The recording has no data from it here."
_BELOW_TARGET = "No cue now. Quiet is good; approach the target gradually."
_PEAK_NEEDS_STANDING = "Peak drop is measured only after three seconds of standing still."
_DEMO = "A virtual runner with five virtual sensors, which connect by themselves."
_DEMO_COURSE = "It stands for 6 s, then runs, and tires from about 40 s on. Just watch."


@dataclass(frozen=True, slots=True)
class Announcement:
    """A message of the banner.

    kind     quiet | state | trouble, or a severity; decides the styling
    mark     a shape, so that kinds differ without colour
    word     the kind in a word, upper case
    text     the message
    why      the reason, or what to do
    when     how long ago; empty for what holds now
    in_full  take all the rows it needs: it is shown nowhere else, and nothing urgent needs the space
    """

    kind: str
    mark: str
    word: str
    text: str
    why: str = ""
    when: str = ""
    in_full: bool = False


def announce(board: Board, now_s: float, *, muted: bool) -> Announcement:
    """Choose what to show: an ignored stop cue first, then a lost link, the end, a fresh cue, trouble, state.

    In a replay, the target of a jump takes precedence over everything that happens there.
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
            "trouble", "✗", "FAULT", "This dashboard failed; the run continues.", f"{link.broken} · press q"
        )
    if not link.up and board.is_over:
        return None
    if not link.up:
        wait = max(0.0, (link.retry_at_s or now_s) - now_s)
        again = f"Trying again in {wait:.0f} s." if wait >= 0.5 else "Trying now."
        if not link.ever_up:
            return Announcement("state", "○", "CONNECTING", "Looking for the hub …", again)
        why = f"{again} The hub keeps measuring and recording." + (f" ({link.reason})" if link.reason else "")
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
        f"Now at {clock(replay.position_s)}. What lies between counts, but is not shown or heard.",
    )


def _found(board: Board) -> Announcement | None:
    """Announce the target of a jump, before it and briefly at it; a cue on the banner speaks for itself."""
    replay = board.replay
    if replay is None or replay.found is None or replay.state == "ended":
        return None
    found, sign = replay.found, SIGN[replay.found.kind]
    ahead_s = found.t_s - replay.position_s
    text = found.text if found.kind == "cue" else sentence(found.text)
    if ahead_s > SAME_S:
        return Announcement(
            "info", sign, f"{found.kind.upper()} IN {ahead_s:.0f} S", text, "n goes to the next one, N to the previous"
        )
    cue_shown = board.cue is not None and abs(board.cue.t_s - found.t_s) < TOGETHER_S
    return None if cue_shown or ahead_s < -FOUND_SHOWN_S else Announcement("info", sign, found.kind.upper(), text)


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
    """Show a stop cue as long as the runner keeps running, muted or not; a newer cue goes on the line below."""
    stop, session = board.stop, board.session
    if stop is None or board.link.broken is not None or board.hub_online is False:
        return None
    if session is not None and (session.state != "running" or (board.replay and board.replay.state == "seeking")):
        return None
    announcement = _cue(stop, board.age_s(stop.t_s, now_s))
    fresh = board.recent_cues.fresh(now_s)
    if fresh is None or fresh[0] is stop or board.muted:
        return announcement
    cue, at_s = fresh
    return replace(
        announcement, why=f"{SEVERITY_MARK[cue.severity]} {cue.text} {ago(board.cue_age_s(cue, at_s, now_s))}"
    )


def _fresh_cue(board: Board, now_s: float, *, muted: bool) -> Announcement | None:
    fresh = board.recent_cues.fresh(now_s)
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
        f"No data from the {names}{more} sensor{plural}.",
        _LOST_IN_RECORDING if board.is_replay else _what_to_do(lost[0]),
    )


def _what_to_do(sensor: Sensor) -> str:
    detail = sensor.message.detail
    prefix = f"{detail} · " if detail else ""
    return f"{prefix}Searching: it reconnects by itself. If not, shake it to wake it."


def _notice(board: Board) -> Announcement | None:
    """Return the hub's notice; if a state such as READY or PAUSED also holds, that state with the notice below it."""
    notice = board.session.notice if board.session is not None else None
    if not notice:
        return None
    if (state := _state(board)) is None:
        return Announcement("trouble", "▲", "NOTICE", notice)
    why = f"{state.why} · ▲ {notice}" if state.why else f"▲ {notice}"
    return replace(state, why=why, in_full=True)


def _state(board: Board) -> Announcement | None:
    session, sensors = board.session, board.sensor_list
    if session is not None and session.source == "demo" and session.state == "waiting":
        return Announcement("state", "○", "DEMO", _DEMO, _DEMO_COURSE)
    if board.is_replay:
        return _state_recorded(board)
    if not sensors:
        return Announcement("state", "○", "NO SENSORS YET", "Wake your pod by shaking it.", "It connects by itself.")
    if session is not None and session.state == "running":
        return None
    if (some := _some_stream(sensors)) is not None:
        return Announcement("state", "◌", "CONNECTING", some, "Shake a sensor that stays silent to wake it.")
    return _before_or_between(board)


def _unused(board: Board, now_s: float) -> Announcement | None:
    """Point out sensors that are on but not used: for a while, or for good if there are no others."""
    unused = [each for each in board.sensor_list if not each.is_used]
    if len(unused) < len(board.sensors):
        unused = [each for each in unused if now_s - each.detail_since_s < UNUSED_SHOWN_S]
    if not unused:
        return None
    first = unused[0].message
    text = f"{first.name} is on but not used" + (f", and {len(unused) - 1} more." if len(unused) > 1 else ".")
    why = sentence(first.detail) if first.detail else ""
    return Announcement("trouble", "▲", "NOT USED", text, why, in_full=True)


def _some_stream(sensors: list[Sensor]) -> str | None:
    """Return how many of the sensors in use are streaming, in words; None when all are."""
    used = [each for each in sensors if each.is_used]
    streaming = sum(each.message.state == "streaming" for each in used)
    return f"{streaming} of {len(used)} sensors connected." if streaming < len(used) else None


def _state_recorded(board: Board) -> Announcement | None:
    """Describe the state at this place of a recording; nobody can be asked to do anything about it."""
    session, sensors = board.session, board.sensor_list
    if not sensors:
        return Announcement("state", "○", "NO SENSORS", "The recording has no sensor up to here.")
    if session is not None and session.state == "running":
        return None
    if board.stop is not None:
        cue = f"the cue was: {board.stop.text}"
        return Announcement("state", "■", "STOPPED", "Told to walk or stop, and not running here.", cue)
    if session is not None and session.state == "paused":
        return Announcement("state", "‖", "NOT RUNNING", "No running here.", "Running time does not advance here.")
    if (some := _some_stream(sensors)) is not None:
        return Announcement("state", "◌", "STARTING", some, "As it was when this was recorded.")
    text = "No running in the recording up to here."
    return Announcement("state", "○", "NOT RUNNING YET", text, _not_measured(sensors) or _PEAK_NEEDS_STANDING)


def _not_measured(sensors: list[Sensor]) -> str:
    """Return what a recording lacks because none of its sensors measures it; empty when nothing is missing."""
    worn = {each.message.placement for each in sensors}
    if not worn & (PELVIS | SHOES):
        return "It has no motion sensor: steps, contact time and hip drop are not measured."
    return "" if worn & PELVIS else "It has no hip sensor: hip drop is not measured."


def _before_or_between(board: Board) -> Announcement:
    session, stop = board.session, board.stop
    if stop is not None:
        return Announcement("state", "■", "STOPPED", "Good. Leave it at that for today.", stop.text)
    if session is not None and session.state == "paused":
        return Announcement("state", "‖", "PAUSED", "Start again when you are ready.", "The run continues by itself.")
    return Announcement(
        "state",
        "○",
        "READY",
        "Stand still for 3 seconds, then start running.",
        board.reported or "Standing still sets the zero of hip drop; the run starts by itself.",
        in_full=True,
    )


def _quiet(board: Board, now_s: float, *, muted: bool) -> Announcement:
    worst = board.worst_threshold
    pressing = _PRESSING.get(worst.state) if worst is not None else None
    if board.unexplained_threshold is not None and board.unexplained_threshold[1] in _PRESSING:
        pressing = f"A threshold is {board.unexplained_threshold[1]}."
    last, when = board.recent_cues.newest, ""
    if last is not None:
        when = ago(board.cue_age_s(last, board.recent_cues.at_s, now_s))
    if muted:
        by = board.session.muted_by if board.session is not None else None
        last_cue = "" if last is None else f" · last cue {when}: {last.text}"
        return Announcement("quiet", "○", "MUTED", sentence(MUTED[by or "runner"]), f"m unmutes them{last_cue}")
    if pressing is not None:
        word, text = "THRESHOLD", pressing
    else:
        word, text = "QUIET", _BELOW_TARGET if _below_aim(board, now_s) else "Nothing to change. Quiet is good."
    if last is None:
        return Announcement("quiet", "○", word, text)
    return Announcement("quiet", "○", word, text, last.text, f"cue {when}")


def _below_aim(board: Board, now_s: float) -> bool:
    """Return whether any number is below its target."""
    for reading in READINGS:
        target, now = board.target(now_s, reading.target), board.reading(reading.key, now_s)[0]
        if target is not None and now is not None and not reading.on_target(now, target):
            return True
    return False
