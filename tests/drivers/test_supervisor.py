"""Supervision over real GATT on a virtual air: connect, stream, detect failures, recover."""

from __future__ import annotations

import asyncio
import itertools

import pytest

from drivers.errors import AdapterDownError
from drivers.inbox import PacketInbox
from drivers.link_state import LinkState
from drivers.radio.facade import Radio
from drivers.supervision.supervisor import Supervisor
from dsp.signals import Placement
from firmware_profiles.catalog import load_catalog
from tests.drivers.supervised import supervised
from tests.drivers.virtual_lab import lab

FIVE = {"rsc-foot-0001", "imu6-left_foot-0002", "imu6-sacrum-0004", "hr-chest-0005", "treadmill-0006"}
SACRUM = "imu6-sacrum-0004"
RATE_HZ, PER_PACKET = 208, 8


async def test_five_sensors_stream_within_two_seconds_and_nothing_is_missing() -> None:
    async with lab() as five, supervised(five.radio) as heard:
        took_s = await heard.until(lambda: heard.streaming() >= FIVE)
        assert took_s <= 2.0
        before = {device: len(heard.packets[device]) for device in FIVE}
        await asyncio.sleep(60)
        came = {device: len(heard.packets[device]) - before[device] for device in FIVE}
        for imu in ("imu6-left_foot-0002", SACRUM):
            assert came[imu] == pytest.approx(60 * RATE_HZ / PER_PACKET, abs=2)
            assert heard.holes(imu) == []
        for slow in ("rsc-foot-0001", "hr-chest-0005", "treadmill-0006"):
            assert came[slow] == pytest.approx(60, abs=1)
        sent = {kind: sensor.sent for kind, sensor in five.sensors.items()}
        assert sent["sacrum_imu"] - len(heard.payloads(SACRUM, "data")) <= 1  # at most one still in the air
    assert heard.streaming() == FIVE
    assert all(
        state.battery_pct is not None for device in FIVE - {"treadmill-0006"} for state in heard.states[device][-1:]
    )


async def test_all_connect_together_not_one_after_the_other() -> None:
    async with lab() as five, supervised(five.radio) as heard:
        await heard.until(lambda: heard.streaming() >= FIVE)
        began = [next(s for s in heard.states[d] if s.state == "connecting").since_ns for d in FIVE]
        ended = [next(s for s in heard.states[d] if s.state == "streaming").since_ns for d in FIVE]
        assert max(began) < min(ended)
        assert (max(ended) - min(began)) / 1e9 <= 1.0


async def test_the_same_seed_gives_the_same_packets_at_the_same_times() -> None:
    async def play() -> list[tuple[str, str, int, bytes]]:
        async with lab() as five, supervised(five.radio) as heard:
            start_ns = round(five.epoch_s * 1e9)
            await asyncio.sleep(8)
            return [
                (p.device, p.channel, p.t_recv_ns - start_ns, p.payload) for d in sorted(FIVE) for p in heard.packets[d]
            ]

    one, other = await play(), await play()
    assert [p[0::3] for p in one] == [p[0::3] for p in other]
    assert max(abs(a[2] - b[2]) for a, b in zip(one, other, strict=True)) <= 1000  # ns: float64 at another time of day


async def test_a_sensor_that_dies_comes_back_by_itself_and_its_gap_can_be_counted() -> None:
    async with lab("sacrum_imu", "pod") as two, supervised(two.radio) as heard:
        await heard.until(lambda: len(heard.streaming()) == 2)
        await asyncio.sleep(20)
        two.kill("sacrum_imu")
        await heard.until(lambda: heard.state(SACRUM) == "lost", 3)
        pods = len(heard.packets["rsc-foot-0001"])
        await asyncio.sleep(15)
        assert len(heard.packets["rsc-foot-0001"]) - pods == pytest.approx(15, abs=1)
        await two.switch_on("sacrum_imu")
        assert await heard.until(lambda: heard.state(SACRUM) == "streaming") < 12
        await asyncio.sleep(5)
        starts = [first for first, _ in heard.sample_ranges(SACRUM)]
        assert sum(b < a for a, b in itertools.pairwise(starts)) == 1  # rebooted: counts from 0 again
        assert heard.states[SACRUM][-1].reconnects == 1
        assert [s.state for s in heard.states[SACRUM] if s.state in {"lost", "streaming"}][-1] == "streaming"


async def test_out_of_range_and_back_the_counter_tells_what_is_missing() -> None:
    async with lab("sacrum_imu") as one, supervised(one.radio) as heard:
        await heard.until(lambda: heard.state(SACRUM) == "streaming")
        await asyncio.sleep(5)
        one.conditions_of("sacrum_imu").in_range = False
        await heard.until(lambda: heard.state(SACRUM) == "lost", 3)
        await asyncio.sleep(4)
        one.conditions_of("sacrum_imu").in_range = True
        await heard.until(lambda: heard.state(SACRUM) == "streaming", 15)
        await asyncio.sleep(2)
        ((expected, found),) = heard.holes(SACRUM)
        gap_s = (found - expected) / RATE_HZ
        times = [packet.t_recv_ns for packet in heard.packets[SACRUM] if packet.channel == "data"]
        silence_s = max(b - a for a, b in itertools.pairwise(times)) / 1e9
        assert gap_s == pytest.approx(silence_s, abs=0.2)


async def test_a_silent_sensor_is_subscribed_again() -> None:
    async with lab("sacrum_imu") as one, supervised(one.radio) as heard:
        await heard.until(lambda: heard.state(SACRUM) == "streaming")
        await asyncio.sleep(5)
        one.sensors["sacrum_imu"].forget_subscriptions()
        assert await heard.until(lambda: heard.state(SACRUM) == "stale") == pytest.approx(2.0, abs=0.1)
        assert "no data on data" in heard.states[SACRUM][-1].detail
        assert await heard.until(lambda: heard.state(SACRUM) == "streaming") < 1.0
        assert heard.states[SACRUM][-1].reconnects == 0
        assert len(heard.holes(SACRUM)) == 1


async def test_a_sensor_that_stays_silent_is_connected_anew() -> None:
    async with lab("sacrum_imu") as one, supervised(one.radio) as heard:
        await heard.until(lambda: heard.state(SACRUM) == "streaming")
        sensor = one.sensors["sacrum_imu"]
        sensor.muted = True
        await heard.until(lambda: heard.state(SACRUM) == "stale")
        await heard.until(lambda: heard.state(SACRUM) == "lost")
        sensor.muted = False
        await heard.until(lambda: heard.state(SACRUM) == "streaming")
        assert heard.states[SACRUM][-1].reconnects == 1


async def test_radio_loss_delays_but_loses_nothing() -> None:
    async with lab("sacrum_imu", "left_foot_imu") as two, supervised(two.radio) as heard:
        for kind in ("sacrum_imu", "left_foot_imu"):
            two.conditions_of(kind).loss = 0.05
        await heard.until(lambda: len(heard.streaming()) == 2)
        await asyncio.sleep(120)
        for imu in (SACRUM, "imu6-left_foot-0002"):
            assert heard.holes(imu) == []
            assert len(heard.payloads(imu, "data")) >= 118 * RATE_HZ / PER_PACKET
            assert len([s for s in heard.states[imu] if s.state == "streaming"]) == 1


async def test_with_mtu_23_a_pod_works_and_an_imu_says_why_not() -> None:
    async with lab("pod", "sacrum_imu", mtu=23) as small, supervised(small.radio) as heard:
        await heard.until(lambda: len(heard.streaming()) == 2)
        await asyncio.sleep(5)
        assert {len(value) for value in heard.payloads("rsc-foot-0001", "measurement")} == {10}
        assert {len(value) for value in heard.payloads(SACRUM, "data")} == {20}  # one sample needs 21
        assert heard.states["rsc-foot-0001"][-1].detail == ""
        assert "20 bytes" in heard.states[SACRUM][-1].detail


async def test_a_smaller_mtu_means_smaller_packets_without_loss() -> None:
    async with lab("sacrum_imu", mtu=50) as small, supervised(small.radio) as heard:
        await asyncio.sleep(10)
        assert max(n for _, n in heard.sample_ranges(SACRUM)) == 3
        assert heard.holes(SACRUM) == []


async def test_an_adapter_that_goes_is_named_and_waited_for() -> None:
    async with lab("sacrum_imu", "strap") as two, supervised(two.radio) as heard:
        await heard.until(lambda: len(heard.streaming()) == 2)
        await asyncio.sleep(3)
        two.unplug_adapter()
        await heard.until(lambda: heard.state(SACRUM) == "failed", 5)
        await heard.until(lambda: heard.state("hr-chest-0005") == "failed", 5)
        assert heard.states[SACRUM][-1].detail.startswith("Bluetooth adapter:")
        await asyncio.sleep(20)
        two.plug_adapter()
        await heard.until(lambda: len(heard.streaming()) == 2, 20)
        await asyncio.sleep(2)
        assert len(heard.holes(SACRUM)) == 1


async def test_no_adapter_to_begin_with_is_an_error_not_a_wait() -> None:
    async with lab("strap") as one:
        one.unplug_adapter()
        supervisor = Supervisor(one.radio, load_catalog(), PacketInbox())
        with pytest.raises(AdapterDownError, match="unplugged"):
            await supervisor.run(asyncio.Event())


async def test_a_sensor_switched_on_later_is_found() -> None:
    async with lab("strap") as one, supervised(one.radio) as heard:
        await heard.until(lambda: heard.state("hr-chest-0005") == "streaming")
        await asyncio.sleep(10)
        await one.switch_on("pod")
        await heard.until(lambda: heard.state("rsc-foot-0001") == "streaming", 40)


async def test_configured_sensors_only_and_the_missing_one_is_shown() -> None:
    wanted = {"Virtual Strap": Placement.CHEST, "F0:5C:00:01:00:02": Placement.RIGHT_FOOT, "My Pod": Placement.FOOT}
    async with lab() as five, supervised(five.radio, wanted) as heard:
        await heard.until(lambda: len(heard.streaming()) == 2)
        await asyncio.sleep(10)
        assert heard.streaming() == {"chest-virtual-strap", "right_foot-0002"}
        assert heard.infos["right_foot-0002"].placement is Placement.RIGHT_FOOT
        assert heard.state("foot-my-pod") == "searching"
        assert set(heard.packets) == {"chest-virtual-strap", "right_foot-0002"}


async def test_a_pod_and_a_motion_sensor_may_sit_on_the_same_shoe() -> None:
    same = {"F0:5C:00:01:00:01": Placement.LEFT_FOOT, "F0:5C:00:01:00:02": Placement.LEFT_FOOT}
    async with lab("pod", "left_foot_imu") as two, supervised(two.radio, same) as heard:
        await heard.until(lambda: len(heard.streaming()) == 2)


async def test_an_imu_without_a_placement_says_what_to_do() -> None:
    async with lab("sacrum_imu") as one:
        one.sensors["sacrum_imu"].device.scan_response_data = b""
        await one.sensors["sacrum_imu"].device.start_advertising(auto_restart=True)
        async with supervised(one.radio) as heard:
            await heard.until(lambda: bool(heard.states))
            await asyncio.sleep(5)
        ((device, states),) = heard.states.items()
        assert device == "imu6-unplaced-0004"
        assert states[-1].state == "failed"
        assert '"F0:5C:00:01:00:04" = "sacrum"' in states[-1].detail
        assert not heard.packets


async def test_no_slot_left_says_why() -> None:
    async with lab("pod", "strap", max_connections=1) as full, supervised(full.radio) as heard:
        await heard.until(lambda: len(heard.streaming()) == 1)
        await asyncio.sleep(10)
        failed = [states[-1] for states in heard.states.values() if states[-1].state == "failed"]
        assert len(failed) == 1
        assert "one adapter serves one runner" in failed[0].detail


async def test_stop_ends_every_link_at_once_and_in_good_order() -> None:
    async with lab() as five:
        loop = asyncio.get_running_loop()
        async with supervised(five.radio) as heard:
            await heard.until(lambda: heard.streaming() >= FIVE)
            stopped_s = loop.time()
        assert loop.time() - stopped_s < 0.5
        await asyncio.sleep(0.1)  # the disconnects are under way
        assert all(not sensor.device.connections for sensor in five.sensors.values())
        assert five.radio.free_slots == five.radio.max_connections


@pytest.mark.parametrize("after_s", [0.0, 0.05, 0.2, 0.45, 0.6, 0.8, 0.95])
async def test_stop_at_any_moment_of_the_start(after_s: float) -> None:
    async with lab() as five:
        async with supervised(five.radio):
            await asyncio.sleep(after_s)
        await asyncio.sleep(2)
        assert all(not sensor.device.connections for sensor in five.sensors.values())


@pytest.mark.parametrize("waits_in", ["find", "scan"])
async def test_a_stop_ends_all_that_a_radio_which_is_gone_answers_with_an_error(
    monkeypatch: pytest.MonkeyPatch, waits_in: str
) -> None:
    async def gone(*_wanted: object, **_how: object) -> None:
        try:
            await asyncio.sleep(3600)
        except asyncio.CancelledError:
            raise AdapterDownError("the transport is gone") from None

    async with lab("strap") as one, asyncio.timeout(60), supervised(one.radio) as heard:
        await heard.until(lambda: heard.state("hr-chest-0005") == "streaming")
        monkeypatch.setattr(Radio, waits_in, gone)
        one.unplug_adapter()
        await heard.until(lambda: heard.state("hr-chest-0005") == "lost", 5)
        await asyncio.sleep(10)  # it is searched for again


async def test_link_states_follow_the_connection() -> None:
    async with lab("strap") as one, supervised(one.radio) as heard:
        await heard.until(lambda: heard.state("hr-chest-0005") == "streaming")
    states: list[LinkState] = heard.states["hr-chest-0005"]
    assert [state.state for state in states if state.battery_pct is None] == ["connecting"]
    assert states[-1].battery_pct == 64
    assert states[-1].profile == "sig.hr"
    assert states[-1].address == "F0:5C:00:01:00:05"
