"""What every number on the screens means, in plain words, and what this is not."""

from __future__ import annotations

from tui.state.reading import READINGS

NOT_MEDICAL = (
    "Not a medical device. It measures and teaches; it does not diagnose and cannot say that you will or will not be "
    "injured. Numbness, tingling or pain that does not settle: see a clinician."
)
_MEANINGS = tuple(
    sorted(dict.fromkeys(reading.meaning for reading in READINGS), key=lambda each: not each.startswith("Hip drop:"))
)
"""One a number; the same words are not said twice. What this is about comes first."""
_SENSORS = (
    "Sensors: battery, the share of measurements that were lost on the way, and packets/s. "
    "● streaming, ◌ connecting, ○ searching, ◐ stale, ✗ lost."
)
_OLD = "A dimmed number is old; its age stands below it. -- means that it cannot be measured just now."

RUNNER = (
    *_MEANINGS,
    (
        "Aim: today's goal for the cadence at this speed; ✓ there, ↑ quicker steps. A slow goal, no order: it comes "
        "after two runs, fades, and ends with a stop."
    ),
    (
        "On left leg, on right leg: each bar is a landing of the last 10 seconds and hangs as deep as your free hip "
        "sank. Shaded is your usual and the change that does not count yet; a bar that hangs into the dotted line is "
        "beyond. One alone means little: ▼ and a heavy frame say when your hip drop is beyond. Until your usual is "
        "known 5 degrees are shaded: a rule of thumb from video, a weak one, not a limit for you."
    ),
    (
        "Threshold: how far you are from your own usual self today: clear, watch, near, reached. It says why: the "
        "slow mean, what is usual for you, the change, and the limit, beyond which it counts: your usual and what you "
        "differ from run to run. The slow mean, of about a minute, decides: it comes and goes later than the large "
        "number, which is of the last ten landings; a cue's 'why' has the slow mean as it was then. While it warms up "
        "only earlier runs say what is usual, and the limit is wider; then the first minutes of this run do too."
    ),
    (
        "Pain-free to: 8 of 10 runs like your earlier ones get so far before it begins to hurt, and the chance that it "
        "begins in the next 5 minutes. Made from what you reported; without a report there is none."
    ),
    (
        "Today's cap: stay below this distance. The strictest of: back step by step after pain, pain-free so far, no "
        "run much longer than your longest. Both count downhill metres more than flat ones (a rule of thumb), and so "
        "does the distance beside them where it says 'with hills'."
    ),
    _SENSORS,
    (
        "Top line: ▶ running time, pauses left out; ◉ the recording; ♪ what can be heard: a voice, tones, or nothing "
        "(✗ no sound device was found); ● the link to the hub; web on: a browser can show this run, w says where."
    ),
    _OLD,
    (
        "Cues: seldom on purpose. ● information, ◆ advice, ▲ warning, ■ stop. Quiet is good. When your report of pain "
        "says walk or stop, that stands until you do, or take the report back with 0."
    ),
    (
        "The line of a replay: ◆ a cue, ▲ a threshold, ★ a mark, ✚ pain. n and N go to the next or the last of "
        "them: paused to where it was told, playing to 5 s before. Signs of one moment stand side by side. Its times, "
        "and those of cues and marks, are the recording's, with standing and pauses; the top line has the running "
        "time, without them."
    ),
)
RUNNER_KEYS = (
    ("p", "report pain"),
    ("m", "mute cues and sound"),
    ("- +", "fewer or more cues"),
    ("k", "mark this moment"),
    ("d", "another look"),
    ("w", "coach's view in a browser"),
    ("?", "this help"),
    ("q", "quit; the run is kept"),
)
REPLAY_KEYS = (
    ("space", "pause, or go on"),
    ("- +", "slower, faster"),
    ("← →", "10 s back or on"),
    (", .", "60 s back or on"),
    ("n N", "next or last ◆ ▲ ★ ✚"),
    ("Home", "from the start"),
    ("m", "mute cues and sound"),
    ("d", "another look"),
    ("?", "this help"),
    ("q", "quit"),
)
COACH = (
    (
        "Need: who needs somebody stands on top. ■ threshold reached, ✗ not heard any more, ▲ near a threshold, ◐ a "
        "sensor is silent, ◆ watch, ▶ running, ○ not running."
    ),
    *_MEANINGS,
    (
        "Drop on L leg, R leg: the runner's own large number, the median of the last ten landings on that leg. Minute "
        "by minute: the leg that drops more, a median a minute, the newest at the right. Low and flat is good; less "
        "than 2 degrees of change are drawn flat."
    ),
    (
        "Threshold: the worst of all, clear, watch, near or REACHED, against the runner's own usual. It does not say "
        "that somebody is in pain: what they report stays with them, and so does what a threshold has to do with "
        "it. If one says no reason, ask them."
    ),
    "Sens.: how many of a runner's sensors send, of all.",
    (
        "One runner in full: the large number is of the last ten landings; 'usual' below it is what it is compared "
        "with. The slow mean, of about a minute, decides about a threshold, so it comes and goes later than the large "
        "number does. The run so far has a median a minute, and the lowest and the highest of them."
    ),
    _OLD,
)
COACH_KEYS = (
    ("↑ ↓", "choose a runner"),
    ("Enter", "that runner; Esc back"),
    ("n", "say something to them"),
    ("a", "ask if something hurts"),
    ("m", "mute their cues"),
    ("u", "unmute them"),
    ("k", "mark their moment"),
    ("d", "another look"),
    ("w", "this in a browser"),
    ("?", "this help"),
    ("q", "quit"),
)
