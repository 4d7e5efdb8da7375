"""Carrying out orders, whoever sent them and over whichever broker."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Literal

import msgspec

from drivers.packets import UserInput
from dsp import texts
from dsp.cues.schedule import ASK_AGAIN_S
from dsp.records import Cue, Record, Severity
from dsp.runner.plan import Volume
from dsp.signals import NS_PER_S
from dsp.texts import clock
from hub.flow.facts import Asked, Mute
from hub.messages.incoming import CommandMessage, PainMessage, Who
from hub.messages.plain_words import plain, plain_or_none
from hub.orders.order_desk import OrderError
from hub.orders.repeats import Order

NUDGE = "nudge"
"""The `rule` of a cue whose text a person sent."""

_ENCODER = msgspec.json.Encoder()


class Obey:
    """Carries out orders; returns what was done, in words for the sender.

    cues       False: the runner wants no cues, so no question can be asked
    kept       the run has a history, which stores pain reports
    unwritten  returns how many facts wait because the history cannot be written
    live       False: a replay, where a mark would not be stored
    running_s  returns the running time at a timestamp
    volume     returns how many cues the runner gets now
    feed       feeds an input to the engine, as part of the run
    emit       emits a record as if the pipeline had computed it
    note       handles a request to the hub itself
    stop       ends the run
    steer      carries out a command to the source, such as a replay's pace; returns what was done, None if not its
    """

    def __init__(
        self,
        now_ns: Callable[[], int],
        *,
        cues: bool = True,
        kept: bool = True,
        unwritten: Callable[[], int] = lambda: 0,
        live: bool = True,
        running_s: Callable[[int], float] = lambda _t_ns: 0.0,
        volume: Callable[[], Volume] = lambda: Volume.USUAL,
        feed: Callable[[UserInput], Awaitable[None]],
        emit: Callable[[Record], Awaitable[None]],
        note: Callable[[Mute | Asked], Awaitable[None]],
        stop: Callable[[str], None],
        steer: Callable[[CommandMessage], Awaitable[str | None]],
    ) -> None:
        self._now_ns = now_ns
        self._cues = cues
        self._kept = kept
        self._unwritten = unwritten
        self._live = live
        self._running_s = running_s
        self._volume = volume
        self._feed = feed
        self._emit = emit
        self._note = note
        self._stop = stop
        self._steer = steer
        self._muted = False
        self._asked_ns: int | None = None

    async def __call__(self, order: Order, by: Who = "runner") -> str:
        """Carry out an order; raises OrderError when that is not possible.

        by  the sender; the runner's own machine may send for a coach (`order.by`), but a coach never for the runner
        """
        if isinstance(order, CommandMessage):
            order = msgspec.structs.replace(order, by=by if by == "coach" else order.by or by)
        match order:
            case PainMessage():
                return await self._report(order)
            case CommandMessage(action="stop"):
                self._stop("asked over MQTT")
                return "the run is ending"
            case CommandMessage(action="mute" | "unmute" as action):
                self._muted = action == "mute"
                await self._note(Mute(self._now_ns(), self._muted, order.by or by))
                await self._input(order)
                return "quiet from now on" if self._muted else texts.UNMUTED
            case CommandMessage(action="less" | "more" as action):
                was = self._volume()
                await self._input(order)
                return _volume_words(was, was.step(1 if action == "more" else -1), action)
            case CommandMessage(action="mark"):
                return await self._mark(order)
            case CommandMessage(action="ask_pain"):
                return await self._ask(order)
            case CommandMessage(action="target", cadence_spm=cadence_spm):
                await self._input(order)
                given = cadence_spm is not None
                return f"the target is {cadence_spm:g} steps/min" if given else "the runner's own target again"
            case CommandMessage(action="nudge", text=text) if text is not None:
                return await self._nudge(plain(text), order.by)
            case CommandMessage() if (done := await self._steer(order)) is not None:
                return done
        raise OrderError(f"{order.action} is not possible in this run: it works in a replay only")

    async def _mark(self, order: CommandMessage) -> str:
        if not self._live:
            raise OrderError("not marked: this is a replay, which stores no marks")
        now_ns = self._now_ns()
        await self._input(msgspec.structs.replace(order, text=plain_or_none(order.text)), now_ns)
        return f"marked at {clock(self._running_s(now_ns))}"

    async def _nudge(self, words: str, by: Who | None) -> str:
        if not words:
            raise OrderError("not sent: nothing in the text can be shown or spoken")
        words = texts.FROM_COACH.format(words=words) if by == "coach" else words
        await self._emit(Cue(self._now_ns(), NUDGE, Severity.INFO, words, None, (), speak=words))
        return "shown to the runner, but not spoken: cues are muted" if self._muted else "passed on to the runner"

    async def _report(self, order: PainMessage) -> str:
        site, note = plain_or_none(order.site), plain_or_none(order.note)
        await self._input(msgspec.structs.replace(order, site=site, note=note))
        if not self._kept:
            return "the runner gets an answer; the pain report is not in the history, as this run has none"
        if self._unwritten():
            return "the pain report is noted but not stored yet: the history cannot be written now; the hub tries again"
        return "the pain report is noted: it is stored on the runner's own machine, and only there"

    async def _ask(self, order: CommandMessage) -> str:
        if not self._cues:
            raise OrderError("not asked: this runner has switched cues off")
        if self._muted:
            raise OrderError("not asked: cues are muted; unmute, then ask again")
        now_ns = self._now_ns()
        since_s = None if self._asked_ns is None else (now_ns - self._asked_ns) / NS_PER_S
        if since_s is not None and 0.0 <= since_s < ASK_AGAIN_S:  # a replay may have gone back
            raise OrderError(f"not asked: the runner was asked {since_s:.0f} s ago; wait for the answer")
        self._asked_ns = now_ns
        await self._note(Asked(now_ns))
        await self._input(order, now_ns)
        return "the runner is asked; you will see when they have answered, but the answer stays with the runner"

    async def _input(self, order: Order, now_ns: int | None = None) -> None:
        """Feed the order to the engine, in its place among the packets, without the sender's id, number and time."""
        text = _ENCODER.encode(msgspec.structs.replace(order, id=None, seq=None, t=None))
        await self._feed(UserInput(self._now_ns() if now_ns is None else now_ns, text))


def _volume_words(was: Volume, now: Volume, action: Literal["less", "more"]) -> str:
    if now is not was:
        return f"{'fewer' if action == 'less' else 'more'} cues from now on, and in the next runs (level {now.rank})"
    if action == "less":
        return f"cues are already at the lowest level ({now.rank}); mute silences them all"
    return f"cues are already at the highest level ({now.rank})"
