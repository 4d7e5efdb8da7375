from __future__ import annotations

import asyncio

import pytest
from hypothesis import given
from hypothesis import strategies as st

from drivers.inbox import Item, PacketInbox
from drivers.link_state import LinkState
from drivers.packets import DeviceInfo, Packet
from dsp.signals import Placement


def packet(number: int, device: str = "imu") -> Packet:
    return Packet(device, "data", number, b"%d" % number)


def info(device: str = "imu") -> DeviceInfo:
    return DeviceInfo(device, "stridecue.imu6", Placement.SACRUM, device)


def state(number: int, device: str = "imu") -> LinkState:
    return LinkState(device, Placement.SACRUM, device, "streaming", number)


async def test_everything_comes_out_in_order() -> None:
    inbox = PacketInbox()
    items: list[Item] = [info(), state(1), packet(1), packet(2), state(2)]
    for item in items:
        inbox.put(item)
    assert await inbox.get_batch() == items
    assert (inbox.made, inbox.delivered, inbox.dropped, inbox.waiting) == (5, 5, 0, 0)


async def test_waits_for_something() -> None:
    inbox = PacketInbox()
    asyncio.get_running_loop().call_later(3.0, inbox.put, packet(1))
    assert await inbox.get_batch() == [packet(1)]
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(10):
            await inbox.get_batch()


async def test_overflow_drops_the_oldest_packets_and_counts_them() -> None:
    inbox = PacketInbox(maxlen=3)
    for number in range(10):
        inbox.put(packet(number))
    assert inbox.dropped == 7
    assert await inbox.get_batch() == [packet(7), packet(8), packet(9)]


async def test_device_facts_and_latest_link_states_survive_an_overflow() -> None:
    inbox = PacketInbox(maxlen=2)
    items: list[Item] = [info("a"), state(1, "a"), info("b"), state(2, "a"), *(packet(number) for number in range(5))]
    for item in items:
        inbox.put(item)
    assert await inbox.get_batch() == [info("a"), info("b"), state(2, "a"), packet(3), packet(4)]
    assert inbox.dropped == 3 + 1  # three packets, and a state superseded by a later one


async def test_closed_it_drains_and_then_gives_nothing() -> None:
    inbox = PacketInbox()
    inbox.put(packet(1))
    inbox.close()
    inbox.put(packet(2))
    assert await inbox.get_batch() == [packet(1)]
    assert await inbox.get_batch() == []
    assert (inbox.made, inbox.delivered, inbox.dropped) == (2, 1, 1)


def test_refuses_to_hold_nothing() -> None:
    with pytest.raises(ValueError, match="at least one"):
        PacketInbox(0)


steps = st.lists(
    st.one_of(
        st.builds(packet, st.integers(0, 9), st.sampled_from("ab")),
        st.builds(info, st.sampled_from("ab")),
        st.builds(state, st.integers(0, 9), st.sampled_from("ab")),
        st.none(),  # take a batch
    ),
    max_size=60,
)


@given(steps=steps, maxlen=st.integers(1, 5))
def test_made_is_delivered_plus_dropped_plus_waiting(steps: list[Item | None], maxlen: int) -> None:
    async def play() -> None:
        inbox = PacketInbox(maxlen)
        taken: list[Item] = []
        put: list[Item] = []
        for step in steps:
            if step is not None:
                inbox.put(step)
                put.append(step)
            elif inbox.waiting:
                taken += await inbox.get_batch()
            assert inbox.made == inbox.delivered + inbox.dropped + inbox.waiting
        if inbox.waiting:
            taken += await inbox.get_batch()
        assert len(taken) == inbox.delivered == inbox.made - inbox.dropped
        assert [item for item in put if isinstance(item, Packet)][-1:] == [
            item for item in taken if isinstance(item, Packet)
        ][-1:]
        for device in "ab":  # the latest state of every device arrives
            for kind in (DeviceInfo, LinkState):
                said = [item for item in put if isinstance(item, kind) and item.device == device]
                heard = [item for item in taken if isinstance(item, kind) and item.device == device]
                assert heard[-1:] == said[-1:]

    asyncio.run(play())
