"""How long a full garbage collection would pause a run, with and without `gc.freeze` after loading.

    python -m benchmarks.garbage_pause

Loads what `stridecue demo` loads, calls `gc.freeze` as a run does (`hub.run.runtime`), and feeds the core with two
minutes of three sensors. Then a full collection is timed in ms: of the objects created since, and of everything.
"""

from __future__ import annotations

import gc
import importlib
import tempfile
import time
from pathlib import Path

from benchmarks.recorded_run import write_run
from drivers.recordings.recording import RecordingReader
from firmware_profiles.catalog import load_catalog
from hub.flow.engine import Engine
from hub.settings.run_settings import RunSettings

LOADED = ("hub.run.runtime", "hub.run.launch", "hub.sinks.mqtt", "bleak", "drivers.virtual.lab")
SECONDS, RATE_HZ, TIMES = 120.0, 104.0, 5


def full_ms() -> float:
    """Return the time in ms of the shortest of several full collections: the machine may be busy."""
    took_s = []
    for _ in range(TIMES):
        start_s = time.perf_counter()
        gc.collect()
        took_s.append(time.perf_counter() - start_s)
    return 1e3 * min(took_s)


def main() -> None:
    """Print the number of frozen objects, and the time of a full collection with and without them."""
    for name in LOADED:
        importlib.import_module(name)
    catalog = load_catalog()
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "run.mcap")
        write_run(path, SECONDS, RATE_HZ)
        gc.collect()
        gc.freeze()
        engine = Engine(catalog, RunSettings().pipeline(signals=False), strict=True)
        records = sum(len(engine.feed(item)) for item in RecordingReader(path))
    frozen = gc.get_freeze_count()
    fresh_ms = full_ms()
    gc.unfreeze()
    print(f"{frozen} frozen objects, {records} records emitted since")
    print(f"a full collection: {full_ms():.1f} ms of everything, {fresh_ms:.1f} ms with those frozen")


if __name__ == "__main__":
    main()
