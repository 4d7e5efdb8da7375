"""SAPI, part of Windows, through PowerShell. Written from Microsoft's reference; not yet run by us."""

from __future__ import annotations

import shutil
import sys

from hub.sound.speech.engine import Engine

NAME = "sapi"
NORMAL_WORDS_PER_MIN = 180
"""Approximate speed of SAPI's rate 0; each step of its range -10 to 10 changes it by about an eighth."""
_SCRIPT = """\
Add-Type -AssemblyName System.Speech
$voice = New-Object System.Speech.Synthesis.SpeechSynthesizer
if ($env:STRIDECUE_VOICE) { $voice.SelectVoice($env:STRIDECUE_VOICE) }
$voice.Rate = [int]$env:STRIDECUE_RATE
$voice.SetOutputToWaveFile($env:STRIDECUE_WAV)
[Console]::InputEncoding = [System.Text.Encoding]::UTF8
$voice.Speak([Console]::In.ReadToEnd())
$voice.Dispose()
"""


def find(voice: str | None, words_per_min: int) -> Engine | None:
    """Return the engine; None on other systems than Windows."""
    program = shutil.which("powershell") if sys.platform == "win32" else None
    if program is None:
        return None
    rate = max(-10, min(10, round(8 * (words_per_min / NORMAL_WORDS_PER_MIN - 1))))
    environment = {"STRIDECUE_WAV": "{wav}", "STRIDECUE_VOICE": voice or "", "STRIDECUE_RATE": str(rate)}
    command = (program, "-NoProfile", "-NonInteractive", "-Command", _SCRIPT)
    return Engine(f"{NAME} ({voice or 'system voice'})", command, environment)
