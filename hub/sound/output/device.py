"""Output to a sound device through PortAudio (the extra `[audio]`), which is loaded only when it is used.

Every call into PortAudio is made in a thread of its own: a Bluetooth device can take ten seconds to open, and a
disconnected one can hang for good.
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
"""Requested output latency: a buffer that survives other load on the machine, in blocks of some 50 ms.

Measured on two cores with a load of 7 (ALSA on PulseAudio): with 0.1 s an underrun every half minute, after which ALSA
is silent for up to 1.9 s; with 0.2 s none.
"""
OPEN_LIMIT_S = 20.0
CLOSE_LIMIT_S = 3.0
CHECK_S = 0.5
GONE_S = 3.0
"""A device that requests no samples for this long is gone: longer than ALSA needs to recover from an underrun."""
CHANNELS = 2
"""Stereo, as some devices reject mono."""

_AT_EXIT = "_exit_handler"
"""The exit handler of `sounddevice`, which closes PortAudio."""

_LOG = logging.getLogger("stridecue.sound")


def load_portaudio() -> ModuleType:
    """Import `sounddevice`; raises OutputError that states what to install."""
    try:
        sounddevice = importlib.import_module("sounddevice")
    except ImportError as error:
        raise OutputError(f"the extra is not installed: {adding_extra('audio')}", final=True) from error
    except OSError as error:  # raised by sounddevice when the PortAudio library is missing
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
    """Output to a sound device; see `output.Output`.

    device      name of the device, or part of it; None: the system's default output
    own_stderr  keep messages of C libraries off the terminal while playing, as the dashboard is on it
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
        """Play until cancelled; raises OutputError, also when the device is gone."""
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
                atexit.unregister(getattr(self._sounddevice, _AT_EXIT))  # it would hang, too
                raise OutputError(f"{name} hangs", final=True) from None

    async def _watch(self, stream: _Stream, name: str) -> None:
        quiet_s = 0.0
        while True:
            seen = self._calls
            await asyncio.sleep(CHECK_S)
            quiet_s = quiet_s + CHECK_S if self._calls == seen else 0.0
            if self._failure is not None:
                raise self._failure
            if quiet_s >= GONE_S or not stream.active:
                raise OutputError(f"{name} is gone")

    def _open(self, render: Render) -> tuple[_Stream, str]:
        again = self._sounddevice is not None
        self._sounddevice = sounddevice = load_portaudio()
        if again:
            # PortAudio lists devices only when initialised; its author advises to initialise it again.
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
    stream.abort()  # PortAudio 19.6 can hang when closing an active stream
    stream.close()


def _words(error: Exception) -> str:
    text = str(error)
    return "no audio device" if "querying device -1" in text else text.splitlines()[0]
