"""Every async test runs on virtual time and must leave no task behind."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping

import pytest

from tests.virtual_time import virtual_loop_factory

TURNS_TO_END = 5
"""A cancelled task needs a turn of the loop to end, one that awaited another needs two."""


def pytest_asyncio_loop_factories(item: pytest.Item) -> Mapping[str, Callable[[], asyncio.AbstractEventLoop]]:
    """Virtual time unless the test says `@pytest.mark.real_time`."""
    if item.get_closest_marker("real_time") is not None:
        return {"real": asyncio.SelectorEventLoop}
    return {"virtual": virtual_loop_factory}


@pytest.fixture(autouse=True)
def _every_task_ends(request: pytest.FixtureRequest) -> None:
    # First in, so last out: fixtures of the test may end their tasks before anyone looks.
    if request.node.get_closest_marker("asyncio") is not None:
        request.getfixturevalue("fail_on_leaked_tasks")


@pytest.fixture
async def fail_on_leaked_tasks() -> AsyncIterator[None]:
    yield
    this = asyncio.current_task()
    for _ in range(TURNS_TO_END):
        if not (leaked := asyncio.all_tasks() - {this}):
            return
        await asyncio.sleep(0)
    pytest.fail("tasks still run after the test: " + "; ".join(sorted(repr(task) for task in leaked)))
