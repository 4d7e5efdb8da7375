"""What the README says is true: generated parts are current, commands exist, pictures are there."""

from __future__ import annotations

import re
from pathlib import Path

from firmware_profiles.catalog import load_catalog
from firmware_profiles.device_table import markdown_table, status_legend
from hub.command_line.arguments import parser

ROOT = Path(__file__).parent.parent
README = (ROOT / "README.md").read_text(encoding="utf-8")


def test_device_table_is_the_profiles() -> None:
    block = README.split("devices:begin", 1)[1].split("-->\n", 1)[1].split("<!-- devices:end")[0]
    catalog = load_catalog()
    assert block.strip() == f"{markdown_table(catalog).strip()}\n\n{status_legend().strip()}"


def test_every_command_it_shows_exists() -> None:
    blocks = "\n".join(re.findall(r"```sh\n(.*?)```", README, flags=re.DOTALL))
    shown = set(re.findall(r"^stridecue ([a-z]+)", blocks, flags=re.MULTILINE))
    assert shown >= {"scan", "run", "replay", "import", "doctor"}
    for command in shown:
        assert f"    {command} " in parser().format_help(), command


def test_every_picture_and_page_it_names_is_there() -> None:
    for target in re.findall(r"\]\((docs/[^)]+)\)|`(docs/[a-z_-]+\.md)`", README):
        path = ROOT / (target[0] or target[1])
        assert path.is_file(), path
