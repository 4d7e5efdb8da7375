"""Identify the profile's write, and its parameters, that gives certain bytes: the inverse of a write template."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from firmware_profiles.schema import Ask, Param, Profile, Write

_PLACEHOLDER = re.compile(r"\{(?P<param>\w+):(?:(?P<sign>[us])(?P<bits>8|16|24|32)|(?P<code>code))\}")
_DIGITS = re.compile(r"\\\{(?P<param>\w+)\\\}")
_FIGURE = re.compile(r"(\d+) (Hz|g|dps)\b")
_CHIP = re.compile(r"BMI(\d+)")
_OF_UNIT = {"Hz": ("rate_hz", "bandwidth_hz"), "g": ("acc_range_g",), "dps": ("gyro_range_dps",)}


@dataclass(frozen=True, slots=True)
class KnownCommand:
    """A write of the profile: its key in the file, and the parameters that give the bytes."""

    name: str
    params: Mapping[str, float]

    def matches(self, text: str) -> bool:
        """Return whether the values in a description (`200 Hz`, `8 g`, `500 dps`, `BMI270`) match the parameters."""
        for figure, unit in _FIGURE.findall(text):
            given = [self.params[name] for name in _OF_UNIT[unit] if name in self.params]
            if given and float(figure) not in given:
                return False
        chip = _CHIP.search(text)
        return chip is None or self.params.get("chip", float(chip[1])) == float(chip[1])


def known_commands(profile: Profile, alias: str, payload: bytes) -> list[KnownCommand]:
    """Return every write to `alias` that can give these bytes."""
    found = []
    for name, to, hexes, tail, fixed in _writes(profile):
        if to != alias:
            continue
        for text in hexes:
            params = _match(text, tail, payload, profile.param)
            if params is not None:
                found.append(KnownCommand(name, {**params, **fixed}))
    return found


def _writes(profile: Profile) -> Iterator[tuple[str, str, list[str], str, Mapping[str, float]]]:
    for phase, steps in (("start", profile.start), ("stop", profile.stop)):
        for i, step in enumerate(steps):
            if isinstance(step, Write):
                hexes = [step.hex] if isinstance(step.hex, str) else step.hex
                yield f"{phase}[{i}]", step.to, hexes, step.append_ascii, step.only
            elif isinstance(step, Ask):
                yield f"{phase}[{i}]", step.to, [step.hex], "", {}
    for name, command in profile.command.items():
        yield f"command.{name}", command.to, [command.hex], command.append_ascii, {}


def _match(text: str, tail: str, payload: bytes, known: Mapping[str, Param]) -> dict[str, float] | None:
    """Return the parameters with which the template gives exactly these bytes; None if there are none."""
    names: list[tuple[str, re.Match[str]]] = []

    def group(found: re.Match[str]) -> str:
        names.append((found["param"], found))
        digits = 2 * len(bytes.fromhex(next(iter(known[found["param"]].code.values())))) if found["code"] else 0
        return f"([0-9a-f]{{{digits or int(found['bits']) // 4}}})"

    pattern = _PLACEHOLDER.sub(group, text.replace(" ", ""))
    matched = re.match(pattern, payload.hex())
    if matched is None:
        return None
    params: dict[str, float] = {}
    for (name, form), value in zip(names, matched.groups(), strict=True):
        if form["code"]:
            decoded = next((float(number) for number, code in known[name].code.items() if code == value), None)
        else:
            decoded = float(int.from_bytes(bytes.fromhex(value), "little", signed=form["sign"] == "s"))
        if decoded is None or params.setdefault(known[name].follows or name, decoded) != decoded:
            return None
    rest = payload[matched.end() // 2 :].decode("ascii", errors="replace")
    words = re.fullmatch(_DIGITS.sub(lambda digits: f"(?P<{digits['param']}>[0-9]+)", re.escape(tail)), rest)
    if words is None:
        return None
    return params | {name: float(value) for name, value in words.groupdict().items()}
