"""Memory of the headless core and what it loads, in a process of its own.

    python -m benchmarks.bench_footprint [--minutes 2]

The child imports what a live headless run imports (hub, MQTT client, radio), runs a recording of three 208 Hz IMUs
through the engine and records it again. Goals: at most 60 MB, no scipy.
"""

from __future__ import annotations

import argparse
import importlib
import json
import resource
import subprocess
import sys
import tempfile
from pathlib import Path

GOAL_MB = 60.0
UNWANTED = {"scipy", "pandas", "textual", "bumble", "matplotlib", "numba", "vqf", "sounddevice", "tui"}
LIVE = ("hub.run.runtime", "hub.sinks.mqtt", "hub.sinks.recorder", "drivers.supervision.supervisor", "bleak")
RATE_HZ = 208.0


def peak_mb() -> float:
    """High-water mark of this process's resident memory."""
    status = Path("/proc/self/status")
    if status.exists():  # getrusage's figure survives exec on Linux, so it would hold the parent's
        line = next(line for line in status.read_text().splitlines() if line.startswith("VmHWM"))
        return int(line.split()[1]) / 1024
    used = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return used / (1024 * 1024 if sys.platform == "darwin" else 1024)


def child(path: Path) -> None:
    """Play the recording and record it again; prints peak MB on the way, records and unwanted modules as JSON."""
    bare_mb = peak_mb()
    for name in LIVE:
        importlib.import_module(name)
    imported_mb = peak_mb()
    engine_module, recording = (
        importlib.import_module("hub.flow.engine"),
        importlib.import_module("drivers.recordings.recording"),
    )
    catalog = importlib.import_module("firmware_profiles.catalog").load_catalog()
    pipeline = importlib.import_module("dsp.pipeline").Pipeline()
    engine = engine_module.Engine(catalog, pipeline, strict=True)
    reader = recording.RecordingReader(path)
    records = 0
    with recording.RecordingWriter(path.with_name("again.mcap"), reader.session) as writer:
        for number, item in enumerate(reader):
            records += len(engine.feed(item))
            if hasattr(item, "payload"):
                writer.add_packet(item)
            else:
                writer.add_device(item)
            if number % 80 == 0:
                writer.tick()
    loaded = sorted(UNWANTED & {name.partition(".")[0] for name in sys.modules})
    print(json.dumps({"bare": bare_mb, "imported": imported_mb, "ran": peak_mb(), "records": records, "bad": loaded}))


def main() -> int:
    """Print the three peaks, MB, beside the goal, and the unwanted modules; 1 only for those."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--minutes", type=float, default=2.0)
    parser.add_argument("--child", type=Path, help=argparse.SUPPRESS)
    args = parser.parse_args()
    if args.child:
        child(args.child)
        return 0
    from benchmarks.recorded_run import write_run

    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "run.mcap")
        write_run(path, 60 * args.minutes, RATE_HZ)
        command = [sys.executable, "-m", "benchmarks.bench_footprint", "--child", str(path)]
        root = Path(__file__).resolve().parents[1]
        said = json.loads(subprocess.run(command, cwd=root, check=True, capture_output=True, text=True).stdout)
    verdict = "reached" if said["ran"] <= GOAL_MB else "MISSED"
    print(
        f"headless core: {said['bare']:.0f} MB bare Python, {said['imported']:.0f} MB with its imports, "
        f"{said['ran']:.0f} MB peak after {args.minutes:g} min of three IMUs (goal {GOAL_MB:.0f}: {verdict})"
    )
    print(f"unwanted modules loaded: {', '.join(said['bad']) or 'none'}; {said['records']} records")
    return 1 if said["bad"] else 0


if __name__ == "__main__":
    raise SystemExit(main())
