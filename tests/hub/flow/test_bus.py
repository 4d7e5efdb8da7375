"""The bus: made = delivered + dropped + pending, whatever the policy and however slow the reader."""

import asyncio

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.flow.bus import PATIENCE_S, Bus, Policy
from tests.virtual_time import virtual_loop_factory

READ = -1
actions = st.lists(st.one_of(st.just(READ), st.integers(0, 5)), max_size=60)


@given(actions=actions, policy=st.sampled_from(Policy), capacity=st.integers(1, 4))
def test_every_item_is_delivered_or_counted(actions: list[int], policy: Policy, capacity: int) -> None:
    async def run() -> None:
        bus: Bus[int] = Bus()
        subscription = bus.subscribe("reader", policy, capacity)
        read: list[int] = []
        published = 0
        for action in actions:
            if action == READ:
                read += subscription.take()
            else:
                await bus.publish(action)
                published += 1
            assert subscription.pending <= capacity
            assert subscription.made == subscription.delivered + subscription.dropped + subscription.pending
        bus.close()
        read += [item async for batch in subscription.batches() for item in batch]
        assert subscription.made == published == len(read) + subscription.dropped
        assert subscription.delivered == len(read)

    with asyncio.Runner(loop_factory=virtual_loop_factory) as runner:
        runner.run(run())


async def _fill(policy: Policy, items: str, capacity: int) -> tuple[list[str], int]:
    bus: Bus[str] = Bus()
    subscription = bus.subscribe("slow", policy, capacity)
    for item in items:
        await bus.publish(item)
    return subscription.take(), subscription.dropped


async def test_drop_oldest_keeps_the_newest_in_order() -> None:
    assert await _fill(Policy.DROP_OLDEST, "abcdef", 3) == (["d", "e", "f"], 3)


async def test_wait_holds_the_publisher_until_there_is_room() -> None:
    bus: Bus[int] = Bus()
    subscription = bus.subscribe("recorder", Policy.WAIT, 2)
    read: list[int] = []

    async def reader() -> None:
        async for batch in subscription.batches():
            read.extend(batch)
            await asyncio.sleep(PATIENCE_S / 2)

    async with asyncio.TaskGroup() as group:
        group.create_task(reader(), name="reader")
        for item in range(20):
            await bus.publish(item)
        bus.close()
    assert read == list(range(20))
    assert subscription.dropped == 0


async def test_wait_gives_up_after_two_seconds_and_recovers_with_the_reader() -> None:
    loop = asyncio.get_running_loop()
    bus: Bus[int] = Bus()
    subscription = bus.subscribe("recorder", Policy.WAIT, 2)
    start_s = loop.time()
    for item in range(10):
        await bus.publish(item)
    assert loop.time() - start_s == pytest.approx(PATIENCE_S)  # waited once, not once per item
    assert (subscription.stalled, subscription.dropped) == (True, 8)
    assert subscription.take() == [0, 1]
    assert not subscription.stalled
    await bus.publish(10)
    assert subscription.take() == [10]


async def test_a_subscription_gets_only_what_it_wants() -> None:
    bus: Bus[int | str] = Bus()
    numbers = bus.subscribe("numbers", Policy.WAIT, 5, wanted=lambda item: isinstance(item, int))
    for item in (1, "a", 2):
        await bus.publish(item)
    assert numbers.take() == [1, 2]
    assert numbers.made == 2


async def test_a_queue_without_room_is_refused() -> None:
    with pytest.raises(ValueError, match="positive capacity"):
        Bus().subscribe("none", Policy.WAIT, 0)


async def test_an_abandoned_subscription_drops_and_counts_without_blocking() -> None:
    bus: Bus[int] = Bus()
    subscription = bus.subscribe("recorder", Policy.WAIT, 2)
    await bus.publish(1)
    await bus.publish(2)
    subscription.abandon()
    await bus.publish(3)
    assert (subscription.made, subscription.dropped, subscription.pending) == (3, 3, 0)
