"""Checks beyond the types of the schema: names must exist, hex must parse, units must fit."""

from __future__ import annotations

import re
from collections.abc import Mapping

from firmware_profiles.errors import ProfileError
from firmware_profiles.fact import FactError, check_hex, check_known
from firmware_profiles.schema import SCHEMA_VERSION, Ack, Ask, Frame, Param, Profile, Read, Step, Subscribe
from firmware_profiles.stream_checks import check_stream

_USES = ("read", "write", "notify", "indicate")
_PLACEHOLDER = re.compile(r"\{(?P<param>\w+):(?P<form>[us](?:8|16|24|32)|code)\}")
_WORD = re.compile(r"\{(?P<param>\w+)\}")


def check_profile(profile: Profile, source: str) -> None:
    """Raise ProfileError for the first fact that is inconsistent with the others."""
    try:
        _check(profile)
    except FactError as wrong:
        raise ProfileError(source, wrong.key, wrong.problem) from None


def _check(profile: Profile) -> None:
    if profile.schema != SCHEMA_VERSION:
        raise FactError("schema", f"is {profile.schema}; this version reads {SCHEMA_VERSION}")
    for alias, entry in profile.gatt.items():
        for use in entry.uses:
            check_known(use, _USES, f"gatt.{alias}.use")
    for i, rule in enumerate(profile.match):
        _check_match(f"match[{i}]", rule.name, rule.manufacturer, rule.company_id)
    for name, param in profile.param.items():
        _check_param(param, f"param.{name}", profile)
    _check_writes(profile)
    for name, frame in profile.frame.items():
        _check_frame(frame, f"frame.{name}")
    for name, stream in profile.stream.items():
        check_stream(stream, f"stream.{name}", profile)
    _check_merge(profile)
    _check_examples(profile)


def _check_merge(profile: Profile) -> None:
    for name in profile.profile.merge:
        check_known(name, profile.stream, "profile.merge")
    if len(profile.profile.merge) not in {0, 2}:
        raise FactError("profile.merge", "must name two streams")


def _check_examples(profile: Profile) -> None:
    for i, example in enumerate(profile.examples):
        check_known(example.stream, profile.stream, f"examples[{i}].stream")
        for text in [example.hex] if isinstance(example.hex, str) else example.hex:
            check_hex(text, f"examples[{i}].hex")
        for text in example.learn:
            check_hex(text, f"examples[{i}].learn")
        _check_params(example.params, f"examples[{i}].params", profile)


def _check_writes(profile: Profile) -> None:
    for phase, steps in (("start", profile.start), ("stop", profile.stop)):
        for i, step in enumerate(steps):
            _check_step(step, f"{phase}[{i}]", profile)
    for name, command in profile.command.items():
        check_known(command.to, profile.gatt, f"command.{name}.to")
        _check_template(command.hex, command.append_ascii, f"command.{name}", profile)


def _check_match(key: str, name: str | None, manufacturer: str | None, company_id: int | None) -> None:
    if name is not None:
        try:
            re.compile(name)
        except re.error as error:
            raise FactError(f"{key}.name", f"not a regular expression: {error}") from None
    if manufacturer is not None:
        check_hex(manufacturer, f"{key}.manufacturer")
        if company_id is None:
            raise FactError(f"{key}.manufacturer", "needs company_id as well")


def _check_param(param: Param, key: str, profile: Profile) -> None:
    if param.follows is not None:
        check_known(param.follows, profile.param, f"{key}.follows")
        if profile.param[param.follows].follows is not None:
            raise FactError(f"{key}.follows", f"{param.follows!r} follows another parameter itself")
        if param.default is not None:
            raise FactError(f"{key}.default", f"it has the value of {param.follows}: leave the default out")
    elif param.default is None:
        raise FactError(f"{key}.default", "is missing")
    elif param.values and param.default not in param.values:
        raise FactError(f"{key}.default", f"{param.default:g} is not one of its values")
    for value, text in param.code.items():
        check_hex(text, f"{key}.code.{value}")
    values = param.values if param.follows is None else profile.param[param.follows].values
    missing = [f"{value:g}" for value in values if f"{value:g}" not in param.code]
    if param.code and missing:
        raise FactError(f"{key}.code", f"has no code for {', '.join(missing)}")


def _check_step(step: Step, key: str, profile: Profile) -> None:
    if isinstance(step, Subscribe):
        check_known(step.on, profile.gatt, f"{key}.on")
    elif isinstance(step, Read):
        check_known(step.of, profile.gatt, f"{key}.of")
    elif isinstance(step, Ask):
        check_known(step.to, profile.gatt, f"{key}.to")
        check_known(step.on, profile.gatt, f"{key}.on")
        check_hex(step.hex, f"{key}.hex")
        for answer, params in step.answers.items():
            check_hex(answer, f"{key}.answers.{answer}")
            _check_params(params, f"{key}.answers.{answer}", profile)
    else:
        check_known(step.to, profile.gatt, f"{key}.to")
        for text in [step.hex] if isinstance(step.hex, str) else step.hex:
            _check_template(text, step.append_ascii, key, profile)
        _check_params(step.only, f"{key}.only", profile)
        if step.ack is not None:
            _check_ack(step.ack, f"{key}.ack", profile)


def _check_template(text: str, append_ascii: str, key: str, profile: Profile) -> None:
    for found in _PLACEHOLDER.finditer(text):
        check_known(found["param"], profile.param, f"{key}.hex")
        if found["form"] == "code" and not profile.param[found["param"]].code:
            raise FactError(f"{key}.hex", f"param.{found['param']} has no code")
        if found["form"] != "code" and profile.param[found["param"]].follows is not None:
            raise FactError(f"{key}.hex", f"param.{found['param']} has only codes: write {{{found['param']}:code}}")
    check_hex(_PLACEHOLDER.sub("00", text), f"{key}.hex")
    for found in _WORD.finditer(append_ascii):
        check_known(found["param"], profile.default_params(), f"{key}.append_ascii")
    if re.search(r"[{}]", _WORD.sub("", append_ascii)) or not append_ascii.isascii():
        raise FactError(f"{key}.append_ascii", f"{append_ascii!r} must be ASCII; {{param}} gives a parameter's value")


def _check_ack(ack: Ack, key: str, profile: Profile) -> None:
    check_known(ack.on, profile.gatt, f"{key}.on")
    for name, text in (("hex", ack.hex), *(("also_ok", other) for other in ack.also_ok)):
        check_hex(text, f"{key}.{name}")


def _check_params(params: Mapping[str, float], key: str, profile: Profile) -> None:
    for name in params:
        check_known(name, profile.default_params(), key)


def _check_frame(frame: Frame, key: str) -> None:
    if frame.kind != "resync":
        return
    if frame.length < 1 or not frame.heads:
        raise FactError(key, "resync needs heads and a length")
    for text in frame.heads:
        check_hex(text, f"{key}.heads")
        if not 0 < len(bytes.fromhex(text)) < frame.length:
            raise FactError(f"{key}.heads", f"{text!r} must be shorter than a frame, and not empty")
