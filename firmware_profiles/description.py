"""A plain-text description of a profile, for `stridecue profiles show`."""

from __future__ import annotations

from collections.abc import Iterator

from firmware_profiles.schema import Ask, Profile, Read, Step, Stream, Subscribe


def describe(profile: Profile) -> list[str]:
    """Return the description of a profile, line by line."""
    return list(_lines(profile))


def _lines(profile: Profile) -> Iterator[str]:
    about = profile.profile
    yield f"{profile.id}: {about.title}"
    yield f"status      {about.status.value}"
    if about.extends:
        yield f"extends     {', '.join(about.extends)}"
    if about.placement:
        yield f"placement   {', '.join(about.placement)}"
    if about.notes:
        yield f"note        {about.notes}"
    for rule in profile.match:
        keys = {"name": rule.name, "service": rule.service, "company_id": rule.company_id, "data": rule.manufacturer}
        condition = " and ".join(f"{key} {value}" for key, value in keys.items() if value is not None)
        yield f"recognised  {condition} (score {rule.score})"
    for name, param in profile.param.items():
        if param.default is not None:
            values = f" of {', '.join(f'{value:g}' for value in param.values)}" if param.values else ""
            yield f"setting     {name} = {param.default:g}{values}{f': {param.note}' if param.note else ''}"
    for phase, steps in (("at start", profile.start), ("at stop", profile.stop)):
        for step in steps:
            yield f"{phase:<11} {_step(step)}"
    for name, stream in profile.stream.items():
        yield f"reads       {name} from {stream.source}: {_fields(stream)}"
    own = [example for example in profile.examples if not example.error]
    yield f"examples    {len(profile.examples)}, of which {len(profile.examples) - len(own)} must be refused"
    for source in dict.fromkeys(example.source for example in own):
        yield f"            {source}"


def _step(step: Step) -> str:
    optional = " (optional)" if step.optional else ""
    if isinstance(step, Subscribe):
        return f"subscribe to {step.on}{optional}"
    if isinstance(step, Read):
        return f"read {step.of}{optional}"
    if isinstance(step, Ask):
        return f"ask {step.to} with {step.hex}, response on {step.on}{optional}"
    hexes = [step.hex] if isinstance(step.hex, str) else step.hex
    only = "".join(f", only if {name} = {value:g}" for name, value in step.only.items())
    acknowledged = "" if step.ack is None else f", then wait for {step.ack.hex} on {step.ack.on}"
    return f"write {', '.join(hexes)}{step.append_ascii} to {step.to}{only}{acknowledged}{optional}"


def _fields(stream: Stream) -> str:
    fields = [*stream.fields, *(stream.samples.fields if stream.samples else ())]
    return ", ".join(dict.fromkeys(field.name for field in fields if not field.name.startswith("_")))
