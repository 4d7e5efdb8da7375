"""bluetooth-sig (MIT): CPU time of its characteristic classes on notifications read from stdin.

Run by `benchmarks.fuzz_notifications` in the library's own environment.
"""

from __future__ import annotations

import json
import sys
import time

from bluetooth_sig.gatt.characteristics import (
    BatteryLevelCharacteristic,
    CyclingPowerMeasurementCharacteristic,
    HeartRateMeasurementCharacteristic,
    RSCMeasurementCharacteristic,
    TreadmillDataCharacteristic,
)
from bluetooth_sig.gatt.exceptions import BluetoothSIGError

CLASSES = {
    "2A19": BatteryLevelCharacteristic,
    "2A37": HeartRateMeasurementCharacteristic,
    "2A53": RSCMeasurementCharacteristic,
    "2A63": CyclingPowerMeasurementCharacteristic,
    "2ACD": TreadmillDataCharacteristic,
}
ROUNDS = 1000


def main() -> None:
    """Print the CPU time per readable notification, the number of those, and the number rejected."""
    calls, rejected = [], 0
    for uuid, payload in json.load(sys.stdin):
        parse, data = CLASSES[uuid]().parse_value, bytearray.fromhex(payload)
        try:
            parse(data)
        except BluetoothSIGError:
            rejected += 1
        else:
            calls.append((parse, data))
    began_s = time.process_time()
    for _ in range(ROUNDS):
        for parse, data in calls:
            parse(data)
    each_us = (time.process_time() - began_s) / (ROUNDS * len(calls)) * 1e6
    print(f"{each_us:.2f} us CPU each, fields only, {len(calls)} of them read and {rejected} rejected")


if __name__ == "__main__":
    main()
