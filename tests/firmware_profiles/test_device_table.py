from __future__ import annotations

from firmware_profiles.catalog import load_catalog
from firmware_profiles.device_table import markdown_table, status_legend
from firmware_profiles.schema import Status


def test_the_table_has_a_line_for_every_device_and_none_for_mixins() -> None:
    table = markdown_table(load_catalog())
    assert "| Heart-rate strap | heart rate, RR intervals, battery | verified | `sig.hr` |" in table
    assert "sig.battery`" not in table
    assert len({line.count("|") for line in table.splitlines()}) == 1


def test_the_legend_explains_every_status() -> None:
    assert all(f"*{status.value}*" in status_legend() for status in Status)
