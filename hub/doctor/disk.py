"""Is there a place to record to."""

from __future__ import annotations

import shutil
import tempfile
from pathlib import Path

from hub.doctor.finding import Finding, Verdict

ENOUGH_BYTES = 500_000_000
"""Some ten hours of three IMUs (37 MB an hour, measured) and room to spare."""


def check_disk(folder: Path) -> Finding:
    """Write a file where recordings go, and look how much room there is."""
    try:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        with tempfile.TemporaryFile(dir=folder) as probe:
            probe.write(b"stridecue")
        free = shutil.disk_usage(folder).free
    except OSError as error:
        return Finding(
            "disk", Verdict.BROKEN, f"cannot write to {folder}: {error.strerror}", "change its owner, or free the disk"
        )
    said = f"{free / 1e9:.1f} GB free in {folder}"
    if free < ENOUGH_BYTES:
        return Finding("disk", Verdict.NOTE, said, "an hour of recording takes about 40 MB: make room")
    return Finding("disk", Verdict.OK, said)
