"""What this host's kernel offers for jails: user namespaces, overlays, control groups."""

import os
import subprocess
import sys
from pathlib import Path

from quarterdeck.host.finding import Finding
from quarterdeck.jail.cgroups import hierarchies

CLONE_NEWUSER, CLONE_NEWNS = 0x10000000, 0x00020000
FILESYSTEMS, MODULES = Path("/proc/filesystems"), Path("/lib/modules")
PROC_SYS = Path("/proc/sys")
APPARMOR = PROC_SYS / "kernel/apparmor_restrict_unprivileged_userns"
MOST = PROC_SYS / "user/max_user_namespaces"
DEBIAN = PROC_SYS / "kernel/unprivileged_userns_clone"

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


def overlay(filesystems: Path = FILESYSTEMS, modules: Path | None = None) -> Finding:
    """`modules`: the folder of the running kernel's modules. One that has not been used yet is not loaded."""
    known = "\toverlay\n" in filesystems.read_text()
    loadable = not known and _has_module(modules or MODULES / os.uname().release, "overlay")
    absent = "not known to the kernel: each session gets a whole copy"
    return Finding(
        area="workspace",
        name="overlay file systems",
        on=known or loadable,
        detail="known to the kernel" if known else "a module, loaded when it is needed" if loadable else absent,
        next_step="" if known or loadable else "modprobe overlay",
    )


def _has_module(modules: Path, name: str) -> bool:
    """See modules.dep(5)."""
    try:
        lines = (modules / "modules.dep").read_text().splitlines()
    except OSError:
        return False
    files = (line.partition(":")[0].rpartition("/")[2] for line in lines)
    return any(file.partition(".")[0] == name for file in files)


def cgroups() -> Finding:
    """Which limits the kernel keeps for this user's sessions, and what to do where it does not."""
    versions = {role: found.version for found in hierarchies.find() for role in found.roles}
    missing = [name for name in hierarchies.LIMITING if name not in versions]
    has = ", ".join(f"{name} (v{version})" for name, version in sorted(versions.items())) or "none that may be used"
    lacks = f"; without {', '.join(missing)}" if missing else ""
    return Finding(
        area="limits",
        name="control groups",
        on=not missing,
        detail=f"{has}{lacks}",
        next_step=_how_to_get_control_groups() if missing else "",
    )


def _how_to_get_control_groups() -> str:
    if os.geteuid() != 0:
        return "Start it with a group of its own: `systemd-run --user --scope -p Delegate=yes quarterdeck up`."
    return "Mount them (`mount -t cgroup2 cgroup2 /sys/fs/cgroup`); in a container, let it write to /sys/fs/cgroup."


def _number(path: Path) -> int | None:
    try:
        return int(path.read_text())
    except (OSError, ValueError):
        return None


def _sysctl(path: Path) -> str:
    return ".".join(path.relative_to(PROC_SYS).parts)
