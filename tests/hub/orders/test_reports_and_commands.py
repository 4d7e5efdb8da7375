"""Reports and commands in mid-run: they reach the engine, are recorded in place, and a replay repeats them."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from functools import partial
from pathlib import Path
from typing import Literal, TypeVar

import msgspec
import pytest

from drivers.packets import Packet, UserInput
from drivers.recordings.recording import RecordingReader, RecordingWriter, SessionInfo
from dsp import texts
from dsp.pipeline import Pipeline
from dsp.records import Cue, Mark, Metric, PainReport, Record, Side, Threshold, ThresholdState
from dsp.runner.plan import Volume
from firmware_profiles.catalog import load_catalog
from hub.flow.bus import Bus, Policy
from hub.flow.engine import Engine, RadioItem
from hub.flow.facts import Asked, Fact, Mute
from hub.history.diary import RunDiary
from hub.history.runs import StoredMark
from hub.history.schema import HistoryError
from hub.history.store import History
from hub.messages.incoming import Action, CommandMessage, PainMessage, Who
from hub.orders.obey import Obey
from hub.orders.order_desk import OrderError
from hub.sinks.diary import Diary, DiarySink, is_kept
from tests.drivers.recorded_items import add

T = TypeVar("T")
PAIN = b'{"type":"pain","level":4,"site":"outer knee","side":"left"}'


def engine(*, cues: bool = True) -> Engine:
    return Engine(load_catalog(), Pipeline(), strict=True, cues=cues)


def test_a_pain_report_becomes_a_record_and_is_answered() -> None:
    report, threshold, answer = engine().feed(UserInput(5, PAIN))
    assert isinstance(report, PainReport)
    assert (report.t_ns, report.level, report.side, report.running_s) == (5, 4, Side.LEFT, 0.0)
    assert isinstance(threshold, Threshold)
    assert threshold.state is ThresholdState.REPORTED
    assert isinstance(answer, Cue)
    silent = engine(cues=False)
    assert silent.feed(UserInput(5, PAIN)) == [report, threshold, answer], (
        "the answer to a report comes even without cues"
    )
    assert silent.feed(UserInput(6, b'{"type":"command","action":"ask_pain"}')) == []


def test_wishes_change_the_plan_and_invalid_input_is_skipped() -> None:
    one = engine()
    for text in (b'{"type":"command","action":"less"}', b'{"type":"command","action":"mute"}', b"{", b'{"type":"x"}'):
        assert one.feed(UserInput(1, text)) == []
    assert one.plan().volume == "less"
    (asked,) = one.feed(UserInput(1, b'{"type":"command","action":"unmute"}')) or one.feed(
        UserInput(1, b'{"type":"command","action":"ask_pain"}')
    )
    assert isinstance(asked, Cue)
    assert one.feed(UserInput(1, b'{"type":"command","action":"target","cadence_spm":176.0}')) == []


def test_a_recording_has_the_input_in_place_and_replays_the_same(small_recording: Path, tmp_path: Path) -> None:
    items = list(RecordingReader(small_recording))
    middle = items[len(items) // 2]
    assert isinstance(middle, Packet)
    t_ns = middle.t_recv_ns
    items.insert(len(items) // 2 + 1, UserInput(t_ns, PAIN))
    path = tmp_path / "said.mcap"
    writer = RecordingWriter(path, SessionInfo(0, None, "ann"))
    for item in items:
        add(writer, item)
    writer.close()
    assert [item for item in RecordingReader(path) if isinstance(item, UserInput)] == [UserInput(t_ns, PAIN)]

    def told(source: Iterable[RadioItem]) -> list[Record]:
        one = engine()
        return [record for item in source for record in one.feed(item)] + one.finish()

    live = told(items)
    assert sum(isinstance(record, PainReport) for record in live) == 1
    assert told(RecordingReader(path)) == live


class Run:
    """A run that only remembers what it received."""

    def __init__(
        self,
        *,
        cues: bool = True,
        kept: bool = True,
        unwritten: int = 0,
        live: bool = True,
        volume: Volume = Volume.USUAL,
    ) -> None:
        self.said: list[UserInput] = []
        self.told: list[Record] = []
        self.notes: list[Mute | Asked] = []
        self.obey = Obey(
            lambda: 7,
            cues=cues,
            kept=kept,
            unwritten=lambda: unwritten,
            live=live,
            running_s=lambda t_ns: 744.0 + t_ns,
            volume=lambda: volume,
            feed=partial(self._keep, self.said),
            emit=partial(self._keep, self.told),
            note=partial(self._keep, self.notes),
            stop=lambda _why: None,
            steer=self._steer,
        )

    async def _keep(self, where: list[T], item: T) -> None:
        where.append(item)

    async def _steer(self, order: CommandMessage) -> None:
        raise AssertionError(order)


@pytest.mark.parametrize(
    ("now", "action", "said"),
    [
        (Volume.USUAL, "less", "fewer cues from now on, and in the next runs (level 1 of 3)"),
        (Volume.LESS, "less", "cues are already at the lowest level (1 of 3); mute silences them all"),
        (Volume.LESS, "more", "more cues from now on, and in the next runs (level 2 of 3)"),
        (Volume.MORE, "more", "cues are already at the highest level (3 of 3)"),
    ],
)
async def test_the_answer_states_the_new_level_of_cues(now: Volume, action: Literal["less", "more"], said: str) -> None:
    run = Run(volume=now)
    assert await run.obey(CommandMessage(action=action)) == said
    assert run.said


async def test_orders_are_fed_to_the_engine() -> None:
    run = Run()
    await run.obey(PainMessage(level=3, numb=True, id="watch", t="2025-03-01T07:30:00Z"))
    orders: tuple[Action, ...] = ("ask_pain", "mute", "less")
    for action in orders:
        assert await run.obey(CommandMessage(action=action))
    await run.obey(CommandMessage(action="target", cadence_spm=176.0))
    assert [item.t_ns for item in run.said] == [7] * 5
    assert b"watch" not in run.said[0].text
    (report, *_) = engine().feed(run.said[0])
    assert isinstance(report, PainReport)
    assert report.numb
    assert run.notes == [Asked(7), Mute(7, muted=True, by="runner")]


@pytest.mark.parametrize(
    ("by", "said_by", "who"),
    [("runner", None, "runner"), ("coach", None, "coach"), ("runner", "coach", "coach"), ("coach", "runner", "coach")],
)
async def test_only_the_runners_own_machine_sends_as_the_runner(by: Who, said_by: Who | None, who: Who) -> None:
    run = Run()
    await run.obey(CommandMessage(action="nudge", text="Shorter steps", by=said_by), by)
    await run.obey(CommandMessage(action="ask_pain", by=said_by), by)
    await run.obey(CommandMessage(action="mute", by=said_by), by)
    coach = who == "coach"
    (nudge,) = run.told
    assert isinstance(nudge, Cue)
    assert nudge.text == nudge.speak == ("Coach: Shorter steps" if coach else "Shorter steps")
    assert run.notes[-1] == Mute(7, muted=True, by=who)
    (question,) = engine().feed(run.said[0])
    assert isinstance(question, Cue)
    assert question.text == (texts.ASKED_BY_COACH if coach else texts.ASKED_PAIN)
    assert "Press p or tap the hip sensor three times" in question.text


async def test_a_muted_runner_is_not_asked_and_the_coach_is_informed() -> None:
    run = Run()
    await run.obey(CommandMessage(action="mute"))
    with pytest.raises(OrderError, match="not asked: cues are muted"):
        await run.obey(CommandMessage(action="ask_pain"), "coach")
    await run.obey(CommandMessage(action="unmute"))
    assert "the answer stays with the runner" in await run.obey(CommandMessage(action="ask_pain"), "coach")
    assert run.notes[-1] == Asked(7)
    with pytest.raises(OrderError, match="not asked: the runner was asked 0 s ago"):
        await run.obey(CommandMessage(action="ask_pain"), "coach")
    assert [note for note in run.notes if isinstance(note, Asked)] == [Asked(7)]


@pytest.mark.parametrize(
    ("by", "text", "expected"),
    [
        ("runner", None, Mark(7, "runner")),
        ("coach", " the\nbridge ", Mark(7, "coach", "the bridge")),
        ("coach", " ", Mark(7, "coach")),
    ],
)
async def test_a_mark_is_answered_with_its_time_and_becomes_a_record(by: Who, text: str | None, expected: Mark) -> None:
    run = Run()
    assert await run.obey(CommandMessage(action="mark", text=text), by) == "marked at 12:31"
    assert engine().feed(run.said[0]) == [expected]
    assert engine(cues=False).feed(run.said[0]) == [expected]


async def test_a_replay_takes_no_marks_as_it_would_not_store_them() -> None:
    run = Run(live=False)
    with pytest.raises(OrderError, match="this is a replay"):
        await run.obey(CommandMessage(action="mark"))
    assert run.said == []


async def test_a_coach_is_informed_whether_a_nudge_was_spoken() -> None:
    run, nudge = Run(), CommandMessage(action="nudge", text="Shorter steps")
    assert await run.obey(nudge, "coach") == "passed on to the runner"
    await run.obey(CommandMessage(action="mute"))
    assert await run.obey(nudge, "coach") == "shown to the runner, but not spoken: cues are muted"
    assert len(run.told) == 2


async def test_a_nudge_without_printable_text_is_rejected() -> None:
    run = Run()
    with pytest.raises(OrderError, match="nothing in the text can be shown or spoken"):
        await run.obey(CommandMessage(action="nudge", text="\u0007\u200b "), "coach")
    assert run.told == []


async def test_control_characters_are_removed_from_a_report_and_from_a_recorded_one() -> None:
    run = Run()
    site, note = "a\u0000b \u001b[31m", "\u009b2J\u0007"
    await run.obey(PainMessage(level=3, site=site, note=note))
    assert b"\\u0000" not in run.said[0].text
    recorded = UserInput(7, msgspec.json.encode(PainMessage(level=3, site=site, note=note)))
    for said in (run.said[0], recorded):
        (report, *_) = engine().feed(said)
        assert isinstance(report, PainReport)
        assert (report.site, report.note) == ("a b [31m", "2J")
    (mark,) = engine().feed(UserInput(7, b'{"type":"command","action":"mark","text":"\\u001b[2J"}'))
    assert mark == Mark(7, "runner", "[2J")


async def test_a_runner_without_cues_is_not_asked_and_the_coach_is_informed() -> None:
    run = Run(cues=False)
    with pytest.raises(OrderError, match="has switched cues off"):
        await run.obey(CommandMessage(action="ask_pain"), "coach")
    assert (run.said, run.notes) == ([], [])


@pytest.mark.parametrize(
    ("kept", "words"), [(True, "on the runner's own machine, and only there"), (False, "not in the history")]
)
async def test_the_answer_states_whether_a_report_is_stored(*, kept: bool, words: str) -> None:
    assert words in await Run(kept=kept).obey(PainMessage(level=3))


async def test_a_report_is_not_called_stored_while_the_history_cannot_be_written() -> None:
    run = Run(unwritten=1)
    assert "not stored yet" in await run.obey(PainMessage(level=3))


async def test_pain_and_thresholds_are_stored_at_once_and_a_broken_history_is_reported(tmp_path: Path) -> None:
    history, notices, bus = History(tmp_path / "history.sqlite"), list[str](), Bus[Fact]()
    diary: Diary = RunDiary(history, "ann", "2025-03-01T07:30:00.000Z", 0, 1_740_814_200_000_000_000)
    sink = DiarySink(diary, bus.subscribe("diary", Policy.DROP_OLDEST, 10, wanted=is_kept), notices.append)
    task = asyncio.create_task(sink.run())
    for record in engine().feed(UserInput(5_000_000_000, PAIN)):
        await bus.publish(record)
    await bus.publish(Metric(0, "cadence_spm", 170.0, None, 1.0))
    bus.close()
    await task
    (pain,) = history.pains("ann")
    assert (pain.said_utc, pain.level, pain.how) == ("2025-03-01T07:30:05.000Z", 4, "run")
    assert [row["state"] for row in history.export("ann")["threshold"]] == ["reported"]
    assert set(notices) == {""}


async def test_a_withdrawn_report_is_removed_from_the_history(tmp_path: Path) -> None:
    history, bus = History(tmp_path / "history.sqlite"), Bus[Fact]()
    diary: Diary = RunDiary(history, "ann", "2025-03-01T07:30:00.000Z", 0, 1_740_814_200_000_000_000)
    sink = DiarySink(diary, bus.subscribe("diary", Policy.DROP_OLDEST, 10, wanted=is_kept), lambda _text: None)
    task = asyncio.create_task(sink.run())
    hub = engine()
    for t_s, text in ((1, PAIN), (60, b'{"type":"pain","level":9}'), (70, b'{"type":"pain","level":0}')):
        for record in hub.feed(UserInput(t_s * 1_000_000_000, text)):
            await bus.publish(record)
    bus.close()
    await task
    (pain,) = history.pains("ann")
    assert pain.level == 4
    diary.pain(PainReport(90_000_000_000, 2))
    diary.pain(PainReport(95_000_000_000, 0, takes_back_ns=1_000_000_000))
    (pain,) = history.pains("ann")
    assert pain.level == 2, "the report that it names, not the newest"


async def test_a_mark_is_stored_at_once_with_its_running_time(tmp_path: Path) -> None:
    history, bus = History(tmp_path / "history.sqlite"), Bus[Fact]()
    diary: Diary = RunDiary(history, "ann", "2025-03-01T07:30:00.000Z", 0, 1_740_814_200_000_000_000)
    sink = DiarySink(diary, bus.subscribe("diary", Policy.DROP_OLDEST, 10, wanted=is_kept), lambda _text: None)
    task = asyncio.create_task(sink.run())
    await bus.publish(Mark(5_000_000_000, "coach", "bridge", 4.5))
    bus.close()
    await task
    assert history.marks("ann") == (
        StoredMark("ann", "2025-03-01T07:30:00.000Z", "2025-03-01T07:30:05.000Z", 4.5, "coach", "bridge"),
    )


class Locked:
    """A history that another process locks for a number of attempts."""

    def __init__(self, attempts: int) -> None:
        self.kept: list[Record] = []
        self._attempts = attempts

    def _keep(self, record: Record) -> None:
        self._attempts -= 1
        if self._attempts >= 0:
            raise HistoryError("/history.sqlite: database is locked")
        self.kept.append(record)

    pain = mark = threshold = _keep


REPORTS = (PainReport(0, 4, "outer knee"), PainReport(1, 0, takes_back_ns=0), PainReport(2, 6, "shin"))


async def test_facts_wait_for_a_locked_history_and_are_written_in_order() -> None:
    notices, bus, diary = list[str](), Bus[Fact](), Locked(2)
    sink = DiarySink(diary, bus.subscribe("diary", Policy.DROP_OLDEST, 10, wanted=is_kept), notices.append)
    task = asyncio.create_task(sink.run())
    await bus.publish(REPORTS[0])
    await asyncio.sleep(0.1)
    assert (sink.unwritten, diary.kept) == (1, [])
    for report in REPORTS[1:]:
        await bus.publish(report)
    await asyncio.sleep(10)
    assert (sink.unwritten, diary.kept) == (0, [*REPORTS])
    assert notices[-1] == ""
    assert len({*notices[:-1]}) == 1, "the same words whatever waits"
    assert not any(word in notices[0] for word in ("pain", "knee", "shin", "4"))
    bus.close()
    await task


async def test_at_the_end_it_tries_again_and_counts_what_is_not_written() -> None:
    for attempts, unwritten in ((1, 0), (99, 1)):
        bus = Bus[Fact]()
        sink = DiarySink(Locked(attempts), bus.subscribe("diary", Policy.DROP_OLDEST, 10), lambda _text: None)
        await bus.publish(REPORTS[0])
        bus.close()
        await sink.run()
        assert sink.unwritten == unwritten


SECRETS = (PAIN, b'{"type":"pain","level":4,"site":"a secret place"}', b'{"type":"pain","secret":1}')


@pytest.mark.parametrize("text", SECRETS)
def test_no_part_of_a_report_is_logged(text: bytes, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level("DEBUG")
    engine().feed(UserInput(5, text))
    assert "knee" not in caplog.text
    assert "secret" not in caplog.text
