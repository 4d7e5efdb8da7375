"""Records and messages round-trip; anything else is rejected with the topic and field."""

import contextlib

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dsp.records import Cue, Metric, Record, Severity, Side, Step, Threshold, ThresholdState
from dsp.signals import Placement
from hub.messages import incoming, topics, wire
from hub.messages.lines import RecordLine, encode_line, line_fields, line_of

times_ns = st.integers(min_value=-(10**12), max_value=10**15)
maybe = st.none() | st.floats(allow_nan=False, allow_infinity=False, width=32)
sides = st.none() | st.sampled_from(Side)
steps = st.builds(
    Step,
    t_ns=times_ns,
    toe_off_ns=st.none() | times_ns,
    step_time_s=maybe,
    contact_ms=maybe,
    flight_ms=maybe,
    side=sides,
    drop_peak_deg=maybe,
    drop_excursion_deg=maybe,
    source=st.sampled_from(Placement),
    drop_source=st.none() | st.sampled_from(Placement),
    confidence=st.floats(0, 1),
)
metrics = st.builds(
    Metric,
    t_ns=times_ns,
    key=st.sampled_from(["cadence_spm", "contact_ms"]),
    value=st.floats(-1e6, 1e6),
    side=sides,
    quality=st.floats(0, 1),
)
thresholds = st.recursive(
    steps | metrics,
    lambda inner: st.builds(
        Threshold,
        t_ns=times_ns,
        detector=st.just("drift"),
        state=st.sampled_from(ThresholdState),
        side=sides,
        because=st.lists(inner, max_size=2).map(tuple),
    ),
    max_leaves=4,
)
cues = st.builds(
    Cue,
    t_ns=times_ns,
    rule=st.just("level_hips"),
    severity=st.sampled_from(Severity),
    text=st.text(max_size=30),
    side=sides,
    because=st.lists(thresholds, max_size=2).map(tuple),
)


@given(record=steps | metrics | cues, t0_ns=times_ns)
def test_a_line_round_trips(record: Record, t0_ns: int) -> None:
    assert msgspec.json.decode(encode_line(record, t0_ns), type=RecordLine) == line_of(record, t0_ns)


@given(step=steps, seq=st.integers(0, 2**53))
def test_a_message_round_trips(step: Step, seq: int) -> None:
    message = wire.StepMessage(t=wire.utc(0), seq=seq, **line_fields(step, 0))
    assert wire.decode("stridecue/ann/step", wire.encode(message)) == message


def test_lines_use_the_names_that_integrators_script_against() -> None:
    step = Step(
        t_ns=3_000_000_000,
        toe_off_ns=3_250_000_000,
        step_time_s=0.35,
        contact_ms=250.0,
        flight_ms=float("nan"),
        side=Side.LEFT,
        drop_peak_deg=None,
        drop_excursion_deg=4.123456,
        source=Placement.SACRUM,
        drop_source=Placement.SACRUM,
        confidence=0.9,
    )
    assert encode_line(step, 1_000_000_000) == (
        b'{"type":"step","t_s":2.0,"toe_off_s":2.25,"step_time_s":0.35,"contact_ms":250.0,"flight_ms":null,'
        b'"side":"left","drop_peak_deg":null,"drop_excursion_deg":4.1235,"source":"sacrum","drop_source":"sacrum",'
        b'"confidence":0.9,"drop_trust":1.0}\n'
    )


@pytest.mark.parametrize(
    ("topic", "payload", "expected"),
    [
        ("stridecue/ann/pain", b'{"level": 13}', "stridecue/ann/pain: Expected `int` <= 10 - at `$.level`"),
        ("stridecue/ann/pain", b'{"level": 3, "where": "knee"}', "unknown field `where`"),
        ("stridecue/ann/command", b'{"action": "explode"}', "$.action"),
        ("stridecue/ann/step", b'{"t_s": "x"}', "$.t_s"),
        ("stridecue/ann/pain", b"\xff\xfe", "malformed"),
        ("stridecue/ann/pain", b" " * 70_000, "at most 65536"),
        ("stridecue/ann/nothing", b"{}", "not a topic"),
        ("stridecue/Ann/pain", b"{}", "a-z"),
        ("stridecue/ann/sensor", b"{}", "not a topic"),
    ],
)
def test_invalid_topics_and_payloads_are_rejected_with_topic_and_field(
    topic: str, payload: bytes, expected: str
) -> None:
    with pytest.raises(topics.WireError) as caught:
        wire.decode(topic, payload)
    assert expected in str(caught.value)


@given(st.binary(max_size=60), st.sampled_from(["pain", "command", "step", "cue", "sensor/x"]))
def test_random_bytes_raise_wire_error_or_nothing(payload: bytes, kind: str) -> None:
    with contextlib.suppress(topics.WireError):
        wire.decode(f"stridecue/ann/{kind}", payload)


def test_a_pain_report_needs_only_its_level() -> None:
    assert wire.decode("stridecue/ann/pain", b'{"level": 3}') == incoming.PainMessage(level=3)


def test_topics_parse_back_and_refuse_invalid_runners() -> None:
    ann = topics.Topics("ann")
    assert topics.parse_topic(ann.sensor("left_foot-1")) == ("ann", "sensor", "left_foot-1")
    assert topics.parse_topic(ann.cue) == ("ann", "cue", None)
    with pytest.raises(topics.WireError):
        topics.Topics("Ann Smith")


def test_the_side_goes_before_the_unit() -> None:
    assert wire.metric_field("drop_excursion_deg", Side.LEFT) == "drop_excursion_left_deg"
    assert wire.metric_field("cadence_spm", None) == "cadence_spm"


def test_utc_has_milliseconds_and_a_z() -> None:
    assert wire.utc(1_740_814_200_250_999_999) == "2025-03-01T07:30:00.250Z"
