"""Memory of the headless core and the modules it loads, in a process of its own.

    python -m benchmarks.bench_footprint [--minutes 2]

The child imports what a live headless run imports (hub, MQTT client, radio), passes a recording of three 208 Hz IMUs
through the engine and records it again. Measured: peak resident memory in MB. Goals: at most 60 MB, and none of the
heavy modules that only other parts need (scipy, textual, ...); only a heavy module makes the exit code 1.
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
    """Return the peak resident memory of this process in MB."""
    status = Path("/proc/self/status")
    if status.exists():  # on Linux getrusage's figure survives exec, so it would include the parent's
        line = next(line for line in status.read_text().splitlines() if line.startswith("VmHWM"))
        return int(line.split()[1]) / 1024
    used = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return used / (1024 * 1024 if sys.platform == "darwin" else 1024)


def child(path: Path) -> None:
    """Process the recording and record it again; print JSON: peak MB at each stage, records, unwanted modules."""
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
    """Print the three peaks in MB, the goal, and the unwanted modules; return 1 only for those."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--minutes", type=float, default=2.0, help="length of the recording (default: %(default)g)")
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
        result = json.loads(subprocess.run(command, cwd=root, check=True, capture_output=True, text=True).stdout)
    verdict = "reached" if result["ran"] <= GOAL_MB else "MISSED"
    print(
        f"headless core: {result['bare']:.0f} MB bare Python, {result['imported']:.0f} MB with its imports, "
        f"{result['ran']:.0f} MB peak after {args.minutes:g} min of three IMUs (goal {GOAL_MB:.0f}: {verdict})"
    )
    print(f"unwanted modules loaded: {', '.join(result['bad']) or 'none'}; {result['records']} records")
    return 1 if result["bad"] else 0


if __name__ == "__main__":
    raise SystemExit(main())
