"""The MQTT contract as documents made from the code: AsyncAPI 3 and one JSON Schema a message.

    python -m hub.contract.documents docs/contract

The documents are committed; a test fails when they and the code have parted.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Mapping
from importlib.metadata import version
from inspect import cleandoc, getdoc
from pathlib import Path
from typing import Any

import msgspec

from dsp.cues.rule import CueParams, all_rules
from hub.contract.examples import EXAMPLES
from hub.messages.delivery import DELIVERY
from hub.messages.incoming import SCHEMA, Incoming
from hub.messages.topics import ROOT, SENSOR
from hub.messages.wire import MAX_PAYLOAD_BYTES, MESSAGES, CueMessage, Message, encode
from hub.orders.obey import NUDGE
from hub.orders.order_desk import MAX_ORDER_BYTES

LOOPBACK_ONLY = frozenset({"attitude"})
INCOMING = frozenset({"pain", "command"})
_REFERENCE = "#/components/schemas/{name}"


def documents() -> dict[str, str]:
    """Make every document: file name to text."""
    made = {"asyncapi.json": _text(asyncapi())}
    for kind, message in MESSAGES.items():
        made[f"schemas/{kind}.json"] = _text(json_schema(kind, message))
    return made


def json_schema(kind: str, message: type[Message]) -> dict[str, Any]:
    """Give the JSON Schema (2020-12) of one kind of message, complete in itself."""
    schema = _tidied(msgspec.json.schema(message))
    _let_untagged_in(schema["$defs"])
    _name_rules(schema["$defs"])
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": f"{ROOT} {kind}, schema {SCHEMA}",
        **schema,
    }


def asyncapi() -> dict[str, Any]:
    """Give the AsyncAPI 3 document, as seen from the hub: it sends, except for `pain` and `command`."""
    _, schemas = msgspec.json.schema_components(list(MESSAGES.values()), ref_template=_REFERENCE)
    _let_untagged_in(schemas)
    _name_rules(schemas)
    return {
        "asyncapi": "3.0.0",
        "info": {
            "title": "stridecue",
            "version": f"{SCHEMA}.0.0",
            "description": (
                "What a stridecue hub says and hears over MQTT: cadence, pelvic drop, thresholds and cues of a runner, "
                "live. JSON, units in the names, null for what cannot be measured. "
                f"Payloads larger than {MAX_PAYLOAD_BYTES} bytes are refused, orders "
                f"(`pain`, `command`) larger than {MAX_ORDER_BYTES}."
            ),
            "license": {"name": "Apache-2.0", "url": "https://www.apache.org/licenses/LICENSE-2.0"},
        },
        "defaultContentType": "application/json",
        "servers": {
            "loopback": {
                "host": "127.0.0.1:1883",
                "protocol": "mqtt",
                "description": "The hub's own broker; the next free port when 1883 is taken.",
            }
        },
        "channels": {kind: _channel(kind) for kind in MESSAGES},
        "operations": {f"{'hear' if kind in INCOMING else 'say'}_{kind}": _operation(kind) for kind in MESSAGES},
        "components": {
            "messages": {kind: _message(kind, message) for kind, message in MESSAGES.items()},
            "schemas": _tidied(schemas),
        },
    }


def _channel(kind: str) -> dict[str, Any]:
    parameters = {"runner": {"description": "The runner's name on the broker: 1 to 32 characters of a-z 0-9 _ -"}}
    address = f"{ROOT}/{{runner}}/{kind}"
    if kind == SENSOR:
        address += "/{device}"
        parameters["device"] = {"description": "The sensor's id, as in the message"}
    where = " Only on the hub's own loopback broker." if kind in LOOPBACK_ONLY else ""
    return {
        "address": address,
        "description": _summary(MESSAGES[kind]) + where,
        "messages": {kind: {"$ref": f"#/components/messages/{kind}"}},
        "parameters": parameters,
    }


def _operation(kind: str) -> dict[str, Any]:
    how = DELIVERY[MESSAGES[kind]]
    binding: dict[str, Any] = {"qos": how.qos, "retain": how.retain, "bindingVersion": "0.2.0"}
    if how.expiry_s is not None:
        binding["messageExpiryInterval"] = how.expiry_s
    operation: dict[str, Any] = {
        "action": "receive" if kind in INCOMING else "send",
        "channel": {"$ref": f"#/channels/{kind}"},
        "summary": _summary(MESSAGES[kind]),
        "bindings": {"mqtt": binding},
    }
    if kind in INCOMING:
        operation["reply"] = {"channel": {"$ref": "#/channels/reply"}}
    return operation


def _message(kind: str, message: type[Message]) -> dict[str, Any]:
    return {
        "name": kind,
        "title": kind,
        "summary": _summary(message),
        "contentType": "application/json",
        "payload": {"$ref": _REFERENCE.format(name=message.__name__)},
        "examples": [{"payload": json.loads(encode(EXAMPLES[kind]))}],
    }


def _tidied(schema: dict[str, Any]) -> dict[str, Any]:
    """Put right, in place, what the generator leaves.

    OpenAPI's `discriminator` goes: AsyncAPI 3 has another form of it, and a member's own `type` says as much.
    Docstrings lose their indentation, which Python keeps or drops by its version.
    """
    todo: list[Any] = [schema]
    while todo:
        each = todo.pop()
        if isinstance(each, dict):
            each.pop("discriminator", None)
            if isinstance(text := each.get("description"), str):
                each["description"] = cleandoc(text)
            todo += each.values()
        elif isinstance(each, list):
            todo += each
    return schema


def _let_untagged_in(schemas: dict[str, Any]) -> None:
    """Do not ask senders for `type`, in place: the hub knows an order by its topic (`{"level": 3}` is enough)."""
    for order in Incoming.__subclasses__():
        if order.__name__ in schemas:
            schemas[order.__name__]["required"].remove("type")


def _name_rules(schemas: dict[str, Any]) -> None:
    """Give the rules that there are as examples, in place: those found in `dsp.cues`, named after their files."""
    if CueMessage.__name__ in schemas:
        rules = [type(rule).__module__.rpartition(".")[2] for rule in all_rules(CueParams())]
        said = schemas[CueMessage.__name__]["properties"]
        said["rule"] = {"examples": sorted([*rules, NUDGE]), **said["rule"]}


def _summary(message: type[Message]) -> str:
    return (getdoc(message) or "").partition("\n")[0]


def _text(document: Mapping[str, Any]) -> str:
    return json.dumps(document, indent=2, ensure_ascii=False) + "\n"


def main() -> int:
    """Write the documents into a folder."""
    parser = argparse.ArgumentParser(prog="python -m hub.contract.documents", description=__doc__.partition("\n")[0])
    parser.add_argument("folder", type=Path)
    folder: Path = parser.parse_args().folder
    for name, text in documents().items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    print(f"{folder}: the contract of stridecue {version('stridecue')}, schema {SCHEMA}")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
