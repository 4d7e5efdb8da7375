"""Damaged packets of every profile, decoded up to blocks: they are counted, never raise, and time only increases."""

from __future__ import annotations

import random

import numpy as np
import pytest

from benchmarks.fuzz_notifications import fuzzed, targets
from drivers.ingest import Ingest
from drivers.packets import DeviceInfo, Packet
from dsp.signals import Placement
from firmware_profiles.catalog import load_catalog

CATALOG = load_catalog()
STEPS_NS = (0, 1000, 10**6, 3 * 10**7, 10**9)


@pytest.mark.parametrize("seed", range(3))
def test_nothing_comes_through_that_cannot_be_used(seed: int) -> None:
    chance, hub, t_ns = random.Random(seed), Ingest(CATALOG), 0
    for profile in CATALOG:
        hub.add_device(DeviceInfo(profile.id, profile.id, Placement.SACRUM, profile.id, address="AA:BB"))
    last: dict[object, int] = {}
    streams = targets(CATALOG)
    for _ in range(5000):
        target = chance.choice(streams)
        device, name = target.name.split("/", 1)
        stream = CATALOG.get(device).stream[name]
        channel = stream.learns_from if stream.learns_from and chance.random() < 0.2 else stream.source
        t_ns += chance.choice(STEPS_NS)
        for block in hub.update(Packet(device, channel, t_ns, fuzzed(chance.choice(target.seeds), chance))):
            assert block.values.shape == (len(block.t_ns), len(block.layout))
            assert not np.isinf(block.values).any()
            assert block.lost >= 0
            assert (np.diff(block.t_ns) > 0).all()
            assert block.t_ns[0] > last.get((device, block.layout), -(10**18))
            last[device, block.layout] = int(block.t_ns[-1])
    totals = hub.quality(t_ns)
    assert sum(total.packets for total in totals) == 5000
    assert sum(total.dropped for total in totals) > 500
