"""The README's table of supported devices, generated from the profiles so that it stays current."""

from __future__ import annotations

from firmware_profiles.catalog import Catalog
from firmware_profiles.schema import Profile

_MEANING = {
    "verified": "verified with bytes of real devices or of the vendor's tests",
    "partial": "standard part verified, the rest read in public sources",
    "experimental": "no public capture yet",
}


def markdown_table(catalog: Catalog) -> str:
    """Return the table with one line per device, without mixins, ending with a newline."""
    lines = ["| Device | What it gives | Status | Profile |", "|---|---|---|---|"]
    for profile in catalog:
        if not profile.profile.mixin:
            status = profile.profile.status.value
            lines.append(f"| {profile.profile.title} | {_quantities(profile)} | {status} | `{profile.id}` |")
    return "\n".join(lines) + "\n"


def status_legend() -> str:
    """Return one sentence that explains the status words."""
    return "; ".join(f"*{status}*: {meaning}" for status, meaning in _MEANING.items()) + "."


def _quantities(profile: Profile) -> str:
    names: dict[str, None] = {}
    for stream in profile.stream.values():
        fields = [*stream.fields, *(stream.samples.fields if stream.samples else ())]
        for field in fields:
            for quantity in field.quantities:
                names.setdefault(_plain(quantity.value))
    return ", ".join(sorted(names, key=lambda name: name == "battery"))


def _plain(quantity: str) -> str:
    """Drop the unit and the axis: acc_x_mps2 -> acceleration."""
    name = quantity.rsplit("_", 1)[0]
    if name.startswith(("acc_", "gyro_")):
        return "acceleration" if name.startswith("acc_") else "angular rate"
    return name.replace("_", " ").replace("rr interval", "RR intervals")
