"""Everything that ends a link on Linux, one fault after the other, during one run (20 minutes of guest time in five).

Prints its progress and the report; exit code 0 if the run continued, recovered each time, and counted every gap.
"""

from __future__ import annotations

import asyncio
import signal
import sys
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field

from drivers.virtual.connection import Conditions
from drivers.virtual.lab import VirtualLab
from drivers.virtual.peripherals.sensor import MTU
from drivers.virtual.runner import VirtualRunner
from hub.settings.folders import log_file
from tests.bluez.vm.guest.bluetooth import Bluetooth
from tests.bluez.vm.guest.hub_process import RECORDINGS, HubProcess
from tests.bluez.vm.guest.report import Episode, judge

IMU, POD, STRAP = "imu6-sacrum-0004", "rsc-foot-0001", "hr-chest-0005"
SENSORS = {IMU: "sacrum_imu", POD: "pod", STRAP: "strap"}
AIR = Conditions(interval_ms=15.0, timeout_ms=3000.0)
"""A supervision timeout long enough not to expire on an emulated machine under load."""

SMALLEST_MTU = 23
SETTLE_S = 12.0
"""Longer than a link must last for the backoff to start with short waits again (10 s)."""
AWAY_S = 3.0
FIRST_WITHIN_S, BACK_WITHIN_S = 180.0, 120.0
LOSS = 0.1


def say(text: str) -> None:
    """Print a text with the seconds since the machine's start."""
    print(f"[{time.monotonic():7.1f}] {text}", flush=True)


@dataclass
class Trouble:
    """A fault: `cause` it, wait `for_s`, `cure` it; then all sensors in `hit` must stream again."""

    name: str
    cause: Callable[[], Awaitable[None]]
    cure: Callable[[], Awaitable[None]]
    hit: frozenset[str] = frozenset(SENSORS)
    for_s: float = AWAY_S


@dataclass
class Scenario:
    """The run and its faults."""

    lab: VirtualLab
    bluetooth: Bluetooth
    hub: HubProcess
    episodes: list[Episode] = field(default_factory=list)

    def troubles(self) -> list[Trouble]:
        """Return the faults in order."""
        bluetooth, imu = self.bluetooth, frozenset({IMU})
        return [
            Trouble("silent stop of the IMU", self.mute, nothing, imu, for_s=0.0),
            Trouble("the IMU ends the link", self.part, nothing, imu, for_s=0.0),
            Trouble("reboot of the IMU", self.off("sacrum_imu"), self.on("sacrum_imu"), imu),
            Trouble("pod comes back with MTU 23", self.off("pod"), self.on("pod", SMALLEST_MTU), frozenset({POD})),
            Trouble("10 % radio loss", self.loss(LOSS), self.loss(0.0), for_s=SETTLE_S),
            Trouble("adapter off and on", self.power_off, self.power_on),
            Trouble("bluetoothd restarted (SIGTERM)", self.end_daemon(signal.SIGTERM), self.start_daemon),
            Trouble("bluetoothd killed (SIGKILL)", self.end_daemon(signal.SIGKILL), self.start_daemon),
            Trouble("bluetoothd killed during a scan", self.kill_during_scan, self.back_after_scan, for_s=1.0),
            Trouble("adapter unplugged and plugged in", bluetooth.unplug, self.plug),
        ]

    async def run(self) -> None:
        """Start everything, and cause all faults."""
        await self.bluetooth.start_daemon()
        await self.plug()
        start_s = time.monotonic()
        await self.hub.start()
        await self.hub.until(self.all_stream, FIRST_WITHIN_S)
        say(f"all stream {time.monotonic() - start_s:.1f} s after the start of the hub")
        for trouble in self.troubles():
            await self.go_through(trouble)
        await asyncio.sleep(SETTLE_S)

    async def go_through(self, trouble: Trouble) -> None:
        """Cause one fault and wait for the sensors to recover."""
        await asyncio.sleep(SETTLE_S)
        say(f"== {trouble.name}")
        began_s = time.monotonic()
        await trouble.cause()
        await asyncio.sleep(trouble.for_s)
        cured_s = time.monotonic()
        await trouble.cure()
        if trouble.for_s == 0.0:
            await self.hub.until(lambda: not trouble.hit <= self.hub.streaming(), BACK_WITHIN_S)
        await self.hub.until(self.all_stream, BACK_WITHIN_S)
        self.episodes.append(Episode(trouble.name, trouble.hit, began_s, cured_s, time.monotonic()))
        say(f"   all stream {time.monotonic() - cured_s:.1f} s after the cause was gone")

    def all_stream(self) -> bool:
        """Return whether the hub reports every sensor as streaming."""
        return self.hub.streaming() >= set(SENSORS)

    async def mute(self) -> None:
        """Make the IMU lose its subscription."""
        self.lab.sensors["sacrum_imu"].forget_subscriptions()

    async def part(self) -> None:
        """Make the IMU disconnect."""
        await self.lab.sensors["sacrum_imu"].disconnect()

    def off(self, kind: str) -> Callable[[], Awaitable[None]]:
        """Return an action that cuts a sensor's power."""

        async def kill() -> None:
            self.lab.kill(kind)

        return kill

    def on(self, kind: str, mtu: int = MTU) -> Callable[[], Awaitable[None]]:
        """Return an action that boots a sensor."""

        async def boot() -> None:
            self.lab.mtu = mtu
            await self.lab.switch_on(kind)
            self.lab.mtu = MTU

        return boot

    def loss(self, share: float) -> Callable[[], Awaitable[None]]:
        """Return an action that sets the packet loss for every sensor."""

        async def change() -> None:
            for kind in SENSORS.values():
                self.lab.conditions_of(kind).loss = share

        return change

    async def power_off(self) -> None:
        """Switch the adapter off."""
        await self.bluetooth.power(on=False)

    async def power_on(self) -> None:
        """Switch the adapter on."""
        await self.bluetooth.power(on=True)

    async def plug(self) -> None:
        """Plug the adapter in, and wait until BlueZ has powered it."""
        await self.bluetooth.plug()
        await self.bluetooth.until_powered()

    def end_daemon(self, how: signal.Signals) -> Callable[[], Awaitable[None]]:
        """Return an action that ends bluetoothd."""
        return lambda: self.bluetooth.end_daemon(how)

    async def start_daemon(self) -> None:
        """Start bluetoothd, and wait until it has the adapter."""
        await self.bluetooth.start_daemon()
        await self.bluetooth.until_powered()

    async def kill_during_scan(self) -> None:
        """Kill bluetoothd while the hub searches for a sensor: the kernel keeps scanning."""
        self.lab.kill("strap")
        await self.hub.until(lambda: STRAP not in self.hub.streaming(), BACK_WITHIN_S)
        await self.bluetooth.until_scanning()
        await self.bluetooth.end_daemon(signal.SIGKILL)

    async def back_after_scan(self) -> None:
        """Restart daemon and sensor."""
        await self.start_daemon()
        await self.lab.switch_on("strap")


async def nothing() -> None:
    """Do nothing: the hub recovers by itself."""


async def adopt(bluetooth: Bluetooth) -> None:
    """Crash a hub and start another, which must take over the links left open."""
    say("== hub killed (SIGKILL) and started again")
    first, second = HubProcess(say), HubProcess(say)
    await first.start()
    await first.until(lambda: first.streaming() >= set(SENSORS), FIRST_WITHIN_S)
    await asyncio.sleep(SETTLE_S)
    await first.end(signal.SIGKILL)
    say(f"   links left open: {', '.join(await bluetooth.connected()) or 'none'}")
    start_s = time.monotonic()
    await second.start()
    await second.until(lambda: second.streaming() >= set(SENSORS), FIRST_WITHIN_S)
    say(f"   all stream {time.monotonic() - start_s:.1f} s after the new hub's start (Python's start included)")
    assert await second.end(signal.SIGINT) == 0


def print_warnings() -> None:
    """Print the warnings in the hubs' log: resets of the adapter, failed scans."""
    for line in log_file().read_text(encoding="utf-8", errors="replace").splitlines():
        if " INFO " not in line:
            print(f"    log: {line}", flush=True)


async def main() -> int:
    """Run everything; return the exit code."""
    async with VirtualLab(VirtualRunner(), tuple(SENSORS.values()), conditions=AIR) as lab:
        scenario = Scenario(lab, Bluetooth(lab.link), HubProcess(say))
        start_s = time.monotonic()
        await scenario.run()
        last_words = dict(scenario.hub.sensors)
        say(f"the hub used {scenario.hub.cpu_s():.0f} s of the processor in {time.monotonic() - start_s:.0f} s")
        ran_through = scenario.hub.runs
        code = await scenario.hub.end(signal.SIGINT)
        say(f"hub: exit code {code}; links left: {', '.join(await scenario.bluetooth.connected()) or 'none'}")
        (recording,) = RECORDINGS.glob("*.mcap")
        faults = judge(recording, scenario.episodes, last_words, IMU)
        if not ran_through or code != 0:
            faults.append("the run did not go through to its end")
        await adopt(scenario.bluetooth)
    print_warnings()
    for fault in faults:
        say(f"FAULT: {fault}")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(asyncio.run(main()))
