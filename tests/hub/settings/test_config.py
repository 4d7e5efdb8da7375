"""The configuration: errors name the file, the key and what to write instead."""

import re
import socket
from ipaddress import IPv4Address
from pathlib import Path

import msgspec
import pytest

from dsp.signals import Placement
from hub.link.connection import Server
from hub.settings.broker_addresses import external_server, listen_address
from hub.settings.config import SAMPLE, Config, ConfigError, MqttSection
from hub.settings.read_config import load_config

ALL_ADDRESSES = str(IPv4Address(socket.INADDR_ANY))
CERTIFICATE = """
-----BEGIN CERTIFICATE-----
MIIBdDCCARugAwIBAgIUSW3UpK2zBPGSZRPJnHsa3yoZFhUwCgYIKoZIzj0EAwIw
DzENMAsGA1UEAwwEdGVzdDAgFw0yNjExMjIxNDEwNDZaGA8yMTI2MTAyOTE0MTA0
NlowDzENMAsGA1UEAwwEdGVzdDBZMBMGByqGSM49AgEGCCqGSM49AwEHA0IABNxb
Etku7pvGl6Xs1W3xogPUEq07uZbXNmX7c283MrHPf8nfRepopu8LWLSWNgqEn0bL
B4HyrYs3iGfyLPYbKaWjUzBRMB0GA1UdDgQWBBS1aBseEMiX3zGEJ0AusKi4roFU
9zAfBgNVHSMEGDAWgBS1aBseEMiX3zGEJ0AusKi4roFU9zAPBgNVHRMBAf8EBTAD
AQH/MAoGCCqGSM49BAMCA0cAMEQCICYs43N1hzhSbz8dxp2507Ep/P03j18lc4Mw
3mthrGVYAiAnZdTWwpdc4iDz5x++HLaBex6Tnk6Qdwg86sMfuaRY5w==
-----END CERTIFICATE-----
"""
"""Made for this test only."""


def written(tmp_path: Path, text: str) -> Path:
    path = tmp_path / "config.toml"
    path.write_text(text)
    return path


def test_an_empty_file_is_the_defaults(tmp_path: Path) -> None:
    assert load_config(written(tmp_path, "")) == Config()


def test_every_section_is_read(tmp_path: Path) -> None:
    (tmp_path / "secret").write_text("hush\n")
    config = load_config(
        written(
            tmp_path,
            f"""
            [runner]
            name = "ann"
            [sensors]
            "AA:BB:CC:DD:EE:FF" = "left_foot"
            "Hip pod" = "sacrum"
            [mounts]
            sacrum = "+x+y+z"
            [radio]
            provider = "bumble:usb:0"
            [mqtt]
            port = 1900
            url = "mqtts://broker.example"
            user = "ann"
            password_file = "{tmp_path}/secret"
            [cues]
            rules = "none"
            [record]
            enabled = false
            folder = "~/runs"
            """,
        )
    )
    assert config.sensors == {"AA:BB:CC:DD:EE:FF": Placement.LEFT_FOOT, "Hip pod": Placement.SACRUM}
    assert external_server(config.mqtt, "") == Server("broker.example", 8883, "ann", "hush", tls=True)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("[runer]\nname='a'", "unknown key runer: did you mean 'runner'?"),
        ("[mqtt]\nlisten='gym'", "mqtt.listen: 'gym': write an address of this machine, such as 192.168.1.20"),
        ("[mqtt]\nlisten='127.0.0.1:1900'", "that is this machine itself"),
        ("[mqtt]\nlisten='192.168.1.20:99999'", "Port out of range"),
        ("[mqtt]\nurll='x'", "unknown key mqtt.urll: did you mean 'url'?"),
        (
            "[mqtt]\nzzzz='x'",
            "unknown key mqtt.zzzz: valid: ca_file, homeassistant, listen, password_file, port, share_onset, url, user",
        ),
        ("[mqtt]\nport='x'", "mqtt.port: Expected `int`, got `str`"),
        ("[mqtt]\nport=99999", "mqtt.port: Expected `int` <= 65535"),
        ("[mqtt]\nurl='http://x'", "mqtt.url: 'http://x': write mqtt://host:1883"),
        ("[mqtt]\nurl='mqtt://a:b@x'", "the URL may not contain user and password"),
        ("[mqtt]\nurl='mqtt://x:port'", "mqtt.url: "),
        ("[mqtt]\nuser='x'", "set mqtt.url too"),
        (
            "[mqtt]\nhomeassistant=true",
            "mqtt.homeassistant: set mqtt.url too, to the broker that Home Assistant uses",
        ),
        ("[mqtt]\nurl='mqtt://[::1'", "mqtt.url: 'mqtt://[::1': Invalid IPv6 URL; write mqtt://host:1883"),
        ("[mqtt]\nurl='mqtt://a..b:1883'", "mqtt.url: 'mqtt://a..b:1883': "),
        (f"[mqtt]\nurl='mqtts://x'\nca_file='{pytest.__file__}'", "no certificate could be read from it"),
        (
            "[mqtt]\nurl='mqtt://x'\npassword_file='/nowhere/x'",
            "mqtt.password_file: /nowhere/x: No such file or directory",
        ),
        ("[cues]\nrules='some'", "cues.rules: 'some' is not valid: write all or none"),
        ("[cues]\npain_rule='some'", "cues.pain_rule: 'some' is not valid: write trek or guide"),
        ("[sound]\nengine='x'", "sound.engine: 'x' is not valid: write auto or espeak-ng or say"),
        ("[sensors]\npod='left_fot'", "sensors.pod: no placement 'left_fot': did you mean 'left_foot'?"),
        ("[sensors]\npod='hip'", "sensors.pod: no placement 'hip': did you mean 'sacrum'?"),
        (
            "[sensors]\n'Hip Pod'='sacrum'\n'hip pod'='chest'",
            'sensors: "Hip Pod" and "hip pod" name the same sensor, which has only one placement: remove one, or give',
        ),
        (
            "[sensors]\n'Pod 1'='left_foot'\n'Pod-1'='left_foot'",
            'sensors: "Pod 1" and "Pod-1" would both get the id left_foot-pod-1: remove one',
        ),
        (
            "[sensors]\n'AA:BB:CC:DD:EE:FF'='sacrum'\n'00:11:22:33:EE:FF'='sacrum'",
            'sensors: "AA:BB:CC:DD:EE:FF" and "00:11:22:33:EE:FF" would both get the id sacrum-eeff',
        ),
        ("[mounts]\nsacral='+x+y+z'", "mounts.sacral: no placement 'sacral': did you mean 'sacrum'?"),
        ("[runner]\nname='Ann Smith'", "runner.name: "),
        ("[radio]\nprovider='usb'", "radio.provider: write platform, virtual, or bumble:TRANSPORT"),
        ("[[runners]]\nname='a'\n[[runners]]\nname='b'", "one adapter serves one runner"),
        ("[[runner]]\nname='a'", "one adapter serves one runner"),
        ("runner = 3", "runner is a section: write [runner] on a line of its own, then name = "),
        ("mqtt = 'x'", "mqtt is a section: write [mqtt]"),
        ("[runner", "not TOML"),
    ],
)
def test_errors_name_file_key_and_remedy(tmp_path: Path, text: str, expected: str) -> None:
    path = written(tmp_path, text)
    with pytest.raises(ConfigError) as caught:
        load_config(path)
    assert str(caught.value).startswith(f"{path}: ")
    assert expected in str(caught.value)


def test_two_sensors_with_similar_names_in_two_places_are_distinct(tmp_path: Path) -> None:
    by_name = "'Pod 1'='left_foot'\n'Pod-1'='right_foot'\n"
    by_address = "'AA:BB:CC:DD:EE:FF'='sacrum'\n'00:11:22:33:EE:FF'='chest'"
    text = f"[sensors]\n{by_name}{by_address}"
    assert len(load_config(written(tmp_path, text)).sensors) == 4


def test_a_file_in_another_encoding_is_named(tmp_path: Path) -> None:
    path = tmp_path / "config.toml"
    path.write_bytes(b'[runner]\nname = "J\xfcrg"\n')
    with pytest.raises(ConfigError, match=r"config\.toml: byte 19 is not UTF-8"):
        load_config(path)


def test_the_sample_in_the_help_is_a_configuration(tmp_path: Path) -> None:
    config = load_config(written(tmp_path, SAMPLE))
    assert config.runner.name == "ann"
    assert len(SAMPLE.splitlines()) == 6


def test_the_documentation_of_the_configuration_is_correct(tmp_path: Path) -> None:
    page = (Path(__file__).parents[3] / "docs" / "configuration.md").read_text(encoding="utf-8")
    samples = re.findall(r"```toml\n(.*?)```", page, flags=re.DOTALL)
    (tmp_path / "mqtt-password").write_text("hush")
    (tmp_path / "our-ca.pem").write_text(CERTIFICATE)
    configs = [load_config(written(tmp_path, text.replace("~/.config/stridecue", str(tmp_path)))) for text in samples]
    assert configs[0].runner.name == "ann"
    for section in msgspec.structs.fields(Config):
        assert f"[{section.name}]" in samples[0], section.name
        if isinstance(section.type, type) and issubclass(section.type, msgspec.Struct):
            for key in msgspec.structs.fields(section.type):
                assert f"`{section.name}.{key.name}`" in page, key.name
                assert re.search(rf"^{key.name} = ", samples[0], flags=re.MULTILINE), key.name


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="no such file"):
        load_config(tmp_path / "none.toml")


def test_a_password_is_never_shown() -> None:
    assert "hush" not in repr(Server("h", 1, "u", "hush"))
    assert external_server(MqttSection(), "") is None


@pytest.mark.parametrize(
    ("listen", "found"),
    [
        (None, None),
        ("192.168.1.20", ("192.168.1.20", 1884)),
        ("0.0.0.0:1999", (ALL_ADDRESSES, 1999)),
        ("::", ("::", 1884)),
        ("[fd00::1]:1999", ("fd00::1", 1999)),
    ],
)
def test_listen_is_parsed_to_address_and_port(listen: str | None, found: tuple[str, int] | None) -> None:
    assert listen_address(MqttSection(listen=listen), "") == found


def test_a_password_may_come_from_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("STRIDECUE_MQTT_PASSWORD", "hush")
    server = external_server(MqttSection(url="wss://broker.example/feed", user="ann"), "")
    assert server == Server("broker.example", 443, "ann", "hush", tls=True, path="/feed")
    assert external_server(MqttSection(url="ws://broker.example"), "") == Server(
        "broker.example", 80, None, "hush", path="/mqtt"
    )
