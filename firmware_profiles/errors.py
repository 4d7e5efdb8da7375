"""Errors in a profile, in words for its author."""

from __future__ import annotations

from firmware_profiles.strict_toml import TomlError


class ProfileError(TomlError):
    """A profile that cannot be used; `source` is its file, `key` the path of the offending key."""
