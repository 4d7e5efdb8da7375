"""The devices this user can read: our profiles and their own, of which a broken one costs nobody a run."""

from __future__ import annotations

import sys

from firmware_profiles.catalog import Catalog, load_catalog
from firmware_profiles.errors import ProfileError
from hub.settings.folders import profiles_folder


def known_devices() -> Catalog:
    """Load all profiles; one of the user's that is wrong is left out, and said on stderr."""
    return load_catalog(profiles_folder(), skipped=_say)


def wrong_profiles() -> list[ProfileError]:
    """Find what is wrong in the user's folder."""
    wrong: list[ProfileError] = []
    load_catalog(profiles_folder(), skipped=wrong.append)
    return wrong


def _say(error: ProfileError) -> None:
    print(f"stridecue: not used: {error}", file=sys.stderr, flush=True)
