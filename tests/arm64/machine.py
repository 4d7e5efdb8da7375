"""Debian's Python for arm64 and the hub's packages, laid out in a folder; QEMU runs single programs of it on x86-64.

No root, no mounts, nothing installed: apt works on a state of its own, so that the machine's own list of architectures
stays as it is. The packages are chosen and unpacked by pip as it runs on the arm64 Python: what it takes is what a Pi
takes, and what has no wheel there is an error.
"""

from __future__ import annotations

import importlib.util
import os
import platform
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

ROOT = Path(__file__).parents[2]
PROCESSOR = "cortex-a53"
"""That of a Raspberry Pi Zero 2 W; numpy's OpenBLAS takes the same kernels as there."""

DEBIAN = ("python3", "libstdc++6")
"""numpy's wheel takes the second one from the system; every Raspberry Pi OS has it."""

TESTED_WITH = ("hypothesis", "pytest", "pytest-asyncio")
EMULATORS = ("qemu-aarch64-static", "qemu-aarch64")


class Machine:
    """What is laid out in `folder`.

    build       fetch and unpack what is not there yet or has changed; raises OSError and CalledProcessError
    run, said   a command of the emulated Python, e.g. `run("-m", "hub.cli", "--help")`
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder.resolve()
        self._system, self._site, self._pip = (self._folder / name for name in ("system", "site", "pip"))

    def build(self) -> None:
        """Fetch and unpack, once; again where the requirements have changed."""
        self._folder.mkdir(parents=True, exist_ok=True)
        if not self._python.exists():
            self._unpack_python()
        wanted = [*requirements(), *TESTED_WITH]
        constraints = (ROOT / "constraints.txt").read_text(encoding="utf-8")
        key, now = self._folder / "site.key", "\n".join([*wanted, constraints])
        if not key.exists() or key.read_text(encoding="utf-8") != now:
            shutil.rmtree(self._site, ignore_errors=True)
            self._install(wanted)
            key.write_text(now, encoding="utf-8")

    def run(self, *arguments: str | Path, kernels: str = "") -> int:
        """Run it; give its exit code. `kernels`: OpenBLAS', other than those of the processor."""
        environment = self._environment(ROOT, self._site) | ({"OPENBLAS_CORETYPE": kernels} if kernels else {})
        return subprocess.run(self._command(*arguments), env=environment, cwd=ROOT, check=False).returncode

    def said(self, *arguments: str | Path) -> str:
        """What it writes to its output; raises CalledProcessError."""
        return subprocess.run(
            self._command(*arguments),
            env=self._environment(ROOT, self._site),
            cwd=ROOT,
            check=True,
            stdout=subprocess.PIPE,
            text=True,
        ).stdout

    @property
    def _python(self) -> Path:
        return self._system / "usr/bin/python3"

    def _command(self, *arguments: str | Path) -> list[str]:
        emulator = next(each for each in EMULATORS if shutil.which(each))
        return [emulator, "-cpu", PROCESSOR, "-L", str(self._system), str(self._python), *map(str, arguments)]

    def _environment(self, *path: Path) -> dict[str, str]:
        kept = {name: value for name, value in os.environ.items() if not name.startswith(("PYTHON", "VIRTUAL_ENV"))}
        own = {
            "PYTHONPATH": os.pathsep.join(map(str, path)),
            "PYTHONDONTWRITEBYTECODE": "1",
            "OPENBLAS_NUM_THREADS": "1",
        }
        return kept | own

    def _unpack_python(self) -> None:
        apt, unpacking = self._folder / "apt", self._folder / "system.part"
        for each in (apt, unpacking):
            shutil.rmtree(each, ignore_errors=True)
        for part in ("lists/partial", "archives/partial"):
            (apt / part).mkdir(parents=True)
        (apt / "status").touch()
        settings = {
            "APT::Architecture": "arm64",
            "APT::Architectures::": "arm64",
            "APT::Sandbox::User": "",
            "Acquire::Languages": "none",
            "Debug::NoLocking": "1",
            "Dir::State": apt,
            "Dir::State::lists": apt / "lists",
            "Dir::State::status": apt / "status",
            "Dir::Cache": apt,
            "Dir::Cache::archives": apt / "archives",
        }
        command = ["apt-get", "-qq", *(part for name, value in settings.items() for part in ("-o", f"{name}={value}"))]
        subprocess.run([*command, "update"], check=True)
        only = ("--yes", "--download-only", "--no-install-recommends")
        subprocess.run([*command, "install", *only, *DEBIAN], check=True)
        for package in sorted((apt / "archives").glob("*.deb")):
            subprocess.run(["dpkg-deb", "-x", package, unpacking], check=True)
        if not (unpacking / "lib").exists():  # all of it in /usr: then the loader's place is a link
            (unpacking / "lib").symlink_to("usr/lib")
        unpacking.rename(self._system)
        shutil.rmtree(apt)

    def _install(self, wanted: list[str]) -> None:
        """With this environment's own pip, which is plain Python, on the emulated one."""
        spec = importlib.util.find_spec("pip")
        if spec is None or spec.origin is None:
            raise FileNotFoundError("this environment has no pip")
        shutil.copytree(Path(spec.origin).parent, self._pip / "pip", dirs_exist_ok=True)
        quiet = ("--quiet", "--disable-pip-version-check", "--no-input", "--no-compile", "--root-user-action=ignore")
        where = ("--only-binary=:all:", f"--target={self._site}", "--constraint", ROOT / "constraints.txt")
        command = self._command("-m", "pip", "install", *quiet, *where, *wanted)
        subprocess.run(command, env=self._environment(self._pip), check=True)


def requirements() -> list[str]:
    """The core's and those of every extra that a runner may take."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    own = f"{project['name']}["
    extras = [names for extra, names in project["optional-dependencies"].items() if extra != "dev"]
    every = [*project["dependencies"], *(name for names in extras for name in names)]
    return sorted({name for name in every if not name.startswith(own)})


def missing() -> list[str]:
    """Name what has to be installed, as Debian packages, for the machine to be built and run here."""
    absent = [] if any(shutil.which(each) for each in EMULATORS) else ["qemu-user-static"]
    if platform.machine() != "x86_64" or sys.platform != "linux" or not all(map(shutil.which, ("apt-get", "dpkg-deb"))):
        return ["(Debian on x86-64)", *absent]
    return absent
