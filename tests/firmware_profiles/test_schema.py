from __future__ import annotations

import pytest

from firmware_profiles.errors import ProfileError
from tests.firmware_profiles.profiles import SMALL, checked

TWO = "samples = { at = 1, count = 2, fields = "


def test_the_small_profile_is_fine() -> None:
    profile = checked(SMALL)
    assert profile.stream["main"].fields[1].quantities == ("speed_mps",)
    assert profile.nominal_hz("data") == 1
    assert profile.gatt["data"].char == "00002a53-0000-1000-8000-00805f9b34fb"


@pytest.mark.parametrize(
    ("old", "new", "key", "hint"),
    [
        ("title =", "titel =", "profile.titel", "did you mean `title`?"),
        ("nominal_hz = 1", "nominalhz = 1", "stream.main.nominalhz", "did you mean `nominal_hz`?"),
        ("scale = 0.01", "scal = 0.01", "stream.main.fields[1].scal", "did you mean `scale`?"),
        ('on = "data"', 'onn = "data"', "start[0].onn", "did you mean `on`?"),
        ("score = 50", "xyz = 50", "match[0].xyz", "valid keys: company_id, manufacturer, name, score, service"),
        ('type = "u16"', 'type = "u12"', "stream.main.fields[1].type", "u12"),
        ("score = 50", 'score = "high"', "match[0].score", "int"),
        ('status = "experimental"', 'status = "good"', "profile.status", "good"),
        ('id = "small"', 'id = "big"', "profile.id", "make them equal"),
        ("schema = 1", "schema = 2", "schema", "this version reads 1"),
        ('from = "data"', 'from = "dat"', "stream.main.from", "did you mean 'data'?"),
        ('on = "data"', 'on = "dta"', "start[0].on", "did you mean 'data'?"),
        ('use = "notify"', 'use = "notfy"', "gatt.data.use", "did you mean 'notify'?"),
        ('char = "2a53"', 'char = "2a5"', "gatt.data.char", "not a Bluetooth UUID"),
        ('name = "^Small"', 'name = "(Small"', "match[0].name", "regular expression"),
        ('unit = "m/s"', 'unit = "deg/s"', "stream.main.fields[1].unit", "use one of m/s, km/h"),
        ('"flags"', '"marks"', "stream.main.fields[1]", "need a field named `flags`"),
        ('quantity = "speed_mps"', "plausible = [0, 9]", "stream.main.fields[1].plausible", "needs a quantity"),
        ("score = 50", 'score = 50\nmanufacturer = "00"', "match[0].manufacturer", "company_id"),
        ('id = "small"', 'id = "small"\nmerge = ["main"]', "profile.merge", "must name two streams"),
        ('id = "small"', 'id = "small"\ntransport = "json"', "stream.main.from", "must be 'json'"),
        ("scale = 0.01", 'names = { 1 = "a" }', "stream.main.fields[1].quantity", "words cannot be a quantity"),
        ("scale = 0.01", "steps = [[1, 2], [3, 4]]", "stream.main.fields[1].steps", "begin with the highest"),
        ("scale = 0.01", "at = 1", "stream.main.fields[1].at", "omit if_bit"),
        ('type = "u16"', 'type = "f32", width = 3', "stream.main.fields[1].width", "bits cannot be taken"),
        ('type = "u16"', 'type = "f32"', "stream.main.fields[1].plausible", "a float can be anything"),
    ],
)
def test_errors_name_file_key_and_solution(old: str, new: str, key: str, hint: str) -> None:
    assert old in SMALL
    with pytest.raises(ProfileError) as caught:
        checked(SMALL.replace(old, new, 1))
    assert caught.value.source == "small.toml"
    assert caught.value.key == key
    assert hint in caught.value.problem
    assert str(caught.value).startswith(f"small.toml: {key}: ")


def test_invalid_toml_is_reported() -> None:
    with pytest.raises(ProfileError, match=r"small\.toml: not valid TOML: .*line 2"):
        checked("schema = 1\n[profile\n")


@pytest.mark.parametrize(
    ("extra", "key"),
    [
        ('sequence = { field = "seq", bits = 8 }\n', "stream.main.sequence.field"),
        ('time = { source = "device", field = "t" }\n', "stream.main.time.field"),
        ('when = { hex = "0" }\n', "stream.main.when.hex"),
        ('samples = { at = 1, count = "m", fields = [] }\n', "stream.main.samples.count"),
        (f'{TWO}[{{ name = "a", type = "s24" }}] }}\n', "stream.main.samples.fields[0].type"),
        (f'{TWO}[{{ name = "a", type = "u8", count = "rest" }}] }}\n', "stream.main.samples.fields[0]"),
        ('[stream.b]\nfrom = "data"\nnominal_hz = 1\nfields = [{ name = "x", type = "u8", at = 0, count = "rest" }]\n',
         "stream.b.fields[0].count"),
        ('[param.x]\ndefault = 3\nvalues = [1, 2]\n', "param.x.default"),
        ('[[start]]\ndo = "write"\nto = "data"\nhex = "01{rate:u16}"\n', "start[1].hex"),
        ('[[start]]\ndo = "write"\nto = "data"\nhex = "01{rate:u1"\n', "start[1].hex"),
        ('[[examples]]\nstream = "mian"\nhex = "00"\nsource = "x"\n', "examples[0].stream"),
        ('[[examples]]\nstream = "main"\nhex = "0"\nsource = "x"\n', "examples[0].hex"),
        ('[[examples]]\nstream = "main"\nhex = ["00", "0"]\nsource = "x"\n', "examples[0].hex"),
        ('when = { hex = ["00", "0102"], mask = "ff" }\n', "stream.main.when.mask"),
        ('frame = "f"\n', "stream.main.frame"),
        ('learns_from = "contrl"\n', "stream.main.learns_from"),
        ('[frame.f]\nkind = "resync"\n', "frame.f"),
        ('[frame.f]\nkind = "resync"\nheads = ["0102"]\nlength = 2\n', "frame.f.heads"),
        ('[param.x]\nvalues = [1]\n', "param.x.default"),
        ('[param.x]\ndefault = 1\nvalues = [1, 2]\ncode = { 1 = "00" }\n', "param.x.code"),
        ('[param.x]\nfollows = "y"\n', "param.x.follows"),
        ('[param.x]\ndefault = 1\n[[start]]\ndo = "write"\nto = "data"\nhex = "{x:code}"\n', "start[1].hex"),
        ('[[start]]\ndo = "write"\nto = "data"\nhex = ""\nappend_ascii = "{x}"\n', "start[1].append_ascii"),
        ('[[start]]\ndo = "write"\nto = "data"\nhex = ""\nack = { on = "dat", hex = "00" }\n', "start[1].ack.on"),
        ('[[start]]\ndo = "write"\nto = "data"\nhex = ""\nonly = { x = 1 }\n', "start[1].only"),
        ('[[start]]\ndo = "ask"\nto = "data"\non = "data"\nhex = ""\nanswers = { "00" = { x = 1 } }\n',
         "start[1].answers.00"),
        ('[command.c]\nto = "dat"\nhex = ""\ntitle = "x"\n', "command.c.to"),
    ],
)  # fmt: skip
def test_names_and_bytes_must_fit_each_other(extra: str, key: str) -> None:
    with pytest.raises(ProfileError) as caught:
        checked(SMALL.rstrip() + "\n" + extra)
    assert caught.value.key == key
