"""Running a command on a prepared workspace as its jail would see it: overlay mounted, mirror read-only."""

import subprocess

from tests.support.repositories import JAIL_UID

from quarterdeck.adapters.git.program import as_user
from quarterdeck.application.ports.workspaces import PreparedWorkspace
from quarterdeck.jail import program

_SYSTEM = ("--unshare-all", "--die-with-parent", "--ro-bind", "/usr", "/usr", "--dev", "/dev", "--proc", "/proc")
_LINKS = tuple(part for name in ("bin", "lib", "lib64") for part in ("--symlink", f"usr/{name}", f"/{name}"))


def in_workspace(workspace: PreparedWorkspace, script: str | bytes) -> str:
    """What the script printed. Raises where it fails."""
    mount = ["--bind", str(workspace.upper), "/workspace"]
    if workspace.kind == "overlay":
        upper = ("--overlay", str(workspace.upper), str(workspace.work))
        mount = ["--overlay-src", str(workspace.lower), *upper, "/workspace"]
    borrowed = [part for folder in workspace.read_only for part in ("--ro-bind", str(folder), str(folder))]
    shell = ("--chdir", "/workspace", "/bin/sh", "-ec")
    done = subprocess.run(
        [*as_user(JAIL_UID, JAIL_UID), program.find(None), *_SYSTEM, *_LINKS, *borrowed, *mount, *shell, script],
        env={"PATH": "/usr/bin", "HOME": "/nonexistent"},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        check=False,
    )
    printed = done.stdout.decode(errors="backslashreplace")
    assert done.returncode == 0, printed
    return printed
