"""Build the machine: Debian's kernel, and a root file system from this machine's own programs and packages.

Nothing is mounted, and no root is needed. Programs come with the libraries that `ldd` lists, Python with the packages
that the hub needs (copied from the environment that runs this), and the hub as `pip` installs it from a wheel.
"""

from __future__ import annotations

import lzma
import os
import platform
import shutil
import subprocess
import sys
import sysconfig
from collections.abc import Iterable, Iterator
from importlib.metadata import Distribution, distribution
from pathlib import Path

from packaging.requirements import Requirement

HERE = Path(__file__).parent
ROOT = HERE.parents[2]
KERNEL_PACKAGE = "linux-image-amd64"
"""Not the -cloud- variant, which has no Bluetooth."""

MODULES = (
    # Needed by the kernel's pairing and bluetoothd's key derivation, which fail obscurely without them. This random
    # generator does not need clock jitter, which the machine has not, since its clock counts instructions.
    *("hmac", "sha256_generic", "sha512_generic", "ctr", "ansi_cprng", "cmac", "ecb"),
    *("ecdh_generic", "algif_hash", "algif_skcipher"),
    "uhid",
    "hci_vhci",
)
PROGRAMS = ("dbus-daemon", "mosquitto")
BLUETOOTHD = Path("/usr/libexec/bluetooth/bluetoothd")
BUSYBOX = Path("/bin/busybox")
HUB = "stridecue[sim]"
NOT_COPIED = (
    "test",
    "tests",
    "idlelib",
    "tkinter",
    "turtledemo",
    "ensurepip",
    "lib2to3",
    "site-packages",
    "__pycache__",
)


def build(folder: Path) -> tuple[Path, Path]:
    """Build into `folder`; return kernel and initial file system. Raises OSError and CalledProcessError.

    The first part, everything but the hub, is reused by the next build if nothing in it has changed.
    """
    folder.mkdir(parents=True, exist_ok=True)
    kernel, modules = _kernel(folder)
    first, second, key = folder / "system.cpio", folder / "hub.cpio", folder / "system.key"
    wanted = _key()
    if not first.exists() or not key.exists() or key.read_text(encoding="utf-8") != wanted:
        key.unlink(missing_ok=True)
        _pack(_system(folder / "system", modules), first)
        key.write_text(wanted, encoding="utf-8")
    _pack(_hub(folder / "hub", folder / "wheel"), second)
    initrd = folder / "initrd.cpio"  # the kernel unpacks concatenated archives
    with initrd.open("wb") as whole:
        for part in (first, second):
            with part.open("rb") as file:
                shutil.copyfileobj(file, whole)
    return kernel, initrd


def missing() -> list[str]:
    """Return the missing Debian packages that are needed to build and run the machine."""
    programs = {"qemu-system-x86_64": "qemu-system-x86", "cpio": "cpio", "depmod": "kmod", "ldd": "libc-bin"}
    programs |= {"dbus-daemon": "dbus-daemon", "mosquitto": "mosquitto"}
    absent = {package for program, package in programs.items() if _which(program) is None}
    absent |= set() if BLUETOOTHD.exists() else {"bluez"}
    absent |= set() if _is_static(BUSYBOX) else {"busybox-static"}
    if platform.machine() != "x86_64" or _which("apt-cache") is None:
        return ["(Debian on x86-64)", *sorted(absent)]
    if "Depends:" not in _output("apt-cache", "depends", KERNEL_PACKAGE, check=False):
        return [f"(after apt-get update, which must know {KERNEL_PACKAGE})", *sorted(absent)]
    return sorted(absent)


def _key() -> str:
    """Return a key that changes with the content of the first part."""
    packages = sorted(f"{each.name} {each.version}" for each in _needed(Requirement(HUB)))
    programs = [BUSYBOX, BLUETOOTHD, *(Path(_which(program) or program) for program in PROGRAMS)]
    dates = [f"{program} {program.stat().st_mtime_ns}" for program in programs]
    return "\n".join([sys.version, _kernel_package(), *packages, *dates, Path(__file__).read_text(encoding="utf-8")])


def _system(root: Path, modules: list[Path]) -> Path:
    """Lay out the first part."""
    shutil.rmtree(root, ignore_errors=True)
    for each in ("proc", "sys", "dev", "run", "tmp", "root", "etc/dbus-1", "var/lib/bluetooth", "usr/bin", "modules"):
        (root / each).mkdir(parents=True)
    for number, path in enumerate(modules):
        code = path.read_bytes()
        name = path.name.removesuffix(".xz")
        (root / f"modules/{number:02d}-{name}").write_bytes(lzma.decompress(code) if name != path.name else code)
    _programs(root)
    _python(root)
    _settings(root)
    return root


def _kernel_package() -> str:
    depends = _output("apt-cache", "depends", KERNEL_PACKAGE)
    return next(line.split()[-1] for line in depends.splitlines() if "Depends: linux-image-" in line)


def _kernel(folder: Path) -> tuple[Path, list[Path]]:
    """Unpack this Debian's newest kernel; return it, and its modules in load order."""
    package = _kernel_package()
    unpacked = folder / package
    if not unpacked.exists():
        _run("apt-get", "download", "-qq", package, cwd=folder)
        (archive,) = folder.glob(f"{package}_*.deb")
        _run("dpkg-deb", "-x", archive, unpacked)
        archive.unlink()
    release = next((unpacked / "lib/modules").iterdir()).name
    _run(_which("depmod") or "depmod", "-b", unpacked, release)
    found: dict[str, None] = {}
    for module in MODULES:
        depends = _output(_which("modprobe") or "modprobe", "-d", unpacked, "-S", release, "--show-depends", module)
        found |= dict.fromkeys(line.split()[1] for line in depends.splitlines() if line.startswith("insmod"))
    return unpacked / f"boot/vmlinuz-{release}", [Path(each) for each in found]


def _programs(root: Path) -> None:
    _copy(BUSYBOX, root)
    _copy(BLUETOOTHD, root)
    for program in PROGRAMS:
        path = Path(_which(program) or program)
        _copy(path, root)
        if path.parent != Path("/usr/bin"):
            (root / "usr/bin" / program).symlink_to(path)
    _libraries(root, [BLUETOOTHD, *(Path(_which(program) or program) for program in PROGRAMS)])


def _python(root: Path) -> None:
    """Copy the interpreter with its own library, and the packages of the hub's environment."""
    interpreter = Path(sys.executable).resolve()
    _copy(interpreter, root)
    (root / "usr/bin/python3").unlink(missing_ok=True)
    (root / "usr/bin/python3").symlink_to(interpreter)
    for name in ("stdlib", "platstdlib"):
        library = Path(sysconfig.get_path(name, vars={"base": sys.base_prefix, "platbase": sys.base_exec_prefix}))
        shutil.copytree(
            library,
            root / library.relative_to("/"),
            ignore=shutil.ignore_patterns(*NOT_COPIED, "config-*", "__pycache__"),
            dirs_exist_ok=True,
            ignore_dangling_symlinks=True,
        )
    site = root / "opt/site"
    for needed in _needed(Requirement(HUB)):
        for file in needed.files or []:
            source = Path(str(needed.locate_file(file)))
            if ".." not in file.parts and not {*NOT_COPIED, "__pycache__"} & set(file.parts) and source.is_file():
                (site / file).parent.mkdir(parents=True, exist_ok=True)
                shutil.copy2(source, site / file)
    _libraries(root, [interpreter, *root.rglob("*.so")])
    _compile(site, root / Path(sysconfig.get_path("stdlib")).relative_to("/"))


def _needed(wanted: Requirement, seen: set[str] | None = None) -> Iterator[Distribution]:
    """Yield the distributions that a requirement depends on, recursively, without the hub itself."""
    seen = set() if seen is None else seen
    found = distribution(wanted.name)
    for text in found.requires or []:
        below = Requirement(text)
        extras = [""] if not wanted.extras else list(wanted.extras)
        if below.marker is not None and not any(below.marker.evaluate({"extra": extra}) for extra in extras):
            continue
        key = f"{below.name.casefold()}{sorted(below.extras)}"
        if key not in seen:
            seen.add(key)
            yield distribution(below.name)
            yield from _needed(below, seen)


def _hub(root: Path, wheels: Path) -> Path:
    """Lay out the second part: the hub installed from a wheel, as a runner would, and the scenario next to it."""
    for folder in (root, wheels):
        shutil.rmtree(folder, ignore_errors=True)
    site, guest = root / "opt/site", root / "opt/guest/tests/bluez/vm"
    pip = (sys.executable, "-m", "pip", "--quiet", "--disable-pip-version-check", "--no-input")
    _run(*pip, "wheel", "--no-deps", "--wheel-dir", wheels, ROOT)
    _run(*pip, "install", "--no-deps", "--no-compile", "--target", site, *wheels.glob("stridecue-*.whl"))
    script = site / "bin/stridecue"
    lines = script.read_text(encoding="utf-8").splitlines(keepends=True)
    script.write_text("".join(["#!/usr/bin/python3\n", *lines[1:]]), encoding="utf-8")
    (root / "usr/bin").mkdir(parents=True)
    script.rename(root / "usr/bin/stridecue")
    shutil.copytree(HERE / "guest", guest / "guest", ignore=shutil.ignore_patterns("__pycache__"))
    for package in (guest, guest.parent, guest.parent.parent):
        (package / "__init__.py").touch()
    _compile(site, guest)
    shutil.copy2(HERE / "init", root / "init")
    (root / "init").chmod(0o755)
    return root


def _settings(root: Path) -> None:
    shutil.copy2(HERE / "system-bus.conf", root / "etc/dbus-1/system-bus.conf")
    texts = {
        "etc/passwd": "root:x:0:0:root:/root:/bin/sh\nmessagebus:x:100:100::/run/dbus:/bin/false\n"
        "mosquitto:x:101:101::/:/bin/false\nnobody:x:65534:65534::/:/bin/false\n",
        "etc/group": "root:x:0:\nmessagebus:x:100:\nmosquitto:x:101:\nnogroup:x:65534:\n",
        "etc/machine-id": "0123456789abcdef0123456789abcdef\n",
        "etc/bluetooth/main.conf": "[Policy]\nAutoEnable=true\n",
    }
    for name, text in texts.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(text, encoding="ascii")
    (root / "var").mkdir(exist_ok=True)
    (root / "var/run").symlink_to("/run")


def _pack(root: Path, archive: Path) -> Path:
    names = sorted(str(path.relative_to(root)) for path in root.rglob("*"))
    with archive.open("wb") as file:
        subprocess.run(
            ["cpio", "--create", "--format=newc", "--quiet", "--owner=0:0"],
            input="\n".join([".", *names]).encode(),
            stdout=file,
            cwd=root,
            check=True,
        )
    return archive


def _libraries(root: Path, programs: Iterable[Path]) -> None:
    """Copy the libraries that the dynamic linker would load for these programs."""
    needed: set[Path] = set()
    for program in programs:
        for line in _output("ldd", program, check=False).splitlines():
            path = line.split("=>")[-1].split("(")[0].strip()
            if path.startswith("/") and not Path(path).is_relative_to(root):
                needed.add(Path(path))
    for library in needed:
        _copy(library, root)


def _copy(path: Path, root: Path) -> None:
    """Copy a file to the same path below `root`; of a symbolic link, its target's content under the link's name."""
    to = root / path.relative_to("/")
    if not to.exists():
        to.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy2(path.resolve(), to)


def _compile(*folders: Path) -> None:
    """Compile without invalidation by file time, which may not be preserved; the guest is slow."""
    arguments = ("-q", "-j", str(os.cpu_count() or 1), "--invalidation-mode", "unchecked-hash")
    subprocess.run([sys.executable, "-m", "compileall", *arguments, *map(str, folders)], check=False)


def _is_static(program: Path) -> bool:
    return program.exists() and "not a dynamic" in _output("ldd", program, check=False, errors=True)


def _which(program: str) -> str | None:
    return shutil.which(program, path=f"{os.environ.get('PATH', '')}:/usr/sbin:/sbin")


def _run(*command: str | Path, cwd: Path | None = None) -> None:
    subprocess.run([str(part) for part in command], check=True, cwd=cwd)


def _output(*command: str | Path, check: bool = True, errors: bool = False) -> str:
    done = subprocess.run([str(part) for part in command], capture_output=True, text=True, check=check)
    return done.stdout + (done.stderr if errors else "")
