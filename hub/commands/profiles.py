"""`stridecue profiles`: list the supported devices, show a profile, check a profile file, verify byte vectors."""

from __future__ import annotations

import sys
from argparse import Namespace
from collections import Counter
from pathlib import Path

from drivers.decoders.examples import failed_examples
from drivers.vectors.vector_file import load_vectors
from drivers.vectors.verify import Outcome, Verdict, verify
from firmware_profiles.catalog import Catalog, load_catalog
from firmware_profiles.description import describe
from firmware_profiles.device_table import status_legend
from hub.command_line.existing_file import existing_file
from hub.settings.config import ConfigError
from hub.settings.folders import profiles_folder
from hub.settings.known_devices import known_devices
from hub.terminal.terminal import echo, echo_rows

_FORM = "{:<22} {:<13} {}"
_TOLD_AT = 12
"""Indent of continuation lines: where the text of `describe` begins."""


def run(options: Namespace) -> int:
    """Run one of the four parts; raises ConfigError, ProfileError and DriverError."""
    if options.part == "check":
        return _check(existing_file(options.file))
    catalog = known_devices()
    if options.part == "list":
        return _list(catalog)
    if options.part == "show":
        return _show(catalog, options.id)
    return _verify(catalog, existing_file(options.vectors))


def _list(catalog: Catalog) -> int:
    rows = [("profile", "status", "device")]
    rows += [(each.id, each.profile.status.value, each.profile.title) for each in catalog if not each.profile.mixin]
    echo_rows("\n".join(_FORM.format(*row) for row in rows), sys.stdout, len(_FORM.format("", "", "")))
    echo(f"\n{status_legend().replace('*', '')}")
    echo(f"Put your own profiles into {profiles_folder()}")
    return 0


def _show(catalog: Catalog, profile_id: str) -> int:
    try:
        profile = catalog.get(profile_id)
    except KeyError as error:
        raise ConfigError(str(error.args[0])) from error
    echo_rows("\n".join(describe(profile)), sys.stdout, _TOLD_AT)
    return 0


def _check(path: Path) -> int:
    """Check a file as if it were in the user's folder: keys, values, conflicts with other profiles, examples."""
    catalog = load_catalog(profiles_folder(), path)
    profile = catalog.get(path.stem)
    problems = failed_examples(profile)
    for problem in problems:
        echo(f"{path}: {problem}", sys.stderr)
    if problems:
        return 1
    n = len(profile.examples)
    echo(f"{path}: valid, {n} example{'s' * (n != 1)} decode{'s' * (n == 1)} as expected")
    if not n:
        echo("without [[examples]], nothing shows that it decodes its device; `stridecue scan --dump` captures packets")
    elif path.parent != profiles_folder():
        echo(f"To use it, copy it into {profiles_folder()}")
    return 0


def _verify(catalog: Catalog, path: Path) -> int:
    outcomes = verify(load_vectors(path), catalog)
    for outcome in outcomes:
        if outcome.verdict is Verdict.FAILED:
            echo(f"FAILED {outcome.vector.id}: {outcome.why}")
    for why in dict.fromkeys(o.why for o in outcomes if o.verdict is Verdict.NOT_APPLICABLE):
        echo(f"not applicable: {why}")
    print("\n".join(_totals(outcomes)))
    return 1 if any(outcome.verdict is Verdict.FAILED for outcome in outcomes) else 0


def _totals(outcomes: list[Outcome]) -> list[str]:
    form = "{:<22} {:>7} {:>7} {:>15}"
    lines = [form.format("device", *Verdict)]
    devices = sorted({outcome.vector.device for outcome in outcomes})
    for device in [*devices, "all"]:
        counts = Counter(o.verdict for o in outcomes if device in {o.vector.device, "all"})
        lines.append(form.format(device, *(counts[verdict] for verdict in Verdict)))
    return lines
