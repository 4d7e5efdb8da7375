"""Any edit of a profile gives either an error that names the place, or a valid profile."""

from __future__ import annotations

import random
import re
from importlib.resources import files
from pathlib import Path

import pytest

from drivers.decoders.examples import failed_examples
from firmware_profiles.catalog import load_catalog
from firmware_profiles.description import describe
from firmware_profiles.errors import ProfileError

TEXTS = {
    entry.name.removesuffix(".toml"): entry.read_text(encoding="utf-8")
    for entry in files("firmware_profiles").iterdir()
    if entry.name.endswith(".toml")
}
TOKEN = re.compile(r'"[^"\n]*"|-?\d+(?:\.\d+)?|\b[a-z_]+\b(?= =)|\btrue\b')
STRANGE = [
    '""',
    '"rest"',
    '"{x:u16}"',
    "-1",
    "0",
    "1",
    "255",
    "1e999",
    "nan",
    "[]",
    "{}",
    '"0"',
    '"zz"',
    "true",
    "1.5",
    '"utf8"',
]


def spoiled(text: str, chance: random.Random) -> str:
    """Replace one or two parts by unusual values, or omit a line."""
    for _ in range(chance.choice((1, 1, 2))):
        if chance.random() < 0.2:
            lines = text.splitlines()
            del lines[chance.randrange(len(lines))]
            text = "\n".join(lines)
            continue
        token = chance.choice(list(TOKEN.finditer(text)))
        other = chance.choice(list(TOKEN.finditer(text)))
        new = chance.choice([*STRANGE, other[0], other[0]])
        text = text[: token.start()] + new + text[token.end() :]
    return text


@pytest.mark.parametrize("stem", TEXTS)
def test_a_spoiled_profile_is_explained_or_works(stem: str, tmp_path: Path) -> None:
    chance = random.Random(stem)
    path = tmp_path / f"{stem}.toml"
    explained = []
    for _ in range(12):
        path.write_text(spoiled(TEXTS[stem], chance), encoding="utf-8")
        try:
            profile = load_catalog(None, path).get(stem)
        except ProfileError as error:
            explained.append(str(error))
            continue
        failed_examples(profile)
        describe(profile)
    assert len(explained) >= 2
    assert all(told.startswith(f"{path}: ") for told in explained)


@pytest.mark.parametrize(
    ("stem", "old", "new", "needs"),
    [
        ("polar.verity", '"frame_type"', '"other"', "a plain field 'frame_type'"),
        ("sig.hr", ', quantity = "rr_interval_s", plausible = [0.2, 3]', "", "quantity rr_interval_s"),
        ("sig.rsc", "steps_per_count", "steps_per", "[param.steps_per_count]"),
        ("sig.treadmill", 'type = "u16" }', 'type = "u16", null = 1 }', "a plain field 'flags'"),
    ],
)
def test_a_decoder_says_what_it_needs(stem: str, old: str, new: str, needs: str, tmp_path: Path) -> None:
    path = tmp_path / f"{stem}.toml"
    assert old in TEXTS[stem]
    path.write_text(TEXTS[stem].replace(old, new), encoding="utf-8")
    problems = failed_examples(load_catalog(None, path).get(stem))
    assert any(needs in problem for problem in problems)
