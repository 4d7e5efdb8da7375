"""The discovery message: one retained document that defines all of a runner's entities for Home Assistant.

Format: MQTT device discovery (Home Assistant 2024.11 and later; `components` needs `platform`, entities a `unique_id`).
Entities are named by `default_entity_id` (2025.10 and later) or `object_id` (earlier versions; later ones ignore it).
State comes from the ordinary topics, at most once a second. A metric not updated for `STALE_S` becomes unavailable, and
all entities do with the hub's Last Will.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from importlib.metadata import version
from typing import Any

from dsp.signals import Placement
from dsp.texts import place_word
from hub.messages.topics import Topics

PREFIX = "homeassistant"
BIRTH_TOPIC = f"{PREFIX}/status"
BIRTH_PAYLOAD = b"online"
STALE_S = 15
"""Metrics are published once a second; a restart of Home Assistant takes longer, but reads no state."""

_METRICS: dict[str, tuple[str, str, str | None, str, int]] = {
    "cadence_spm": ("Cadence", "steps/min", None, "mdi:shoe-print", 0),
    "drop_excursion_left_deg": ("Hip drop on left leg", "°", None, "mdi:angle-acute", 1),
    "drop_excursion_right_deg": ("Hip drop on right leg", "°", None, "mdi:angle-acute", 1),
    "contact_left_ms": ("Ground contact left", "ms", "duration", "mdi:timer-outline", 0),
    "contact_right_ms": ("Ground contact right", "ms", "duration", "mdi:timer-outline", 0),
    "speed_mps": ("Speed", "m/s", "speed", "mdi:run-fast", 2),
    "heart_rate_bpm": ("Heart rate", "bpm", None, "mdi:heart-pulse", 0),
}
"""Metric -> name, unit, device class, icon, displayed decimals."""


def topic(runner: str) -> str:
    """Return the discovery topic of a runner."""
    return f"{PREFIX}/device/{_node(runner)}/config"


def payload(runner: str, sensors: Mapping[str, Placement | None]) -> bytes:
    """Return the discovery message; `sensors` are those with a battery entity, by device id."""
    topics, node = Topics(runner), _node(runner)
    components = {
        **{key: _metric(node, topics, key) for key in _METRICS},
        "state": _state(node, topics),
        "worst_threshold": _worst_threshold(node, topics),
        "last_cue": _last_cue(node, topics),
        **{
            f"battery_{place or _slug(device)}": _battery(node, topics, device, place)
            for device, place in sensors.items()
        },
        "pain": _pain(node, topics),
        **{action: _button(node, topics, action, *shown) for action, shown in _BUTTONS.items()},
    }
    document = {
        "device": {
            "identifiers": [node],
            "name": f"Runner {runner}",
            "manufacturer": "stridecue",
            "model": "runner's hub",
            "sw_version": version("stridecue"),
        },
        "origin": {"name": "stridecue", "sw_version": version("stridecue")},
        "availability": [{"topic": topics.status, "value_template": "{{ value_json.state }}"}],
        "components": components,
    }
    return json.dumps(document, ensure_ascii=False, separators=(",", ":")).encode()


_BUTTONS = {
    "mute": ("Mute cues", "mdi:volume-off"),
    "unmute": ("Cues on", "mdi:volume-high"),
    "mark": ("Mark this moment", "mdi:bookmark-plus-outline"),
    "stop": ("End the run", "mdi:stop-circle-outline"),
}


def _entity(node: str, key: str, platform: str, name: str, icon: str) -> dict[str, Any]:
    unique = f"{node}_{key}"
    return {
        "platform": platform,
        "unique_id": unique,
        "object_id": unique,
        "default_entity_id": f"{platform}.{unique}",
        "name": name,
        "icon": icon,
    }


def _metric(node: str, topics: Topics, key: str) -> dict[str, Any]:
    name, unit, device_class, icon, decimals = _METRICS[key]
    found = {
        **_entity(node, key, "sensor", name, icon),
        "state_topic": topics.metrics,
        "value_template": f"{{{{ value_json.{key} }}}}",
        "unit_of_measurement": unit,
        "state_class": "measurement",
        "suggested_display_precision": decimals,
        "expire_after": STALE_S,
    }
    return found if device_class is None else {**found, "device_class": device_class}


def _state(node: str, topics: Topics) -> dict[str, Any]:
    return {
        **_entity(node, "state", "sensor", "Run", "mdi:run"),
        "state_topic": topics.session,
        "value_template": _unless_late("{{ value_json.state }}"),
        "device_class": "enum",
        "options": ["waiting", "running", "paused", "ended"],
    }


def _worst_threshold(node: str, topics: Topics) -> dict[str, Any]:
    states = ("reached", "near", "watch")
    chosen = "{% set now = value_json.thresholds.values() | list %}" + "".join(
        f"{{% {'if' if state == states[0] else 'elif'} '{state}' in now %}}{state}" for state in states
    )
    return {
        **_entity(node, "worst_threshold", "sensor", "Threshold", "mdi:gauge"),
        "state_topic": topics.session,
        "value_template": _unless_late(chosen + "{% else %}clear{% endif %}"),
        "device_class": "enum",
        "options": ["clear", "watch", "near", "reached"],
    }


def _last_cue(node: str, topics: Topics) -> dict[str, Any]:
    return {
        **_entity(node, "last_cue", "sensor", "Last cue", "mdi:bullhorn-outline"),
        "state_topic": topics.cue,
        "value_template": _unless_late("{{ value_json.text[:250] }}"),  # Home Assistant limits states to 255 characters
    }


def _unless_late(template: str) -> str:
    """Keep the present state for a late message, as automations must not act on it."""
    return f"{{% if value_json.late %}}{{{{ this.state }}}}{{% else %}}{template}{{% endif %}}"


def _battery(node: str, topics: Topics, device: str, place: Placement | None) -> dict[str, Any]:
    name = f"Battery {place_word(place)}" if place is not None else f"Battery {device}"
    return {
        **_entity(node, f"battery_{place or _slug(device)}", "sensor", name, "mdi:battery"),
        "state_topic": topics.sensor(device),
        "value_template": "{{ value_json.battery_pct }}",
        "unit_of_measurement": "%",
        "device_class": "battery",
        "state_class": "measurement",
        "entity_category": "diagnostic",
    }


def _pain(node: str, topics: Topics) -> dict[str, Any]:
    return {
        **_entity(node, "pain", "number", "Report pain", "mdi:bandage"),
        "command_topic": topics.pain,
        "command_template": '{"level": {{ value | int }}}',
        "min": 0,
        "max": 10,
        "step": 1,
        "mode": "slider",
        "qos": 1,
        "retain": False,
    }


def _button(node: str, topics: Topics, action: str, name: str, icon: str) -> dict[str, Any]:
    return {
        **_entity(node, action, "button", name, icon),
        "command_topic": topics.command,
        "payload_press": json.dumps({"action": action}),
        "qos": 1,
        "retain": False,
    }


def _node(runner: str) -> str:
    return f"stridecue_{runner}"


def _slug(device: str) -> str:
    return "".join(each if each.isalnum() else "_" for each in device.lower())
