"""Check that there is space to record to."""

from __future__ import annotations

import shutil
import tempfile
from pathlib import Path

from hub.doctor.finding import Finding, Verdict

ENOUGH_BYTES = 500_000_000
"""Some ten hours of three IMUs (37 MB an hour, measured) and some to spare."""


def check_disk(folder: Path) -> Finding:
    """Write a temporary file to the folder for recordings, and check the free space."""
    try:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        with tempfile.TemporaryFile(dir=folder) as probe:
            probe.write(b"stridecue")
        free = shutil.disk_usage(folder).free
    except OSError as error:
        return Finding(
            "disk",
            Verdict.BROKEN,
            f"cannot write to {folder}: {error.strerror}",
            "change its owner, or free some disk space",
        )
    message = f"{free / 1e9:.1f} GB free in {folder}"
    if free < ENOUGH_BYTES:
        return Finding("disk", Verdict.NOTE, message, "free some space: an hour of recording takes about 40 MB")
    return Finding("disk", Verdict.OK, message)
