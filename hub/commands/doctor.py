"""`stridecue doctor`: check what works on this machine, and say how to fix the rest."""

from __future__ import annotations

import sys
from argparse import Namespace
from collections.abc import Iterator

from hub.broker.beyond import lacking
from hub.broker.embedded import amqtt_is_installed
from hub.broker.mosquitto import find_mosquitto
from hub.broker.serving import port_is_free
from hub.commands.live import chosen_config, recordings_folder
from hub.doctor.audio import check_audio, check_speech
from hub.doctor.bluetooth import check_bluetooth
from hub.doctor.disk import check_disk
from hub.doctor.finding import Finding, Verdict
from hub.doctor.packages import check_packages, check_python
from hub.settings.broker_addresses import listen_address
from hub.settings.config import Config, ConfigError
from hub.settings.folders import adding_extra
from hub.settings.known_devices import wrong_profiles
from hub.settings.run_settings import check_mounts
from hub.terminal.terminal import echo
from hub.terminal.wrapping import wrap_words


def run(options: Namespace) -> int:
    """Run and print all checks; 0 when stridecue can be used, 1 when something must be fixed first."""
    worst = Verdict.OK
    for finding in findings(options.config):
        print(wrap_words(finding.message, sys.stdout, f"{finding.verdict.value:<5} {finding.subject:<10} "), flush=True)
        if finding.remedy:
            print(wrap_words(finding.remedy, sys.stdout, f"{'':<17}-> "), flush=True)
        worst = max(worst, finding.verdict, key=list(Verdict).index)
    echo(f"\n{_CLOSING[worst]}")
    return 1 if worst is Verdict.BROKEN else 0


_CLOSING = {
    Verdict.OK: "All is well.",
    Verdict.NOTE: "Ready to use. What is marked `note` is missing or limited; the arrow says how to add it.",
    Verdict.BROKEN: "Fix what is marked FAIL first.",
}


def findings(file: str | None) -> Iterator[Finding]:
    """Check this machine and the configuration `file` (None: the default one), one finding at a time."""
    yield check_python()
    yield from check_packages()
    config, found = _config(file)
    yield found
    yield from _profiles()
    yield _broker(config.mqtt.port)
    yield from _watchers(config)
    yield check_bluetooth(config.radio.provider)
    yield check_audio()
    yield check_speech(config.sound)
    yield check_disk(recordings_folder(config))


def _config(file: str | None) -> tuple[Config, Finding]:
    """Load and check the configuration as a run does; when it is invalid, the other checks use the defaults."""
    try:
        config, where = chosen_config(file)
        check_mounts(config.mounts, f"{where}: mounts")
    except ConfigError as error:
        return Config(), Finding("config", Verdict.BROKEN, str(error), "fix the file, or delete it")
    return config, Finding("config", Verdict.OK, where)


def _profiles() -> Iterator[Finding]:
    for error in wrong_profiles():
        yield Finding("profile", Verdict.NOTE, f"not used: {error}", "fix the file, or delete it")


def _watchers(config: Config) -> Iterator[Finding]:
    """Check that others can watch, if `mqtt.listen` is configured."""
    address = listen_address(config.mqtt, "")
    if address is not None:
        missing = lacking()
        message = missing or f"can log in at {address[0]}:{address[1]}"
        yield Finding("watchers", Verdict.BROKEN if missing else Verdict.OK, message)


def _broker(port: int) -> Finding:
    busy = "" if port_is_free(port) else f"; port {port} is busy: the next free one will be used"
    if (program := find_mosquitto()) is not None:
        return Finding("broker", Verdict.OK, f"mosquitto ({program}) serves MQTT on localhost{busy}")
    if amqtt_is_installed():
        return Finding(
            "broker",
            Verdict.OK,
            f"amqtt serves MQTT 3.1.1 on localhost{busy}",
            "mosquitto is faster and speaks MQTT 5: sudo apt install mosquitto (macOS: brew install mosquitto)",
        )
    return Finding(
        "broker",
        Verdict.NOTE,
        "none found: runs have no MQTT and no dashboard",
        f"sudo apt install mosquitto (macOS: brew install mosquitto), or {adding_extra('broker')}",
    )
