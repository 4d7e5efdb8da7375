"""All runners on a broker: one board each, sorted by how much they need a coach's attention."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from enum import IntEnum

from dsp.records import ThresholdState
from hub.client import Item, LinkChange, Received
from hub.messages.delivery import for_others
from hub.messages.wire import MarkMessage, ReplyMessage, TrendMessage
from tui.state.board import Board, Link

STALE_S = 5.0
"""A run publishes every second; five missed messages are more than a network hiccup."""


class Need(IntEnum):
    """How much a runner needs attention now; the sort key of the roster."""

    NOTHING = 0
    """Waiting, paused, ended or gone."""
    RUNNING = 1
    WATCH = 2
    SENSOR = 3
    """A sensor is silent: numbers are missing."""
    NEAR = 4
    SILENT = 5
    """Was running, and nothing has been heard for a while."""
    REACHED = 6


@dataclass(slots=True)
class Watched:
    """One runner as a coach may see them; `heard_s`: time of the hub's last message, on the dashboard's clock."""

    runner: str
    board: Board
    heard_s: float
    trend: TrendMessage | None = None

    def silent_s(self, now_s: float) -> float | None:
        """Return for how long an ongoing run has been silent; None if it is not silent, has ended or signed off."""
        session = self.board.session
        ongoing = session is not None and session.state in ("waiting", "running", "paused")
        silence_s = now_s - self.heard_s
        return silence_s if ongoing and self.board.hub_online is not False and silence_s > STALE_S else None

    @property
    def threshold(self) -> ThresholdState:
        """The worst state of any detector, according to the hub's session."""
        session = self.board.session
        states = list(session.thresholds.values()) if session is not None else []
        order = list(ThresholdState)
        return max(states, key=order.index, default=ThresholdState.CLEAR)

    @property
    def is_warming_up(self) -> bool:
        """Whether the first minutes, which define today's usual, are not over and no threshold has been published."""
        return not self.board.is_warm and self.threshold is ThresholdState.CLEAR and not self.board.thresholds

    def need(self, now_s: float) -> Need:
        """Return how much this runner needs attention now."""
        board, session = self.board, self.board.session
        running = session is not None and session.state == "running"
        if not running:
            return Need.NOTHING
        if board.hub_online is False or self.silent_s(now_s) is not None:
            return Need.SILENT
        if board.stop is not None or self.threshold in (ThresholdState.REACHED, ThresholdState.REPORTED):
            return Need.REACHED
        if self.threshold is ThresholdState.NEAR:
            return Need.NEAR
        if any(each.is_in_trouble for each in board.sensors.values()):
            return Need.SENSOR
        return Need.WATCH if self.threshold is ThresholdState.WATCH else Need.RUNNING


class Roster:
    """All runners heard on a broker, and the state of the link to it."""

    def __init__(self) -> None:
        self.link = Link()
        self._watched: dict[str, Watched] = {}
        self._replies: list[tuple[str, ReplyMessage]] = []
        self._answered: list[str] = []
        self._marks: list[tuple[str, MarkMessage]] = []

    def __len__(self) -> int:
        return len(self._watched)

    def __getitem__(self, runner: str) -> Watched:
        """Return one runner; raises KeyError for one never heard of."""
        return self._watched[runner]

    def __contains__(self, runner: str) -> bool:
        return runner in self._watched

    def apply(self, item: Item, now_s: float) -> None:
        """Take in one item of the feed."""
        if isinstance(item, LinkChange):
            self.link.up = item.up
            self.link.ever_up |= item.up
            self.link.reason = item.reason
            self.link.retry_at_s = None if item.up else now_s + item.retry_s
            for each in self._watched.values():
                each.board.apply(item, now_s)
            return
        self._take(item, now_s)

    def _take(self, item: Received, now_s: float) -> None:
        runner = item.address.runner
        watched = self._watched.get(runner)
        if watched is None:
            watched = self._watched[runner] = Watched(runner, Board(), now_s)
            watched.board.link.up = watched.board.link.ever_up = True
        if not item.retained:
            watched.heard_s = now_s
        message = for_others(item.message)
        if message is None:
            return  # about pain: private, even if the coach watches the runner's own broker
        if isinstance(message, TrendMessage):
            watched.trend = message
        elif isinstance(message, ReplyMessage):
            self._replies.append((runner, message))
        elif isinstance(message, MarkMessage):
            if message.by == "runner" and not message.late:  # for a coach's own mark there is a reply
                self._marks.append((runner, message))
        else:
            was_open = _has_open_question(watched.board)
            watched.board.apply(replace(item, message=message), now_s)
            session = watched.board.session
            if was_open and session is not None and session.question is not None and session.question.answered:
                self._answered.append(runner)

    def in_order(self, now_s: float) -> list[Watched]:
        """Return all runners, those most in need first, then by name."""
        return sorted(self._watched.values(), key=lambda each: (-each.need(now_s), each.runner))

    def replies(self) -> Iterator[tuple[str, ReplyMessage]]:
        """Yield and forget the replies since the last call: runner, reply."""
        while self._replies:
            yield self._replies.pop(0)

    def just_answered(self) -> Iterator[str]:
        """Yield and forget the runners who have answered a question about pain since the last call."""
        while self._answered:
            yield self._answered.pop(0)

    def marks_of_runners(self) -> Iterator[tuple[str, MarkMessage]]:
        """Yield and forget the marks that runners have made since the last call: runner, mark."""
        while self._marks:
            yield self._marks.pop(0)


def _has_open_question(board: Board) -> bool:
    question = None if board.session is None else board.session.question
    return question is not None and question.answered is None
