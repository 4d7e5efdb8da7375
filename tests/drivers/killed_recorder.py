"""Record until killed, as a separate process: python -m tests.drivers.killed_recorder PATH."""

from __future__ import annotations

import sys
import time
from pathlib import Path

from drivers.packets import DeviceInfo, Packet
from drivers.recordings.recording import RecordingWriter, SessionInfo
from dsp.signals import Placement

PACKET_S = 0.01
TICK_PACKETS = 20
"""A tick every 0.2 s: the test needs several, not a second each."""


def main(path: Path) -> None:
    writer = RecordingWriter(path, SessionInfo(0, None, "runner"))
    writer.add_device(DeviceInfo("hip", "stridecue.imu6", Placement.SACRUM, "hip"))
    for i in range(1_000_000):
        writer.add_packet(Packet("hip", "data", i, i.to_bytes(4, "little") * 16))
        if i % TICK_PACKETS == TICK_PACKETS - 1:
            writer.tick()
            print(i + 1, flush=True)
        time.sleep(PACKET_S)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
