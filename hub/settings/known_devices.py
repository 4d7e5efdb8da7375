"""The device catalogue of this user: built-in profiles and their own; an invalid one is skipped with a warning."""

from __future__ import annotations

import sys

from firmware_profiles.catalog import Catalog, load_catalog
from firmware_profiles.errors import ProfileError
from hub.settings.folders import profiles_folder


def known_devices() -> Catalog:
    """Load all profiles; an invalid one of the user's is skipped and reported on stderr."""
    return load_catalog(profiles_folder(), skipped=_warn)


def wrong_profiles() -> list[ProfileError]:
    """Return the errors in the user's own profiles."""
    wrong: list[ProfileError] = []
    load_catalog(profiles_folder(), skipped=wrong.append)
    return wrong


def _warn(error: ProfileError) -> None:
    print(f"stridecue: not used: {error}", file=sys.stderr, flush=True)
