"""One virtual environment per library, under `.venv-peers/`: their pinned dependencies conflict with each other's.

`python -m benchmarks.peers.environments` builds all of them.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
FOLDER = ROOT / ".venv-peers"

PEERS: dict[str, tuple[str, ...]] = {
    "bluetooth-sig": ("bluetooth-sig==0.6.0",),
    "vqf": ("vqf==2.1.2",),
    "skdh": ("scikit-digital-health==0.17.18",),
    "mobgap": ("mobgap==1.2.0",),
    "gaitmap": ("gaitmap==2.6.0", "gaitmap_mad==2.6.0"),
}
"""Packages installed in each environment.

gaitmap_mad (AGPL-3.0) contains gaitmap's stride segmentation; it is only called, in a process of its own.
"""


def python_of(peer: str) -> Path:
    """Return the path of the interpreter of an environment, whether it exists or not."""
    folder = FOLDER / peer
    return folder / ("Scripts/python.exe" if sys.platform == "win32" else "bin/python")


def build(peer: str) -> None:
    """Create the environment and install its packages, unless these versions are already installed."""
    done = FOLDER / peer / "installed.txt"
    wanted = "\n".join(PEERS[peer])
    if done.exists() and done.read_text() == wanted:
        return
    print(f"installing {', '.join(PEERS[peer])} into {done.parent.relative_to(ROOT)} ...", flush=True)
    uv = Path(sys.executable).parent / "uv"
    if uv.exists() or shutil.which("uv"):
        tool = str(uv if uv.exists() else "uv")
        subprocess.run([tool, "venv", "-q", "--clear", "--python", sys.executable, done.parent], check=True)
        subprocess.run([tool, "pip", "install", "-q", "--python", python_of(peer), *PEERS[peer]], check=True)
    else:
        subprocess.run([sys.executable, "-m", "venv", "--clear", done.parent], check=True)
        quiet = ["--quiet", "--disable-pip-version-check", "--no-input"]
        subprocess.run([python_of(peer), "-m", "pip", "install", *quiet, *PEERS[peer]], check=True)
    done.write_text(wanted)


def main() -> None:
    """Create all environments; print what is being installed."""
    FOLDER.mkdir(exist_ok=True)
    for peer in PEERS:
        build(peer)


if __name__ == "__main__":
    main()
