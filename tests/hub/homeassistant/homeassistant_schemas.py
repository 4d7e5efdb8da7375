"""Our discovery message through Home Assistant's own schemas and template engine: `make homeassistant`.

Home Assistant wants a Python of its own, so it gets an environment of its own (0.5 GB, once).
"""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

from dsp.signals import Placement
from hub.contract.examples import EXAMPLES
from hub.homeassistant.discovery import payload
from hub.messages.topics import parse_topic
from hub.messages.wire import encode

VERSION = "2025.2.5"
ROOT = Path(__file__).parents[3]
PACKAGES = Path(__file__).with_name("homeassistant.txt")
FOLDER = ROOT / ".venv-homeassistant"
PYTHONS = ("python3.13", *map(str, sorted(Path.home().glob(".pyenv/versions/3.13*/bin/python"))))

_CHECK = """
import importlib, json, logging, sys
import homeassistant.const
from homeassistant.components.mqtt.discovery import (
    MQTTDiscoveryPayload, _merge_common_device_options, _replace_all_abbreviations,
)
from homeassistant.components.mqtt.schemas import DEVICE_DISCOVERY_SCHEMA
from jinja2.sandbox import ImmutableSandboxedEnvironment

logging.disable()  # that it is used from outside its loop
given = json.load(sys.stdin)
document = MQTTDiscoveryPayload(given["document"])
_replace_all_abbreviations(document)
DEVICE_DISCOVERY_SCHEMA(document)
for name, config in document["components"].items():
    component = MQTTDiscoveryPayload(dict(config))
    platform = component.pop("platform")
    _merge_common_device_options(component, dict(document))
    importlib.import_module(f"homeassistant.components.mqtt.{platform}").DISCOVERY_SCHEMA(component)
    template, message = config.get("value_template"), given["messages"].get(name)
    if template and message:
        shown = ImmutableSandboxedEnvironment().from_string(template).render(value_json=message)
        assert shown not in ("", "None"), (name, shown)
        assert shown in config.get("options", [shown]), (name, shown)
print(f"Home Assistant {homeassistant.const.__version__}: {len(document['components'])} components fit its schemas")
"""


def main() -> int:
    """Create the environment if needed, check, print the findings."""
    python = FOLDER / "bin" / "python"
    if not (FOLDER / ".done").exists():
        print(f"Installing Home Assistant {VERSION} into {FOLDER.name} (about a minute, once) ...", flush=True)
        subprocess.run([_new_python(), "-m", "venv", "--clear", str(FOLDER)], check=True)
        quiet = ["-m", "pip", "install", "--quiet", "--quiet", "--disable-pip-version-check", "--no-input"]
        subprocess.run([python, *quiet, "--no-deps", "-r", str(PACKAGES)], check=True)
        (FOLDER / ".done").touch()
    document = json.loads(payload("ann", {"C4:2B:11:07:AA:01": Placement.SACRUM}))
    messages = {
        name: json.loads(encode(EXAMPLES[parse_topic(each["state_topic"]).kind]))
        for name, each in document["components"].items()
        if "state_topic" in each
    }
    given = json.dumps({"document": document, "messages": messages})
    return subprocess.run([python, "-W", "ignore", "-c", _CHECK], input=given, text=True, check=False).returncode


def _new_python() -> str:
    for candidate in PYTHONS:
        try:
            subprocess.run([candidate, "-c", "import venv"], check=True, capture_output=True)
        except (OSError, subprocess.CalledProcessError):
            continue
        return candidate
    raise SystemExit(f"Home Assistant {VERSION} needs Python 3.13, and there is none: install python3.13")


if __name__ == "__main__":
    sys.exit(main())
