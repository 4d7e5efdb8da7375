"""A real sound device, through PortAudio (the extra `[audio]`), loaded only when it is played on.

Every call into PortAudio is made in a thread of its own: a Bluetooth device can take ten seconds to open, and one that
is gone can hang for good.
"""

from __future__ import annotations

import asyncio
import atexit
import importlib
import logging
from collections.abc import Callable
from contextlib import nullcontext
from types import ModuleType
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from hub.settings.folders import adding_extra
from hub.sound.output.native_stderr import without_native_stderr
from hub.sound.output.output import OutputError, Render
from hub.sound.output.own_thread import in_own_thread
from hub.sound.tones import RATE_HZ

LATENCY_S = 0.2
"""Asked of the device: a buffer that outlives what else the machine does, in blocks of some 50 ms.

Measured on two cores with a load of 7 (ALSA on PulseAudio): with 0.1 s an underrun every half minute, and ALSA is then
silent for up to 1.9 s; with 0.2 s none.
"""
OPEN_LIMIT_S = 20.0
CLOSE_LIMIT_S = 3.0
LOOK_S = 0.5
GONE_S = 3.0
"""A device that asked for nothing for so long is gone: longer than ALSA needs to get over an underrun."""
CHANNELS = 2
"""Both ears; some devices refuse mono."""

_AT_EXIT = "_exit_handler"
"""What `sounddevice` does when Python ends: it closes PortAudio."""

_LOG = logging.getLogger("stridecue.sound")


def load_portaudio() -> ModuleType:
    """Give the module `sounddevice` with a fresh list of devices; raises OutputError that says what to install."""
    try:
        sounddevice = importlib.import_module("sounddevice")
    except ImportError as error:
        raise OutputError(f"the extra is not installed: {adding_extra('audio')}", final=True) from error
    except OSError as error:  # what sounddevice raises when the library behind it is missing
        raise OutputError(f"{error}: sudo apt install libportaudio2", final=True) from error
    return sounddevice


class _Status(Protocol):
    output_underflow: bool


class _Stream(Protocol):
    latency: float
    active: bool

    def start(self) -> None: ...

    def abort(self) -> None: ...

    def close(self) -> None: ...


class DeviceOutput:
    """See `output.Output`.

    device      (part of) its name; None: the system's default output
    own_stderr  keep C libraries off the terminal while playing: a dashboard is on it
    """

    def __init__(self, device: str | None, *, own_stderr: bool = False) -> None:
        self.latency_ms: float | None = None
        self.underflows = 0
        self._device = device
        self._own_stderr = own_stderr
        self._sounddevice: ModuleType | None = None
        self._calls = 0
        self._failure: Exception | None = None

    async def play(self, render: Render, opened: Callable[[str], None]) -> None:
        """Play until cancelled, or until the device is gone. Raises OutputError."""
        with without_native_stderr() if self._own_stderr else nullcontext():
            await self._play(render, opened)

    async def _play(self, render: Render, opened: Callable[[str], None]) -> None:
        try:
            stream, name = await in_own_thread(lambda: self._open(render), OPEN_LIMIT_S)
        except TimeoutError:
            raise OutputError(f"the device did not open within {OPEN_LIMIT_S:g} s", final=True) from None
        self.latency_ms = round(1000.0 * float(stream.latency), 1)
        opened(name)
        try:
            await self._watch(stream, name)
        finally:
            self.latency_ms = None
            try:
                await in_own_thread(lambda: _close(stream), CLOSE_LIMIT_S)
            except TimeoutError:
                _LOG.warning("%s does not close", name)
                atexit.unregister(getattr(self._sounddevice, _AT_EXIT))  # it would hang there too
                raise OutputError(f"{name} hangs", final=True) from None

    async def _watch(self, stream: _Stream, name: str) -> None:
        quiet_s = 0.0
        while True:
            seen = self._calls
            await asyncio.sleep(LOOK_S)
            quiet_s = quiet_s + LOOK_S if self._calls == seen else 0.0
            if self._failure is not None:
                raise self._failure
            if quiet_s >= GONE_S or not stream.active:
                raise OutputError(f"{name} is gone")

    def _open(self, render: Render) -> tuple[_Stream, str]:
        again = self._sounddevice is not None
        self._sounddevice = sounddevice = load_portaudio()
        if again:
            # PortAudio knows the devices that were there when it began; its author's advice is to begin anew.
            for step in ("_terminate", "_initialize"):
                getattr(sounddevice, step)()

        def callback(block: NDArray[np.float32], frames: int, _time: object, status: _Status) -> None:
            self._calls += 1
            self.underflows += bool(status.output_underflow)
            try:
                block[:] = render(frames)[:, None]
            except Exception as error:
                self._failure = error
                raise sounddevice.CallbackAbort from error

        try:
            found = str(sounddevice.query_devices(self._device, "output")["name"])
            name = "the system's default output" if found == "default" else found
            stream: _Stream = sounddevice.OutputStream(
                device=self._device,
                samplerate=RATE_HZ,
                channels=CHANNELS,
                dtype="float32",
                latency=LATENCY_S,
                callback=callback,
            )
            stream.start()
        except (sounddevice.PortAudioError, ValueError) as error:
            raise OutputError(_words(error)) from error
        return stream, name


def _close(stream: _Stream) -> None:
    stream.abort()  # PortAudio 19.6 can hang in closing a stream that runs
    stream.close()


def _words(error: Exception) -> str:
    text = str(error)
    return "no audio device" if "querying device -1" in text else text.splitlines()[0]
