"""Advice on what to install fits how stridecue is installed."""

from __future__ import annotations

import shlex
import sys
from pathlib import Path

import pytest

import hub
from hub.settings import folders


def test_advice_fits_how_stridecue_is_installed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    root = Path(hub.__file__).parents[1]
    assert folders.adding_extra("audio") == f"{sys.executable} -m pip install -e {shlex.quote(f'{root}[audio]')}"
    monkeypatch.setattr(folders, "__file__", str(tmp_path / "site-packages" / "hub" / "settings" / "folders.py"))
    assert folders.adding_extra("audio") == f"{sys.executable} -m pip install sounddevice"
    monkeypatch.setattr(sys, "prefix", "/home/ann/.local/share/pipx/venvs/stridecue")
    assert folders.adding_extra("audio") == "pipx inject stridecue sounddevice"
    monkeypatch.setattr(sys, "prefix", "/home/ann/.local/share/uv/tools/stridecue")
    assert folders.adding_extra("tui").endswith("textual")
    assert "uv pip install --python" in folders.adding_extra("tui")


def test_companion_files_lie_beside_their_configuration_and_bear_its_name(tmp_path: Path) -> None:
    own = folders.chosen_file(None)
    assert folders.beside(own, "paired.toml") == own.parent / "paired.toml"
    assert folders.beside(tmp_path / "config.toml", "listen-password") == tmp_path / "listen-password"
    assert folders.beside(tmp_path / "bob.toml", "paired.toml") == tmp_path / "bob.paired.toml"
    assert folders.beside(tmp_path / "bob.toml", "listen-password") == tmp_path / "bob.listen-password"
