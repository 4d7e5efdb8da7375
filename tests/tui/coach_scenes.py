"""Scripted messages of many runners on one broker, each with a gait, a run and a way of tiring of their own."""

from __future__ import annotations

import math
import random
from dataclasses import dataclass

import msgspec

from dsp import texts
from dsp.records import Severity, Side, ThresholdState
from hub.client import Item, LinkChange, Received
from hub.flow.session import SessionState
from hub.messages.topics import Topics, parse_topic
from hub.messages.wire import (
    CueMessage,
    Message,
    MetricsMessage,
    SensorMessage,
    SessionMessage,
    TrendMessage,
    decode,
    encode,
)
from tests.tui import scenes

TIRED_DEG = {ThresholdState.WATCH: 1.0, ThresholdState.NEAR: 2.0, ThresholdState.REACHED: 3.0}
"""How far the drop of one side has grown for each state of its detector."""
BELT_STARTS = texts.BELT_NEAR.format(side="left")
BELT_LEFT = texts.BELT_REACHED.format(side="left")
STEPS = "Quick, light steps."


@dataclass(frozen=True)
class Gait:
    """A runner's gait, and how far into the run they are."""

    minutes: int
    cadence_spm: float
    drop_left_deg: float
    drop_right_deg: float
    contact_ms: float
    speed_mps: float
    heart_bpm: float
    phase: float
    tired_deg: float

    def at(self, minute: float) -> dict[str, float]:
        """Return the metrics fields at a minute of the run; drop grows from half-way on, and all values wander."""
        tired = self.tired_deg * max(0.0, 2.0 * minute / self.minutes - 1.0)
        slow, quick = math.sin(0.21 * minute + self.phase), math.sin(0.9 * minute + 3.0 * self.phase)
        contact_ms = self.contact_ms + 0.25 * minute + 2.0 * slow
        return {
            "cadence_spm": self.cadence_spm + 2.5 * slow + 0.8 * quick,
            "drop_excursion_left_deg": self.drop_left_deg + tired + 0.25 * slow + 0.2 * quick,
            "drop_excursion_right_deg": self.drop_right_deg + 0.2 * quick - 0.15 * slow,
            "contact_left_ms": contact_ms + 3.0,
            "contact_right_ms": contact_ms - 2.0 + 2.0 * quick,
            "speed_mps": self.speed_mps + 0.08 * slow + 0.03 * quick,
        }


def gait(number: int, worst: ThresholdState | None = None) -> Gait:
    """Return the gait of runner `number`; deterministic."""
    own = random.Random(number)
    cadence_spm, drop_deg = own.uniform(158.0, 182.0), own.uniform(2.6, 5.6)
    return Gait(
        minutes=own.randint(14, 68),
        cadence_spm=cadence_spm,
        drop_left_deg=drop_deg,
        drop_right_deg=max(2.0, drop_deg + own.uniform(-1.2, 1.2)),
        contact_ms=430.0 - cadence_spm - own.uniform(0.0, 25.0),
        speed_mps=own.uniform(2.3, 3.9),
        heart_bpm=own.uniform(138.0, 172.0),
        phase=own.uniform(0.0, 6.0),
        tired_deg=own.uniform(-0.3, 0.4) if worst is None else TIRED_DEG[worst],
    )


def of(runner: str, message: Message, *, retained: bool = False) -> Received:
    """Return a message of one runner as the broker delivers it."""
    topics = Topics(runner)
    kind = message.__struct_config__.tag
    topic = topics.sensor(message.device) if isinstance(message, SensorMessage) else f"{topics.root}/{kind}"
    return Received(parse_topic(topic), decode(topic, encode(message)), retained)


def trend(of_whom: Gait) -> TrendMessage:
    """The run so far; one minute was not measured."""
    rows = [of_whom.at(minute) for minute in range(of_whom.minutes)]
    columns: dict[str, list[float | None]] = {field: [row[field] for row in rows] for field in rows[0]}
    columns["drop_excursion_right_deg"][10] = None
    return trend_of(columns, of_whom.minutes)


def trend_of(columns: dict[str, list[float | None]], seq: int = 1) -> TrendMessage:
    """Columns as a trend's message."""
    return msgspec.convert({"t": scenes.UTC, "seq": seq, "t0": scenes.UTC, **columns}, TrendMessage)


def numbers(of_whom: Gait, later_s: float = 0.0) -> MetricsMessage:
    """The newest numbers, `later_s` after the trend's last minute."""
    contact = of_whom.at(of_whom.minutes + later_s / 60.0)
    flight_ms = 60_000.0 / contact["cadence_spm"] - contact["contact_left_ms"]
    heart_bpm = of_whom.heart_bpm + 3.0 * math.sin(0.1 * later_s)
    extra = {
        "distance_m": of_whom.speed_mps * (60.0 * of_whom.minutes + later_s),
        "cadence_target_spm": 1.03 * of_whom.cadence_spm,
        "drop_excursion_baseline_left_deg": of_whom.at(5)["drop_excursion_left_deg"],
        "drop_excursion_baseline_right_deg": of_whom.drop_right_deg,
        **{f"drop_excursion_bound_{side}_deg": 1.0 for side in Side},
        **{f"drop_excursion_mean_{side}_deg": contact[f"drop_excursion_{side}_deg"] - 0.1 for side in Side},
    }
    return scenes.metrics(extra, **contact, flight_ms=flight_ms, heart_rate_bpm=heart_bpm)


def session(
    name: str, number: int, state: SessionState, worst: ThresholdState | None, later_s: float = 0.0
) -> SessionMessage:
    """Return the session message of a run."""
    elapsed_s = 60.0 * gait(number).minutes + 7 * number % 60 + later_s
    return scenes.session(
        state,
        runner=name,
        source="live",
        elapsed_s=elapsed_s,
        steps=round(2.8 * elapsed_s),
        recording=f"2025-03-01T063000Z-{name}.mcap",
        thresholds={} if worst is None else {"drop_drift_left": worst},
    )


def runner(
    name: str, number: int = 0, state: SessionState = "running", worst: ThresholdState | None = None
) -> list[Item]:
    """One runner's messages: session, numbers, trend, sensors."""
    own = gait(number, worst)
    return [
        of(name, scenes.status(instance=name)),
        of(name, session(name, number, state, worst)),
        of(name, numbers(own)),
        of(name, trend(own)),
        *(of(name, scenes.sensor(device)) for device in ("sacrum", "left-foot", "strap")),
    ]


def up() -> LinkChange:
    return LinkChange(up=True)


NAMES = (
    "ann",
    "ben",
    "cleo",
    "dana",
    "eli",
    "fay",
    "gus",
    "hana",
    "ivo",
    "jun",
    "kai",
    "lena",
    "mo",
    "nia",
    "oz",
    "pia",
    "quin",
    "rosa",
    "sam",
    "tess",
    "uma",
    "vic",
    "wen",
    "xia",
    "yan",
    "zoe",
    "arlo",
    "bea",
    "cody",
    "dov",
    "ema",
    "finn",
    "gil",
    "hedy",
    "ian",
    "jo",
    "kim",
    "leo",
    "mia",
    "noor",
)


WORST = {
    "hana": ThresholdState.REACHED,
    "tess": ThresholdState.NEAR,
    "xia": ThresholdState.NEAR,
    **dict.fromkeys(("eli", "pia", "arlo", "leo"), ThresholdState.WATCH),
}
ENDED = ("mo", "ema")


def forty() -> list[Item]:
    """Forty runners: most fine, some in need, one with a lost sensor, two who have ended."""
    items: list[Item] = [up()]
    for number, name in enumerate(NAMES):
        items += runner(name, number, "ended" if name in ENDED else "running", WORST.get(name))
    return items + told()


def about_left(name: str, severity: Severity, text: str) -> CueMessage:
    """Return a cue whose evidence is the left drop now and in the first minutes."""
    own = gait(NAMES.index(name), WORST[name])
    drops_deg = [own.at(minute)["drop_excursion_left_deg"] for minute in (own.minutes, 5)]
    because = scenes.evidence(Side.LEFT, *drops_deg)
    return msgspec.structs.replace(scenes.cue(severity, text), side=Side.LEFT, because=because)


def told() -> list[Item]:
    """Return cues for some of the runners, and a lost sensor."""
    return [
        of("kai", scenes.sensor("sacrum", "lost")),
        of("hana", about_left("hana", Severity.WARNING, BELT_LEFT)),
        of(
            "tess",
            about_left("tess", Severity.ADVICE, BELT_STARTS),
        ),
        of("eli", scenes.cue(Severity.INFO, STEPS)),
    ]


def a_second(later_s: float) -> list[Item]:
    """Return the next messages of all who are still running, a while later."""
    items: list[Item] = []
    for number, name in enumerate(NAMES):
        if name not in ENDED:
            worst = WORST.get(name)
            items += [
                of(name, numbers(gait(number, worst), later_s)),
                of(name, session(name, number, "running", worst, later_s)),
                of(name, scenes.sensor("strap", packets=1000 + round(later_s))),
                of(name, scenes.sensor("left-foot", packets=1000 + round(21 * later_s))),
            ]
            if name != "kai":
                items.append(of(name, scenes.sensor("sacrum", packets=1000 + round(21 * later_s))))
    return items
