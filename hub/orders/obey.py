"""What each order does to a run, whoever sent it and over which broker."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Literal

import msgspec

from drivers.packets import Said
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
"""Rule of a cue that a person sent."""

_ENCODER = msgspec.json.Encoder()


class Obey:
    """Carries out orders; each gives back what was done, in words for the sender.

    cues     False: the runner wants none, so nobody can ask
    kept     the run has a history, which keeps reports of pain
    unwritten  how many facts wait for a history that takes nothing
    live     False: a replay, where a mark would be kept nowhere
    running_s  tells the running time at a time
    volume   how many cues the runner gets now
    say      takes what the core should hear
    tell     takes a record in, as if the core had made it
    note     takes what somebody wants of the hub itself
    stop     ends the run
    steer    obeys what is for the source, such as a replay's pace; gives back what was done
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
        say: Callable[[Said], Awaitable[None]],
        tell: Callable[[Record], Awaitable[None]],
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
        self._say = say
        self._tell = tell
        self._note = note
        self._stop = stop
        self._steer = steer
        self._muted = False
        self._asked_ns: int | None = None

    async def __call__(self, order: Order, by: Who = "runner") -> str:
        """Do it; raises OrderError when it cannot be done.

        by  who sent it: the runner's own machine may send it for a coach, and says so; nobody else is the runner
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
                await self._hear(order)
                return "quiet from now on" if self._muted else "cues can be heard again"
            case CommandMessage(action="less" | "more" as action):
                was = self._volume()
                await self._hear(order)
                return _volume_words(was, was.step(1 if action == "more" else -1), action)
            case CommandMessage(action="mark"):
                return await self._mark(order)
            case CommandMessage(action="ask_pain"):
                return await self._ask(order)
            case CommandMessage(action="target", cadence_spm=cadence_spm):
                await self._hear(order)
                return (
                    "the runner's own goal again" if cadence_spm is None else f"the goal is {cadence_spm:g} steps/min"
                )
            case CommandMessage(action="nudge", text=text) if text is not None:
                return await self._nudge(plain(text), order.by)
            case CommandMessage() if (done := await self._steer(order)) is not None:
                return done
        raise OrderError(f"{order.action} is not possible in this run: only a replay can be steered")

    async def _mark(self, order: CommandMessage) -> str:
        if not self._live:
            raise OrderError("not marked: this is a replay, and what is said to one is not kept")
        now_ns = self._now_ns()
        await self._hear(msgspec.structs.replace(order, text=plain_or_none(order.text)), now_ns)
        return f"marked at {clock(self._running_s(now_ns))}"

    async def _nudge(self, words: str, by: Who | None) -> str:
        if not words:
            raise OrderError("not told: nothing in the text can be read or spoken")
        words = texts.FROM_COACH.format(words=words) if by == "coach" else words
        await self._tell(Cue(self._now_ns(), NUDGE, Severity.INFO, words, None, (), speak=words))
        return "shown to the runner, and not heard: cues are muted" if self._muted else "told to the runner"

    async def _report(self, order: PainMessage) -> str:
        site, note = plain_or_none(order.site), plain_or_none(order.note)
        await self._hear(msgspec.structs.replace(order, site=site, note=note))
        if not self._kept:
            return "the pain report is answered to the runner; this run has no history that would keep it"
        if self._unwritten():
            return "the pain report is noted, and not written yet: the history takes nothing now; it is tried again"
        return "the pain report is noted: it goes into the history on the runner's own machine, and only there"

    async def _ask(self, order: CommandMessage) -> str:
        if not self._cues:
            raise OrderError("not asked: this runner wants no cues (cues.rules is off)")
        if self._muted:
            raise OrderError("not asked: cues are muted; unmute, then ask again")
        now_ns = self._now_ns()
        since_s = None if self._asked_ns is None else (now_ns - self._asked_ns) / NS_PER_S
        if since_s is not None and 0.0 <= since_s < ASK_AGAIN_S:  # a replay may have gone back
            raise OrderError(f"not asked: they were asked {since_s:.0f} s ago; wait for the answer")
        self._asked_ns = now_ns
        await self._note(Asked(now_ns))
        await self._hear(order, now_ns)
        return "the runner is asked; you are told when they have answered, the answer stays with the runner"

    async def _hear(self, order: Order, now_ns: int | None = None) -> None:
        """Let the core hear it, in its place among the packets; the sender's own id and time are left out."""
        text = _ENCODER.encode(msgspec.structs.replace(order, id=None, seq=None, t=None))
        await self._say(Said(self._now_ns() if now_ns is None else now_ns, text))


def _volume_words(was: Volume, now: Volume, action: Literal["less", "more"]) -> str:
    many = "few" if action == "less" else "many"
    if now is was:
        silence = "; mute silences them all" if many == "few" else ""
        return f"already as {many} cues as there are (level {now.rank}){silence}"
    return f"{'fewer' if many == 'few' else 'more'} cues from now on, and in the next runs (level {now.rank})"
