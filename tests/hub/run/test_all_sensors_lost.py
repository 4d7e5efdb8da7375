"""A run that loses its last sensor, or has none, reports that nothing is measured; without any, nothing is recorded."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path
from typing import Literal

import pytest

from drivers.clock import now_ns
from drivers.link_state import LinkState
from dsp.signals import Placement
from hub.flow.engine import RadioItem
from hub.stop import Stop
from hub.text.missing import NOT_YET
from tests.hub.run.plain_source import PlainSource
from tests.hub.run.recorded_run import a_run


class OneShoe(PlainSource):
    """Streams for 30 s, is lost, and is back for the last 20 s."""

    def now_ns(self) -> int:
        return now_ns()

    async def batches(self, stop: Stop) -> AsyncIterator[Sequence[RadioItem]]:
        del stop
        shoe = LinkState("shoe", Placement.LEFT_FOOT, "Shoe", "streaming", now_ns())
        yield [shoe]
        await asyncio.sleep(30.0)
        yield [replace(shoe, state="lost")]
        await asyncio.sleep(20.0)
        yield [shoe]
        await asyncio.sleep(20.0)


@asynccontextmanager
async def one_shoe() -> AsyncIterator[OneShoe]:
    yield OneShoe()


async def test_the_last_sensor_is_lost(small_recording: Path, tmp_path: Path) -> None:
    run = a_run(small_recording, tmp_path, source=one_shoe())
    run_info = replace(run.plan.run_info, source="live", t0_ns=now_ns())
    run.plan = replace(run.plan, run_info=run_info, name_file=None)
    await run.play()
    no_hip = "no hip sensor is streaming: hip drop is not measured"
    assert run.said == [no_hip, "no sensor is streaming any more: nothing is measured", no_hip]


class Nobody(OneShoe):
    """No sensor connects within 30 s."""

    async def batches(self, stop: Stop) -> AsyncIterator[Sequence[RadioItem]]:
        del stop
        yield [LinkState("shoe", Placement.LEFT_FOOT, "Shoe", "searching", now_ns())]
        await asyncio.sleep(30.0)


@asynccontextmanager
async def nobody() -> AsyncIterator[OneShoe]:
    yield Nobody()


def is_recorded(folder: Path) -> bool:
    return any(folder.glob("run*.mcap"))


@pytest.mark.parametrize("source", ["live", "replay"])
async def test_no_sensor_comes(small_recording: Path, tmp_path: Path, source: Literal["live", "replay"]) -> None:
    run = a_run(small_recording, tmp_path, source=nobody())
    run.plan = replace(run.plan, run_info=replace(run.plan.run_info, source=source, t0_ns=now_ns()))
    outcome = await run.play()
    live = source == "live"
    assert run.said == ([NOT_YET] if live else [])
    assert outcome.silent
    assert bool(outcome.files) != live
    assert is_recorded(tmp_path) != live
