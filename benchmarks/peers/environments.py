"""One virtual environment per peer, under `.venv-peers/`: their pins contradict each other and ours.

python -m benchmarks.peers.environments
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
"""Environment -> what is installed.

gaitmap_mad (AGPL-3.0) holds gaitmap's stride segmentation; it is only called, in a process of its own.
"""


def python_of(peer: str) -> Path:
    """Interpreter of a peer's environment, there or not."""
    folder = FOLDER / peer
    return folder / ("Scripts/python.exe" if sys.platform == "win32" else "bin/python")


def build(peer: str) -> None:
    """Make the environment and install the peer, unless that was done with the same versions."""
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
    """Make them all; prints what is being installed, nothing where all is there."""
    FOLDER.mkdir(exist_ok=True)
    for peer in PEERS:
        build(peer)


if __name__ == "__main__":
    main()
