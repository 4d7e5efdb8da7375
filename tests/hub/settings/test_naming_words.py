"""The arguments that name a broker are parsed back to the same settings."""

from __future__ import annotations

from pathlib import Path

import pytest

from hub.command_line.arguments import parser
from hub.settings.broker_addresses import naming_words, watched_server
from hub.settings.config import MqttSection

COACHS_FILE = "~/my file"


@pytest.mark.parametrize(
    ("section", "runner"),
    [
        (MqttSection(port=4711), None),
        (MqttSection(port=4711), "ann"),
        (MqttSection(url="mqtts://club.example", user="coach", password_file=COACHS_FILE, ca_file="club.pem"), "ann"),
    ],
)
def test_watch_parses_them_to_the_same_section(section: MqttSection, runner: str | None) -> None:
    options = parser().parse_args(["watch", *naming_words(section, runner)])
    assert options.runner == runner
    if section.url is None:
        assert (options.broker, options.port) == (None, section.port)
    else:
        assert options.port is None
        assert options.broker == section.url
        assert options.user == section.user
        assert options.password_file == section.password_file
        assert options.ca_file == section.ca_file


def test_no_password_is_among_the_arguments(tmp_path: Path) -> None:
    secret, password = tmp_path / "coach", "of the club"
    secret.write_text(password)
    section = MqttSection(url="mqtt://gym.local", user="coach", password_file=str(secret))
    assert watched_server(section, "--broker").password == password
    assert password not in " ".join(naming_words(section))
