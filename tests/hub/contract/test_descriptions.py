"""Every field in the contract documents has its description at its own property, with unit and meaning of null."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import msgspec
import pytest

from hub.contract.descriptions import STRUCTS, UNITS, split_docstring
from hub.contract.documents import documents
from hub.messages.wire import Outgoing


def properties() -> Iterator[tuple[str, str, dict[str, Any]]]:
    """Schema, field and property of every field in AsyncAPI's schemas."""
    for name, schema in json.loads(documents()["asyncapi.json"])["components"]["schemas"].items():
        for field, value in schema.get("properties", {}).items():
            yield name, field, value


def is_nullable(schema: dict[str, Any]) -> bool:
    return {"type": "null"} in schema.get("anyOf", []) + schema.get("items", {}).get("anyOf", [])


def test_every_property_has_a_description_and_every_null_a_meaning() -> None:
    every = list(properties())
    assert len(every) > 100
    assert [(name, field) for name, field, value in every if not value.get("description")] == []
    nullable = [(name, field, value["description"]) for name, field, value in every if is_nullable(value)]
    assert [(name, field) for name, field, text in nullable if "null" not in text] == []


def test_every_unit_is_spelled_out() -> None:
    for name, field, value in properties():
        unit = UNITS.get(field.rpartition("_")[2]) if "_" in field else None
        assert unit is None or unit in value["description"], f"{name}.{field}"


def test_enumerations_are_explained_at_each_property_that_uses_them() -> None:
    found = {(name, field): value["description"] for name, field, value in properties()}
    for state in ("clear", "watch", "near", "reached", "reported"):
        assert f"`{state}`" in found["ThresholdMessage", "state"]
        assert f"`{state}`" in found["SessionMessage", "thresholds"]
    assert "\n- `skip`: move a replay forward" in found["CommandMessage", "action"]


def test_a_reference_stands_alone_in_asyncapi_which_ignores_what_is_beside_it() -> None:
    found = [value for _, _, value in properties() if "$ref" in json.dumps(value)]
    assert found
    assert [value for value in found if "$ref" in value and len(value) > 1] == []


def test_the_description_of_a_message_does_not_repeat_its_fields() -> None:
    for name, schema in json.loads(documents()["asyncapi.json"])["components"]["schemas"].items():
        assert "   " not in schema["description"], name


@pytest.mark.parametrize("struct", STRUCTS.values(), ids=lambda struct: struct.__name__)
def test_a_docstring_describes_only_fields_that_exist(struct: type[msgspec.Struct]) -> None:
    described = split_docstring(struct)[1].keys() - {"type"}
    shared = {"late"} if struct is Outgoing else set()
    assert described - shared <= set(struct.__struct_fields__)


class Sample:
    """First line.

    one         its text, continued
                on the next line
    two, three  a choice:
                - `a`: this
                  and that
                - `b`

    Last line.
    """


def test_a_table_is_separated_from_the_prose() -> None:
    prose, texts = split_docstring(Sample)
    assert prose == "First line.\n\nLast line."
    choice = "a choice:\n- `a`: this and that\n- `b`"
    assert texts == {"one": "its text, continued on the next line", "two": choice, "three": choice}
