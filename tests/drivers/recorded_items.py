"""Copy items of a recording into another one."""

from __future__ import annotations

from typing import TypeAlias

from drivers.packets import DeviceInfo, Packet, UserInput
from drivers.recordings.recording import RecordingWriter

Item: TypeAlias = DeviceInfo | Packet | UserInput


def add(writer: RecordingWriter, item: Item) -> None:
    match item:
        case DeviceInfo():
            writer.add_device(item)
        case Packet():
            writer.add_packet(item)
        case UserInput():
            writer.add_input(item)
