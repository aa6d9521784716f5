"""What this host's kernel offers for jails: user namespaces, overlays, control groups."""

import os
import subprocess
import sys
from pathlib import Path

from quarterdeck.host.finding import Finding

CLONE_NEWUSER, CLONE_NEWNS = 0x10000000, 0x00020000
PROC_SYS = Path("/proc/sys")
APPARMOR = PROC_SYS / "kernel/apparmor_restrict_unprivileged_userns"
MOST = PROC_SYS / "user/max_user_namespaces"
DEBIAN = PROC_SYS / "kernel/unprivileged_userns_clone"
CGROUPS = Path("/sys/fs/cgroup")

UNSHARE = f"""
import ctypes, os, sys
libc = ctypes.CDLL(None, use_errno=True)
uid = int(sys.argv[1])
try:
    if uid: os.setgroups([]); os.setresgid(uid, uid, uid); os.setresuid(uid, uid, uid)
except OSError as error:
    sys.exit(f"no process may become that user: {{error.strerror}}")
if libc.unshare({CLONE_NEWUSER} | {CLONE_NEWNS}): sys.exit(os.strerror(ctypes.get_errno()))
"""


def user_namespaces(uid: int) -> Finding:
    """Found out by making one, as the user that jails run as (0: as this user)."""
    result = subprocess.run(
        [sys.executable, "-I", "-S", "-c", UNSHARE, str(uid)], capture_output=True, text=True, timeout=30, check=False
    )
    works = result.returncode == 0
    who = f"uid {uid}" if uid else "this user"
    return Finding(
        area="jail",
        name="user namespaces",
        on=works,
        detail=f"{who} can make them" if works else f"{who} cannot make them: {result.stderr.strip()}",
        next_step="" if works else _what_stands_in_the_way(),
        required=True,
    )


def _what_stands_in_the_way() -> str:
    if _number(APPARMOR) == 1:
        return f"sysctl {_sysctl(APPARMOR)}=0, or give bwrap an AppArmor profile that allows userns."
    if _number(DEBIAN) == 0:
        return f"sysctl {_sysctl(DEBIAN)}=1"
    if _number(MOST) == 0:
        return f"sysctl {_sysctl(MOST)}=10000"
    return "In a container, allow unshare and mount (--security-opt seccomp=unconfined, apparmor=unconfined)."


def apparmor() -> Finding:
    restricted = _number(APPARMOR) == 1
    return Finding(
        area="jail",
        name="AppArmor leaves user namespaces alone",
        on=not restricted,
        detail="restricts them to programs with a profile" if restricted else "no restriction",
        next_step=f"sysctl {_sysctl(APPARMOR)}=0, or give bwrap a profile that allows userns." if restricted else "",
    )


def overlay() -> Finding:
    known = "\toverlay\n" in Path("/proc/filesystems").read_text()
    return Finding(
        area="workspace",
        name="overlay file systems",
        on=known,
        detail="known to the kernel" if known else "not known to the kernel: each session gets a whole copy",
        next_step="" if known else "modprobe overlay",
    )


def cgroups() -> Finding:
    """Which version, and whether limits can be set by this user."""
    if (CGROUPS / "cgroup.controllers").exists():
        version, here = "v2", CGROUPS / _own_group("0::")
        controllers = (CGROUPS / "cgroup.controllers").read_text().split()
    else:
        version, here = "v1", CGROUPS / "memory"
        controllers = sorted(path.name for path in CGROUPS.iterdir()) if CGROUPS.is_dir() else []
    writable = here.is_dir() and os.access(here, os.W_OK)
    has = f"{version} with {', '.join(controllers)}" if controllers else "none mounted"
    return Finding(
        area="limits",
        name="control groups",
        on=writable,
        detail=f"{has}; {'limits can be set' if writable else 'this user cannot set limits'}",
        next_step="" if writable else "Run as root, or have the group delegated (systemd: Delegate=yes).",
    )


def _own_group(prefix: str) -> str:
    lines = Path("/proc/self/cgroup").read_text().splitlines()
    return next((line.removeprefix(prefix).lstrip("/") for line in lines if line.startswith(prefix)), "")


def _number(path: Path) -> int | None:
    try:
        return int(path.read_text())
    except (OSError, ValueError):
        return None


def _sysctl(path: Path) -> str:
    return ".".join(path.relative_to(PROC_SYS).parts)
