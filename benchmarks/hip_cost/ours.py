"""Decode to drop with our core: the decoder of `stridecue.imu6`, then the chain of a trunk sensor whose mount is given.

The design counts only that: decoding, orientation, vertical force, low-pass, contact and toe-off, obliquity, drop. Our
chain does more with every sample: it also looks for three taps, measures bounce, tilt and turn of every stride, detects
standing and a moved sensor, and monitors the given mount. `only_counted` switches that off.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from unittest.mock import patch

import numpy as np
import numpy.typing as npt

from benchmarks.hip_cost.packets import ACC_RANGE_G, GYRO_RANGE_DPS
from drivers.decoders.factory import build_decoder
from dsp.chains.trunk import TrunkChain
from dsp.chains.trunk_alignment import TrunkAlignment
from dsp.chains.trunk_steps import TrunkSteps
from dsp.gait.sightings import Release, Sighting
from dsp.orientation.mount import Mount
from dsp.samples.intake import Intake
from dsp.signals import Placement, SampleBlock
from dsp.taps import ThreeTaps
from firmware_profiles.catalog import load_catalog

PROFILE = load_catalog().profiles["stridecue.imu6"]
"""Read once, however long a run is: not counted."""

MOUNT = Mount(forward=(1.0, 0.0, 0.0), left=(0.0, 1.0, 0.0), up=(0.0, 0.0, 1.0))

UNCOUNTED: Mapping[str, tuple[type, str, Callable[..., object]]] = {
    "keeping raw samples for the taps": (Intake, "_keep_raw", lambda *_: None),
    "three taps": (ThreeTaps, "look", lambda *_: []),
    "bounce, tilt, turn, per stride": (TrunkSteps, "_read_stride", lambda *_: None),
    "standing, moved, per 0.5 s": (TrunkChain, "_check_window", lambda *_: False),
    "mount, some strides": (TrunkAlignment, "stride", lambda *_, **__: False),
}
"""What the design does not count: the method that does it, and one that does nothing."""


@contextmanager
def only_counted() -> Iterator[None]:
    """Switch off what the design does not count."""
    with ExitStack() as switched_off:
        for owner, name, nothing in UNCOUNTED.values():
            switched_off.enter_context(patch.object(owner, name, nothing))
        yield


def drops(packets: Sequence[bytes], stamps: Sequence[npt.NDArray[np.int64]], rate_hz: float) -> int:
    """Run the packets through decoder and chain and return the number of steps that have a drop.

    `stamps` are the sample times in ns of each packet: clock recovery is not counted, as in the design.
    """
    params = {"rate_hz": rate_hz, "acc_range_g": ACC_RANGE_G, "gyro_range_dps": GYRO_RANGE_DPS}
    decoder = build_decoder(PROFILE, "imu", params)
    worn = Placement.SACRUM
    chain = TrunkChain(worn, MOUNT)
    seen: list[Sighting] = []
    for payload, t_ns in zip(packets, stamps, strict=True):
        reading = decoder.update(payload)
        if reading is None:
            continue
        block = SampleBlock("hip", worn, reading.layout, t_ns, reading.rows, rate_hz)
        if chain.put(block):
            seen += chain.work()
    return sum(isinstance(each, Release) and each.drop is not None for each in seen)
