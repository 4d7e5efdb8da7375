"""CPU and memory of the dashboard beside a hub with five sensors, in a real terminal (tmux) on a real broker.

python -m benchmarks.bench_dashboard [--seconds 20] [--size 120x40]

Published: attitude at 10 messages/s, steps at 3/s, metrics, session and sensors once a second.
"""

from __future__ import annotations

import argparse
import asyncio
import importlib
import os
import shutil
import socket
import subprocess
import sys
import threading
import time
from pathlib import Path

from hub.connection import Server, open_client
from hub.delivery import DELIVERY
from hub.wire import Message, SensorMessage, encode

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))  # tests/ is not installed
scenes = importlib.import_module("tests.tui.scenes")


WARM_UP_S = 4.0
SIZES = ("120x40", "80x24")


async def publish(port: int, seconds: float) -> None:
    async with open_client(Server(port=port)) as client:

        async def post(message: Message) -> None:
            kind = message.__struct_config__.tag
            sensor = isinstance(message, SensorMessage)
            topic = scenes.TOPICS.sensor(message.device) if sensor else f"{scenes.TOPICS.root}/{kind}"
            delivery = DELIVERY[type(message)]
            await client.publish(topic, encode(message), qos=delivery.qos, retain=delivery.retain)

        await post(scenes.status())
        start_s = time.monotonic()
        for tick in range(round(10 * seconds)):
            await post(scenes.attitude(tick / 10, seconds=0.1, rate_hz=50.0))
            if tick % 3 == 0:
                await post(scenes.step(tick / 10))
            if tick % 10 == 0:
                second = tick // 10
                await post(scenes.metrics(cadence_spm=170.0 + second % 5, heart_rate_bpm=150.0 + second % 3))
                await post(scenes.session(elapsed_s=float(second)))
                for device, (_, _, rate_hz) in scenes.SENSORS.items():
                    await post(scenes.sensor(device, packets=round(second * rate_hz)))
            if tick == 50:
                await post(scenes.threshold())
                await post(scenes.cue())
            await asyncio.sleep(max(0.0, start_s + (tick + 1) / 10 - time.monotonic()))


def cpu_s(pid: int) -> float:
    fields = Path(f"/proc/{pid}/stat").read_text(encoding="ascii").rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def rss_mb(pid: int) -> float:
    status = Path(f"/proc/{pid}/status").read_text(encoding="ascii")
    return int(next(line.split()[1] for line in status.splitlines() if line.startswith("VmRSS"))) / 1024


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def tmux(*arguments: str) -> str:
    return subprocess.run(["tmux", *arguments], check=True, capture_output=True, text=True, cwd=ROOT).stdout


def measure(mosquitto: str, seconds: float, size: str) -> None:
    columns, rows = size.split("x")
    port, session = free_port(), f"stridecue-bench-{os.getpid()}"
    broker = subprocess.Popen([mosquitto, "-p", str(port)], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        time.sleep(0.5)
        program = f"exec {sys.executable} -m tui --port {port} --runner ann"
        tmux("new-session", "-d", "-s", session, "-x", columns, "-y", rows, program)
        pid = int(tmux("list-panes", "-t", session, "-F", "#{pane_pid}"))
        publisher = threading.Thread(target=lambda: asyncio.run(publish(port, WARM_UP_S + seconds + 0.5)))
        publisher.start()
        time.sleep(WARM_UP_S)
        before_s, start_s = cpu_s(pid), time.monotonic()
        time.sleep(seconds)
        share = (cpu_s(pid) - before_s) / (time.monotonic() - start_s)
        print(f"dashboard at {size}: {100 * share:.1f} % of a core, {rss_mb(pid):.0f} MB")
        publisher.join()
        tmux("kill-session", "-t", session)
    finally:
        broker.terminate()


def main() -> None:
    parser = argparse.ArgumentParser(description="What the dashboard costs.")
    parser.add_argument("--seconds", type=float, default=10.0)
    parser.add_argument("--size", action="append", help="columns x rows")
    options = parser.parse_args()
    mosquitto = shutil.which("mosquitto") or shutil.which("/usr/sbin/mosquitto")
    if mosquitto is None or shutil.which("tmux") is None or not Path("/proc/self/stat").exists():
        print("dashboard: not measured, it takes Linux with mosquitto and tmux")
        return
    for size in options.size or SIZES:
        measure(mosquitto, options.seconds, size)


if __name__ == "__main__":
    main()
