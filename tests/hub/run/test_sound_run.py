"""Sound in a complete run: cues are in the file, its state is published, and a full disk delays nothing."""

import subprocess
import sys
from argparse import Namespace
from pathlib import Path

import numpy as np
import pytest

from dsp.records import Cue, Earcon, Record, Severity, Step
from firmware_profiles.catalog import load_catalog
from hub.command_line.arguments import parser
from hub.commands.sound import perform
from hub.commands.sound import run as sound_command
from hub.flow.engine import Engine, RadioItem
from hub.messages.wire import Post, SessionMessage
from hub.settings.config import ConfigError, SoundSection
from hub.settings.read_config import parse_config
from hub.settings.run_settings import RunSettings
from hub.sinks import recorder
from hub.sound.output.output import OutputError
from hub.sound.output.silent import SilentOutput
from hub.sound.output.wav_file import WavFileOutput
from hub.sound.plan import Sounds, choose_sounds, with_output
from hub.sound.tones import RATE_HZ, Signal
from tests.hub.audio_analysis import onsets, read
from tests.hub.run.recorded_run import Run, a_run, kept
from tests.hub.sinks.test_sound_sink import found_at_s


class CueAtStep(Engine):
    """Emits one cue, at the 20th step."""

    seen = 0

    def feed(self, item: RadioItem) -> list[Record]:
        records: list[Record] = []
        for record in super().feed(item):
            records.append(record)
            self.seen += isinstance(record, Step)
            if isinstance(record, Step) and self.seen == 20:
                records.append(
                    Cue(record.t_ns, "test", Severity.INFO, "words", record.side, (record,), Earcon.BELOW, "words")
                )
        return records


async def play(recording: Path, tmp_path: Path, sound: Sounds | None = None) -> tuple[Run, list[SessionMessage]]:
    """Play a run with one cue; return it with its session messages."""
    posts: list[Post] = []
    engine = CueAtStep(load_catalog(), RunSettings().pipeline(signals=False), strict=True)
    run = a_run(recording, tmp_path, engine=engine, console=kept(posts), sound=sound)
    await run.play()
    return run, [post.message for post in posts if isinstance(post.message, SessionMessage)]


async def test_a_run_plays_sound_and_publishes_its_state(small_recording: Path, tmp_path: Path) -> None:
    path = tmp_path / "run.wav"
    run, told = await play(small_recording, tmp_path, Sounds(WavFileOutput(path)))
    assert run.said == [f"sound on {path}, no speech"]
    assert run.outcome.losses["sound"] == 0
    samples = read(path)
    assert len(samples) / RATE_HZ == pytest.approx(24.0, abs=1.0)
    assert np.abs(samples).max() < 1.0
    assert len(onsets(samples)) == 2  # one signal of two tones
    assert 10.0 < found_at_s(samples, Signal.BELOW) < 16.0
    last = told[-1].sound
    assert last is not None
    assert (last.output, last.sounds, last.muted) == (str(path), 1, False)
    assert last.hub_p99_ms is not None
    assert 0.0 <= last.hub_p99_ms <= 100.0
    assert last.total_p99_ms is None  # a replay's records are from another day


async def test_without_sound_nothing_is_reported_about_it(small_recording: Path, tmp_path: Path) -> None:
    run, told = await play(small_recording, tmp_path)
    assert run.said == []
    assert "sound" not in run.outcome.losses
    assert {message.sound for message in told} == {None}


async def test_a_blocked_disk_does_not_delay_a_cue(
    small_recording: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    working = recorder.RecorderSink.run

    async def stuck(sink: recorder.RecorderSink) -> None:
        """Take nothing until the end: the bus waits for it, two seconds at a time."""
        await sink.subscription.closed.wait()
        await working(sink)

    monkeypatch.setattr(recorder.RecorderSink, "run", stuck)
    monkeypatch.setattr(recorder, "CAPACITY", 50)
    run, told = await play(small_recording, tmp_path, Sounds(SilentOutput()))
    assert run.outcome.unrecorded > 0
    last = told[-1].sound
    assert last is not None
    assert last.sounds == 1
    assert last.hub_p99_ms is not None
    assert last.hub_p99_ms <= 100.0


def test_off_and_a_missing_extra_play_nothing_and_only_the_second_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    assert choose_sounds(SoundSection(output="off")) == (None, "")
    monkeypatch.setattr("importlib.util.find_spec", lambda _name: None)
    sounds, why_not = choose_sounds(SoundSection(engine="none"))
    assert sounds is None
    assert "no sound: the extra is not installed" in why_not


def test_an_invalid_output_is_refused_with_the_valid_ones(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        parser().parse_args(["run", "--sound", "song.mp3"])
    assert "write auto, off, null, or the name of a file that ends in .wav" in capsys.readouterr().err
    with pytest.raises(ConfigError, match=r"sound\.output: 'song\.mp3': write auto"):
        parse_config({"sound": {"output": "song.mp3"}}, "file")
    with pytest.raises(ConfigError, match=r"sound\.volum: .*did you mean 'volume_pct'"):
        parse_config({"sound": {"volum": 3}}, "file")


@pytest.mark.parametrize(("command", "output"), [("run", None), ("demo", "auto"), ("replay", "off")])
def test_the_default_output_of_each_command(command: str, output: str | None) -> None:
    words = [command, "run.mcap"] if command == "replay" else [command]
    assert parser().parse_args(words).sound == output
    assert with_output(SoundSection(), output).output == (output or "auto")


def test_choosing_sound_imports_no_audio_library() -> None:
    code = """
import sys
from hub.settings.config import SoundSection
from hub.settings.read_config import parse_config
from hub.sound.plan import choose_sounds
for output in ("auto", "null", "off", "run.wav"):
    choose_sounds(SoundSection(output=output))
import hub.run.runtime, hub.sinks.sound
print("\\n".join(sys.modules))
"""
    loaded = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.split()
    assert not {"sounddevice", "_sounddevice", "cffi", "scipy"} & set(loaded)


async def test_every_sound_can_be_tried_into_a_file(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "try.wav"
    tone = np.full(RATE_HZ, 0.5, dtype=np.float32)
    await perform(Sounds(WavFileOutput(path)), [("Belt level.", tone)])
    said = capsys.readouterr().out
    assert all(f"{signal} " in said for signal in Signal)
    assert "Belt level." in said
    samples = read(path)
    assert 0.3 < np.abs(samples).max() < 1.0
    assert len(onsets(samples, quiet_s=0.3)) > len(Signal) + 1 + 8  # every signal, the words, some beats


async def test_a_trial_without_output_says_why(tmp_path: Path) -> None:
    with pytest.raises(OutputError, match="No such file or directory"):
        await perform(Sounds(WavFileOutput(tmp_path / "nowhere" / "try.wav")), [])


def test_a_trial_with_sound_off_says_how_to_turn_it_on(capsys: pytest.CaptureFixture[str]) -> None:
    assert sound_command(Namespace(config=None, sound="off", words=[])) == 1
    assert "--sound auto" in capsys.readouterr().err
