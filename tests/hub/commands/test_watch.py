"""`stridecue watch` without a dashboard: changes at once, numbers rarely, the right broker."""

from __future__ import annotations

import io
import sys
from argparse import Namespace
from collections.abc import Callable
from pathlib import Path

import msgspec
import pytest

from dsp.records import Severity, ThresholdState
from dsp.texts import BELT_NEAR, detector_and_side, threshold_text
from hub.client import Item, LinkChange, Received
from hub.command_line.arguments import parser
from hub.commands import watch
from hub.contract.examples import EXAMPLES
from hub.link.connection import NOTHING_HERE
from hub.messages.incoming import Who
from hub.messages.lines import PainLine
from hub.messages.session_status import Question
from hub.messages.topics import COACH_KINDS, Topics, coach_topics, parse_topic
from hub.messages.wire import CueMessage, SessionMessage
from hub.settings.config import ConfigError
from hub.text.plain_watch import NUMBERS_EVERY, PlainWatch


def of(kind: str, runner: str = "ann") -> Received:
    topics = Topics(runner)
    topic = topics.sensor("x") if kind == "sensor" else f"{topics.root}/{kind}"
    return Received(parse_topic(topic), EXAMPLES[kind])


def said(*items: Item) -> list[str]:
    plain = PlainWatch(io.StringIO())
    return [line for item in items for line in plain.lines(item)]


def test_a_change_is_printed_once_with_the_runner() -> None:
    lines = said(LinkChange(up=True), of("status"), of("status"), of("session"), of("session", "ben"), of("sensor"))
    assert lines == [
        "connected: runners appear as they publish",
        "ann: hub online",
        "ann: running",
        "ann: hip drop vs usual, on left leg: close to the threshold",
        "ben: running",
        "ben: hip drop vs usual, on left leg: close to the threshold",
        "ann: Hip pod streaming",
    ]


def test_cues_and_thresholds_are_printed_at_once_numbers_rarely() -> None:
    assert said(of("cue")) == [f"ann: cue (info): {BELT_NEAR.format(side='left')}"]
    assert said(of("threshold")) == ["ann: hip drop vs usual, on left leg: close to the threshold"]
    assert said(of("mark")) == ["ann: mark at 25:06 of running, marked by a coach: bridge"]
    lines = said(*[of("metrics")] * (2 * NUMBERS_EVERY))
    assert (
        lines
        == ["ann: 170 steps/min, hip drop in degrees on left leg 7.4 (usual 5.6), on right leg 5.1, 10.6 km/h, 152 bpm"]
        * 2
    )


def session(muted_by: Who | None = None, question: Question | None = None) -> Received:
    message = EXAMPLES["session"]
    assert isinstance(message, SessionMessage)
    changed = msgspec.structs.replace(message, thresholds={}, muted_by=muted_by, question=question)
    return Received(parse_topic(Topics("ann").session), changed)


def test_a_threshold_is_printed_once_without_its_internal_name() -> None:
    told = said(session(), of("threshold"))
    again = said(of("threshold"), of("session"))
    assert told[1:] == again[:1] == ["ann: hip drop vs usual, on left leg: close to the threshold"]
    assert again[1:] == ["ann: running"]
    assert detector_and_side("contact_difference_drift") == ("contact_difference_drift", None)
    assert threshold_text(*detector_and_side("drop_drift_left")[:1], "reached", "left") == (
        "hip drop vs usual, on left leg: threshold reached"
    )


def test_who_muted_and_that_a_question_was_answered_is_printed() -> None:
    asked = Question(asked="2026-05-01T07:30:00.000Z")
    answered = msgspec.structs.replace(asked, answered="2026-05-01T07:30:25.000Z")
    assert said(session(muted_by="coach"), session(muted_by="coach"), session(), session(muted_by="runner"))[1:] == [
        "ann: muted by a coach",
        "ann: cues can be heard again",
        "ann: muted by the runner",
    ]
    assert said(session(question=asked), session(question=answered), session(question=answered))[1:] == [
        "ann: was asked whether something hurts",
        "ann: has answered whether something hurts; the answer stays with the runner",
    ]


def test_a_lost_broker_is_reported_and_a_missing_one_with_what_to_start() -> None:
    gone = [LinkChange(up=False, reason="nothing answers there", retry_s=wait_s) for wait_s in (0.25, 0.5, 1.0)]
    never = ["not connected: nothing answers there; still trying"]
    assert said(*gone) == never, "once, however often it tries; and what never was is not lost"
    plain = PlainWatch(io.StringIO(), NOTHING_HERE)
    assert plain.lines(gone[0]) == [f"{NOTHING_HERE}; still trying"]
    assert "stridecue demo" in NOTHING_HERE
    assert plain.lines(LinkChange(up=True)) == ["connected: runners appear as they publish"]
    only_ann = PlainWatch(io.StringIO(), runner="ann").lines(LinkChange(up=True))
    assert only_ann == ["connected: only 'ann' is shown; without --runner, everybody"]
    assert plain.lines(gone[1]) == ["the connection is lost (nothing answers there); trying again"]


def test_a_command_to_be_copied_is_whole_on_a_line_of_its_own() -> None:
    command = ".venv/bin/stridecue watch --serve 192.0.2.2 --broker mqtts://club.example --user coach"
    said = f"Only this machine can open it. For a phone or tablet on this Wi-Fi: {command}"
    *words, last = watch.wrap_above_command(said, 40).splitlines()
    assert last == f"  {command}"
    assert all(len(line) < 40 for line in words)
    assert " ".join(words) == "Only this machine can open it. For a phone or tablet on this Wi-Fi:"


def test_a_coach_reads_no_steps_and_no_pain() -> None:
    assert not {"step", "pain", "command", "attitude"} & set(COACH_KINDS)
    assert coach_topics(None)[0] == "stridecue/+/status"
    assert coach_topics("ann")[-1] == "stridecue/ann/reply"


def options(*words: str) -> Namespace:
    return parser().parse_args(["watch", *words])


@pytest.fixture
def dashboard(monkeypatch: pytest.MonkeyPatch) -> Callable[..., list[str]]:
    """Carries out `watch` with these words; returns the arguments of the dashboard that it starts."""
    started: list[list[str]] = []

    def begin(command: list[str], *_how: object) -> int:
        started.append(command)
        return 0

    def arguments(*words: str) -> list[str]:
        assert watch.run(options(*words)) == 0
        (command,) = started
        started.clear()
        assert command[:3] == [sys.executable, "-m", "tui"]
        return command[3:]

    monkeypatch.setattr(watch, "is_interactive", lambda: True)
    monkeypatch.setattr(watch, "dashboard_is_installed", lambda: True)
    monkeypatch.setattr(watch, "run_tied", begin)
    return arguments


def test_the_broker_is_the_one_that_was_given(
    dashboard: Callable[..., list[str]], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(watch, "config_file", lambda: tmp_path / "none.toml")
    assert dashboard() == ["--watch", "--port", "1883"]
    club = ("--broker", "mqtts://club.example", "--user", "coach")
    assert dashboard(*club) == ["--watch", *club]
    with pytest.raises(ConfigError, match="--user: needs --broker URL"):
        dashboard("--user", "coach")
    (tmp_path / "some.toml").write_text('[mqtt]\nurl = "mqtt://gym.local"\n')
    monkeypatch.setattr(watch, "config_file", lambda: tmp_path / "some.toml")
    assert dashboard() == ["--watch", "--broker", "mqtt://gym.local"]
    assert dashboard("--port", "1900") == ["--watch", "--port", "1900"]
    more = ("--runner", "ann", "--theme", "light")
    assert dashboard("--port", "1900", *more) == ["--watch", "--port", "1900", *more]
    with pytest.raises(ConfigError, match="--port: is for a hub on this machine"):
        dashboard("--broker", "mqtt://gym.local", "--port", "1900")


def test_the_port_of_the_configuration_is_watched(
    dashboard: Callable[..., list[str]], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "some.toml").write_text("[mqtt]\nport = 1899\n")
    monkeypatch.setattr(watch, "config_file", lambda: tmp_path / "some.toml")
    assert dashboard()[-2:] == ["--port", "1899"]
    assert dashboard("--port", "1900")[-2:] == ["--port", "1900"]


def test_the_examples_have_the_types_used_here() -> None:
    assert isinstance(EXAMPLES["cue"], CueMessage)
    assert EXAMPLES["cue"].severity is Severity.INFO
    assert isinstance(EXAMPLES["session"], SessionMessage)
    assert EXAMPLES["session"].thresholds == {"drop_drift_left": ThresholdState.NEAR}


def test_messages_that_reveal_pain_are_not_printed() -> None:
    cue = EXAMPLES["cue"]
    assert isinstance(cue, CueMessage)
    pain = PainLine(t_s=9.0, level=6, site="buttock", side=None, note=None)
    noted = msgspec.structs.replace(cue, text="Noted: 6 of 10, right buttock", because=(pain,))
    assert said(Received(parse_topic(Topics("ann").cue), noted)) == []


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--broker", "gym"], "--broker: 'gym': write mqtt://"),
        (["--broker", "mqtt://gym", "--password-file", "/nope"], "--password-file: /nope: No such file or directory"),
        (["--broker", "mqtts://gym", "--ca-file", "/nope"], "--ca-file: /nope: no such file"),
    ],
)
def test_an_error_in_an_option_names_the_option(words: list[str], said: str) -> None:
    with pytest.raises(ConfigError) as refused:
        watch.run(options(*words))
    assert str(refused.value).startswith(said)
