"""Run vectors against the profiles: passed, failed or not applicable, with the reason."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from drivers.errors import DecodeError
from drivers.vectors.commands import known_commands
from drivers.vectors.compare import differences
from drivers.vectors.names import CHARACTERISTICS, NAMES, PROFILES, params_of
from drivers.vectors.protocols import UnknownError, reader_of
from drivers.vectors.streams import Values, aliases_of, read_streams
from drivers.vectors.vector_file import CUT, Vector
from firmware_profiles.catalog import Catalog
from firmware_profiles.schema import Profile

COMMAND_NAMES = {"command", "meaning", "op", "value", "location"}


class Verdict(StrEnum):
    """The verdict on a vector."""

    PASSED = "passed"
    FAILED = "failed"
    NOT_APPLICABLE = "not applicable"


@dataclass(frozen=True, slots=True)
class Outcome:
    """The result of one vector; `why` is empty if it passed."""

    vector: Vector
    verdict: Verdict
    why: str = ""


class _NotApplicableError(Exception):
    """No profile describes these bytes."""


def verify(vectors: Iterable[Vector], catalog: Catalog) -> list[Outcome]:
    """Run every vector, in order; raises nothing."""
    return [_outcome(vector, catalog) for vector in vectors]


def _outcome(vector: Vector, catalog: Catalog) -> Outcome:
    try:
        problems = _problems(vector, catalog)
    except _NotApplicableError as reason:
        return Outcome(vector, Verdict.NOT_APPLICABLE, str(reason))
    except UnknownError as reason:
        return Outcome(vector, Verdict.PASSED if vector.expect_error else Verdict.NOT_APPLICABLE, str(reason))
    except DecodeError as error:
        if vector.expect_error:
            return Outcome(vector, Verdict.PASSED)
        return Outcome(vector, Verdict.FAILED, f"refused: {error}")
    except (LookupError, TypeError, ValueError) as error:
        # An unexpected kind of vector fails on its own, without ending the others.
        return Outcome(vector, Verdict.FAILED, f"not understood: {error!r}")
    if vector.expect_error:
        return Outcome(vector, Verdict.FAILED, "should be refused, and was read")
    return Outcome(vector, Verdict.FAILED if problems else Verdict.PASSED, "; ".join(problems))


def _problems(vector: Vector, catalog: Catalog) -> list[str]:
    reader = reader_of(vector.device, vector.characteristic)
    if reader is not None:
        return differences(vector.expected, reader(vector, catalog))
    profiles = [catalog.get(name) for name in PROFILES.get(vector.device, (vector.device,)) if name in catalog]
    if not profiles:
        raise _NotApplicableError(f"there is no profile {vector.device!r}")
    wanted = CHARACTERISTICS.get((vector.device, vector.characteristic), vector.characteristic)
    places = [(profile, alias) for profile in profiles for alias in aliases_of(profile, wanted)]
    if not places or not vector.payloads:
        raise _NotApplicableError(f"{vector.device} has no characteristic {vector.characteristic!r}")
    if COMMAND_NAMES & set(vector.expected):
        commanded = [_command_problems(vector, *place) for place in places if "write" in place[0].gatt[place[1]].uses]
        known = [problems for problems in commanded if problems is not None]
        if known:
            return min(known, key=len)
    profile, alias = places[0]
    streams = list(profile.streams_of(alias))
    if not streams:
        raise _NotApplicableError(f"nothing of {vector.device}/{vector.characteristic} is read")
    params = params_of(profile, vector.context)
    found = read_streams(profile, streams, vector.payloads, params, cut=vector.kind == CUT)
    if wanted == "326a9006":
        found |= {"module": vector.payloads[0][0], "register": vector.payloads[0][1]}
    if vector.characteristic == "module_info":
        found["module"] = {0x03: "acc", 0x13: "gyro"}.get(vector.payloads[0][0])
    return differences(vector.expected, found, cut=vector.kind == CUT) + _unexpected(vector, profile, streams, found)


def _command_problems(vector: Vector, profile: Profile, alias: str) -> list[str] | None:
    """Compare a write; None if the bytes are not a write of the profile, so that a stream may read them."""
    commands = known_commands(profile, alias, vector.payloads[0])
    if not commands:
        return None
    text = str(vector.expected.get("command", vector.expected.get("meaning", "")))
    if not any(command.matches(text) for command in commands):
        params = "; ".join(str(dict(command.params)) for command in commands)
        return [f"the bytes mean {params}, expected {text!r}"]
    named = commands[0]
    places = profile.stream["location"].fields[0].names if "location" in profile.stream else {}
    found: Values = {"command": text, "meaning": text, "op": named.name.partition(".")[2]}
    if "cumulative_value" in named.params:
        found["value"] = named.params["cumulative_value"]
    if "location" in named.params:
        found["location"] = places.get(f"{named.params['location']:g}")
    return differences(vector.expected, found)


def _unexpected(vector: Vector, profile: Profile, streams: list[str], found: Values) -> list[str]:
    """Report optional fields that were found although the vector does not expect them."""
    expected = {NAMES.get(name, (name, None))[0] for name in vector.expected}
    optional = {
        field.name
        for name in streams
        for field in profile.stream[name].fields
        if field.if_bit is not None or field.unless_bit is not None
    }
    surplus = [name for name in found if name in optional - expected and found[name] is not None]
    # Vectors of steps per minute test the cadence rule and do not list every field.
    if "steps_per_min" in vector.expected:
        return []
    return [f"{name} should be absent, is {found[name]}" for name in surplus]
