"""Which columns of a CSV belong to which sensor, and where that sensor sat."""

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
    """Return where a sensor of this name sits; None where the name does not say or we have no use for it."""
    return _PLACEMENTS.get(sensor_name.strip().lower().replace("-", "_").replace(" ", "_"))


@dataclass(frozen=True, slots=True)
class ImuColumns:
    """A sensor's columns: `present` are the places in ax ay az gx gy gz that the file has, in file order `columns`."""

    sensor: str
    placement: Placement
    columns: tuple[str, ...]
    present: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class ColumnPlan:
    """What of a file becomes what. `pod` = speed and cadence columns; `unused` = sensors nobody has a place for."""

    imus: tuple[ImuColumns, ...]
    pod: tuple[str, ...]
    heart_rate: tuple[str, ...]
    unused: tuple[str, ...]


def plan_columns(columns: Sequence[str], mapping: Mapping[str, Placement | None], source: str) -> ColumnPlan:
    """Sort the columns into sensors; `mapping` (sensor -> placement or None) goes before names.

    Raises ImportDataError where nothing is left to import, where `mapping` names an absent sensor, and where two
    sensors want one place.
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
    _refuse_shared_places(imus, source)
    cadence = next((name for name in _CADENCE_COLUMNS if name in columns), None)
    pod = ("speed_mps", cadence) if cadence is not None and "speed_mps" in columns else ()
    heart_rate = tuple(name for name in columns if name == "heart_rate_bpm")
    if not imus and not pod and not heart_rate:
        example = f"; say where one sits, e.g. --map {unused[0]}=sacrum" if unused else ""
        raise ImportDataError(
            f"{source}: no sensor to import: columns must be called <sensor>_ax … <sensor>_gz{example}"
        )
    return ColumnPlan(tuple(imus), pod, heart_rate, tuple(name for name in unused if name not in mapping))


def _refuse_shared_places(imus: Sequence[ImuColumns], source: str) -> None:
    taken: dict[Placement, str] = {}
    for imu in imus:
        if imu.placement in taken:
            raise ImportDataError(
                f"{source}: {taken[imu.placement]} and {imu.sensor} both sit at {imu.placement}; "
                f"leave one out: --map {imu.sensor}=none"
            )
        taken[imu.placement] = imu.sensor
