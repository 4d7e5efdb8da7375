"""The recordings that every library gets, in groups, as one file of arrays."""

from __future__ import annotations

import json
import math
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.orientation.cases import AXES, SHORTEST_S, Array, worn
from tests.recorded import Recorded, folders, load

FEET = ("left_foot", "right_foot")
AROUND_WALK_S = 1.0
STANCE_S = 0.25
WORN_HZ = 104.0
WORN: dict[str, float | str] = {"mount": "any", "gyro_bias_dps": 3.0, "loss": 0.01}

VIRTUAL = ("rbds_virtual_imu", "ric_virtual_imu", "opensim_virtual_imu")
REAL_FORCE = ("alcantara_sacral_grf",)
WALKS = ("ipol_walk_real", "tripod_walk_real", "gaitmap_foot_real")
KNOWN_FOOT_AXES = ("gaitmap_foot_real", *VIRTUAL)


@dataclass(frozen=True)
class Item:
    """A recording in a group: true contacts (n,) s, scored from `from_s` to `to_s`.

    samples, raw_samples   number of samples of all its sensors, as the libraries get it and as received
    """

    group: str
    name: str
    contacts_s: Array
    from_s: float
    to_s: float
    samples: int
    raw_samples: int


def prepare(path: Path, seeds: list[int]) -> list[Item]:
    """Write all feeds to `path` and return their descriptions, in order."""
    items: list[Item] = []
    facts: list[dict[str, object]] = []
    arrays: dict[str, Any] = {}  # not Array: savez's stub takes its own keyword for bool
    for folder in folders():
        if folder.parent.name not in (*VIRTUAL, *REAL_FORCE, *WALKS):
            continue
        recorded = load(folder)
        span_s = float(np.ptp(recorded.columns["t_s"]))
        if folder.parent.name in VIRTUAL and span_s < SHORTEST_S:
            continue
        for group, columns, mounts in _wearings(folder.parent.name, recorded, seeds):
            sensors = {"hip": _hip(recorded)} if "hip" in group else {foot: foot for foot in FEET}
            stances = _stances(recorded)
            i = len(items)
            raw = {name: _six(columns, sensor) for name, sensor in sensors.items()}
            regular_t, rate_hz = _grid(columns["t_s"])
            body = {
                name: _in_body_axes(_regular(columns["t_s"], raw[name], regular_t), mounts.get(sensor), name)
                for name, sensor in sensors.items()
            }
            if group.startswith("walk, hip"):  # the libraries expect gait and nothing else
                inside = (regular_t > stances[0][0] - AROUND_WALK_S) & (regular_t < stances[-1][0] + AROUND_WALK_S)
                regular_t, body = regular_t[inside], {name: values[inside] for name, values in body.items()}
            arrays |= {f"{i}/t_s": regular_t, f"{i}/raw_t_s": columns["t_s"]}
            arrays |= {f"{i}/{name}": values for name, values in body.items()}
            arrays |= {f"{i}/raw_{name}": values for name, values in raw.items()}
            aligned = folder.parent.name in KNOWN_FOOT_AXES
            facts.append(
                {"group": group, "rate_hz": rate_hz, "raw_rate_hz": rate_hz, "aligned": aligned, "stances": stances}
            )
            counts = (len(regular_t) * len(body), len(columns["t_s"]) * len(raw))
            items.append(_item(group, recorded, columns["t_s"], stances, counts))
    np.savez(path, facts=np.array(json.dumps(facts)), **arrays)
    return items


def _wearings(
    dataset: str, recorded: Recorded, seeds: list[int]
) -> list[tuple[str, dict[str, Array], dict[str, Array]]]:
    """Return (group, columns, mounts sensor <- body) for each use of this recording."""
    feet = all(foot in recorded.sensors for foot in FEET)
    hip = bool(_hip(recorded))
    nothing: dict[str, Array] = {}
    if dataset in REAL_FORCE:
        return [("run, hip, real, force", recorded.columns, nothing)]
    kinds = [("hip", hip), ("feet", feet)]
    if dataset in WALKS:
        return [(f"walk, {kind}, real", recorded.columns, nothing) for kind, there in kinds if there]
    out = [(f"run, {kind}, clean", recorded.columns, nothing) for kind, there in kinds if there]
    for seed in seeds:
        columns, mounts = worn(recorded.columns, seed, WORN_HZ, **WORN)
        out += [(f"run, {kind}, worn", columns, mounts) for kind, there in kinds if there]
    return out


def _hip(recorded: Recorded) -> str:
    return next((name for name in ("sacrum", "lumbar") if name in recorded.sensors), "")


def _six(columns: dict[str, Array], sensor: str) -> Array:
    missing = np.full(len(columns["t_s"]), np.nan)
    return np.stack([columns.get(f"{sensor}_{axis}", missing) for axis in AXES], axis=1)


def _grid(t_s: Array) -> tuple[Array, float]:
    """Return regular times over the same span, and their rate."""
    period = float(np.median(np.diff(t_s)))
    n = round((t_s[-1] - t_s[0]) / period) + 1
    return t_s[0] + period * np.arange(n), 1.0 / period


def _regular(t_s: Array, values: Array, grid_s: Array) -> Array:
    """Interpolate lost samples linearly; an axis that was not recorded is zero for the libraries."""
    return np.stack([np.interp(grid_s, t_s, np.nan_to_num(column)) for column in values.T], axis=1)


def _in_body_axes(values: Array, mount: Array | None, name: str) -> Array:
    """Undo a known mounting; rotate the mean force of a hip sensor in unknown axes to the vertical."""
    if mount is None:
        up = values[:, :3].mean(axis=0)
        up /= np.linalg.norm(up)
        if name != "hip" or up[2] > math.cos(math.radians(20.0)):
            return values
        side = np.cross(up, np.eye(3)[int(np.argmin(np.abs(up)))])
        side /= np.linalg.norm(side)
        mount = np.stack([np.cross(side, up), side, up], axis=1)
    return np.hstack([values[:, :3] @ mount, values[:, 3:] @ mount])


def _stances(recorded: Recorded) -> list[tuple[float, float, str]]:
    out = []
    for row in recorded.steps:
        contact, release = float(row["ic_s"] or "nan"), float(row.get("to_s") or "nan")
        if math.isfinite(contact):
            out.append((contact, release if math.isfinite(release) else contact + STANCE_S, row["foot"]))
    return sorted(out)


def _item(
    group: str, recorded: Recorded, t_s: Array, stances: list[tuple[float, float, str]], counts: tuple[int, int]
) -> Item:
    long = t_s[-1] - t_s[0] >= 15.0
    return Item(
        group=group,
        name=recorded.name,
        contacts_s=np.array([contact for contact, _, _ in stances]),
        from_s=float(t_s[0]) + (3.0 if long else 1.0),
        to_s=float(t_s[-1]) - (0.7 if long else 0.4),
        samples=counts[0],
        raw_samples=counts[1],
    )
