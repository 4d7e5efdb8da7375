"""The MQTT contract as documents generated from the code: AsyncAPI 3 and one JSON Schema per message.

    python -m hub.contract.documents docs/contract

The documents are committed; a test fails when they differ from the code.
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
from hub.contract.descriptions import describe
from hub.contract.examples import EXAMPLES
from hub.messages.delivery import DELIVERY
from hub.messages.incoming import SCHEMA, Incoming
from hub.messages.topics import ROOT, SENSOR
from hub.messages.wire import MAX_PAYLOAD_BYTES, MESSAGES, CueMessage, Message, encode
from hub.orders.obey import NUDGE
from hub.orders.order_desk import MAX_ORDER_BYTES

INCOMING = frozenset({"pain", "command"})
_REFERENCE = "#/components/schemas/{name}"


def documents() -> dict[str, str]:
    """Return every document, file name -> text."""
    texts = {"asyncapi.json": _text(asyncapi())}
    for kind, message in MESSAGES.items():
        texts[f"schemas/{kind}.json"] = _text(json_schema(kind, message))
    return texts


def json_schema(kind: str, message: type[Message]) -> dict[str, Any]:
    """Return the self-contained JSON Schema (2020-12) of one kind of message."""
    schemas = _finished(msgspec.json.schema(message)["$defs"])
    root = schemas.pop(message.__name__)
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$comment": f"{ROOT} {kind}, schema {SCHEMA}",
        **root,
        "examples": [example(kind)],
        **({"$defs": schemas} if schemas else {}),
    }


def example(kind: str) -> dict[str, Any]:
    """Return the payload of one realistic message; a request contains only the fields that a sender would write."""
    payload: dict[str, Any] = json.loads(encode(EXAMPLES[kind]))
    return {key: value for key, value in payload.items() if kind not in INCOMING or value is not None}


def asyncapi() -> dict[str, Any]:
    """Return the AsyncAPI 3 document from the hub's point of view: it sends all but `pain` and `command`."""
    _, schemas = msgspec.json.schema_components(list(MESSAGES.values()), ref_template=_REFERENCE)
    _wrap_references(_finished(schemas))
    return {
        "asyncapi": "3.0.0",
        "info": {
            "title": "stridecue",
            "version": f"{SCHEMA}.0.0",
            "description": (
                "The messages a stridecue hub sends and receives over MQTT: cadence, pelvic drop, thresholds and cues "
                "of a runner, live. Payloads are JSON with units in the field names; null means not measurable. "
                f"Payloads larger than {MAX_PAYLOAD_BYTES} bytes are rejected, requests "
                f"(`pain`, `command`) larger than {MAX_ORDER_BYTES}."
            ),
            "license": {"name": "Apache-2.0", "url": "https://www.apache.org/licenses/LICENSE-2.0"},
        },
        "defaultContentType": "application/json",
        "servers": {
            "loopback": {
                "host": "127.0.0.1:1883",
                "protocol": "mqtt",
                "description": "The hub's own broker; it uses the next free port when 1883 is taken.",
            }
        },
        "channels": {kind: _channel(kind) for kind in MESSAGES},
        "operations": {f"{_action(kind)}_{kind}": _operation(kind) for kind in MESSAGES},
        "components": {
            "messages": {kind: _message(kind, message) for kind, message in MESSAGES.items()},
            "schemas": schemas,
        },
    }


def _channel(kind: str) -> dict[str, Any]:
    parameters = {"runner": {"description": "The runner's name on the broker: 1 to 32 characters from a-z 0-9 _ -"}}
    address = f"{ROOT}/{{runner}}/{kind}"
    if kind == SENSOR:
        address += "/{device}"
        parameters["device"] = {"description": "The sensor's id, the field `device` of the message"}
    return {
        "address": address,
        "description": _summary(MESSAGES[kind]),
        "messages": {kind: {"$ref": f"#/components/messages/{kind}"}},
        "parameters": parameters,
    }


def _action(kind: str) -> str:
    return "receive" if kind in INCOMING else "send"


def _operation(kind: str) -> dict[str, Any]:
    how = DELIVERY[MESSAGES[kind]]
    binding: dict[str, Any] = {"qos": how.qos, "retain": how.retain, "bindingVersion": "0.2.0"}
    if how.expiry_s is not None:
        binding["messageExpiryInterval"] = how.expiry_s
    operation: dict[str, Any] = {
        "action": _action(kind),
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
        "examples": [{"payload": example(kind)}],
    }


def _finished(schemas: dict[str, Any]) -> dict[str, Any]:
    """Complete the generated schemas in place: descriptions and examples, and plain forms that all tools understand.

    OpenAPI's `discriminator` is removed: AsyncAPI 3 has another form of it, and each member's `type` is sufficient.
    `type` becomes a constant, of which code generators make a literal instead of an enumeration with one member.
    Docstrings lose their indentation, which Python keeps or strips depending on its version.
    """
    for each in _parts(schemas):
        each.pop("discriminator", None)
        if isinstance(text := each.get("description"), str):
            each["description"] = cleandoc(text)
    for schema in schemas.values():
        if (tag := schema.get("properties", {}).get("type")) is not None:
            tag["const"] = tag.pop("enum")[0]
    _make_type_optional(schemas)
    _add_rule_examples(schemas)
    describe(schemas)
    return schemas


def _wrap_references(schemas: dict[str, Any]) -> None:
    """Put each `$ref` that has a description beside it into `allOf`, in place: AsyncAPI ignores whatever is beside."""
    for each in _parts(schemas):
        if "description" in each and isinstance(each.get("$ref"), str):
            each["allOf"] = [{"$ref": each.pop("$ref")}]


def _parts(schema: object) -> list[dict[str, Any]]:
    """Return every object within a schema."""
    parts: list[dict[str, Any]] = []
    todo = [schema]
    while todo:
        match todo.pop():
            case dict() as each:
                parts.append(each)
                todo += each.values()
            case list() as each:
                todo += each
    return parts


def _make_type_optional(schemas: dict[str, Any]) -> None:
    """Make `type` optional for senders, in place: the topic identifies the message (`{"level": 3}` is enough)."""
    for order in Incoming.__subclasses__():
        if (schema := schemas.get(order.__name__)) is not None:
            schema["required"].remove("type")
            schema["properties"]["type"]["default"] = schema["properties"]["type"]["const"]


def _add_rule_examples(schemas: dict[str, Any]) -> None:
    """List the cue rules as examples, in place: those found in `dsp.cues`, named after their files, and `nudge`."""
    if CueMessage.__name__ in schemas:
        rules = [type(rule).__module__.rpartition(".")[2] for rule in all_rules(CueParams())]
        properties = schemas[CueMessage.__name__]["properties"]
        properties["rule"] = {"examples": sorted([*rules, NUDGE]), **properties["rule"]}


def _summary(message: type[Message]) -> str:
    return (getdoc(message) or "").partition("\n")[0]


def _text(document: Mapping[str, Any]) -> str:
    return json.dumps(document, indent=2, ensure_ascii=False) + "\n"


def main() -> int:
    """Write the documents to a folder."""
    parser = argparse.ArgumentParser(prog="python -m hub.contract.documents", description=__doc__.partition("\n")[0])
    parser.add_argument("folder", type=Path)
    folder: Path = parser.parse_args().folder
    for name, text in documents().items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    print(f"{folder}: MQTT contract of stridecue {version('stridecue')}, schema {SCHEMA}")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
