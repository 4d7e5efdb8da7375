"""Many runners, as one broker would tell of them."""

from __future__ import annotations

import math

from dsp.records import ThresholdState
from hub.client import Item, LinkChange, Received
from hub.topics import Topics, parse_topic
from hub.wire import Message, SensorMessage, TrendMessage, decode, encode
from tests.tui import scenes

MINUTES = 42


def of(runner: str, message: Message, *, retained: bool = False) -> Received:
    """A message of one runner, as it comes out of the broker."""
    topics = Topics(runner)
    kind = message.__struct_config__.tag
    topic = topics.sensor(message.device) if isinstance(message, SensorMessage) else f"{topics.root}/{kind}"
    return Received(parse_topic(topic), decode(topic, encode(message)), retained)


def trend(start_deg: float, rise_deg: float, number: int = 0) -> TrendMessage:
    """A run whose drop wanders and rises."""
    left = [start_deg + rise_deg * i / MINUTES + 0.3 * math.sin(0.9 * i + number) for i in range(MINUTES)]
    right: list[float | None] = [start_deg - 0.4 + 0.2 * math.sin(0.5 * i) for i in range(MINUTES)]
    right[10] = None
    return TrendMessage(
        t=scenes.UTC,
        seq=MINUTES,
        t0=scenes.UTC,
        cadence_spm=[168.0 + 3.0 * math.sin(0.2 * i + number) for i in range(MINUTES)],
        drop_excursion_left_deg=list(left),
        drop_excursion_right_deg=right,
        contact_left_ms=[245.0 + 0.2 * i for i in range(MINUTES)],
        contact_right_ms=[243.0 + 0.1 * i for i in range(MINUTES)],
        speed_mps=[2.9] * MINUTES,
    )


def runner(name: str, number: int = 0, state: str = "running", worst: ThresholdState | None = None) -> list[Item]:
    """One runner's messages: session, numbers, trend, sensors."""
    thresholds = {} if worst is None else {"drift_left": worst}
    rise_deg = {None: 0.2, ThresholdState.WATCH: 1.0, ThresholdState.NEAR: 2.0, ThresholdState.REACHED: 3.0}[worst]
    numbers = scenes.metrics(cadence_spm=164.0 + number % 13, drop_excursion_left_deg=4.0 + rise_deg)
    return [
        of(name, scenes.status(instance=name)),
        of(name, scenes.session(state, runner=name, elapsed_s=2520.0 + 7 * number, thresholds=thresholds)),
        of(name, numbers),
        of(name, trend(4.0, rise_deg, number)),
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


def forty() -> list[Item]:
    """Forty runners: most fine, some in need, one with a lost sensor, two who have ended."""
    items: list[Item] = [up()]
    for number, name in enumerate(NAMES):
        worst = {7: ThresholdState.REACHED, 19: ThresholdState.NEAR, 23: ThresholdState.NEAR}.get(number)
        worst = ThresholdState.WATCH if number % 11 == 4 else worst
        items += runner(name, number, "ended" if number in (12, 30) else "running", worst)
    items.append(of("kai", scenes.sensor("sacrum", "lost")))
    items.append(of("hana", scenes.cue(text="Your belt tips when you land on your left. Walk for a minute.")))
    return items
