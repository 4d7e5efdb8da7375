"""Lost notifications of sources that do not number them, estimated from arrival times."""

from __future__ import annotations

import numpy as np
import pytest

from drivers.decoders.heart_rate import encode_heart_rate
from drivers.decoders.rsc import encode_rsc
from drivers.ingest import Ingest
from drivers.packets import DeviceInfo, Packet
from drivers.timing.silence import SilenceCounter
from dsp.signals import Placement
from firmware_profiles.catalog import load_catalog

CATALOG = load_catalog()
SOURCES = {
    "sig.rsc": ("measurement", encode_rsc(3.0, 85)),
    "sig.hr": ("measurement", encode_heart_rate(140, [0.43, 0.43])),
    "sig.treadmill": ("data", bytes.fromhex("0000e803")),
}


def lost(arrivals_s: list[float] | np.ndarray) -> int:
    counter = SilenceCounter(1.0)
    return sum(counter.update(round(arrival_s * 1e9)) for arrival_s in arrivals_s)


@pytest.mark.parametrize("profile", SOURCES)
def test_an_outage_is_lost_notifications(profile: str) -> None:
    channel, payload = SOURCES[profile]
    ingest = Ingest(CATALOG)
    ingest.add_device(DeviceInfo("x", profile, CATALOG.get(profile).profile.placement[0], "x"))
    blocks = []
    for second in [*range(20), *range(29, 60)]:
        blocks += ingest.update(Packet("x", channel, second * 10**9, payload))
    assert ingest.quality(0)[0].lost == 9
    assert [block.lost for block in blocks if block.lost] == [9]


def test_a_regular_source_loses_nothing() -> None:
    rng = np.random.default_rng(1)
    assert lost(np.arange(600.0)) == 0
    assert lost(np.arange(600) + rng.exponential(0.05, 600)) == 0
    assert lost(np.arange(600) + rng.uniform(0, 0.45, 600)) == 0
    assert lost(np.delete(np.arange(600.0), np.arange(10, 600, 40))) == 0, "one left out is within 2.5 periods"
    assert lost([5.0]) == 0


def test_outages_add_up() -> None:
    seconds = np.setdiff1d(np.arange(300.0), np.r_[50:60, 100:103, 200:240])
    assert lost(seconds) == 10 + 3 + 40


def test_notifications_delayed_by_the_link_are_not_lost() -> None:
    stalled = [*np.arange(30.0), *(39.0 + 0.01 * np.arange(10)), *np.arange(40.0, 60.0)]
    assert lost(stalled) == 0
    half = [*np.arange(30.0), *(39.0 + 0.01 * np.arange(5)), *np.arange(40.0, 60.0)]
    assert lost(half) == 9 - 4


def test_a_source_slower_than_its_profile_is_accepted_after_a_while() -> None:
    assert lost(np.arange(0, 600, 2.0)) == 0
    assert lost([*np.arange(20.0), *np.arange(20.0, 600.0, 4.0)]) <= 5 * 3


def test_irregular_sources_lose_nothing() -> None:
    ingest = Ingest(CATALOG)
    ingest.add_device(DeviceInfo("pod", "sig.rsc", Placement.FOOT, "pod"))
    for second in (0, 60, 61, 300):
        ingest.update(Packet("pod", "battery", second * 10**9, b"\x4b"))
    assert ingest.quality(0)[0].lost == 0
