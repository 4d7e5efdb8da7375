"""Write docs/mqtt-transcript.md: what third-party MQTT clients send to a hub of this checkout, and what they get.

    npm install --prefix /tmp/mqttjs mqtt
    python docs/take_transcript.py --mqttjs /tmp/mqttjs

Starts `stridecue demo`; needs mosquitto and its clients, and for MQTT.js node with the package above.
"""

from __future__ import annotations

import argparse
import os
import socket
import subprocess
import sys
import time
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from tempfile import NamedTemporaryFile

PAGE = Path(__file__).with_name("mqtt-transcript.md")
PORT = 1899
WAIT_S = 30.0
LONGEST = 400
"""Characters of a line that are shown; longer lines are truncated."""

NODE = """\
const client = require("mqtt").connect("mqtt://127.0.0.1:%d", {protocolVersion: %d});
client.subscribe("stridecue/+/step", {qos: 1}, (_error, granted) => console.log("granted", JSON.stringify(granted)));
client.on("message", (topic, payload, packet) => {
  const step = JSON.parse(payload);
  console.log(topic, "qos", packet.qos, step.side, step.contact_ms, "ms");
  client.end();
});
"""
PAHO = """\
import json
import paho.mqtt.client as mqtt


def on_reply(client, _data, message):
    answer = json.loads(message.payload)
    print(message.topic, "ok" if answer["ok"] else "refused", answer["id"], answer["text"])
    client.disconnect()


client = mqtt.Client(mqtt.CallbackAPIVersion.VERSION2)
client.on_message = on_reply
client.on_subscribe = lambda *_: client.publish("stridecue/demo/pain", '{"level": 3, "site": "hip", "id": "p1"}', qos=1)
client.connect("127.0.0.1", %d)
client.subscribe("stridecue/demo/reply", qos=1)
client.loop_forever()
"""


@dataclass(frozen=True)
class Talk:
    """One exchange: a shell command, in which `{file}` stands for a file that contains `program`."""

    title: str
    command: str
    program: str = ""


def talks(mqttjs: Path | None) -> list[Talk]:
    """Return the exchanges of the page; those of MQTT.js only with a folder that has it installed."""
    here, to = f"-p {PORT}", "stridecue/demo"
    found = [
        Talk(
            "mosquitto_sub, MQTT 3.1.1: retained messages, for anyone who joins late",
            f"mosquitto_sub {here} -V mqttv311 -t 'stridecue/+/status' -t 'stridecue/+/metrics' -C 2 -v",
        ),
        Talk(
            "mosquitto_sub, MQTT 5: steps, with quality of service and remaining expiry",
            f"mosquitto_sub {here} -V mqttv5 -q 1 -t 'stridecue/+/step' -C 2 -F '%t qos=%q retained=%r expiry=%E %p'",
        ),
        Talk(
            "mosquitto_rr, MQTT 5: a command, answered on the response topic",
            f"mosquitto_rr {here} -V mqttv5 -t {to}/command -e my/answers -F '%t %p' "
            """-m '{"action": "nudge", "text": "Tall and light", "id": "c1"}'""",
        ),
        Talk(
            "mosquitto_rr: an invalid command is answered with what is wrong",
            f"mosquitto_rr {here} -V mqttv5 -t {to}/command -e my/answers -F '%t %p' "
            """-m '{"action": "explode", "id": "c2"}'""",
        ),
        Talk(
            "mosquitto_pub, MQTT 3.1.1: a command, answered on `reply`",
            f"mosquitto_sub {here} -q 1 -t {to}/reply -C 1 -v & sleep 0.5\n"
            f"mosquitto_pub {here} -V mqttv311 -q 1 -t {to}/command "
            """-m '{"action": "mute", "id": "c3"}'; wait""",
        ),
        Talk(f"paho {version('paho-mqtt')}, MQTT 3.1.1: a pain report", "python {file}", PAHO % PORT),
    ]
    if mqttjs is not None:
        found += [
            Talk(f"MQTT.js, MQTT {name}: one step", "node {file}", NODE % (PORT, protocol))
            for protocol, name in ((4, "3.1.1"), (5, "5"))
        ]
    return found


def said(talk: Talk, mqttjs: Path | None) -> str:
    """Run one exchange and return what the client printed; SystemExit where it fails or prints nothing in time."""
    with NamedTemporaryFile("w", delete=False) as opened:
        opened.write(talk.program)
    file = Path(opened.name)
    environment = {
        **os.environ,
        "NODE_PATH": str((mqttjs or Path()) / "node_modules"),
        "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}",
    }
    try:
        done = subprocess.run(
            ["sh", "-c", talk.command.replace("{file}", str(file))],
            capture_output=True,
            text=True,
            timeout=WAIT_S,
            env=environment,
            stdin=subprocess.DEVNULL,
            check=False,
        )
    except subprocess.TimeoutExpired as late:
        raise SystemExit(f"{talk.title}: nothing within {WAIT_S:g} s: {late.stdout!r}") from late
    finally:
        file.unlink()
    if done.returncode != 0:
        raise SystemExit(f"{talk.title}: {done.stderr}")
    return "\n".join(line if len(line) <= LONGEST else f"{line[:LONGEST]} ..." for line in done.stdout.splitlines())


def section(talk: Talk, text: str) -> str:
    """Return one exchange as Markdown."""
    if talk.program:
        language = "javascript" if talk.command.startswith("node") else "python"
        begin = f"```{language}\n{talk.program}```\n\n```"
    else:
        begin = "```sh\n" + "\n".join(f"$ {line}" for line in talk.command.splitlines())
    return f"## {talk.title}\n\n{begin}\n{text}\n```\n"


def until_it_serves() -> None:
    """Wait until the hub's broker accepts connections; SystemExit after WAIT_S."""
    deadline_s = time.monotonic() + WAIT_S
    while time.monotonic() < deadline_s:
        if _answers():
            return
        time.sleep(0.2)
    raise SystemExit("no broker")


def _answers() -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", PORT)) == 0


def main() -> None:
    """Write the page."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--mqttjs", type=Path, help="folder with node_modules/mqtt in it")
    mqttjs: Path | None = parser.parse_args().mqttjs
    demo = [
        str(Path(sys.executable).with_name("stridecue")),
        "demo",
        "--headless",
        "--sound",
        "off",
        "--seconds",
        "150",
    ]
    if _answers():
        raise SystemExit(f"port {PORT} is taken")
    with subprocess.Popen([*demo, "--mqtt-port", str(PORT)], stdout=subprocess.DEVNULL) as hub:
        try:
            until_it_serves()
            time.sleep(14)  # the virtual runner stands for six seconds, then runs
            parts = [section(talk, said(talk, mqttjs)) for talk in talks(mqttjs)]
        finally:
            hub.terminate()
    broker = subprocess.run(["mosquitto", "-h"], capture_output=True, text=True, check=False).stdout.splitlines()[0]
    made = f"Generated by `python docs/take_transcript.py` from `stridecue demo`, {broker}; long lines are truncated."
    head = f"# MQTT transcript: third-party clients and a running hub\n\n{made}\n"
    PAGE.write_text("\n".join([head, *parts]), encoding="utf-8")


if __name__ == "__main__":
    main()
