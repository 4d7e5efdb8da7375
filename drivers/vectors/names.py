"""Tables that map the names used by vector files to ours."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, TypeAlias

from firmware_profiles.schema import Profile

Transform: TypeAlias = Callable[[Any], object]


def _same(value: object) -> object:
    return value


def _times(factor: float) -> Transform:
    return lambda value: round(value * factor)


def _row(i: int) -> Transform:
    return lambda rows: rows[i]


NAMES: Mapping[str, tuple[str, Transform]] = {
    # Running Speed and Cadence, heart rate, power
    "speed_m_s": ("speed_mps", _same),
    "speed_raw": ("speed_mps", _times(256)),
    "steps_per_min": ("cadence_spm", _same),
    "rr_raw_1_1024s": ("rr_s", lambda beats: [round(beat * 1024) for beat in beats]),
    "crank_event_time_raw": ("crank_event_time_s", _times(1024)),
    "wheel_event_time_raw": ("wheel_event_time_s", _times(2048)),
    "request_op": ("request", _same),
    "requested_op": ("request", _same),
    "response_value": ("result", _same),
    # Treadmill
    "speed_km_h": ("speed_kmh", _same),
    "avg_speed_km_h": ("avg_speed_kmh", _same),
    "inclination_pct": ("incline_pct", _same),
    "inst_pace_raw": ("pace_raw", _same),
    # Motion sensors
    "timestamp_ms": ("t_ms", _same),
    "temp_k": ("temperature_k", _same),
    "temperature_c": ("temperature_c", _same),
    "temp_c": ("temperature_c", _same),
    "acc_m_s2_first": ("acc_m_s2", _row(0)),
    "acc_m_s2_last": ("acc_m_s2", _row(-1)),
    "gyro_dps_first": ("gyro_dps", _row(0)),
    "gyro_dps_second": ("gyro_dps", _row(1)),
    "gyro_dps_last": ("gyro_dps", _row(-1)),
    "acc_mg_first": ("acc_mg", _row(0)),
    "acc_mg_second": ("acc_mg", _row(1)),
    "acc_mg_last": ("acc_mg", _row(-1)),
    "mag_gauss_first": ("mag_gauss", _row(0)),
    "mag_gauss_last": ("mag_gauss", _row(-1)),
    "ecg_uv_first": ("ecg_uv", _row(0)),
    "ecg_uv_last": ("ecg_uv", _row(-1)),
    "n_complete": ("n", _same),
    "timestamp_ns_last": ("timestamp_ns", _same),
    "timestamp_ns_last_of_full_frame": ("timestamp_ns", _same),
    "values_first4": ("values", lambda values: list(values[:4])),
    "output_rate_hz": ("output_rate_hz", int),
    "battery_pct_table": ("battery_pct", _same),
    "identifying": ("identifying", bool),
    "charging": ("charging", bool),
}
"""Name in the file -> (our name, conversion of our value); other names are the same as ours."""

WORDS: Mapping[str, tuple[str, ...]] = {
    "start_calibration": ("start_sensor_calibration",),
    "request_supported_locations": ("request_supported_sensor_locations",),
    "supported_locations": ("request_supported_sensor_locations",),
    "response": ("response_code",),
    "unsupported": ("op_code_not_supported", "not_supported"),
    "not_supported": ("op_code_not_supported",),
    "bad_parameter": ("invalid_parameter",),
    "failed": ("operation_failed",),
    "walk_run": ("walking_or_running",),
    "walk_run_bit": ("walking_or_running",),
    "walk_run_status": ("walking_or_running",),
    "walking_running": ("walking_or_running",),
    "walking_or_running_status": ("walking_or_running",),
    "calibration_procedure": ("calibration",),
    "several_locations": ("multiple_locations",),
    "multiple_sensor_locations": ("multiple_locations",),
    "stride_length_measurement": ("stride_length",),
    "instantaneous_stride_length": ("stride_length",),
    "invalid_op": ("invalid_op_code",),
    "invalid_type": ("invalid_measurement_type",),
    "invalid_rate": ("invalid_sample_rate",),
    "invalid_channels": ("invalid_number_of_channels",),
    "in_charger": ("device_in_charger",),
    "range_milliunit": ("range_milli",),
    "range_milli_unit": ("range_milli",),
}
"""Values or keys used by others -> their names in our profiles."""

PROFILES: Mapping[str, tuple[str, ...]] = {"polar.pmd": ("polar.verity", "polar.h10")}
"""Device in the file -> our profiles, unless the names are the same."""

CHARACTERISTICS: Mapping[tuple[str, str], str] = {
    ("sig.rsc", "cadence_rule"): "2a53",
    ("metamotion", "module_info"): "326a9006",
    ("polar.pmd", "start_command"): "fb005c81",
}
"""(Device, name in the file) -> start of the characteristic's UUID, where the file uses a name instead."""

MOVESENSE_STREAMS: Mapping[str, str] = {
    "imu6": "imu", "imu9": "imu9", "acc": "acc", "gyro": "gyro", "magn": "mag", "hr": "heart_rate",
    "temp": "temperature", "ecg": "ecg",
}  # fmt: skip
"""Resource in a path such as /Meas/IMU6/104 -> stream of our profile."""


def params_of(profile: Profile, context: Mapping[str, Any]) -> dict[str, float]:
    """Return the values of the profile's parameters in a vector's context."""
    given = {name: float(context[name]) for name in profile.param if isinstance(context.get(name), (int, float))}
    if "steps_per_count" in profile.param and context.get("cadence_unit") in {"steps", "strides"}:
        given["steps_per_count"] = 2.0 if context["cadence_unit"] == "strides" else 1.0
    return given
