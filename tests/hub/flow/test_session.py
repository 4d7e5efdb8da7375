"""A session starts when running starts, pauses when it stops, and counts running time only."""

from __future__ import annotations

import pytest

from dsp.records import Metric, Step
from dsp.signals import Placement
from hub.flow.session import Session

SECOND_NS = 1_000_000_000


def running(at_s: float, value: float) -> Metric:
    return Metric(round(at_s * SECOND_NS), "running", value, None, 1.0)


STEP = Step(0, None, None, None, None, None, None, None, Placement.SACRUM, None, 1.0)


def test_a_session_follows_the_runner() -> None:
    session = Session()
    assert not session.update(running(1, 0))
    assert (session.state, session.started_ns) == ("waiting", None)
    assert session.update(running(5, 1))
    assert not session.update(running(6, 1))
    assert (session.state, session.started_ns) == ("running", 5 * SECOND_NS)
    assert session.elapsed_s(8 * SECOND_NS) == pytest.approx(3)
    assert session.update(running(15, 0))
    assert (session.state, round(session.elapsed_s(99 * SECOND_NS), 6)) == ("paused", 10.0)
    assert session.update(running(20, 1))
    assert session.started_ns == 5 * SECOND_NS
    session.end(22 * SECOND_NS)
    assert (session.state, round(session.elapsed_s(99 * SECOND_NS), 6)) == ("ended", 12.0)
    assert not session.update(running(30, 1))


def test_steps_are_counted() -> None:
    session = Session()
    session.update(STEP)
    session.update(STEP)
    assert session.steps == 2
