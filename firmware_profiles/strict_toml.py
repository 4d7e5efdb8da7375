"""Decode TOML into strict structs; an error names the file, the key and the nearest valid key."""

from __future__ import annotations

import difflib
import re
import tomllib
from typing import TypeVar

import msgspec
from msgspec.inspect import DictType, Field, ListType, StructType, Type, UnionType, type_info

T = TypeVar("T")

_AT = re.compile(r" - at `(?:key in )?\$?(?P<path>[^`]*)`$")
_UNKNOWN = re.compile(r"unknown field `(?P<field>[^`]*)`")
_SEGMENT = re.compile(r"\.(?P<name>[^.\[]+)|\[(?P<index>[^\]]*)\]")


class TomlError(ValueError):
    """A TOML file that does not fit its schema. `key` is the path of the offending key, empty for the whole file."""

    def __init__(self, source: str, key: str, problem: str) -> None:
        self.source = source
        self.key = key
        self.problem = problem
        super().__init__(f"{source}: {key}: {problem}" if key else f"{source}: {problem}")


def decode_toml(text: str, into: type[T], source: str) -> T:
    """Decode `text` into the msgspec struct `into`. Raises TomlError, whose message starts with `source`."""
    try:
        return msgspec.toml.decode(text, type=into, strict=True)
    except msgspec.ValidationError as error:
        raise _explain(str(error), into, source, tomllib.loads(text)) from error
    except msgspec.DecodeError as error:
        raise TomlError(source, "", f"not valid TOML: {error}") from error


def _explain(message: str, into: type[object], source: str, data: dict[str, object]) -> TomlError:
    found = _AT.search(message)
    path = found["path"] if found else ""
    problem = message[: found.start()] if found else message
    unknown = _UNKNOWN.search(problem)
    key = _named(path, data, unknown["field"] if unknown else None)
    if unknown is None:
        return TomlError(source, key, problem[:1].lower() + problem[1:])
    field = unknown["field"]
    valid = _keys_at(path, into)
    nearest = difflib.get_close_matches(field, valid, n=1)
    hint = f"did you mean `{nearest[0]}`?" if nearest else f"valid keys: {', '.join(sorted(valid))}"
    return TomlError(source, f"{key}.{field}" if key else field, f"unknown key; {hint}")


def _named(path: str, data: dict[str, object], field: str | None) -> str:
    """Replace msgspec's `[...]` by the table's name if the data show unambiguously which one is meant."""
    here: list[tuple[str, object]] = [("", data)]
    for segment in _SEGMENT.finditer(path):
        here = [inner for key, table in here for inner in _entries(key, table, segment["name"], segment["index"])]
    if field is not None:
        here = [(key, table) for key, table in here if isinstance(table, dict) and field in table]
    return (here[0][0] if len(here) == 1 else path).removeprefix(".")


def _entries(key: str, table: object, name: str | None, index: str | None) -> list[tuple[str, object]]:
    if isinstance(table, dict):
        return [(f"{key}.{entry}", value) for entry, value in table.items() if entry == name or index == "..."]
    if isinstance(table, list) and index is not None and index.isdigit() and int(index) < len(table):
        return [(f"{key}[{index}]", table[int(index)])]
    return []


def _keys_at(path: str, into: type[object]) -> list[str]:
    """Return the valid keys of the table(s) at a msgspec error path such as `.stream[...].fields[0]`."""
    here = [type_info(into)]
    for segment in _SEGMENT.finditer(path):
        here = [inner for outer in _alternatives(here) for inner in _step(outer, segment["name"])]
    return [field.encode_name for outer in _alternatives(here) for field in _fields(outer)]


def _alternatives(types: list[Type]) -> list[Type]:
    return [inner for outer in types for inner in (outer.types if isinstance(outer, UnionType) else (outer,))]


def _fields(table: Type) -> tuple[Field, ...]:
    return table.fields if isinstance(table, StructType) else ()


def _step(outer: Type, name: str | None) -> list[Type]:
    if name is not None:
        return [field.type for field in _fields(outer) if field.encode_name == name]
    if isinstance(outer, DictType):
        return [outer.value_type]
    if isinstance(outer, ListType):
        return [outer.item_type]
    return []
