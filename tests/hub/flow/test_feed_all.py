"""Packets processed together yield exactly the records, in exactly the order, that they yield one by one."""

from __future__ import annotations

import random
from collections.abc import Sequence
from contextlib import nullcontext
from dataclasses import replace
from pathlib import Path

import pytest

from benchmarks.recorded_run import write_run
from drivers.fewer_blocks import taken_together
from drivers.imports.csv_import import import_csv
from drivers.ingest import Ingest
from drivers.packets import DeviceInfo, Packet, UserInput
from drivers.recordings.recording import RecordingReader
from drivers.sample_stream import SampleStream
from dsp.records import Quality, Record
from dsp.runner.plan import Volume
from dsp.signals import NS_PER_S, Placement, SampleBlock
from firmware_profiles.catalog import load_catalog
from hub.flow.engine import Engine
from hub.settings.run_settings import RunSettings
from tests.recorded import requires_data, samples_files

Item = DeviceInfo | Packet | UserInput
CATALOG = load_catalog()


@pytest.fixture(scope="module")
def run_of_three(tmp_path_factory: pytest.TempPathFactory) -> list[Item]:
    path = tmp_path_factory.mktemp("run") / "run.mcap"
    write_run(path, 40.0, 104.0)
    return list(RecordingReader(path))


def engine() -> Engine:
    return Engine(CATALOG, RunSettings().pipeline(signals=True), strict=True)


def one_by_one(items: Sequence[Item]) -> list[Record]:
    made = engine()
    return [record for item in items for record in made.feed(item)] + made.finish()


def together(items: Sequence[Item]) -> list[Record]:
    made, records = engine(), []
    for item in taken_together(items):
        records += made.feed_all(item) if isinstance(item, list) else made.feed(item)
    return records + made.finish()


def on_a_bad_radio(items: Sequence[Item], seed: int) -> list[Item]:
    """Late, stalled, lost, repeated, damaged and unknown packets, in the order in which they then arrive."""
    chance = random.Random(seed)
    arriving: list[tuple[int, int, Item]] = []
    stalled_ns: dict[str, int] = {}
    for i, item in enumerate(items):
        if not isinstance(item, Packet):
            arriving.append((0, i, item))
            continue
        if chance.random() < 0.002:
            stalled_ns[item.device] = item.t_recv_ns + round(chance.choice([0.2, 0.6, 1.5, 3.0]) * NS_PER_S)
        late_ns = max(0, stalled_ns.get(item.device, 0) - item.t_recv_ns) + round(chance.expovariate(40.0) * NS_PER_S)
        packet = replace(item, t_recv_ns=item.t_recv_ns + late_ns)
        fate = chance.random()
        if fate < 0.01:
            continue
        if fate < 0.015:
            packet = replace(packet, payload=packet.payload[: chance.randrange(len(packet.payload))])
        elif fate < 0.02:
            arriving.append((packet.t_recv_ns + 1, i, packet))
        elif fate < 0.022:
            packet = replace(packet, device="nobody")
        elif fate < 0.024:
            packet = replace(packet, payload=packet.payload[:9] + b"\x00\x80" + packet.payload[11:])  # an absent value
        arriving.append((packet.t_recv_ns, i, packet))
    arriving.sort(key=lambda each: each[:2])
    return [item for _, _, item in arriving]


def test_a_clean_run_gives_the_same_records(run_of_three: list[Item]) -> None:
    expected = one_by_one(run_of_three)
    assert together(run_of_three) == expected
    assert sum(isinstance(record, Quality) for record in expected) == 3 * 8


@pytest.mark.parametrize("seed", range(4))
def test_a_bad_radio_gives_the_same_records(run_of_three: list[Item], seed: int) -> None:
    items = on_a_bad_radio(run_of_three, seed)
    assert together(items) == one_by_one(items)


def test_reports_commands_and_device_changes_keep_their_place(run_of_three: list[Item]) -> None:
    items = list(run_of_three)
    items.insert(900, UserInput(11 * NS_PER_S, b'{"type":"pain","level":4}'))
    items.insert(901, UserInput(11 * NS_PER_S, b'{"type":"command","action":"less"}'))
    hip = next(item for item in items if isinstance(item, DeviceInfo) and item.placement is Placement.SACRUM)
    items.insert(1500, replace(hip, name="changed"))
    assert together(items) == one_by_one(items)
    made = engine()
    for item in taken_together(items):
        made.feed_all(item) if isinstance(item, list) else made.feed(item)
    assert made.plan().volume is Volume.LESS


def test_packets_together_make_far_fewer_blocks(run_of_three: list[Item]) -> None:
    counts = []
    for take in (lambda ingest, held: [b for p in held for b in ingest.update(p)], _all):
        ingest, blocks, samples = Ingest(CATALOG), 0, 0
        for item in taken_together(run_of_three):
            if isinstance(item, list):
                made = take(ingest, item)
                blocks += len(made)
                samples += sum(len(block.t_ns) for block in made)
            elif isinstance(item, DeviceInfo):
                ingest.add_device(item)
        counts.append((blocks, samples, ingest.quality(0)))
    (apart, samples, quality), joined = counts
    assert joined[0] < apart / 3
    assert joined[1:] == (samples, quality)


def _all(ingest: Ingest, held: list[Packet]) -> list[SampleBlock]:
    return ingest.update_all(held, lambda _device: nullcontext())


def test_a_device_that_breaks_a_stage_does_not_affect_the_others(
    run_of_three: list[Item], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("hub.flow.engine._LOG.exception", lambda *_words: None)
    decode = SampleStream.update_all

    def failing(stream: SampleStream, packets: Sequence[Packet]) -> object:
        if packets[0].device == "left_foot" and packets[0].t_recv_ns > 3 * NS_PER_S:
            raise ZeroDivisionError("a stage went wrong")
        return decode(stream, packets)

    monkeypatch.setattr(SampleStream, "update_all", failing)
    broken = Engine(CATALOG, RunSettings().pipeline(signals=False))
    for item in taken_together(run_of_three[:700]):
        if isinstance(item, list):
            broken.feed_all(item)
        else:
            broken.feed(item)
    assert set(broken.faults) == {"left_foot"}
    totals = {each.source: each.packets for each in broken.quality()}
    assert totals["right_foot"] == pytest.approx(totals["sacrum"], abs=1)
    assert totals["left_foot"] < totals["sacrum"] - 100


RUNS = samples_files()[:3]


@requires_data
@pytest.mark.parametrize("csv", RUNS, ids=lambda path: path.parent.name)
def test_recorded_runs(csv: Path, tmp_path: Path) -> None:
    out = tmp_path / "run.mcap"
    import_csv(csv, out)
    items = [item for item in RecordingReader(out) if not isinstance(item, Packet) or item.t_recv_ns < 90 * NS_PER_S]
    assert together(items) == one_by_one(items)
