"""Assign the columns of a CSV to sensors, and the sensors to placements."""

from __future__ import annotations

import difflib
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from drivers.errors import ImportDataError
from dsp.signals import Placement

AXES = ("ax", "ay", "az", "gx", "gy", "gz")
_IMU_COLUMN = re.compile(r"(?P<sensor>.+)_(?P<axis>[ag][xyz])")
_CADENCE_COLUMNS = ("cadence_spm", "stryd_cadence_spm", "watch_cadence_spm")

_PLACEMENTS: dict[str, Placement] = {
    "lumbar": Placement.SACRUM,
    "sacrum": Placement.SACRUM,
    "pelvis": Placement.SACRUM,
    "lower_back": Placement.SACRUM,
    "waist": Placement.WAIST_FRONT,
    "waist_front": Placement.WAIST_FRONT,
    "left_hip": Placement.LEFT_HIP,
    "right_hip": Placement.RIGHT_HIP,
    "left_foot": Placement.LEFT_FOOT,
    "right_foot": Placement.RIGHT_FOOT,
    "left_shoe": Placement.LEFT_FOOT,
    "right_shoe": Placement.RIGHT_FOOT,
    "pocket": Placement.POCKET,
}


def placement_for(sensor_name: str) -> Placement | None:
    """Return the placement of a sensor by its name; None if the name does not show a supported one."""
    return _PLACEMENTS.get(sensor_name.strip().lower().replace("-", "_").replace(" ", "_"))


@dataclass(frozen=True, slots=True)
class ImuColumns:
    """A sensor's columns in file order, and the index of each in ax ay az gx gy gz (`present`)."""

    sensor: str
    placement: Placement
    columns: tuple[str, ...]
    present: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class ColumnPlan:
    """The columns to import.

    pod     speed and cadence columns
    unused  sensors without a known placement
    """

    imus: tuple[ImuColumns, ...]
    pod: tuple[str, ...]
    heart_rate: tuple[str, ...]
    unused: tuple[str, ...]


def plan_columns(columns: Sequence[str], mapping: Mapping[str, Placement | None], source: str) -> ColumnPlan:
    """Group the columns into sensors; `mapping` (sensor -> placement or None) takes precedence over names.

    Raises ImportDataError if there is nothing to import, if `mapping` names an unknown sensor, or if two sensors have
    the same placement.
    """
    found: dict[str, list[str]] = {}
    for column in columns:
        if (match := _IMU_COLUMN.fullmatch(column)) is not None:
            found.setdefault(match["sensor"], []).append(column)
    for name in mapping:
        if name not in found:
            nearest = difflib.get_close_matches(name, found, n=1)
            hint = f"did you mean {nearest[0]}?" if nearest else f"sensors: {', '.join(found) or 'none'}"
            raise ImportDataError(f"{source}: no sensor {name} to map; {hint}")
    imus, unused = [], []
    for sensor, names in found.items():
        placement = mapping[sensor] if sensor in mapping else placement_for(sensor)
        if placement is None:
            unused.append(sensor)
            continue
        axes = tuple(AXES.index(name.rsplit("_", 1)[1]) for name in names)
        imus.append(ImuColumns(sensor, placement, tuple(names), axes))
    _refuse_shared_placements(imus, source)
    cadence = next((name for name in _CADENCE_COLUMNS if name in columns), None)
    pod = ("speed_mps", cadence) if cadence is not None and "speed_mps" in columns else ()
    heart_rate = tuple(name for name in columns if name == "heart_rate_bpm")
    if not imus and not pod and not heart_rate:
        example = f"; or state where one is worn, e.g. --map {unused[0]}=sacrum" if unused else ""
        raise ImportDataError(
            f"{source}: no sensor to import: columns must be named <sensor>_ax … <sensor>_gz{example}"
        )
    return ColumnPlan(tuple(imus), pod, heart_rate, tuple(name for name in unused if name not in mapping))


def _refuse_shared_placements(imus: Sequence[ImuColumns], source: str) -> None:
    taken: dict[Placement, str] = {}
    for imu in imus:
        if imu.placement in taken:
            raise ImportDataError(
                f"{source}: {taken[imu.placement]} and {imu.sensor} are both placed at {imu.placement}; "
                f"leave one out: --map {imu.sensor}=none"
            )
        taken[imu.placement] = imu.sensor
