"""Trust in a drop: by the sampling rate and by the mount."""

from __future__ import annotations

from dataclasses import replace

import pytest

from dsp.gait.drop_trust import mount_trust, rate_trust
from dsp.orientation.mount import Mount
from dsp.records import Metric
from dsp.signals import Placement
from tests.dsp.synthetic import make
from tests.dsp.test_synthetic_runner import play


def test_trust_falls_with_the_sampling_rate_below_fifty_hertz() -> None:
    rates = (416.0, 104.0, 52.0, 40.0, 30.0, 26.0, 12.5)
    trusts = [rate_trust(rate) for rate in rates]
    assert trusts[:3] == [1.0, 1.0, 1.0]
    assert trusts == sorted(trusts, reverse=True)
    assert rate_trust(30.0) == pytest.approx(0.5)
    assert rate_trust(12.5) < 0.05


def test_a_mount_is_trusted_from_its_first_estimate_unless_it_is_inconsistent() -> None:
    mount = Mount((1.0, 0.0, 0.0), (0.0, 1.0, 0.0), (0.0, 0.0, 1.0))
    assert [mount_trust(replace(mount, quality=q)) for q in (1.0, 0.3, 0.03, 0.0)] == pytest.approx(
        [1.0, 1.0, 0.1, 0.0]
    )
    assert mount_trust(replace(mount, heading_trust=0.4)) == pytest.approx(0.4)


@pytest.mark.parametrize(("rate_hz", "low", "high"), [(104.0, 0.85, 0.9), (26.0, 0.2, 0.4), (12.5, 0.0, 0.05)])
def test_the_quality_of_drop_reflects_the_sampling_rate(rate_hz: float, low: float, high: float) -> None:
    records = play(make(seconds=40.0, rate_hz=rate_hz), [Placement.SACRUM], rate_hz)
    qualities = [m.quality for m in records if isinstance(m, Metric) and m.key == "drop_excursion_deg"]
    assert low <= qualities[-1] <= high
