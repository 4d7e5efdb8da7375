"""The contract documents match the code, and the official AsyncAPI parser accepts them."""

import json
import os
import re
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path
from pkgutil import iter_modules
from types import ModuleType
from typing import get_args

import jsonschema
import msgspec
import pytest

import dsp.cues
import dsp.thresholds
from dsp.runner.triage import SITES
from dsp.texts import WATCHED
from dsp.thresholds.drift import Watched
from hub.contract.documents import documents, json_schema
from hub.contract.examples import EXAMPLES
from hub.flow.session import FRESH_S
from hub.flow.trend import MINUTES
from hub.messages.delivery import DELIVERY
from hub.messages.incoming import Action
from hub.messages.topics import KINDS, Topics, WireError
from hub.messages.wire import MESSAGES, ThresholdMessage, decode, encode
from hub.orders.obey import NUDGE

FOLDER = Path(__file__).parents[3] / "docs" / "contract"
PARSER = "@asyncapi/parser@3.4.0"
_CHECK = """
import { Parser } from "@asyncapi/parser";
import { readFileSync } from "node:fs";
const { document, diagnostics } = await new Parser().parse(readFileSync(process.argv[2], "utf8"));
const bad = diagnostics.filter((d) => d.severity <= 1).map((d) => `${d.path.join(".")}: ${d.message}`);
console.log(JSON.stringify({ parsed: document !== undefined, bad }));
"""


def test_the_committed_documents_match_the_code() -> None:
    for name, text in documents().items():
        committed = (FOLDER / name).read_text(encoding="utf-8")
        assert committed == text, f"docs/contract/{name} is out of date: run `make contract` and review the difference"


def descriptions(found: object) -> Iterator[str]:
    if isinstance(found, dict):
        if isinstance(text := found.get("description"), str):
            yield text
        if isinstance(text := found.get("summary"), str):
            yield text
        for each in found.values():
            yield from descriptions(each)
    elif isinstance(found, list):
        for each in found:
            yield from descriptions(each)


def test_descriptions_contain_no_names_from_the_code() -> None:
    found = [text for document in documents().values() for text in descriptions(json.loads(document))]
    assert len(found) > 100
    assert [text for text in found if re.search(r"`[a-z_]+\.[A-Za-z_.]+`|\bdsp\b|\bdomain \d", text)] == []


def modules(package: ModuleType) -> Iterator[dict[str, object]]:
    for each in iter_modules(package.__path__):
        yield vars(import_module(f"{package.__name__}.{each.name}"))


def detectors() -> set[object]:
    """Detectors of the folder: `DETECTOR` of a module, and those of the series whose drift is watched."""
    known: set[object] = set()
    for module in modules(dsp.thresholds):
        known |= {value.detector for value in module.values() if isinstance(value, Watched)}
        known |= {value for name, value in module.items() if name == "DETECTOR"}
    return known


def test_the_documents_contain_the_numbers_and_names_of_the_code() -> None:
    schemas = json.loads(documents()["asyncapi.json"])["components"]["schemas"]
    assert f"at most {MINUTES};" in schemas["TrendMessage"]["description"]
    for described in (schemas["MetricsMessage"], schemas["MetricsMessage"]["properties"]["speed_mps"]):
        assert f"older than {FRESH_S:g} s" in described["description"]
    assert schemas["ThresholdMessage"]["properties"]["detector"]["examples"] == [*WATCHED]
    assert detectors() == WATCHED.keys(), "every detector has its text in WATCHED"
    rules = {rule for module in modules(dsp.cues) if isinstance(rule := module.get("RULE"), str)}
    assert schemas["CueMessage"]["properties"]["rule"]["examples"] == sorted({*rules, NUDGE})
    site = schemas["PainMessage"]["properties"]["site"]["anyOf"][0]
    assert site["examples"] == [*SITES]
    example = EXAMPLES["threshold"]
    assert isinstance(example, ThresholdMessage)
    assert example.detector in WATCHED


def test_every_kind_of_topic_has_message_delivery_and_example() -> None:
    assert set(MESSAGES) == KINDS == set(EXAMPLES)
    assert set(DELIVERY) == set(MESSAGES.values())


@pytest.mark.parametrize("kind", sorted(MESSAGES))
def test_an_example_round_trips_and_fits_its_schema(kind: str) -> None:
    payload = encode(EXAMPLES[kind])
    topic = Topics("ann").sensor("x") if kind == "sensor" else f"stridecue/ann/{kind}"
    assert decode(topic, payload) == EXAMPLES[kind]
    schema = json_schema(kind, MESSAGES[kind])
    jsonschema.Draft202012Validator.check_schema(schema)
    jsonschema.validate(json.loads(payload), schema, cls=jsonschema.Draft202012Validator)


@pytest.mark.parametrize(
    ("kind", "wrong"),
    [("pain", {"level": 11}), ("command", {"action": "explode"}), ("step", {"t_s": "soon"}), ("session", {})],
)
def test_the_schemas_refuse_what_the_code_refuses(kind: str, wrong: dict[str, object]) -> None:
    payload = {**json.loads(encode(EXAMPLES[kind])), **wrong} if wrong else {}
    schema = json_schema(kind, MESSAGES[kind])
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate(payload, schema, cls=jsonschema.Draft202012Validator)
    with pytest.raises(msgspec.ValidationError):
        msgspec.convert(payload, MESSAGES[kind])


@pytest.mark.parametrize(
    ("kind", "order", "understood"),
    [
        ("pain", {"level": 3.0}, {"level": 3}),
        ("pain", {"level": 0.0, "schema": 1.0, "seq": 7.0}, {"level": 0, "schema": 1, "seq": 7}),
        ("command", {"action": "target", "cadence_spm": 172.0}, {"cadence_spm": 172.0}),
        ("command", {"action": "skip", "seconds": -0.5}, {"seconds": -0.5}),
        ("pain", {"level": 3.5}, None),
        ("pain", {"level": 11.0}, None),
        ("pain", {"level": "3"}, None),
        ("pain", {"level": 1e300}, None),
        ("pain", {"level": 3, "schema": 2.0}, None),
        ("command", {"action": "target", "cadence_spm": 1e300}, None),
    ],
)
def test_whole_numbers_are_accepted_as_json_schema_defines_them(
    kind: str, order: dict[str, object], understood: dict[str, object] | None
) -> None:
    schema = json_schema(kind, MESSAGES[kind])
    assert jsonschema.Draft202012Validator(schema).is_valid(order) == (understood is not None)
    payload = json.dumps(order).encode()
    if understood is None:
        with pytest.raises(WireError):
            decode(f"stridecue/ann/{kind}", payload)
    else:
        read = msgspec.to_builtins(decode(f"stridecue/ann/{kind}", payload))
        assert {key: read[key] for key in understood} == understood
        assert [type(read[key]) for key in understood] == [type(value) for value in understood.values()]


@pytest.mark.parametrize(
    ("kind", "order"),
    [
        ("pain", {"level": 3}),
        ("pain", {"level": 3, "site": "outer knee", "side": "left"}),
        ("command", {"action": "stop"}),
        ("command", {"action": "nudge", "text": "Shorter steps"}),
        ("command", {"action": "target", "cadence_spm": 172}),
    ],
)
def test_only_the_fields_of_the_message_itself_are_required(kind: str, order: dict[str, object]) -> None:
    topic = f"stridecue/ann/{kind}"
    assert msgspec.to_builtins(decode(topic, json.dumps(order).encode())).items() >= order.items()
    jsonschema.validate(order, json_schema(kind, MESSAGES[kind]), cls=jsonschema.Draft202012Validator)
    whole = json.loads(documents()["asyncapi.json"])["components"]["schemas"]
    assert "type" not in whole[MESSAGES[kind].__name__]["required"]


@pytest.mark.parametrize("kind", sorted(MESSAGES))
def test_code_generators_find_the_fields_at_the_root_and_the_kind_as_a_constant(kind: str) -> None:
    schema = json_schema(kind, MESSAGES[kind])
    assert schema["title"] == MESSAGES[kind].__name__
    assert [*schema["properties"]] == [*json.loads(encode(EXAMPLES[kind]))]
    assert schema["properties"]["type"]["const"] == kind


def test_every_action_is_documented_with_a_valid_example() -> None:
    document = (FOLDER.parent / "mqtt.md").read_text(encoding="utf-8")
    examples = [json.loads(found) for found in re.findall(r'\| `(\{"action".*\})` \|$', document, re.MULTILINE)]
    assert {example["action"] for example in examples} == set(get_args(Action))
    for example in examples:
        decode("stridecue/ann/command", json.dumps(example).encode())


def test_retained_messages_never_carry_pain() -> None:
    kept = {kind for kind, message in MESSAGES.items() if DELIVERY[message].retain}
    assert kept == {"status", "session", "metrics", "trend", "sensor"}


@pytest.mark.real_time
def test_the_official_parser_accepts_the_document() -> None:
    """Needs npm and its registry: the AsyncAPI parser is a Node.js package."""
    npm, node = shutil.which("npm"), shutil.which("node")
    if npm is None or node is None:
        if os.environ.get("CI") == "true":
            pytest.fail("node and npm are needed for the AsyncAPI parser")
        pytest.skip("NOT CHECKED by the official AsyncAPI parser: node and npm are missing")
    folder = Path(tempfile.gettempdir()) / f"stridecue-asyncapi-parser-{os.getuid()}"
    folder.mkdir(exist_ok=True)
    if not (folder / "node_modules" / "@asyncapi" / "parser").is_dir():
        quiet = ["--no-audit", "--no-fund", "--ignore-scripts", "--silent"]
        subprocess.run([npm, "install", *quiet, PARSER], cwd=folder, check=True, timeout=300)
    (folder / "check.mjs").write_text(_CHECK, encoding="utf-8")

    def parse(document: Path) -> dict[str, object]:
        done = subprocess.run(
            [node, "check.mjs", str(document)], cwd=folder, check=True, timeout=120, capture_output=True
        )
        result: dict[str, object] = json.loads(done.stdout)
        return result

    assert parse(FOLDER / "asyncapi.json") == {"parsed": True, "bad": []}
    broken = folder / "broken.json"
    broken.write_text((FOLDER / "asyncapi.json").read_text(encoding="utf-8").replace('"channels"', '"chanels"', 1))
    assert parse(broken)["bad"]
