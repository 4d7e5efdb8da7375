"""The help text behind `?`: what every number and key means, and the medical disclaimer."""

from __future__ import annotations

from tui.state.reading import READINGS

NOT_MEDICAL = (
    "Not a medical device. It measures and educates; it does not diagnose, and cannot tell you that you will or will "
    "not be injured. For numbness, tingling or pain that does not settle, see a clinician."
)
_MEANINGS = tuple(
    sorted(dict.fromkeys(reading.meaning for reading in READINGS), key=lambda each: not each.startswith("Hip drop:"))
)
"""One paragraph per number, duplicates removed; hip drop, the main one, comes first."""
_SENSORS = (
    "Sensors: battery, share of samples lost on the way, and packets/s. "
    "● streaming, ◌ connecting, ○ searching, ◐ stale (connected, but no data), ✗ lost."
)
_OLD = "A dimmed number is old; its age is shown below it. -- means it cannot be measured right now."

RUNNER = (
    *_MEANINGS,
    (
        "Target: your cadence for today at this speed. ✓ you are there; ↑ take quicker steps. Approach it gradually: "
        "it is not an order. It appears after two runs, fades over later runs, and goes away after a stop cue."
    ),
    (
        "On left leg, on right leg: each bar is one landing of the last 10 seconds and hangs down as far as your free "
        "hip sank. The shaded area is your usual plus a change too small to count; a bar that reaches the dotted line "
        "is beyond your limit. A single bar means little: ▼ and a heavy frame show when your hip drop is beyond the "
        "limit. Until your usual is known, 5 degrees are shaded: a weak rule of thumb from video, not a limit for you."
    ),
    (
        "Threshold: how far you are from your own usual today: clear, watch, near or reached. The reason below it "
        "gives the slow mean, your usual, the change, and the limit beyond which a change counts: your usual plus "
        "your normal variation from run to run. The slow mean, over about a minute, decides. It rises and falls later "
        "than the large number, which is the median of the last ten landings; a cue's 'why' gives the slow mean at "
        "that moment. During warm-up your usual comes from earlier runs only, and the limit is wider; after that, the "
        "first minutes of this run count too."
    ),
    (
        "Pain-free to: 8 of 10 runs like your earlier ones get this far before it begins to hurt. Also shown: the "
        "chance that it begins in the next 5 minutes. Both come from your pain reports; without any, neither is shown."
    ),
    (
        "Today's cap: stay below this distance. It is the strictest of three rules: return step by step after pain, "
        "stay within the pain-free distance, do not run much further than your longest run. Cap and pain-free "
        "distance count downhill metres more than flat ones (a rule of thumb); so does the distance beside them where "
        "it says 'with hills'."
    ),
    _SENSORS,
    (
        "Top line: ▶ running time without pauses; ◉ the recording; ♪ what you can hear: a voice, tones or nothing "
        "(✗ no sound device found); ● the link to the hub; web on: a browser can show this run, w shows the address."
    ),
    _OLD,
    (
        "Cues: rare on purpose. ● information, ◆ advice, ▲ warning, ■ stop. Quiet is good. When the reply to your "
        "pain report is to walk or stop, it stays on the screen until you do, or until you withdraw the report with 0."
    ),
    (
        "Replay line: ◆ cue, ▲ threshold, ★ mark, ✚ pain. n and N go to the next or the previous one: to its exact "
        "time when paused, to 5 s before it when playing. Symbols of the same moment are side by side. Times here, and "
        "those of cues and marks, are recording time, which includes standing and pauses; the top line shows running "
        "time, which does not."
    ),
)
RUNNER_KEYS = (
    ("p", "report pain"),
    ("m", "mute cues and sound"),
    ("- +", "fewer or more cues"),
    ("k", "mark this moment"),
    ("d", "change the theme"),
    ("w", "coach's view in a browser"),
    ("?", "this help"),
    ("q", "quit; the run is kept"),
)
REPLAY_KEYS = (
    ("space", "pause or continue"),
    ("- +", "slower, faster"),
    ("← →", "10 s back or forward"),
    (", .", "60 s back or forward"),
    ("n N", "next or previous ◆ ▲ ★ ✚"),
    ("Home", "back to the start"),
    ("m", "mute cues and sound"),
    ("d", "change the theme"),
    ("?", "this help"),
    ("q", "quit"),
)
COACH = (
    (
        "Order: runners who need you most come first. ■ threshold reached, ✗ no longer heard from, ▲ near a "
        "threshold, ◐ a sensor is silent, ◆ watch, ▶ running, ○ not running."
    ),
    *_MEANINGS,
    (
        "Drop on L leg, R leg: the large number of the runner's own screen, the median of the last ten landings on "
        "that leg. The bars beside them are the drop, minute by minute: the leg with the larger drop, one median per "
        "minute, newest on the right. Low and flat is good; changes of less than 2 degrees are drawn flat."
    ),
    (
        "Threshold: the worst of all thresholds: clear, watch, near or REACHED, compared with the runner's own usual. "
        "It does not mean that somebody is in pain: what runners report stays with them, and so does the reason for "
        "a threshold that has to do with it. If no reason is shown, ask the runner."
    ),
    "Sens.: how many of a runner's sensors are streaming, out of those in use.",
    (
        "One runner in full: the large number is the median of the last ten landings; 'usual' below it is what it is "
        "compared with. The slow mean, over about a minute, decides about a threshold, so a threshold comes and goes "
        "later than the large number. 'The run so far' shows one median per minute, and the lowest and highest of them."
    ),
    _OLD,
)
COACH_KEYS = (
    ("↑ ↓", "choose a runner"),
    ("Enter", "that runner; Esc back"),
    ("n", "send them a message"),
    ("a", "ask if something hurts"),
    ("m", "mute their cues"),
    ("u", "unmute them"),
    ("k", "mark this moment for them"),
    ("d", "change the theme"),
    ("w", "this view in a browser"),
    ("?", "this help"),
    ("q", "quit"),
)
