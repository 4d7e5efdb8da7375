"""The device output: against a fake PortAudio that comes, goes and hangs, and the real one without a device."""

import asyncio
import atexit
import importlib
import os
import subprocess
import sys
import threading
from collections.abc import Callable
from types import SimpleNamespace
from typing import Never, TypeAlias

import numpy as np
import numpy.typing as npt
import pytest

from hub.doctor.audio import check_audio, check_speech
from hub.doctor.finding import Verdict
from hub.sound.output import device as device_module
from hub.sound.output.device import CHANNELS, DeviceOutput
from hub.sound.output.output import OutputError
from hub.sound.tones import RATE_HZ, Samples
from tests.hub.programs import until

pytestmark = pytest.mark.real_time


Block: TypeAlias = npt.NDArray[np.float32]
Callback: TypeAlias = Callable[[Block, int, None, SimpleNamespace], None]


class CardError(Exception):
    """`PortAudioError`."""


class StopCallbackError(Exception):
    """`CallbackAbort`."""


class FakePortAudio:
    """The part of `sounddevice` that `device.py` uses. A thread calls back as a sound card would."""

    def __init__(self) -> None:
        self.devices = 1
        self.known = 1  # PortAudio looks only when it is initialised
        self.hangs_at_closing = False
        self.hangs_at_exit = True
        self.blocks: list[Block] = []
        self.renewed = 0
        self.open = 0

    def query_devices(self, device: str | None, _kind: str) -> dict[str, str]:
        if not self.known:
            raise CardError("Error querying device -1")
        if device not in {None, "Headphones"}:
            raise ValueError(f"No output device matching {device!r}\nand more lines")
        return {"name": "Headphones"}

    def terminate(self) -> None:
        self.renewed += 1

    def at_exit(self) -> None:
        """Hangs if the device does."""

    def initialize(self) -> None:
        self.known = self.devices

    def stream(
        self, *, samplerate: int, channels: int, dtype: str, callback: Callback, **_more: object
    ) -> "MadeUpStream":
        assert (samplerate, channels, dtype) == (RATE_HZ, CHANNELS, "float32")
        return MadeUpStream(self, callback)


class MadeUpStream:
    latency = 0.1

    def __init__(self, audio: FakePortAudio, callback: Callback) -> None:
        self._audio = audio
        self._callback = callback
        self._end = threading.Event()
        self.active = False
        audio.open += 1

    def start(self) -> None:
        self.active = True
        threading.Thread(target=self._call_back, daemon=True).start()

    def abort(self) -> None:
        self._end.set()

    def close(self) -> None:
        assert self._end.is_set()
        if self._audio.hangs_at_closing:
            threading.Event().wait(5)
        self._audio.open -= 1

    def _call_back(self) -> None:
        while not self._end.wait(0.005) and self._audio.devices:
            block = np.full((240, CHANNELS), 9.0, dtype=np.float32)
            try:
                self._callback(block, len(block), None, SimpleNamespace(output_underflow=len(self._audio.blocks) == 3))
            except StopCallbackError:
                self.active = False
                return
            self._audio.blocks.append(block)


@pytest.fixture
def audio(monkeypatch: pytest.MonkeyPatch) -> FakePortAudio:
    fake = FakePortAudio()
    module = SimpleNamespace(
        PortAudioError=CardError,
        CallbackAbort=StopCallbackError,
        OutputStream=fake.stream,
        query_devices=fake.query_devices,
        _terminate=fake.terminate,
        _initialize=fake.initialize,
        _exit_handler=fake.at_exit,
    )

    def unregistered(handler: object) -> None:
        fake.hangs_at_exit = handler != fake.at_exit

    monkeypatch.setattr(atexit, "unregister", unregistered)
    monkeypatch.setitem(sys.modules, "sounddevice", module)
    monkeypatch.setattr(device_module, "CHECK_S", 0.05)
    monkeypatch.setattr(device_module, "GONE_S", 1.0)
    return fake


def ramp(frames: int) -> Samples:
    return np.linspace(0.0, 0.5, frames, dtype=np.float32)


async def play(audio: FakePortAudio, output: DeviceOutput, blocks: int) -> list[str]:
    """Play until the card has that many blocks, then end cleanly; returns the arguments of `opened`."""
    opened: list[str] = []
    playing = asyncio.create_task(output.play(ramp, opened.append))
    await until(lambda: len(audio.blocks) >= blocks)
    playing.cancel()
    with pytest.raises(asyncio.CancelledError):
        await playing
    return opened


async def test_samples_go_to_both_channels_and_the_device_reports_its_latency(audio: FakePortAudio) -> None:
    output = DeviceOutput(None)
    assert await play(audio, output, 10) == ["Headphones"]
    np.testing.assert_array_equal(audio.blocks[0], np.stack([ramp(240)] * CHANNELS, axis=1))
    assert output.underflows == 1
    assert audio.open == 0


async def test_a_disconnected_device_is_reported_and_searched_for_again(audio: FakePortAudio) -> None:
    output = DeviceOutput("Headphones")
    playing = asyncio.create_task(output.play(ramp, lambda _name: None))
    await until(lambda: len(audio.blocks) >= 3)
    assert (audio.open, output.latency_ms) == (1, 100.0)
    audio.devices = 0
    with pytest.raises(OutputError, match="Headphones is gone") as gone:
        await playing
    assert not gone.value.final
    assert (audio.open, output.latency_ms) == (0, None)
    with pytest.raises(OutputError, match="no audio device"):
        await output.play(ramp, print)
    assert audio.renewed == 1
    audio.devices, seen = 1, len(audio.blocks)
    await play(audio, output, seen + 3)
    assert audio.open == 0


async def test_a_device_that_does_not_exist_is_named(audio: FakePortAudio) -> None:
    with pytest.raises(OutputError, match=r"^No output device matching 'Earring'$"):
        await DeviceOutput("Earring").play(ramp, print)
    assert audio.open == 0


async def test_a_device_that_hangs_blocks_nothing(audio: FakePortAudio, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(device_module, "CLOSE_LIMIT_S", 0.3)
    audio.hangs_at_closing = True
    playing = asyncio.create_task(DeviceOutput(None).play(ramp, lambda _name: None))
    await until(lambda: len(audio.blocks) >= 3)
    audio.devices = 0
    with pytest.raises(OutputError, match="hangs") as hung:
        await playing
    assert hung.value.final
    assert not audio.hangs_at_exit


async def test_a_bug_in_rendering_ends_the_sound_with_its_traceback(audio: FakePortAudio) -> None:
    def broken(_frames: int) -> Samples:
        raise ZeroDivisionError("ours")

    with pytest.raises(ZeroDivisionError, match="ours"):
        await DeviceOutput(None).play(broken, lambda _name: None)
    assert audio.open == 0


async def test_without_the_extra_or_the_library_it_states_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    for error, remedy in ((ImportError(), r"\[audio\]"), (OSError("PortAudio library not found"), "libportaudio2")):
        monkeypatch.setattr(importlib, "import_module", _raising(error))
        with pytest.raises(OutputError, match=remedy) as refused:
            await DeviceOutput(None).play(ramp, print)
        assert refused.value.final
        assert remedy.strip("\\[]") in check_audio().remedy
        assert check_audio().verdict is Verdict.NOTE


def _raising(error: Exception) -> Callable[[str], Never]:
    def import_module(_name: str) -> Never:
        raise error

    return import_module


async def test_the_real_portaudio_without_a_device_raises() -> None:
    """With a device (a developer's machine) this is not tested, as it would be heard."""
    try:
        sounddevice = importlib.import_module("sounddevice")
    except (ImportError, OSError) as error:
        if os.environ.get("CI") == "true":
            pytest.fail(f"CI has the extra and libportaudio2: {error}")
        pytest.skip(f"no PortAudio: {error}")
    try:
        sounddevice.query_devices(kind="output")
    except sounddevice.PortAudioError:
        pass
    else:
        pytest.skip("this machine has a sound device")
    output = DeviceOutput(None)
    for _ in range(2):
        with pytest.raises(OutputError, match="no audio device") as refused:
            await output.play(ramp, print)
        assert not refused.value.final


def test_messages_of_c_libraries_are_discarded_and_those_of_python_are_not() -> None:
    code = """
import os, sys
from hub.sound.output.native_stderr import without_native_stderr
for _ in range(2):
    with without_native_stderr():
        os.write(2, b"Expression 'gone' failed in 'pa_linux_alsa.c'\\n")
        print("ours", file=sys.stderr)
    os.write(2, b"after\\n")
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stderr.splitlines() == ["ours", "after"] * 2


def test_doctor_names_the_voice_or_how_to_get_one() -> None:
    finding = check_speech()
    assert finding.subject == "speech"
    assert finding.message
    assert (finding.verdict is Verdict.OK) == (not finding.remedy)
