"""The examples of the contract are valid and belong to one run: times, counts and values agree with each other."""

from __future__ import annotations

import json
from datetime import datetime, timedelta
from typing import Any

import jsonschema
import pytest

from dsp.records import ThresholdState
from dsp.texts import BELT_NEAR
from firmware_profiles.catalog import load_catalog
from hub.contract.documents import INCOMING, documents
from hub.contract.examples import EXAMPLES
from hub.messages.wire import MESSAGES, encode

PAYLOADS: dict[str, dict[str, Any]] = {kind: json.loads(encode(message)) for kind, message in EXAMPLES.items()}
STARTED = datetime.fromisoformat(PAYLOADS["status"]["t"])


def seconds(utc: str) -> float:
    """Seconds since `t_s` 0, when the hub of the examples started."""
    return (datetime.fromisoformat(utc) - STARTED) / timedelta(seconds=1)


@pytest.mark.parametrize("kind", sorted(MESSAGES))
def test_the_example_in_each_schema_is_valid_and_the_one_in_asyncapi(kind: str) -> None:
    texts = documents()
    schema = json.loads(texts[f"schemas/{kind}.json"])
    (example,) = schema["examples"]
    jsonschema.validate(example, schema, cls=jsonschema.Draft202012Validator)
    (whole,) = json.loads(texts["asyncapi.json"])["components"]["messages"][kind]["examples"]
    assert whole == {"payload": example}
    assert (None in example.values()) <= (kind not in INCOMING), "a sender omits what it does not state"


def test_utc_times_and_run_times_agree() -> None:
    for kind in ("metrics", "step", "threshold", "cue", "mark"):
        assert seconds(PAYLOADS[kind]["t"]) == pytest.approx(PAYLOADS[kind]["t_s"], abs=1e-6), kind
    session, mark, attitude = PAYLOADS["session"], PAYLOADS["mark"], PAYLOADS["attitude"]
    assert seconds(session["t"]) - seconds(session["started"]) == pytest.approx(session["elapsed_s"])
    assert mark["t_s"] - seconds(session["started"]) == pytest.approx(mark["running_s"])
    last_s = attitude["t0_s"] + (len(attitude["obliquity_deg"]) - 1) * attitude["dt_s"]
    assert last_s == pytest.approx(seconds(attitude["t"]), abs=1e-3)
    trend = PAYLOADS["trend"]
    minutes = {len(values) for values in trend.values() if isinstance(values, list)}
    assert minutes == {int((seconds(trend["t"]) - seconds(trend["t0"])) // 60)}
    assert session["recording"].startswith(f"{STARTED:%Y-%m-%dT%H%M%SZ}-{session['runner']}")


def test_the_numbers_of_a_step_and_of_the_run_agree() -> None:
    step, metrics, session = PAYLOADS["step"], PAYLOADS["metrics"], PAYLOADS["session"]
    assert step["toe_off_s"] - step["t_s"] == pytest.approx(step["contact_ms"] / 1000)
    assert step["step_time_s"] == pytest.approx((step["contact_ms"] + step["flight_ms"]) / 1000)
    assert step["seq"] == session["steps"]
    contact_ms = (metrics["contact_left_ms"] + metrics["contact_right_ms"]) / 2
    assert 60_000 / (contact_ms + metrics["flight_ms"]) == pytest.approx(metrics["cadence_spm"], rel=0.01)
    assert session["steps"] / session["elapsed_s"] * 60 == pytest.approx(metrics["cadence_spm"], rel=0.01)
    assert metrics["extra"]["distance_m"] / session["elapsed_s"] == pytest.approx(metrics["speed_mps"], rel=0.05)


def test_threshold_cue_and_session_have_the_same_state() -> None:
    threshold, cue, extra = PAYLOADS["threshold"], PAYLOADS["cue"], PAYLOADS["metrics"]["extra"]
    (evidence,) = cue["because"]
    assert evidence.items() <= threshold.items()
    assert PAYLOADS["session"]["thresholds"] == {f"{threshold['detector']}_{threshold['side']}": threshold["state"]}
    assert threshold["state"] == ThresholdState.NEAR
    mean, usual = extra["drop_excursion_mean_left_deg"], extra["drop_excursion_baseline_left_deg"]
    assert 0.85 < (mean - usual) / extra["drop_excursion_bound_left_deg"] < 1.0
    assert cue["text"] == BELT_NEAR.format(side=cue["side"])


def test_the_sensor_is_one_that_streams_at_its_rate() -> None:
    sensor = PAYLOADS["sensor"]
    assert sensor["profile"] in load_catalog()
    streamed_s = (sensor["samples"] + sensor["lost"]) / sensor["rate_hz"]
    assert 0.0 < seconds(sensor["t"]) - streamed_s < 30.0
    assert sensor["samples"] % sensor["packets"] == 0


def test_the_reply_answers_the_command() -> None:
    assert (PAYLOADS["reply"]["to"], PAYLOADS["reply"]["id"]) == ("command", PAYLOADS["command"]["id"])
