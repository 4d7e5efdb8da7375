"""How long a full garbage collection would hold up a run, with all that a hub loads, and with that set aside.

    python -m benchmarks.garbage_pause

What `stridecue demo` loads is loaded, and the core is fed with two minutes of three sensors; then the collector looks
through everything, and once more through what came after `gc.freeze`, as a run has it (`hub.run.runtime`).
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
    """Shortest of a few full collections: this machine may be busy."""
    took_s = []
    for _ in range(TIMES):
        start_s = time.perf_counter()
        gc.collect()
        took_s.append(time.perf_counter() - start_s)
    return 1e3 * min(took_s)


def main() -> None:
    """Print how many objects are set aside, and ms of a full collection with and without them."""
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
    aside = gc.get_freeze_count()
    fresh_ms = full_ms()
    gc.unfreeze()
    print(f"{aside} objects set aside, {records} records told since")
    print(f"a full collection: {full_ms():.1f} ms with all of it, {fresh_ms:.1f} ms with that set aside")


if __name__ == "__main__":
    main()
