"""All profiles by id: those of this package, overridden by those in the user's folder."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path
from types import MappingProxyType

import msgspec

from firmware_profiles.checks import check_profile
from firmware_profiles.errors import ProfileError
from firmware_profiles.schema import Characteristic, Link, Match, Profile, Semantics
from firmware_profiles.strict_toml import TomlError, decode_toml
from firmware_profiles.uuids import full_uuid

_NO_DATA: Mapping[int, bytes] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class Catalog:
    """Profiles by id."""

    profiles: Mapping[str, Profile]

    def __iter__(self) -> Iterator[Profile]:
        return iter(self.profiles.values())

    def __contains__(self, profile_id: str) -> bool:
        return profile_id in self.profiles

    def get(self, profile_id: str) -> Profile:
        """Return the profile with this id. Raises KeyError, whose message lists the known ids."""
        try:
            return self.profiles[profile_id]
        except KeyError:
            raise KeyError(f"no profile {profile_id!r}; known: {', '.join(self.profiles)}") from None

    def match(
        self,
        name: str | None,
        service_uuids: Sequence[str] = (),
        manufacturer_data: Mapping[int, bytes] = _NO_DATA,
    ) -> Profile | None:
        """Return the best profile for an advertisement, None if none matches. Highest score, then first id, wins."""
        services = {full_uuid(uuid) for uuid in service_uuids}
        best: tuple[int, Profile] | None = None
        for profile in self:
            if profile.profile.mixin or profile.profile.transport != "gatt":
                continue
            for rule in profile.match:
                if _matches(rule, name or "", services, manufacturer_data) and (best is None or rule.score > best[0]):
                    best = (rule.score, profile)
        return None if best is None else best[1]


def load_catalog(
    user_folder: Path | None = None,
    one_more: Path | None = None,
    skipped: Callable[[ProfileError], None] | None = None,
) -> Catalog:
    """Load every `*.toml` of this package, then of `user_folder`, whose profiles replace those with the same id.

    one_more  a file that overrides all of them; it is checked first, so that its own errors are reported
    skipped   called for each invalid file of the user, which is then ignored
    Raises ProfileError for the first invalid profile; with `skipped`, only for files outside the user's folder.
    """
    left_out: set[Path] = set()
    while True:
        try:
            return _load(user_folder, one_more, left_out)
        except ProfileError as error:
            wrong = Path(error.source)
            if skipped is None or wrong.parent != user_folder or wrong in left_out:
                raise
            left_out.add(wrong)
            skipped(error)


def _load(user_folder: Path | None, one_more: Path | None, left_out: AbstractSet[Path]) -> Catalog:
    texts: dict[str, tuple[str, str]] = {}
    packaged = (entry for entry in files(__package__).iterdir() if entry.name.endswith(".toml"))
    for entry in sorted(packaged, key=lambda entry: entry.name):
        texts[entry.name.removesuffix(".toml")] = (entry.name, entry.read_text(encoding="utf-8"))
    if user_folder is not None and user_folder.is_dir():
        for path in sorted(set(user_folder.glob("*.toml")) - left_out):
            texts[path.stem] = (str(path), _read(path))
    if one_more is not None:
        texts.pop(one_more.stem, None)
        texts = {one_more.stem: (str(one_more), _read(one_more)), **texts}
    single = {stem: parse_profile(text, source, stem) for stem, (source, text) in texts.items()}
    sources = {stem: source for stem, (source, _text) in texts.items()}
    merged = {stem: _with_parents(single[stem], single, sources, ()) for stem in sorted(single)}
    for stem, source in sources.items():
        check_profile(merged[stem], source)
    return Catalog(MappingProxyType(merged))


def _read(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except OSError as error:
        raise ProfileError(str(path), "", f"cannot be read: {error.strerror}") from error
    except UnicodeDecodeError as error:
        raise ProfileError(str(path), "", f"byte {error.start + 1} is not UTF-8: save it as UTF-8 text") from error


def parse_profile(text: str, source: str, stem: str) -> Profile:
    """Parse one TOML file without merging its parents; `stem` is the id according to the file name.

    Raises ProfileError.
    """
    try:
        profile = decode_toml(text, Profile, source)
    except TomlError as error:
        raise ProfileError(error.source, error.key, error.problem) from error
    if profile.id != stem:
        raise ProfileError(source, "profile.id", f"is {profile.id!r}, but the file is named {stem!r}: make them equal")
    gatt = {alias: _long(entry, source, alias) for alias, entry in profile.gatt.items()}
    rules = [
        rule if rule.service is None else msgspec.structs.replace(rule, service=_uuid(rule.service, source, key))
        for rule, key in ((rule, f"match[{i}].service") for i, rule in enumerate(profile.match))
    ]
    link = profile.link
    if link.forbid_char is not None:
        link = msgspec.structs.replace(link, forbid_char=_uuid(link.forbid_char, source, "link.forbid_char"))
    return msgspec.structs.replace(profile, gatt=gatt, match=rules, link=link)


def _long(entry: Characteristic, source: str, alias: str) -> Characteristic:
    service = None if entry.service is None else _uuid(entry.service, source, f"gatt.{alias}.service")
    return msgspec.structs.replace(entry, service=service, char=_uuid(entry.char, source, f"gatt.{alias}.char"))


def _uuid(text: str, source: str, key: str) -> str:
    try:
        return full_uuid(text)
    except ValueError as error:
        raise ProfileError(source, key, str(error)) from error


def _with_parents(
    child: Profile, known: Mapping[str, Profile], sources: Mapping[str, str], path: tuple[str, ...]
) -> Profile:
    """Merge the profiles in `extends` into the child: the child overrides by key; parents' start steps run first."""
    source = sources[child.id]
    if child.id in path:
        raise ProfileError(source, "profile.extends", f"is circular: {' -> '.join((*path, child.id))}")
    for parent_id in reversed(child.profile.extends):
        if parent_id not in known:
            raise ProfileError(source, "profile.extends", f"no profile {parent_id!r}; known: {', '.join(known)}")
        parent = _with_parents(known[parent_id], known, sources, (*path, child.id))
        child = msgspec.structs.replace(
            child,
            gatt={**parent.gatt, **child.gatt},
            link=_stricter(parent.link, child.link),
            param={**parent.param, **child.param},
            command={**parent.command, **child.command},
            frame={**parent.frame, **child.frame},
            stream={**parent.stream, **child.stream},
            start=[*parent.start, *(step for step in child.start if step not in parent.start)],
            stop=[*child.stop, *(step for step in parent.stop if step not in child.stop)],
            semantics=parent.semantics if child.semantics == Semantics() else child.semantics,
        )
    return child


def _stricter(one: Link, other: Link) -> Link:
    intervals = [link.max_interval_ms for link in (one, other) if link.max_interval_ms is not None]
    forbidding = other if other.forbid_char is not None else one
    return Link(
        mtu_min=max(one.mtu_min, other.mtu_min),
        max_interval_ms=min(intervals, default=None),
        forbid_char=forbidding.forbid_char,
        forbid_because=forbidding.forbid_because,
    )


def _matches(rule: Match, name: str, services: set[str], manufacturer_data: Mapping[int, bytes]) -> bool:
    if rule.name is not None and not re.search(rule.name, name):
        return False
    if rule.service is not None and rule.service not in services:
        return False
    if rule.company_id is not None and rule.company_id not in manufacturer_data:
        return False
    if rule.manufacturer is None or rule.company_id is None:
        return True
    return manufacturer_data[rule.company_id].startswith(bytes.fromhex(rule.manufacturer))
