from __future__ import annotations

import gzip
import itertools
from collections import defaultdict
from collections.abc import Mapping
from pathlib import Path

import numpy as np
import pytest

from drivers.errors import ImportDataError, RecordingError
from drivers.imports.csv_columns import placement_for
from drivers.imports.csv_import import ImportReport, import_csv
from drivers.imports.csv_table import ROWS_AT_ONCE, CsvTable
from drivers.ingest import Ingest
from drivers.packets import DeviceInfo, Packet
from drivers.recordings.recording import RecordingReader
from dsp.signals import IMU6, Placement, Quantity, SampleBlock
from firmware_profiles.catalog import load_catalog
from tests.recorded import requires_data, samples_files

CATALOG = load_catalog()
NO_MAPPING: Mapping[str, Placement | None] = {}
AXES = ("ax", "ay", "az", "gx", "gy", "gz")


def write_csv(path: Path, columns: dict[str, np.ndarray]) -> Path:
    """NaN becomes an empty cell."""
    lines = [",".join(columns)]
    rows = zip(*columns.values(), strict=True)
    lines += [",".join("" if np.isnan(value) else repr(float(value)) for value in row) for row in rows]
    path.write_text("\n".join(lines) + "\n")
    return path


def imu(name: str, n: int, seed: int = 0, axes: tuple[str, ...] = AXES) -> dict[str, np.ndarray]:
    rng = np.random.default_rng(seed)
    return {f"{name}_{axis}": rng.uniform(-20, 20, n) for axis in axes}


def ingested(path: Path) -> tuple[Ingest, dict[str, list[SampleBlock]], list[Packet]]:
    ingest, packets = Ingest(CATALOG), list[Packet]()
    blocks = defaultdict[str, list[SampleBlock]](list)
    for item in RecordingReader(path):
        if isinstance(item, DeviceInfo):
            ingest.add_device(item)
        elif isinstance(item, Packet):
            packets.append(item)
            for block in ingest.update(item):
                blocks[block.source].append(block)
    return ingest, blocks, packets


def times_s(blocks: list[SampleBlock], report: ImportReport) -> np.ndarray:
    return (np.concatenate([block.t_ns for block in blocks]) - report.t0_ns) * 1e-9


def values(blocks: list[SampleBlock]) -> np.ndarray:
    return np.concatenate([block.values for block in blocks])


def imported(
    tmp_path: Path, columns: dict[str, np.ndarray], mapping: Mapping[str, Placement | None] = NO_MAPPING
) -> tuple[ImportReport, Ingest, dict[str, list[SampleBlock]], list[Packet]]:
    out = tmp_path / "out.mcap"
    report = import_csv(write_csv(tmp_path / "in.csv", columns), out, mapping)
    return report, *ingested(out)


def test_samples_and_times_come_back(tmp_path: Path) -> None:
    n = 20_000
    t_s = np.arange(n) * 0.005 + 3.25
    columns = {"t_s": t_s, **imu("lumbar", n), **imu("left_shoe", n, 1)}
    report, ingest, blocks, packets = imported(tmp_path, columns)
    assert report.rows == n > 2 * ROWS_AT_ONCE
    assert report.warnings == ()
    assert [(d.info.device, d.info.placement, d.samples, d.lost) for d in report.devices] == [
        ("lumbar", Placement.SACRUM, n, 0),
        ("left_shoe", Placement.LEFT_FOOT, n, 0),
    ]
    assert all(b.t_recv_ns >= a.t_recv_ns for a, b in itertools.pairwise(packets))
    for name in ("lumbar", "left_shoe"):
        assert np.abs(times_s(blocks[name], report) - t_s).max() < 1e-5
        expected = np.column_stack([columns[f"{name}_{axis}"] for axis in AXES])
        assert np.abs(values(blocks[name]) - expected).max() < 0.006
        assert blocks[name][0].layout == IMU6
        assert blocks[name][0].rate_hz == pytest.approx(200)
    assert all(q.dropped == q.lost == 0 for q in ingest.quality(0))


@pytest.mark.parametrize("seed", range(6))
def test_times_come_back_within_a_millisecond_on_any_axis(tmp_path: Path, seed: int) -> None:
    """Jitter, changing rates, pauses and lost rows."""
    rng = np.random.default_rng(seed)
    n = 6000
    steps_s = np.full(n, 0.01)
    if seed % 2:
        steps_s *= rng.uniform(0.4, 1.6, n)
    if seed % 3 == 1:
        steps_s[n // 2 :] *= 1.05
    steps_s[rng.random(n) < 0.01] *= 4
    if seed % 3 == 2:
        steps_s[n // 3] = 700.0
    t_s = np.round(np.cumsum(steps_s), 5)
    report, ingest, blocks, _ = imported(tmp_path, {"t_s": t_s, **imu("sacrum", n, seed)})
    assert np.abs(times_s(blocks["sacrum"], report) - t_s).max() < 1e-3
    (quality,) = ingest.quality(0)
    assert quality.samples == n
    assert quality.dropped == 0
    assert quality.lost == report.devices[0].lost > 0


def test_rows_missing_in_the_file_are_lost_samples(tmp_path: Path) -> None:
    t_s = np.delete(np.arange(2000) * 0.01, slice(500, 515))
    report, ingest, blocks, _ = imported(tmp_path, {"t_s": t_s, **imu("sacrum", len(t_s))})
    assert report.devices[0].lost == 15
    assert [block.lost for block in blocks["sacrum"] if block.lost] == [15]
    assert ingest.quality(0)[0].lost == 15


@pytest.mark.parametrize("seed", range(2))
def test_jitter_is_no_gap_and_gaps_in_it_are_found(tmp_path: Path, seed: int) -> None:
    """200 Hz, each time up to 4 ms late, on a clock 1 % fast; then the same with 12 gaps of 1 to 30 rows."""
    rng = np.random.default_rng(seed)
    n = 8_000
    t_s = np.round(np.arange(n) * 0.00495 + rng.uniform(0, 0.004, n), 6)
    report, ingest, blocks, _ = imported(tmp_path, {"t_s": t_s, **imu("sacrum", n, seed), **imu("waist", n, seed)})
    assert [device.lost for device in report.devices] == [0, 0]
    assert report.devices[0].info.params["rate_hz"] == pytest.approx(1 / 0.00495, rel=1e-3)
    assert [(q.samples, q.lost, q.dropped) for q in ingest.quality(0)] == [(n, 0, 0)] * 2
    assert np.abs(times_s(blocks["sacrum"], report) - t_s).max() < 1e-3

    keep = np.ones(n, bool)
    for at in range(500, n - 500, 1000):
        keep[at : at + rng.integers(1, 31)] = False
    columns = {name: column[keep] for name, column in {"t_s": t_s, **imu("sacrum", n, seed)}.items()}
    report, ingest, blocks, _ = imported(tmp_path, columns)
    assert report.devices[0].lost == ingest.quality(0)[0].lost == n - keep.sum()
    assert np.abs(times_s(blocks["sacrum"], report) - t_s[keep]).max() < 1e-3


def test_sensors_of_different_rates_share_a_file(tmp_path: Path) -> None:
    n = 4000
    columns = {"t_s": np.arange(n) * 0.005, **imu("sacrum", n), **imu("left_foot", n, 1)}
    for axis in AXES:
        columns[f"sacrum_{axis}"][1::2] = np.nan
    report, _, blocks, _ = imported(tmp_path, columns)
    assert [(round(d.info.params["rate_hz"]), d.samples, d.lost) for d in report.devices] == [
        (100, 2000, 0),
        (200, 4000, 0),
    ]
    assert np.abs(times_s(blocks["sacrum"], report) - columns["t_s"][::2]).max() < 1e-5


@pytest.mark.parametrize("axes", [("ax", "az"), ("ax", "ay", "az"), ("gy",), ("gz", "ax")])
def test_any_axis_may_be_missing(tmp_path: Path, axes: tuple[str, ...]) -> None:
    n = 500
    columns = {"t_s": np.arange(n) * 0.01, **imu("sacrum", n, axes=axes)}
    columns[f"sacrum_{axes[0]}"][100:110] = np.nan
    _, _, blocks, _ = imported(tmp_path, columns)
    found = values(blocks["sacrum"])
    for i, axis in enumerate(AXES):
        if axis in axes:
            expected = columns[f"sacrum_{axis}"]
            is_sample = ~np.isnan([columns[f"sacrum_{a}"] for a in axes]).all(axis=0)
            np.testing.assert_allclose(found[:, i], expected[is_sample], atol=0.01)
        else:
            assert np.isnan(found[:, i]).all()


@pytest.mark.parametrize(
    ("acc_mps2", "gyro_radps", "ranges"),
    [(20, 5, (16, 2000)), (160, 30, (32, 2000)), (20, 36, (16, 4000)), (500, 130, (64, 8000)), (2000, 5, (256, 2000))],
)
def test_the_range_is_the_smallest_that_does_not_clip(
    tmp_path: Path, acc_mps2: float, gyro_radps: float, ranges: tuple[float, float]
) -> None:
    columns = {"t_s": np.arange(100) * 0.01, **imu("sacrum", 100)}
    columns["sacrum_ay"][50], columns["sacrum_gz"][:] = -acc_mps2, 0.0
    columns["sacrum_gx"][:], columns["sacrum_gy"][:] = 0.0, 0.0
    columns["sacrum_gz"][60] = gyro_radps
    report, _, blocks, _ = imported(tmp_path, columns)
    params = report.devices[0].info.params
    assert (params["acc_range_g"], params["gyro_range_dps"]) == ranges
    found = values(blocks["sacrum"])
    assert found[50, 1] == pytest.approx(-acc_mps2, rel=1e-3)
    assert found[60, 5] == pytest.approx(gyro_radps, rel=1e-3)


def test_values_beyond_every_range_ask_for_the_unit(tmp_path: Path) -> None:
    columns = {"t_s": np.arange(10.0), **{k: v * 1000 for k, v in imu("sacrum", 10).items()}}
    with pytest.raises(ImportDataError, match=r"sacrum reaches .* are its columns in these units"):
        imported(tmp_path, columns)


@pytest.mark.parametrize(
    ("acc", "gyro", "period_s", "asked"),
    [
        (9.81, 1.0, 0.005, ()),
        (1.0, 1.0, 0.005, ("is it in g",)),
        (9.81, 57.3, 0.005, ("is it in degrees per second?",)),
        (9.81, 1.0, 5.0, ("only 0.2 samples/s, too few for steps",)),
        (0.5, 90.0, 10.0, ("is t_s in seconds?", "without gravity?", "degrees per second")),
    ],
)
def test_units_that_do_not_look_right_are_asked_about(
    tmp_path: Path, acc: float, gyro: float, period_s: float, asked: tuple[str, ...]
) -> None:
    n = 2 * ROWS_AT_ONCE
    columns = {"t_s": np.arange(n) * period_s}
    columns |= {f"sacrum_{axis}": np.full(n, 0.0) for axis in AXES}
    columns |= {"sacrum_az": np.full(n, acc), "sacrum_gy": np.full(n, gyro)}
    report, *_ = imported(tmp_path, columns)
    assert len(report.warnings) == len(asked)
    assert all(words in warning for words, warning in zip(asked, report.warnings, strict=True))


def test_a_missing_axis_or_a_few_samples_leave_no_doubt(tmp_path: Path) -> None:
    t_s = np.arange(200) * 0.005
    flat = {f"sacrum_{axis}": np.full(200, 0.1) for axis in ("ax", "ay")}
    assert imported(tmp_path, {"t_s": t_s, **flat})[0].warnings == ()
    few = {f"sacrum_{axis}": np.full(5, 0.1) for axis in AXES}
    assert imported(tmp_path, {"t_s": t_s[:5], **few})[0].warnings == ()


def test_time_may_start_below_zero(tmp_path: Path) -> None:
    t_s = np.arange(500) * 0.01 - 1.5
    report, _, blocks, _ = imported(tmp_path, {"t_s": t_s, **imu("sacrum", 500)})
    assert report.t0_ns == 1_500_000_000
    assert RecordingReader(tmp_path / "out.mcap").session.t0_ns == 1_500_000_000
    assert np.abs(times_s(blocks["sacrum"], report) - t_s).max() < 1e-5


@pytest.mark.parametrize("start_s", [5000.0, 1.7e9])
def test_time_may_start_anywhere(tmp_path: Path, start_s: float) -> None:
    t_s = np.arange(500) * 0.01 + start_s
    report, _, blocks, _ = imported(tmp_path, {"t_s": t_s, **imu("sacrum", 500)})
    assert report.t0_ns == 0
    assert np.abs(times_s(blocks["sacrum"], report) - t_s).max() < 1e-5


@pytest.mark.parametrize(
    ("name", "placement"),
    [
        ("lumbar", "sacrum"), ("sacrum", "sacrum"), ("Pelvis", "sacrum"), ("waist", "waist_front"),
        ("left_shoe", "left_foot"), ("right_shoe", "right_foot"), ("left_foot", "left_foot"), ("left_hip", "left_hip"),
        ("right-hip", "right_hip"), ("pocket", "pocket"), ("left_shank", None), ("wrist", None),
    ],
)  # fmt: skip
def test_names_show_the_placement(name: str, placement: str | None) -> None:
    assert placement_for(name) == placement


def test_names_without_a_place_are_left_out_with_a_warning(tmp_path: Path) -> None:
    columns = {"t_s": np.arange(100) * 0.01, **imu("left_foot", 100), **imu("left_shank", 100)}
    report, _, blocks, _ = imported(tmp_path, columns)
    assert set(blocks) == {"left_foot"}
    assert report.warnings == ("left_shank skipped: its name shows no placement; use --map left_shank=PLACEMENT",)


def test_the_mapping_goes_before_names(tmp_path: Path) -> None:
    columns = {"t_s": np.arange(100) * 0.01, **imu("left_foot", 100), **imu("wrist", 100), **imu("shank", 100)}
    mapping = {"wrist": Placement.SACRUM, "left_foot": None, "shank": None}
    report, _, blocks, _ = imported(tmp_path, columns, mapping=mapping)
    assert {name: b[0].placement for name, b in blocks.items()} == {"wrist": Placement.SACRUM}
    assert report.warnings == ()


def test_standard_metrics_become_a_pod_and_a_strap(tmp_path: Path) -> None:
    n = 60
    columns = {
        "t_s": np.arange(n, dtype=float),
        "speed_mps": np.linspace(2, 4, n),
        "watch_cadence_spm": np.full(n, 171.0),
        "heart_rate_bpm": np.full(n, 142.0),
        "altitude_m": np.full(n, 60.0),
    }
    columns["watch_cadence_spm"][10] = np.nan
    columns["heart_rate_bpm"][20:25] = np.nan
    report, _, blocks, _ = imported(tmp_path, columns)
    pod, strap = values(blocks["pod"]), values(blocks["strap"])
    assert pod.shape == (59, 4)
    layout = blocks["pod"][0].layout
    assert set(pod[:, layout.index(Quantity.CADENCE_SPM)]) == {171.0}
    expected = np.delete(columns["speed_mps"], 10)
    np.testing.assert_allclose(pod[:, layout.index(Quantity.SPEED_MPS)], expected, atol=0.002)
    assert set(strap[:, 0]) == {142.0}
    assert times_s(blocks["strap"], report).round(6).tolist() == [t for t in range(n) if not 20 <= t < 25]
    assert [device.lost for device in report.devices] == [0, 5]
    assert report.warnings == ("no inertial columns: only speed, cadence and heart rate, no steps and no hip drop",)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "in.csv is empty"),
        ("\n", "in.csv is empty"),
        ("t_s,sacrum_ax\n", "has a header and no rows"),
        ("time,sacrum_ax\n0,1\n", "in.csv:1: no column t_s (seconds); found: time, sacrum_ax"),
        ("t_s,a_ax,a_ax\n0,1,1\n", "in.csv:1: column a_ax appears twice"),
        ("t_s,sacrum_ax\n0,1\n0.01,x\n", "in.csv:3: sacrum_ax is 'x', not a number"),
        ("t_s,sacrum_ax\n0,1\n\n0.01,x\n", "in.csv:4: sacrum_ax is 'x', not a number"),
        ("t_s,sacrum_ax\n0,1\n0.01\n", "in.csv:3: 1 cells, the header has 2"),
        ("t_s,sacrum_ax\n0,1\n0.01,1,1\n", "in.csv:3: 3 cells, the header has 2"),
        ("t_s,sacrum_ax\n0,1\n0.02,1\n0.01,1\n", "in.csv:4: t_s must increase: 0.01 after 0.02; sort the file"),
        ("t_s,sacrum_ax\n0,1\n0,1\n", "in.csv:3: t_s must increase: 0 after 0"),
        ("t_s,sacrum_ax\n0,1\n,1\n", "in.csv:3: t_s is missing or not finite"),
        ("t_s,sacrum_ax\n0,1\n0.01,inf\n", "in.csv:3: a value is infinite"),
        ("t_s,sacrum_ax\n0,\n0.01,\n", "in.csv: every sensor's cells are empty"),
        ("t_s,wrist_ax\n0,1\n", "in.csv: no sensor to import: columns must be named <sensor>_ax … <sensor>_gz;"),
        ("t_s,wrist_ax\n0,1\n", "state where one is worn, e.g. --map wrist=sacrum"),
        ("t_s,speed\n0,1\n", "in.csv: no sensor to import"),
        ("t_s,lumbar_ax,sacrum_ax\n0,1,1\n", "both placed at sacrum; leave one out: --map sacrum=none"),
        ("t_s,sacrum_ax\n1e10,1\n", "t_s reaches 1e+10; it must be in seconds"),
    ],
)  # fmt: skip
def test_errors_name_file_and_line_and_leave_nothing_behind(tmp_path: Path, text: str, message: str) -> None:
    csv = tmp_path / "in.csv"
    csv.write_text(text)
    with pytest.raises(ImportDataError) as caught:
        import_csv(csv, tmp_path / "out.mcap")
    assert message in str(caught.value)
    assert [path.name for path in tmp_path.iterdir()] == ["in.csv"]


def test_an_error_far_down_is_found_and_leaves_nothing(tmp_path: Path) -> None:
    lines = ["t_s,sacrum_ax", *(f"{i / 100},1" for i in range(30_000))]
    lines[20_001] = "200.0,1,"
    csv = tmp_path / "in.csv"
    csv.write_text("\n".join(lines))
    with pytest.raises(ImportDataError, match=r"in\.csv:20002: 3 cells"):
        import_csv(csv, tmp_path / "out.mcap")
    assert not (tmp_path / "out.mcap").exists()


def test_a_mapping_of_an_absent_sensor_names_the_nearest(tmp_path: Path) -> None:
    columns = {"t_s": np.arange(10) * 0.01, **imu("left_shank", 10)}
    with pytest.raises(ImportDataError, match="no sensor left_shnk to map; did you mean left_shank"):
        imported(tmp_path, columns, mapping={"left_shnk": Placement.SACRUM})


def test_files_that_cannot_be_read_or_written(tmp_path: Path) -> None:
    with pytest.raises(ImportDataError, match="cannot read"):
        import_csv(tmp_path / "nothing.csv", tmp_path / "out.mcap")
    csv = write_csv(tmp_path / "in.csv", {"t_s": np.arange(10) * 0.01, **imu("sacrum", 10)})
    with pytest.raises(RecordingError, match="choose another folder"):
        import_csv(csv, tmp_path / "no" / "out.mcap")
    zipped = tmp_path / "in.csv.gz"
    zipped.write_bytes(gzip.compress(csv.read_bytes())[:-20])
    with pytest.raises(ImportDataError, match="damaged gzip file"):
        import_csv(zipped, tmp_path / "out.mcap")
    zipped.write_bytes(b"\xff\xfe\x00\x01")
    with pytest.raises(ImportDataError, match="not a text file"):
        import_csv(zipped, tmp_path / "out.mcap")


def test_gzip_is_known_by_its_bytes_and_the_result_is_the_same(tmp_path: Path) -> None:
    csv = write_csv(tmp_path / "in.csv", {"t_s": np.arange(1000) * 0.01, **imu("sacrum", 1000)})
    zipped = tmp_path / "in.txt"
    zipped.write_bytes(gzip.compress(b"\xef\xbb\xbf" + csv.read_bytes().replace(b"\n", b"\r\n")))
    done: list[float] = []
    import_csv(csv, tmp_path / "one.mcap", progress=done.append)
    import_csv(zipped, tmp_path / "two.mcap")
    assert (tmp_path / "one.mcap").read_bytes() == (tmp_path / "two.mcap").read_bytes()
    assert done == sorted(done)
    assert 0 <= done[0] <= done[-1] <= 1


@requires_data
@pytest.mark.slow
def test_every_recorded_run_imports_and_reads_back(tmp_path: Path) -> None:
    files = samples_files()
    assert len(files) >= 90
    for csv in files:
        report = import_csv(csv, tmp_path / "out.mcap")
        source = CsvTable(csv)
        header = ["t_s", *(column for column in source.columns if column != "t_s")]
        table = np.concatenate(list(source.rows(header[1:])))
        ingest, blocks, _ = ingested(tmp_path / "out.mcap")
        assert blocks, csv
        assert not any("?" in warning for warning in report.warnings), csv
        for quality, device in zip(ingest.quality(0), report.devices, strict=True):
            assert (quality.dropped, quality.lost, quality.samples) == (0, device.lost, device.samples), csv
            # A watch skips a second now and then; no inertial recording has a gap.
            assert device.lost <= 0.005 * device.samples, csv
            if device.info.profile != "stridecue.imu6":
                continue
            assert device.lost == 0, csv
            name = device.info.name
            assert np.abs(times_s(blocks[quality.source], report) - table[:, 0]).max() < 1e-3, csv
            found = values(blocks[quality.source])
            for i, axis in enumerate(AXES):
                if f"{name}_{axis}" in header:
                    assert np.abs(found[:, i] - table[:, header.index(f"{name}_{axis}")]).max() < 0.02, csv
                else:
                    assert np.isnan(found[:, i]).all(), csv
