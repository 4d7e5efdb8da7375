"""Plain words and symbols for durations, ages, states and placements, and line wrapping."""

from __future__ import annotations

import textwrap

from dsp.records import Severity, ThresholdState
from dsp.signals import Placement
from dsp.texts import WATCHED_BY_OTHERS, clock, detector_and_side
from hub.messages.session_status import SoundStatus
from hub.messages.wire import MarkMessage, SensorMessage, SensorState, SessionMessage

SEVERITY_MARK = {Severity.INFO: "●", Severity.ADVICE: "◆", Severity.WARNING: "▲", Severity.STOP: "■"}
"""A shape per severity: never colour alone."""

SENSOR_MARK: dict[SensorState, str] = {
    "streaming": "●",
    "connecting": "◌",
    "searching": "○",
    "stale": "◐",
    "lost": "✗",
    "failed": "✗",
}

THRESHOLD_WORD = {
    ThresholdState.CLEAR: "clear",
    ThresholdState.WATCH: "watch",
    ThresholdState.NEAR: "near",
    ThresholdState.REACHED: "reached",
    ThresholdState.REPORTED: "you reported pain",
}

PLACEMENT_WORD = {
    Placement.SACRUM: "Hip",
    Placement.WAIST_FRONT: "Waist",
    Placement.LEFT_HIP: "Left hip",
    Placement.RIGHT_HIP: "Right hip",
    Placement.LEFT_FOOT: "Left foot",
    Placement.RIGHT_FOOT: "Right foot",
    Placement.POCKET: "Pocket",
    Placement.FOOT: "Foot pod",
    Placement.CHEST: "Chest",
    Placement.TREADMILL: "Treadmill",
}


def sensor_word(message: SensorMessage) -> str:
    """Return a sensor's placement in words, or its own name if the placement is unknown."""
    return PLACEMENT_WORD[message.placement] if message.placement is not None else message.name


def watched_words(name: str) -> str:
    """Return what a detector watches, from its name in the session, e.g. `drop_drift_left`."""
    detector, side = detector_and_side(name)
    words = WATCHED_BY_OTHERS.get(detector, detector.replace("_", " "))
    return words if side is None else f"{words}, on {side} leg"


def sound_words(sound: SoundStatus | None, *, wide: bool) -> str:
    """Return what can be heard: nothing, tones or a voice; `wide` adds which voice, and the metronome."""
    if sound is None:
        return "sound off" if wide else "off"
    if sound.output is None:
        return "no sound device" if wide else "no sound"
    if sound.muted:
        return "sound muted" if wide else "muted"
    words = "tones" if sound.voice is None else f"voice {sound.voice.partition(' ')[0]}" if wide else "voice"
    return words if sound.metronome_spm is None or not wide else f"{words}, beat {sound.metronome_spm:.0f}"


def reach_words(session: SessionMessage | None) -> str:
    """Return how words sent to a runner reach them: seen, spoken, announced by a tone, or not at all for now."""
    if session is None:
        return "unknown whether they see or hear it"
    if session.state == "ended":
        return "their run is over: they may not see it"
    if session.muted_by is not None:
        return f"muted by the {session.muted_by}: they neither see nor hear it now"
    sound = session.sound
    if sound is None or sound.output is None or sound.muted:
        return "they see it; they have no sound"
    return "they see it and hear a tone, no words" if sound.voice is None else "they see it and hear it spoken"


def marked_words(mark: MarkMessage, *, replayed: bool) -> str:
    """Return that a moment is marked, with its time on the screen, which in a replay is recording time."""
    at = clock(mark.t_s if replayed or mark.running_s is None else mark.running_s)
    who = "" if mark.by == "runner" else " by your coach" if not replayed else " by a coach"
    return f"marked at {at}{who}" + (f": {mark.text}" if mark.text else "")


def sentence(words: str) -> str:
    """Capitalise `words` and add a full stop."""
    return f"{words[:1].upper()}{words[1:]}."


def ago(seconds: float) -> str:
    """Format how long ago something was."""
    if seconds < 1.5:
        return "just now"
    return f"{seconds:.0f} s ago" if seconds < 90 else f"{seconds / 60:.0f} min ago"


def age(seconds: float) -> str:
    """Format an age in at most five cells."""
    return f"{seconds:.0f} s" if seconds < 100 else f"{seconds / 60:.0f}min"


def middle_cut(text: str, width: int) -> str:
    """Shorten `text` to `width` cells by cutting out the middle, since names differ at both ends."""
    if len(text) <= width:
        return text
    if width < 3:
        return text[:width]
    tail = (width - 1) // 2
    return text[: width - 1 - tail] + "…" + text[len(text) - tail :]


def wrap_lines(text: str, width: int, max_lines: int, *, reserved: int = 0) -> list[str]:
    """Wrap `text` into at most `max_lines` lines of `width` cells; a text that is cut ends in an ellipsis.

    reserved  cells at the end of the first line to keep free
    """
    if width - reserved < 2 or max_lines < 1:
        return []
    lines = textwrap.wrap(text, width, max_lines=max_lines, placeholder="…", initial_indent="\0" * reserved)
    return [line.lstrip("\0") for line in lines]
