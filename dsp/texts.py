"""Every sentence a runner reads or hears about pain, thresholds and running form; no other module holds one.

House rules (sources 1, 4, 5, 6): plain words; an external focus of attention (belt and steps, not joints); what to do
comes before why; "may", never "you have"; nothing is promised or diagnosed; advice to stop always names whom to see.
Spoken cues (`*_SPOKEN`) have at most eight words. No text names a runner.
"""

from __future__ import annotations

from collections.abc import Mapping

# -- cues while running: the text on the screen and, as `*_SPOKEN`, the words for the ear

QUICK_STEPS = "Quick, light steps: {now:.0f} now, {target:.0f} is the target at this speed."
QUICK_STEPS_SPOKEN = "Quick, light steps."
SLOWER_THAN_OWN = "Your steps have become slower than usual. Quick, light steps."
STEPS_TOO_QUICK = "Your steps are quicker than they need to be: {now:.0f}, the target is {target:.0f}."
STEPS_TOO_QUICK_SPOKEN = "Let the steps settle."

BELT_NEAR = "Your belt starts to tip when you land on your {side}. Keep it level."
BELT_NEAR_SPOKEN = "Belt level on your {side} leg."
BELT_REACHED = (
    "Your belt tips more than it usually does when you land on your {side}. "
    "Quick, light steps, belt level; or take a walk break."
)
BELT_REACHED_SPOKEN = "Belt level, or walk a little."

SIDES_CHANGED = (
    "Left and right have changed: compared with the {other}, your {side} foot stays on the ground {change_ms:.0f} ms "
    "longer than earlier in this run."
)
SIDES_CHANGED_SPOKEN = "Left and right have changed."

ASK_PAIN = "Left and right changed suddenly. Is that pain? Press p or tap the hip sensor three times."
ASK_PAIN_SPOKEN = "Left and right changed. Is that pain?"

ASKED_PAIN = "Does anything hurt? Press p or tap the hip sensor three times."
ASKED_BY_COACH = "Your coach asks: does anything hurt? Press p or tap the hip sensor three times."
ASKED_PAIN_SPOKEN = "Does anything hurt?"
FROM_COACH = "Coach: {words}"
MUTED = {"runner": "cues are muted", "coach": "your coach has muted your cues"}
UNMUTED = "cues can be heard again"

SENSOR_MOVED = "The hip sensor has moved. No cues about your hips until it sits still again."
SENSOR_MOVED_SPOKEN = "Hip sensor moved."

APPROACHING = (
    "In {runs}, pain began at {began}; the estimate for today is {expected}. You are at {here}. "
    "Head back, or plan to walk soon."
)
APPROACHING_SPOKEN = "Pain distance is near. Head back."
REACHED = (
    "Walk, or stop for today: by this distance, it hurts in half of such runs. That is an estimate; in {runs}, pain "
    "began at {began}."
)
REACHED_SPOKEN = "Walk or stop for today."

DOWNHILL = "Short, quick steps, or walk down this one. Guides say downhill is two to three times as hard on the knees."
DOWNHILL_SPOKEN = "Downhill: short, quick steps."
DOWNHILL_MUCH = (
    "{descent_m:.0f} m of descent today, more than in any run of the last 30 days. Walk the rest of the downhill."
)
DOWNHILL_MUCH_SPOKEN = "Enough downhill for today."

SPIKE_NEAR = (
    "Your longest run in 30 days was {longest_km:.1f} km. "
    "Going beyond {limit_km:.1f} km today would be a big jump: plan the way back."
)
SPIKE_NEAR_SPOKEN = "Nearly your longest run. Plan the way back."
SPIKE = (
    "More than 10 per cent longer than your longest run in 30 days ({longest_km:.1f} km). In a study of 5205 runners, "
    "single runs like this came with more injuries. Stopping here is a good choice."
)
SPIKE_SPOKEN = "Longer than your longest run. Enough for today."

HEART_RATE = "Your heart rate is {now:.0f}, above the {most:.0f} you set. Slow down until you can talk."
HEART_RATE_SPOKEN = "Slow down until you can talk."

# -- answers to a pain report: read in mid-run, so the action comes first and is short; the details follow after the run

NOTED = "Noted: {what}."
NOTED_SPOKEN = "Noted."
NOTHING_HURTS = "Noted: nothing hurts."
TAKEN_BACK = "Noted: nothing hurts. Your last report is withdrawn."
NOT_TAKEN_BACK = "Noted: nothing hurts now. Your earlier report still counts."

ACT_EASY = "Go easy, on the flat; stop if the pain rises."
ACT_WALK = "Walk now; stop for today."
ACT_SEVERE = "Walk now; stop for today. See a doctor or physiotherapist."
ACT_STOP = (
    "Stop for today; cues are off. See a doctor or physiotherapist before the next run; "
    "at once if you lose bladder or bowel control."
)

ABOUT_SITE = {
    "outer knee": (
        "Pain on the outside of the knee that begins after about the same distance each time, eases within minutes of "
        "stopping and is worst downhill often comes from pressure on the tissue at the outer knee. Shorter runs on "
        "the flat, quick steps and stronger hips usually help."
    ),
    "around the kneecap": (
        "Pain around or behind the kneecap, worse downstairs, squatting or after long sitting, often settles with less "
        "load, quicker steps and stronger hips and thighs."
    ),
    "below the kneecap": (
        "Pain just below the kneecap may come from the tendon there. That is neither of the two common knee pains of "
        "runners, and the advice given here for those does not fit it: see a clinician if it does not go away."
    ),
    "hip": (
        "Pain at the hip that does not go away, or that makes you limp, should be looked at by a clinician before you "
        "run on: it may come from muscles at the side of the hip, from the low back, and now and then from an "
        "overloaded bone."
    ),
    "calf or Achilles": (
        "Quicker steps move load from knee and hip to calf and Achilles. With pain there, your target cadence is put "
        "on hold: run as you did before. A calf that is swollen, warm and sore without a strain needs urgent care at "
        "once."
    ),
}
ABOUT_OTHER = "Pain that gets worse from run to run, or makes you limp, should be looked at by a clinician."
ABOUT_BACK = (
    "Pain in the back or buttock, with or without pain down the leg, may come from the low back and not from the knee. "
    "In that case, running form is not the thing to work on."
)
ABOUT_NUMB = (
    "Numbness or tingling is not a usual part of runner's knee. It may come from a nerve, often at the low back, even "
    "when the knee is what hurts."
)
ABOUT_BONE = (
    "Pain deep in the groin, or at one spot on a shin, foot or thigh, may come from an overloaded bone. It begins "
    "mild, and running on can break the bone."
)

ADVICE_EASY = (
    "At {most} of 10 or less, you may run on, easy and on the flat. Stop when the pain rises or changes how you run."
)
ADVICE_WALK = "That is enough for today. The pain should settle within an hour and not be worse tomorrow."
ADVICE_STOP = (
    "That is enough for today. Cues stay off until a clinician has looked at this; "
    "`stridecue pain --cleared` then switches them on again."
)

SEE_BACK = (
    "See a doctor or physiotherapist before the next run. Loss of bladder or bowel control needs urgent care at once."
)
SEE_SEVERE = "Pain this strong, or a swollen or locking knee: see a doctor or physiotherapist."
SEE_BONE = (
    "See a doctor before the next run if it hurts at rest or at night, deep in the groin, at one spot on a bone, or "
    "when you stand or hop on that leg."
)
SEE_OTHER = (
    "See a doctor or physiotherapist before the next run if there is pain in the back, buttock or groin, numbness, or "
    "pain at rest, at night or at one spot on a bone."
)

RED_FLAGS = (
    (
        "Urgent care at once: loss of bladder or bowel control, numbness between the legs, a leg that is getting "
        "weaker; back pain with fever, unexplained weight loss, or a past or suspected cancer; a calf that is swollen, "
        "warm and sore, above all with shortness of breath."
    ),
    (
        "See a doctor or physiotherapist before the next run: numbness or tingling, pain in the buttock on the same "
        "side, back pain, a swollen or locking knee, pain that gets worse from run to run."
    ),
    (
        "See a doctor before the next run, because it may be the bone: pain deep in the groin, hip pain at rest or at "
        "night, pain when you hop on that leg, one spot on a shin or foot that is sore to the touch."
    ),
)
"""Signs that no running app should handle: back (Finucane 2020, doi 10.2519/jospt.2020.9971), bones (Warden 2014, doi
10.2519/jospt.2014.5334; Robertson 2017, doi 10.1055/s-0043-103946), calf (guideline of 2007, PMC1783928)."""

WALK_SPOKEN = "Noted. Walk now."
EASY_SPOKEN = "Noted. Go easy; stop if the pain rises."
CLINICIAN_SPOKEN = "Noted. Stop for today."
TAPPED = "three taps"

# -- between runs

RETURN_OUTER_KNEE = (
    "Next run: when walking downhill and downstairs and a single-leg squat are pain-free. Then {from} to "
    "{to} (30 to 50 per cent of the distance at which it began), on the flat; 10 to 15 per cent more each pain-free "
    "run; hills last, after 3 to 4 pain-free weeks."
)
RETURN_KNEECAP = (
    "Next run: when daily life is pain-free, a single-leg squat to 45 degrees does not hurt and you can do 15 "
    "single-leg calf raises. Then {from} to {to}, on the flat; after two pain-free weeks at most 10 per cent "
    "more a week; speed and hills after 4 to 6 weeks."
)
RETURN_OTHER = "Next run: when walking and stairs are pain-free. Then {from} to {to} on the flat."
CAP_REACHED = "That is today's cap: {cap} ({why}). Walk from here, or take the shortest way home."
CAP_REACHED_SPOKEN = "Today's cap. Walk, or head home."
OTHERS_SEE = (
    "Anyone who watches this run sees when you come near the distance at which it hurt in earlier runs, and nothing "
    "else about the pain. To keep that to yourself, set `share_onset = false` under [mqtt]."
)
CAP_TODAY = "today's cap: {cap} ({why})"
CAP_RETURN = "return to running after pain at {onset}"
CAP_SAFE = "80 % of such runs are pain-free this far"
CAP_SPIKE = "110 % of your longest run in 30 days"

NEXT_MORNING = "Your run of {when}: is the pain worse this morning than before the run?"
NEXT_MORNING_HOW = "answer with: stridecue pain --next-morning yes|no"
WORSE = (
    "Worse the next morning means it was too much: wait until it is as before, then run 30 to 50 per cent of that "
    "distance."
)
NOT_WORSE = "Not worse the next morning: within the rule."
HELD = (
    "Cues are off: you reported {what} on {when}. See a doctor or physiotherapist; afterwards "
    "`stridecue pain --cleared` switches them on again."
)
HELD_SHORT = (
    "Cues are off: `stridecue pain --red-flags` says when to see whom, `stridecue pain --cleared` switches them on "
    "again."
)
NOTHING_TO_CLEAR = "Nothing to clear: no cues are on hold."
CLEARED = "Cues are on again from the next run."
NOT_A_DIAGNOSIS = "This is education, not a diagnosis."

# -- what a detector watches, and how close it is to its threshold

WATCHED = {
    "drop_drift": "hip drop vs usual",
    "contact_drift": "ground contact vs earlier in this run",
    "cadence_drift": "cadence vs earlier in this run",
    "contact_difference_drift": "left vs right",
    "onset": "distance at which pain began",
    "antalgic": "sudden change between left and right",
}
WATCHED_BY_OTHERS = WATCHED | {"onset": "distance known from earlier runs"}
"""`WATCHED` for messages that others may read or that carry no evidence: past pain is the runner's own business."""
NEARNESS = {
    "clear": "as usual",
    "watch": "being watched",
    "near": "close to the threshold",
    "reached": "threshold reached",
    "reported": "reported",
}


def threshold_text(detector: str, state: str, side: str | None, watched: Mapping[str, str] = WATCHED) -> str:
    """Return a change of a detector's state in words; a detector or state not listed here keeps its own name."""
    leg = f", on {side} leg" if side else ""
    return f"{watched.get(detector, detector)}{leg}: {NEARNESS.get(state, state)}"


def detector_and_side(name: str) -> tuple[str, str | None]:
    """Split the session's name of a threshold: `drop_drift_left` is the detector `drop_drift` on the `left`."""
    stem, _, side = name.rpartition("_")
    return (stem, side) if side in {"left", "right"} else (name, None)


def place_word(placement: str) -> str:
    """Return a placement in a runner's words; the sensor on the sacrum is the hip sensor."""
    return "hip" if placement == "sacrum" else placement.replace("_", " ")


MARKED = {"runner": "marked by the runner", "coach": "marked by a coach"}


def mark_text(by: str, text: str | None) -> str:
    """Return who set a mark and, where it has one, its label."""
    words = MARKED.get(by, f"marked by {by}")
    return f"{words}: {text}" if text else words


# -- numbers in sentences


def level_word(level: int) -> str:
    """Return a pain level as a word, in the usual bands of the 0-10 scale (1-3, 4-6, 7-10)."""
    if level == 0:
        return "none"
    return "mild" if level <= 3 else "moderate" if level <= 6 else "severe"


def clock(seconds: float) -> str:
    """Format a duration as 4:05 or 1:02:03."""
    minutes, rest = divmod(int(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02d}:{rest:02d}" if hours else f"{minutes}:{rest:02d}"


def counted(count: int, noun: str) -> str:
    """Format a count with its noun: `1 cue`, `2 cues`."""
    return f"{count} {noun}{'' if count == 1 else 's'}"


def difference(value: float, usual: float, digits: int) -> float:
    """Return the difference of two numbers as shown, both rounded to `digits` first, so that the sum adds up."""
    return round(round(value, digits) - round(usual, digits), digits)


def distances(nearest_m: float, farthest_m: float) -> str:
    """Format a range of distances: `4.0 to 4.6 km`, `900 m to 1.2 km`; a single distance where both look the same."""
    near, far = distance(nearest_m), distance(farthest_m)
    if near == far:
        return near
    return f"{near.removesuffix(' km')} to {far}" if near.endswith(" km") else f"{near} to {far}"


def distance(metres: float) -> str:
    """Format a distance: to ten metres below one kilometre (`300 m`), else to 100 m (`1.4 km`)."""
    return f"{round(metres, -1):.0f} m" if metres < 995.0 else f"{metres / 1000.0:.1f} km"
