"""The runtime folder: an interpreter of our own with the agent's modules, to be mounted into any image.

An image may hold no Python, or one that lies. So the interpreter this worker runs on is brought along: its program, its
loader and libraries, and the modules that the agent imports, found by importing them once. The folder is named by what
is in it, made once, never changed, and read-only where it is mounted.
"""

import hashlib
import json
import os
import py_compile
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache, cached_property
from pathlib import Path
from typing import TypedDict

from quarterdeck.jail import system
from quarterdeck.jail.errors import JailError

FOLDER = "runtime"
MOUNTED = Path("/run/quarterdeck/runtime")
PROGRAM = "bin/python3"
LIBRARIES = "lib"
MODULES = f"lib/python{sys.version_info.major}.{sys.version_info.minor}"
NAMES = {
    "etc/hosts": system.MADE_UP["/etc/hosts"],
    # without one, the C library's default is the same, but a program may look for the file
    "etc/resolv.conf": "nameserver 127.0.0.1\n",
}
"""How names are resolved in a container: Docker makes these files for one that it connects to a network, and empty
ones where it has none."""
AGENT = "from quarterdeck.jail.shim.contained import main; main()"
LOOK_SECONDS = 60

# run by the same interpreter on the host: the files of all modules, and of all that the loader has loaded
LOOK = """
import ctypes, json, os, sys
sys.path.append(sys.argv[1])
import quarterdeck.jail.shim.contained
class Loaded(ctypes.Structure):
    _fields_ = (("address", ctypes.c_void_p), ("name", ctypes.c_char_p))
names = []
visit = ctypes.CFUNCTYPE(ctypes.c_int, ctypes.POINTER(Loaded), ctypes.c_size_t, ctypes.c_void_p)
ctypes.CDLL(None).dl_iterate_phdr(visit(lambda loaded, *_: names.append(os.fsdecode(loaded[0].name)) or 0), None)
modules = {module.__spec__.name: module.__file__ for module in sys.modules.values() if hasattr(module, "__file__")}
print(json.dumps({"program": os.readlink("/proc/self/exe"), "modules": modules, "loaded": names}))
"""


@dataclass(frozen=True)
class Runtime:
    folder: Path
    loader: str

    @property
    def command(self) -> list[str]:
        """What starts the agent, as the container sees it."""
        return [
            *(f"{MOUNTED}/{LIBRARIES}/{self.loader}", "--library-path", f"{MOUNTED}/{LIBRARIES}"),
            *(f"{MOUNTED}/{PROGRAM}", "-I", "-S", "-B", "-c", AGENT),
        ]

    @property
    def names(self) -> dict[Path, str]:
        """Where in a container each of the files that resolve names goes, by its place on the host."""
        return {self.folder / name: f"/{name}" for name in NAMES}


def make(state: Path) -> Runtime:
    """Makes the folder below `state` where there is none yet. Raises JailError."""
    try:
        parts = _parts()
        folder = state / FOLDER / parts.digest
        if not folder.is_dir():
            _write(folder, parts)
        return Runtime(folder, parts.loader)
    except (OSError, subprocess.SubprocessError, py_compile.PyCompileError) as error:
        raise JailError(
            f"The runtime of containers cannot be made below {state / FOLDER}: {error}.",
            "Make room on the disk, or look at the folder's owner and mode.",
        ) from error


def sweep(state: Path, current: Runtime | None, used: Callable[[], set[str]]) -> None:
    """Removes the folders of other versions that no container uses; `used`, by name, is asked where there are any.

    Where it is not known yet which is the current one, the newest is kept.
    """
    made = sorted(_folders(state), key=lambda folder: folder.stat().st_mtime)
    kept = current.folder if current else made[-1] if made else None
    old = [folder for folder in made if folder != kept]
    if not old:
        return
    needed = used()
    for folder in old:
        if folder.name not in needed:
            shutil.rmtree(folder, ignore_errors=True)


def _folders(state: Path) -> list[Path]:
    try:
        return list((state / FOLDER).iterdir())
    except FileNotFoundError:
        return []


class _Found(TypedDict):
    program: str
    modules: dict[str, str]
    """Files by module name."""
    loaded: list[str]


@cache
def _parts() -> "_Parts":
    """What this process runs on stays the same while it runs, and to read all of it takes a tenth of a second."""
    return _Parts(_look())


def _look() -> _Found:
    root = Path(__file__).resolve().parents[3]
    looked = subprocess.run(
        [sys.executable, "-I", "-S", "-c", LOOK, str(root)],
        capture_output=True,
        check=True,
        env={},
        cwd="/",
        timeout=LOOK_SECONDS,
    )
    found: _Found = json.loads(looked.stdout)
    return found


class _Parts:
    """Which file of the host goes where."""

    def __init__(self, found: _Found) -> None:
        extensions = {os.path.realpath(path) for path in found["modules"].values()}
        self.libraries = {
            Path(path).name: Path(path)
            for path in found["loaded"]
            if path.startswith("/") and os.path.realpath(path) not in extensions
        }
        self.modules = {_place(name, Path(path)): Path(path) for name, path in found["modules"].items()}
        self.program = Path(found["program"])

    @property
    def loader(self) -> str:
        """The dynamic loader among the libraries (`ld-linux-x86-64.so.2`, `ld-musl-x86_64.so.1`)."""
        named = next((name for name in self.libraries if name.startswith("ld-")), None)
        if named is None:
            raise JailError(
                "This worker's Python is linked statically and cannot be brought into a container.",
                "Run Quarterdeck on a Python that is linked dynamically, such as the system's.",
            )
        return named

    @cached_property
    def files(self) -> dict[str, Path]:
        libraries = {f"{LIBRARIES}/{name}": path for name, path in self.libraries.items()}
        return {PROGRAM: self.program} | libraries | {f"{MODULES}/{name}": path for name, path in self.modules.items()}

    @cached_property
    def digest(self) -> str:
        digest = hashlib.sha256()
        for name, path in sorted(self.files.items()):
            digest.update(f"{name}\0{path.stat().st_size}\0".encode() + path.read_bytes())
        digest.update(json.dumps(NAMES).encode())
        return digest.hexdigest()[:32]


def _place(name: str, path: Path) -> str:
    """Of a module, below the folder of modules: extensions lie in a folder of their own, as the interpreter expects."""
    if path.suffix == ".so":
        return f"lib-dynload/{path.name}"
    parts = name.split(".")
    return "/".join([*parts, "__init__.py"]) if path.name == "__init__.py" else "/".join(parts) + ".py"


def _write(folder: Path, parts: _Parts) -> None:
    """Whole or not at all; another worker may be at it too."""
    folder.parent.mkdir(mode=0o711, parents=True, exist_ok=True)
    fresh = Path(tempfile.mkdtemp(prefix="new-", dir=folder.parent))
    try:
        for name, path in parts.files.items():
            _copy(path, fresh / name, name)
        for name, text in NAMES.items():
            _write_text(fresh / name, text)
        for made in (fresh, *(each for each in fresh.rglob("*") if each.is_dir())):
            made.chmod(0o755)
        fresh.rename(folder)
    except OSError:
        if not folder.is_dir():
            raise
    finally:
        shutil.rmtree(fresh, ignore_errors=True)


def _write_text(target: Path, text: str) -> None:
    target.parent.mkdir(exist_ok=True)
    target.write_text(text)
    target.chmod(0o644)


def _copy(source: Path, target: Path, name: str) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(source, target)
    target.chmod(0o644 if target.suffix == ".py" else 0o755)
    if target.suffix == ".py":
        # compiled beforehand, since it cannot be where it is read-only; without this host's path in it
        unchecked = py_compile.PycInvalidationMode.UNCHECKED_HASH
        compiled = py_compile.compile(str(target), dfile=str(MOUNTED / name), doraise=True, invalidation_mode=unchecked)
        Path(str(compiled)).chmod(0o644)
