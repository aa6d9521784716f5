"""Whether this host lets the jail's user mount an overlay here: asked by mounting one."""

import os
import subprocess
from pathlib import Path

from quarterdeck.adapters.git.layer import is_whiteout
from quarterdeck.adapters.git.layout import Layout
from quarterdeck.adapters.git.program import as_user
from quarterdeck.adapters.git.removal import remove_tree
from quarterdeck.jail import program
from quarterdeck.jail.errors import JailError

_TRIAL = "rm /workspace/gone && echo new > /workspace/kept && mkdir /workspace/made"
_SYSTEM = ("--unshare-user", "--unshare-pid", "--ro-bind", "/usr", "/usr", "--dir", "/workspace")
_LINKS = tuple(part for name in ("bin", "lib", "lib64") for part in ("--symlink", f"usr/{name}", f"/{name}"))


def overlay_works(layout: Layout, bwrap: Path | None) -> bool:
    """Mounts one as the jail's user, writes and deletes in it, and looks at the upper layer from outside."""
    folder = layout.root / "sessions" / f".probe-{os.getpid()}-{os.urandom(4).hex()}"
    try:
        return _try(layout, program.within_reach(program.find(bwrap), layout.root, layout.other_user), folder)
    except (OSError, JailError, subprocess.TimeoutExpired):
        return False
    finally:
        remove_tree(folder)


def _try(layout: Layout, bwrap: Path, folder: Path) -> bool:
    for path in (folder, folder / "lower", folder / "upper", folder / "work"):
        path.mkdir()
        layout.give(path, mode=0o700)
    for name in ("gone", "kept"):
        (folder / "lower" / name).write_text("old\n")
        layout.give(folder / "lower" / name, mode=0o600)
    layers = ("--overlay-src", folder / "lower", "--overlay", folder / "upper", folder / "work", "/workspace")
    done = subprocess.run(
        [*as_user(layout.other_user, layout.other_user), bwrap, *_SYSTEM, *_LINKS, *layers, "/bin/sh", "-c", _TRIAL],
        env={"PATH": "/usr/bin"},
        cwd="/",
        stdin=subprocess.DEVNULL,
        capture_output=True,
        timeout=20,
        check=False,
    )
    upper = folder / "upper"
    return done.returncode == 0 and is_whiteout((upper / "gone").lstat()) and (upper / "kept").read_text() == "new\n"
