"""Check Python, the packages needed, and whether another distribution owns one of our package names."""

from __future__ import annotations

import importlib.util
import sys
from collections.abc import Iterator, Mapping, Sequence
from importlib.metadata import PackageNotFoundError, packages_distributions, version
from pathlib import Path

from hub.doctor.finding import Finding, Verdict
from hub.settings.folders import adding, adding_extra

DISTRIBUTION = "stridecue"
OUR_PACKAGES = ("dsp", "firmware_profiles", "drivers", "hub", "tui")
"""Our top-level packages: generic names, which other distributions may use too."""
OLDEST_PYTHON = (3, 11)
CORE = ("aiomqtt", "bleak", "mcap", "msgspec", "numpy", "platformdirs")
EXTRAS = {"tui": ("textual", "dashboard"), "sim": ("bumble", "virtual sensors and `stridecue demo`")}
"""Extra -> (module it installs, what it is for); broker and audio have checks of their own."""


def check_python() -> Finding:
    """Check that the running Python is at least OLDEST_PYTHON."""
    message = f"{sys.version.split()[0]} in {sys.prefix}"
    if sys.version_info < OLDEST_PYTHON:
        return Finding("python", Verdict.BROKEN, message, "install Python 3.11 or newer")
    return Finding("python", Verdict.OK, message)


def check_packages() -> Iterator[Finding]:
    """Check required and optional packages, and that our package names are ours."""
    missing = [name for name in CORE if not _has(name)]
    if missing:
        yield Finding("packages", Verdict.BROKEN, f"missing: {', '.join(missing)}", adding(*missing))
    else:
        yield Finding("packages", Verdict.OK, ", ".join(f"{name} {_version(name)}" for name in CORE))
    for extra, (module, what) in EXTRAS.items():
        if _has(module):
            yield Finding(extra, Verdict.OK, f"{module} {_version(module)}: {what}")
        else:
            yield Finding(extra, Verdict.NOTE, f"{module} is not installed, so no {what}", adding_extra(extra))
    yield foreign_owners(packages_distributions(), _origins())


def foreign_owners(owners: Mapping[str, Sequence[str]], origins: Mapping[str, Path | None]) -> Finding:
    """Find distributions that own a package name of ours, and packages that Python would load from elsewhere.

    owners   package -> distributions that install it
    origins  package -> folder it is loaded from
    """
    foreign = {name: [each for each in owners.get(name, ()) if each.lower() != DISTRIBUTION] for name in OUR_PACKAGES}
    taken = [f"{name} (by {', '.join(others)})" for name, others in foreign.items() if others]
    home = Path(__file__).parent.parent.parent
    displaced = [f"{name} (in {path})" for name, path in origins.items() if path is not None and path.parent != home]
    if taken or displaced:
        return Finding(
            "names",
            Verdict.BROKEN,
            f"owned by another package: {', '.join([*taken, *displaced])}",
            "install stridecue in an environment of its own: in its folder, pipx install . or uv tool install .",
        )
    return Finding("names", Verdict.OK, f"{', '.join(OUR_PACKAGES)} belong to stridecue")


def _origins() -> dict[str, Path | None]:
    found = {name: importlib.util.find_spec(name) for name in OUR_PACKAGES}
    return {name: Path(spec.origin).parent if spec and spec.origin else None for name, spec in found.items()}


def _has(module: str) -> bool:
    return importlib.util.find_spec(module) is not None


def _version(module: str) -> str:
    try:
        return version(module)
    except PackageNotFoundError:
        return "(version unknown)"
