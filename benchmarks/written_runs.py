"""What hubs would say during a run, written: one runner as their own dashboard hears it, forty as a coach's does."""

from __future__ import annotations

import math

from dsp.records import Severity, ThresholdState
from hub.client import Item, Received
from hub.messages.topics import Topics, parse_topic
from hub.messages.wire import Message, SensorMessage, TrendMessage, decode, encode
from tests.tui import scenes

RUNNER_HZ, COACH_HZ = 10, 2
"""How often `one_runner` and `forty_runners` are to be asked in a second of the run."""
RUNNERS = 40
COACHED_SENSORS = tuple(scenes.SENSORS)[:4]


def of(runner: str, message: Message) -> Received:
    """A message as it comes out of the broker: encoded and decoded on its own topic."""
    topics, kind = Topics(runner), message.__struct_config__.tag
    topic = topics.sensor(message.device) if isinstance(message, SensorMessage) else f"{topics.root}/{kind}"
    return Received(parse_topic(topic), decode(topic, encode(message)))


def one_runner(tick: int) -> list[Item]:
    """What a hub says in a tenth of a second; a sensor is away for ten seconds in every three minutes."""
    t_s, said = tick / RUNNER_HZ, list[Message]()
    said.append(scenes.attitude(t_s, seconds=0.1, rate_hz=52.0))
    said += scenes.steps(t_s - 0.2, seconds=0.1)  # told once it is over
    if tick % RUNNER_HZ == 0:
        second = tick // RUNNER_HZ
        wave = math.sin(second / 40)
        said.append(scenes.metrics(cadence_spm=170 + 6 * wave, drop_excursion_left_deg=5 + wave, heart_rate_bpm=150))
        notice = "the disk is slow" if wave > 0.99 else None
        said.append(scenes.session(elapsed_s=float(second), steps=3 * second, notice=notice))
        for device in scenes.SENSORS:
            away = device == "sacrum" and second % 180 > 170
            said.append(scenes.sensor(device, "lost" if away else "streaming", packets=20 * second, lost=second // 60))
        if second % 45 == 20:
            severity = list(Severity)[second // 45 % len(Severity)]
            said.append(scenes.cue(severity, f"Cue number {second // 45}. Quick, light steps.", t_s=t_s))
        if second % 60 == 30:
            said.append(scenes.threshold(list(ThresholdState)[second // 60 % 4]))
    return [of("ann", message) for message in said]


def forty_runners(tick: int, *, some_silent: bool = True) -> list[Item]:
    """What forty hubs say in half a second: half of them in each; every tenth is silent in every fourth minute."""
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
    """The minutes so far of one of the forty."""
    known = range(max(0, minute - 90), minute)
    drop: list[float | None] = [5.0 + math.sin((at + number) / 7) for at in known]
    cadence: list[float | None] = [170.0 + at % 5 for at in known]
    contact: list[float | None] = [240.0 + at % 9 for at in known]
    return TrendMessage(
        t=scenes.UTC,
        seq=minute,
        t0=scenes.UTC,
        cadence_spm=cadence,
        drop_excursion_left_deg=drop,
        drop_excursion_right_deg=drop,
        contact_left_ms=contact,
        contact_right_ms=contact,
        speed_mps=[3.0 for _ in known],
    )
