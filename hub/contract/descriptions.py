"""Descriptions of the fields in the contract documents, taken from the docstrings of the message classes.

A docstring describes fields in a table: `name  text`, with two spaces or more in between and longer texts continued on
indented lines; a line that starts with `- ` is an item of a list. The schemas carry each text at its own property,
completed with the unit that the field's name ends in, the meaning of null and the values of an enumeration; the
description of the message itself keeps the prose. A clause `; null ...` in the prose applies to all measured fields.
"""

from __future__ import annotations

import re
from inspect import getdoc
from typing import Any

import msgspec

from hub.messages import incoming, lines, session_status, wire

UNITS = {
    "bpm": "beats per minute",
    "deg": "degrees",
    "hz": "hertz",
    "m": "metres",
    "mps": "metres per second",
    "ms": "milliseconds",
    "pct": "percent",
    "ppm": "parts per million",
    "s": "seconds",
    "spm": "steps per minute",
}
NOT_MEASURABLE = "null when not measurable"
"""The meaning of null in a measured field where neither its own text nor the prose of its class gives another."""

_ROW = re.compile(r"(?P<names>[a-z][a-z0-9_]*(?:, [a-z][a-z0-9_]*)*) {2,}(?P<text>\S.*)")
STRUCTS: dict[str, type[msgspec.Struct]] = {
    name: each
    for module in (incoming, lines, session_status, wire)
    for name, each in vars(module).items()
    if isinstance(each, type) and issubclass(each, msgspec.Struct)
}
"""The message classes and the parts of messages, by name."""


def describe(schemas: dict[str, Any]) -> None:
    """Move the descriptions of fields from each schema to its properties, in place; `schemas` by class name."""
    meanings = {name: schema["description"] for name, schema in schemas.items() if "enum" in schema}
    for name, schema in schemas.items():
        if name not in STRUCTS:
            continue
        prose, _ = split_docstring(STRUCTS[name])
        schema["description"] = prose
        texts = field_texts(STRUCTS[name])
        null = _meaning_of_null(prose)
        for field, value in schema.get("properties", {}).items():
            text = _complete(field, texts[field], null, value)
            listed = [meanings[each] for each in _referenced(value) if each in meanings]
            schema["properties"][field] = {"description": "\n\n".join([text, *listed]), **value}
        for field, value in zip(STRUCTS[name].__struct_fields__, schema.get("prefixItems", []), strict=False):
            value["description"] = _complete(field, texts[field], null, value)


def field_texts(struct: type[msgspec.Struct]) -> dict[str, str]:
    """Return the texts of all fields, including those of base classes; a subclass's text replaces its base's.

    The fields that every message has are described by `Outgoing`, which not every message can have as its base.
    """
    texts: dict[str, str] = {}
    for each in (wire.Outgoing, *reversed(struct.__mro__)):
        if issubclass(each, msgspec.Struct) and each is not msgspec.Struct:
            texts |= split_docstring(each)[1]
    return texts


def split_docstring(struct: type) -> tuple[str, dict[str, str]]:
    """Split a class's docstring into its prose and the table of its fields, field name -> text."""
    prose: list[str] = []
    texts: dict[str, str] = {}
    for paragraph in (getdoc(struct) or "").split("\n\n"):
        if _ROW.match(paragraph) is None:
            prose.append(paragraph)
            continue
        names: list[str] = []
        for line in paragraph.splitlines():
            if (row := _ROW.fullmatch(line)) is not None:
                names = row["names"].split(", ")
                texts |= dict.fromkeys(names, row["text"])
            else:
                item = line.strip()
                gap = "\n" if item.startswith("- ") else " "
                texts |= {name: f"{texts[name]}{gap}{item}" for name in names}
    return "\n\n".join(prose), texts


def _complete(field: str, text: str, null: str, schema: dict[str, Any]) -> str:
    """Return the text of a field with its unit and the meaning of null, where it lacks them."""
    unit = UNITS.get(field.rpartition("_")[2]) if "_" in field else None
    if unit is None:
        return text
    said, semicolon, own = text.partition("; null")
    if unit not in said:
        said = f"{said}, in {unit}"
    if "null" not in text and _is_nullable(schema):
        said = f"{said}; {null}"
    return f"{said}{semicolon}{own}"


def _meaning_of_null(prose: str) -> str:
    """Return the clause about null in the prose of a class, which applies to all of its measured fields."""
    found = re.search(r"; (null [^.;]+)", prose)
    return " ".join(found[1].split()) if found else NOT_MEASURABLE


def _is_nullable(schema: dict[str, Any]) -> bool:
    return {"type": "null"} in [*schema.get("anyOf", []), *schema.get("items", {}).get("anyOf", [])]


def _referenced(schema: dict[str, Any]) -> list[str]:
    """Return the names of the schemas that a property refers to, itself or as one of its alternatives or values."""
    parts = [schema, *schema.get("anyOf", []), schema.get("additionalProperties", {})]
    return [part["$ref"].rpartition("/")[2] for part in parts if "$ref" in part]
