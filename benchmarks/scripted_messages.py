"""Scripted messages of hubs during a run: one runner as the own dashboard gets them, forty as a coach's does."""

from __future__ import annotations

import math

from dsp.records import Severity, ThresholdState
from hub.client import Item, Received
from hub.messages.topics import Topics, parse_topic
from hub.messages.wire import Message, SensorMessage, TrendMessage, decode, encode
from tests.tui import scenes

RUNNER_HZ, COACH_HZ = 10, 2
"""Calls of `one_runner` and `forty_runners` per second of the run."""
RUNNERS = 40
COACHED_SENSORS = tuple(scenes.SENSORS)[:4]


def of(runner: str, message: Message) -> Received:
    """Return a message as received from the broker: encoded and decoded on its own topic."""
    topics, kind = Topics(runner), message.__struct_config__.tag
    topic = topics.sensor(message.device) if isinstance(message, SensorMessage) else f"{topics.root}/{kind}"
    return Received(parse_topic(topic), decode(topic, encode(message)))


def one_runner(tick: int) -> list[Item]:
    """Return a hub's messages of a tenth of a second; one sensor is lost for ten seconds in every three minutes."""
    t_s, out = tick / RUNNER_HZ, list[Message]()
    out.append(scenes.attitude(t_s, seconds=0.1, rate_hz=52.0))
    out += scenes.steps(t_s - 0.2, seconds=0.1)  # a step is reported when it is over
    if tick % RUNNER_HZ == 0:
        second = tick // RUNNER_HZ
        wave = math.sin(second / 40)
        out.append(scenes.metrics(cadence_spm=170 + 6 * wave, drop_excursion_left_deg=5 + wave, heart_rate_bpm=150))
        notice = "the disk is slow" if wave > 0.99 else None
        out.append(scenes.session(elapsed_s=float(second), steps=3 * second, notice=notice))
        for device in scenes.SENSORS:
            away = device == "sacrum" and second % 180 > 170
            out.append(scenes.sensor(device, "lost" if away else "streaming", packets=20 * second, lost=second // 60))
        if second % 45 == 20:
            severity = list(Severity)[second // 45 % len(Severity)]
            out.append(scenes.cue(severity, f"Cue number {second // 45}. Quick, light steps.", t_s=t_s))
        if second % 60 == 30:
            out.append(scenes.threshold(list(ThresholdState)[second // 60 % 4]))
    return [of("ann", message) for message in out]


def forty_runners(tick: int, *, some_silent: bool = True) -> list[Item]:
    """Return the messages of half a second of forty hubs, half of them each; every tenth is silent at times."""
    second, items = tick // COACH_HZ, list[Item]()
    for number in range(tick % COACH_HZ, RUNNERS, COACH_HZ):
        if some_silent and number % 10 == 3 and second // 60 % 4 == 2:
            continue
        runner, wave = f"runner{number:02d}", math.sin((second + 37 * number) / 50)
        state = list(ThresholdState)[(second // 90 + number) % 4] if number % 5 == 0 else ThresholdState.CLEAR
        thresholds: dict[str, ThresholdState] = {} if state is ThresholdState.CLEAR else {"drift_left": state}
        items.append(of(runner, scenes.metrics(cadence_spm=168 + 8 * wave, drop_excursion_left_deg=5 + wave)))
        items.append(of(runner, scenes.session(runner=runner, elapsed_s=float(second), thresholds=thresholds)))
        items += [of(runner, scenes.sensor(device, packets=20 * second)) for device in COACHED_SENSORS]
        if second % 60 == number:
            items.append(of(runner, trend(second // 60, number)))
        if second % 120 == 2 * number:
            items.append(of(runner, scenes.cue(Severity.ADVICE, f"Cue of minute {second // 60}.", t_s=float(second))))
    return items


def trend(minute: int, number: int) -> TrendMessage:
    """Return the trend so far of one of the forty."""
    minutes = range(max(0, minute - 90), minute)
    drop: list[float | None] = [5.0 + math.sin((at + number) / 7) for at in minutes]
    cadence: list[float | None] = [170.0 + at % 5 for at in minutes]
    contact: list[float | None] = [240.0 + at % 9 for at in minutes]
    return TrendMessage(
        t=scenes.UTC,
        seq=minute,
        t0=scenes.UTC,
        cadence_spm=cadence,
        drop_excursion_left_deg=drop,
        drop_excursion_right_deg=drop,
        contact_left_ms=contact,
        contact_right_ms=contact,
        speed_mps=[3.0 for _ in minutes],
    )
