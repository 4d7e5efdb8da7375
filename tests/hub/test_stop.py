"""Stop requests: the first signal asks, the second cancels."""

from __future__ import annotations

import asyncio
import os
import signal

import pytest

from hub.stop import HELD_DOWN_S, LateSignals, Stop, stopping_on_signals


def refuse(*_: object) -> None:
    raise NotImplementedError


@pytest.mark.real_time
@pytest.mark.parametrize("as_on_windows", [False, True])
async def test_the_first_signal_asks_the_second_cancels(
    monkeypatch: pytest.MonkeyPatch, *, as_on_windows: bool
) -> None:
    stop = Stop()
    before = signal.getsignal(signal.SIGINT)
    if as_on_windows:
        monkeypatch.setattr(asyncio.get_running_loop(), "add_signal_handler", refuse)

    async def run() -> None:
        with stopping_on_signals(stop):
            os.kill(os.getpid(), signal.SIGTERM)
            await stop.wait()
            os.kill(os.getpid(), signal.SIGINT)
            await asyncio.sleep(10)

    with pytest.raises(asyncio.CancelledError):
        await asyncio.create_task(run(), name="run")
    assert stop.reason == "SIGTERM"
    if as_on_windows:
        assert signal.getsignal(signal.SIGINT) is before


@pytest.mark.real_time
async def test_a_key_held_down_cancels_once_so_that_open_files_are_closed() -> None:
    stop, closed = Stop(), asyncio.Event()

    async def run() -> None:
        with stopping_on_signals(stop):
            try:
                os.kill(os.getpid(), signal.SIGINT)
                await stop.wait()
                os.kill(os.getpid(), signal.SIGINT)
                await asyncio.sleep(10)
            finally:
                for _ in range(6):
                    os.kill(os.getpid(), signal.SIGINT)
                    await asyncio.sleep(0.02)
                closed.set()

    with pytest.raises(asyncio.CancelledError):
        await asyncio.create_task(run(), name="run")
    assert closed.is_set()


async def test_waiting_for_stop_ends_when_requested_or_after_the_timeout() -> None:
    stop = Stop()
    assert not await stop.wait_for(5.0)
    asyncio.get_running_loop().call_later(1.0, stop, "enough")
    assert await stop.wait_for(1000.0)
    stop("too late")
    assert stop.reason == "enough"


@pytest.mark.real_time
@pytest.mark.parametrize("as_on_windows", [False, True])
def test_signals_while_a_run_is_stored_are_noted_and_interrupt_only_a_hang(
    monkeypatch: pytest.MonkeyPatch, *, as_on_windows: bool
) -> None:
    async def run(late: LateSignals) -> None:
        if as_on_windows:
            monkeypatch.setattr(asyncio.get_running_loop(), "add_signal_handler", refuse)
        stop = Stop()
        with stopping_on_signals(stop, late):
            os.kill(os.getpid(), signal.SIGINT)
            await stop.wait()

    before = [signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)]
    now_s = 100.0
    with LateSignals(lambda: now_s) as late:
        asyncio.run(run(late))
        noted = late.noted
        os.kill(os.getpid(), signal.SIGTERM)
        assert (noted, late.noted) == (False, True)
        now_s += HELD_DOWN_S - 0.1
        os.kill(os.getpid(), signal.SIGINT)
        now_s += 0.2
        with pytest.raises(KeyboardInterrupt):
            os.kill(os.getpid(), signal.SIGINT)
    assert [signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)] == before
