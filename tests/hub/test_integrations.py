"""The files for others under docs, and the page about MQTT, against the code."""

from __future__ import annotations

import json
import re
import runpy
import shutil
import subprocess
from collections.abc import AsyncGenerator
from pathlib import Path
from typing import Any, get_args

import pytest

from dsp.signals import Placement
from dsp.texts import BELT_NEAR
from hub.client import HubClient, Item, LinkChange, Received
from hub.contract.documents import INCOMING
from hub.contract.examples import EXAMPLES
from hub.homeassistant.discovery import payload
from hub.messages.delivery import DELIVERY
from hub.messages.incoming import Action
from hub.messages.topics import parse_topic
from hub.messages.wire import MESSAGES, StepMessage, encode

DOCS = Path(__file__).parents[2] / "docs"
PERIODS = {None: "-", 5: "5 s", 60: "a minute", 86_400: "a day"}


def test_the_documentation_of_mqtt_states_how_messages_are_delivered() -> None:
    page = (DOCS / "mqtt.md").read_text(encoding="utf-8")
    rows = [[cell.strip() for cell in line.split("|")[1:-1]] for line in page.splitlines() if line.startswith("| `")]
    told = {row[0].strip("`").partition("/")[0]: row for row in rows if len(row) == 6}
    assert set(told) == set(MESSAGES)
    for kind, message in MESSAGES.items():
        how, row = DELIVERY[message], told[kind]
        assert row[2] == str(how.qos), kind
        if kind not in INCOMING:
            assert row[3] == ("yes" if how.retain else "no"), kind
            assert row[4] == PERIODS[how.expiry_s], kind
    for action in get_args(Action):
        assert f"`{action}`" in page, action


def test_the_example_of_the_typed_client_prints_steps(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    page = (DOCS / "mqtt.md").read_text(encoding="utf-8")
    (example,) = [code for code in re.findall(r"```python\n(.*?)```", page, re.DOTALL) if "HubClient" in code]
    step = EXAMPLES["step"]
    assert isinstance(step, StepMessage)

    async def watch(_client: HubClient) -> AsyncGenerator[Item]:
        yield LinkChange(up=True)
        yield Received(parse_topic("stridecue/ann/cue"), EXAMPLES["cue"])
        yield Received(parse_topic("stridecue/ann/step"), step)

    monkeypatch.setattr(HubClient, "watch", watch)
    (tmp_path / "example.py").write_text(example, encoding="utf-8")
    runpy.run_path(str(tmp_path / "example.py"))
    assert capsys.readouterr().out == f"ann {step.side} {step.contact_ms} {step.drop_excursion_deg}\n"


def test_home_assistants_automations_use_announced_entities() -> None:
    yaml = pytest.importorskip("yaml", reason="pyyaml is missing: the automations are NOT read")
    automations = yaml.safe_load((DOCS / "homeassistant" / "automations.yaml").read_text(encoding="utf-8"))
    assert len(automations) == 3
    assert all({"alias", "triggers", "actions", "mode"} <= set(each) for each in automations)
    components = json.loads(payload("ann", {"AA:BB": Placement.SACRUM}))["components"]
    announced = {each["default_entity_id"]: each for each in components.values()}
    text = (DOCS / "homeassistant" / "automations.yaml").read_text(encoding="utf-8")
    used = set(re.findall(r"\b(?:sensor|number|button)\.stridecue_ann_\w+", text))
    assert used
    assert used <= set(announced)
    for spoken in (automations[0], automations[2]):  # a hub that is back with the same words as before is no news
        [trigger] = spoken["triggers"]
        assert trigger.get("not_from") == "unavailable" or trigger["from"] == ["running", "paused"]
    assert set(announced["sensor.stridecue_ann_worst_threshold"]["options"]) == {"clear", "watch", "near", "reached"}


def flow() -> list[dict[str, Any]]:
    nodes: list[dict[str, Any]] = json.loads((DOCS / "nodered" / "flow.json").read_text(encoding="utf-8"))
    return nodes


def test_the_nodes_of_node_reds_flow_are_connected() -> None:
    nodes = flow()
    ids = {node["id"] for node in nodes}
    assert len(ids) == len(nodes)
    for node in nodes:
        assert all(target in ids for wires in node.get("wires", []) for target in wires)
        if node["type"] in {"mqtt in", "mqtt out"}:
            assert node["broker"] in ids
            assert parse_topic(node["topic"].replace("+", "ann"))
    order = json.loads(next(node for node in nodes if node["type"] == "inject")["payload"])
    assert order["action"] in get_args(Action)


@pytest.mark.parametrize(
    ("name", "kind", "changes", "said"),
    [
        ("stridecue-words", "cue", {}, f"ann: {BELT_NEAR.format(side='left')}"),
        ("stridecue-words", "reply", {}, "ann: passed on to the runner"),
        ("stridecue-rising", "trend", {}, None),
        (
            "stridecue-rising",
            "trend",
            {"drop_excursion_left_deg": [5.0] * 10 + [None, 7.5, 7.6]},
            "ann: the hip drops 2° further than at the start, on left leg",
        ),
    ],
)
def test_node_reds_functions_do_what_they_are_named_for(
    name: str, kind: str, changes: dict[str, object], said: str | None
) -> None:
    node = shutil.which("node")
    if node is None:
        pytest.skip("node is missing: Node-RED's functions are NOT run")
    body = next(each for each in flow() if each["id"] == name)["func"]
    message = {"topic": f"stridecue/ann/{kind}", "payload": {**json.loads(encode(EXAMPLES[kind])), **changes}}
    script = f"const f = (msg) => {{ {body} }}; console.log(JSON.stringify(f({json.dumps(message)})))"
    done = subprocess.run([node, "-e", script], capture_output=True, text=True, check=True, timeout=30)
    answer = json.loads(done.stdout)
    assert (answer and answer["payload"]) == said
