from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

import pytest

from drivers.decoders.examples import failed_examples
from firmware_profiles.catalog import Catalog, load_catalog
from firmware_profiles.errors import ProfileError
from firmware_profiles.schema import Profile, Subscribe
from tests.firmware_profiles.profiles import SMALL

CATALOG = load_catalog()
NO_DATA: Mapping[int, bytes] = {}


def test_the_first_profiles_are_there() -> None:
    ids = [profile.id for profile in CATALOG]
    assert set(ids) >= {
        "sig.rsc", "sig.hr", "sig.battery", "sig.device_information", "sig.treadmill", "sig.cycling_power", "stryd",
        "zwift.runpod", "movesense.gsp", "polar.verity", "polar.h10", "witmotion.ble5", "metamotion", "stridecue.imu6",
        "triki", "movella.dot", "thingy52", "phone.sensor_logger",
    }  # fmt: skip
    assert ids == sorted(ids)


@pytest.mark.parametrize("profile", list(CATALOG), ids=lambda profile: profile.id)
def test_every_profile_proves_itself_by_examples(profile: Profile) -> None:
    assert profile.examples
    assert failed_examples(profile) == []
    inherited = {name for parent in profile.profile.extends for name in CATALOG.get(parent).stream}
    exampled = {example.stream for example in profile.examples}
    assert exampled >= set(profile.stream) - inherited


@pytest.mark.parametrize("profile", list(CATALOG), ids=lambda profile: profile.id)
def test_every_stream_that_should_flow_is_started(profile: Profile) -> None:
    subscribed = {step.on for step in profile.start if isinstance(step, Subscribe)}
    assert {stream.source for stream in profile.stream.values() if stream.nominal_hz} <= subscribed


def test_parents_are_merged_in() -> None:
    strap = CATALOG.get("sig.hr")
    assert strap.gatt["battery"].optional
    assert {"battery", "hr", "manufacturer"} <= set(strap.stream)
    assert strap.nominal_hz("measurement") == 1
    assert strap.nominal_hz("battery") == 0


def matched(
    catalog: Catalog, name: str, data: Mapping[int, bytes] = NO_DATA, services: Sequence[str] = ()
) -> str | None:
    found = catalog.match(name, services, data)
    return None if found is None else found.id


def test_an_unknown_id_lists_the_known() -> None:
    with pytest.raises(KeyError, match=r"sig\.hr"):
        CATALOG.get("sig.nothing")


@pytest.mark.parametrize(
    ("services", "expected"),
    [
        (["1814"], "sig.rsc"),
        (["00001814-0000-1000-8000-00805F9B34FB"], "sig.rsc"),
        (["180d", "180f"], "sig.hr"),
        (["1826", "1814"], "sig.rsc"),
        (["29842D16-0001-4D89-9988-88CC44C282A4", "1814"], "stridecue.imu6"),
        (["180f"], None),
        ([], None),
    ],
)
def test_services_choose_the_profile(services: list[str], expected: str | None) -> None:
    assert matched(CATALOG, "any name", services=services) == expected


def test_the_user_folder_adds_and_replaces(tmp_path: Path) -> None:
    (tmp_path / "small.toml").write_text(SMALL)
    (tmp_path / "sig.hr.toml").write_text(
        SMALL.replace('"small"', '"sig.hr"').replace("A small pod", "My own strap").replace("^Small", "^My")
    )
    catalog = load_catalog(tmp_path)
    assert matched(catalog, "Small pod") == "small"
    assert matched(catalog, "Other pod") is None
    assert catalog.get("sig.hr").profile.title == "My own strap"
    assert "sig.rsc" in catalog


def test_an_error_in_the_user_folder_names_the_file(tmp_path: Path) -> None:
    path = tmp_path / "small.toml"
    path.write_text(SMALL.replace("title", "titel"))
    with pytest.raises(ProfileError, match="titel") as caught:
        load_catalog(tmp_path)
    assert caught.value.source == str(path)


def test_name_and_manufacturer_data_must_all_hold(tmp_path: Path) -> None:
    text = SMALL.replace("score = 50", 'score = 50\ncompany_id = 107\nmanufacturer = "0a0b"')
    (tmp_path / "small.toml").write_text(text)
    catalog = load_catalog(tmp_path)
    assert matched(catalog, "Small", {107: b"\x0a\x0b\x0c"}) == "small"
    assert matched(catalog, "Small", {107: b"\x0a\x0c"}) is None
    assert matched(catalog, "Small", {108: b"\x0a\x0b"}) is None
    assert matched(catalog, "small", {107: b"\x0a\x0b"}) is None


def test_extends_rejects_circular_and_unknown_parents(tmp_path: Path) -> None:
    (tmp_path / "small.toml").write_text(SMALL.replace("status =", 'extends = ["small"]\nstatus ='))
    with pytest.raises(ProfileError, match="circular: small -> small"):
        load_catalog(tmp_path)
    (tmp_path / "small.toml").write_text(SMALL.replace("status =", 'extends = ["sig.nothing"]\nstatus ='))
    with pytest.raises(ProfileError, match=r"no profile 'sig\.nothing'"):
        load_catalog(tmp_path)
