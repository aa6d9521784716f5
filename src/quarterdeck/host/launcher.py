"""Becomes another program with fewer rights. Run by its path with `python -I -S`; imports nothing of ours.

Takes one argument, a JSON object:
  argv          the program and its arguments
  folder        its working directory
  parent        pid of the process that starts it: when that is gone, nothing is started
  death_signal  what this process gets when its parent dies
  uid, gid      whom to become (root only); left out, nothing changes
  no_new_privs  true: neither this process nor its descendants can gain rights by exec
  mounts        [[hidden, [[path, read_only], …]], …]: in a mount namespace of its own, `hidden` is an empty folder
                that anybody may pass through and that holds only the given paths
"""

import ctypes
import json
import os
import re
import stat
import sys
from pathlib import Path

PR_SET_PDEATHSIG, PR_CAPBSET_DROP, PR_SET_NO_NEW_PRIVS, PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL = 1, 24, 38, 47, 4
CLONE_NEWNS = 0x00020000
MS_RDONLY, MS_NOSUID, MS_NODEV, MS_REMOUNT, MS_BIND, MS_REC, MS_SLAVE = 1, 2, 4, 32, 4096, 16384, 1 << 19

MNT_DETACH = 2

libc = ctypes.CDLL(None, use_errno=True)


def check(result: int, what: str) -> None:
    if result != 0:
        number = ctypes.get_errno()
        raise OSError(number, f"{what}: {os.strerror(number)}")


def mount(source: str, target: str, kind: str | None, flags: int, data: str | None = None) -> None:
    encoded = [None if text is None else os.fsencode(text) for text in (source, target, kind)]
    options = None if data is None else data.encode()
    check(libc.mount(*encoded, ctypes.c_ulong(flags), options), f"mount {target}")


def hide(hidden: str, kept: list[tuple[str, bool]]) -> None:
    """Covers a folder with an empty one, in which only the kept paths are to be found."""
    handles = [(os.open(path, os.O_PATH | os.O_CLOEXEC), path, read_only) for path, read_only in kept]
    mount("tmpfs", hidden, "tmpfs", MS_NOSUID | MS_NODEV, "mode=0755,size=64k")
    for handle, path, read_only in handles:
        if stat.S_ISDIR(os.fstat(handle).st_mode):
            Path(path).mkdir(mode=0o755, parents=True, exist_ok=True)
        else:
            Path(path).parent.mkdir(mode=0o755, parents=True, exist_ok=True)
            Path(path).touch(mode=0o644)
        mount(f"/proc/self/fd/{handle}", path, None, MS_BIND | MS_REC)
        if read_only:
            mount("none", path, None, MS_BIND | MS_REMOUNT | MS_RDONLY | MS_NOSUID)
        os.close(handle)


def let_go_of_disks() -> None:
    """Sessions' disks (see `adapters.disks`): a copy of their mounts would keep them in use after their end."""
    for line in Path("/proc/self/mountinfo").read_text().splitlines():
        place = line.split()[4]
        if re.search(r"/worker/disks/[0-9a-f-]{36}/mount$", place):
            libc.umount2(place.encode().decode("unicode_escape").encode("latin-1"), MNT_DETACH)


def cover(mounts: list[tuple[str, list[tuple[str, bool]]]]) -> None:
    check(libc.unshare(CLONE_NEWNS), "a mount namespace of its own")
    # Slave, not private: what the host unmounts must not stay mounted here.
    mount("none", "/", None, MS_REC | MS_SLAVE)
    let_go_of_disks()
    for hidden, kept in mounts:
        hide(hidden, kept)


def prctl(option: int, value: int) -> None:
    zero = ctypes.c_ulong(0)
    check(libc.prctl(option, ctypes.c_ulong(value), zero, zero, zero), f"prctl {option}")


def become(uid: int, gid: int) -> None:
    prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL)
    for capability in range(int(Path("/proc/sys/kernel/cap_last_cap").read_text()) + 1):
        prctl(PR_CAPBSET_DROP, capability)
    os.setgroups([])
    os.setresgid(gid, gid, gid)
    os.setresuid(uid, uid, uid)


def main() -> None:
    plan = json.loads(sys.argv[1])
    if plan.get("mounts"):
        cover(plan["mounts"])
    if "uid" in plan:
        become(plan["uid"], plan["gid"])
    if plan.get("no_new_privs"):
        prctl(PR_SET_NO_NEW_PRIVS, 1)
    # After the change of user, which clears it.
    prctl(PR_SET_PDEATHSIG, plan["death_signal"])
    if os.getppid() != plan["parent"]:
        sys.exit(0)
    os.chdir(plan["folder"])
    os.execvp(plan["argv"][0], plan["argv"])  # noqa: S606 - what this program is for


if __name__ == "__main__":
    try:
        main()
    except OSError as error:
        sys.exit(f"quarterdeck launcher: {error}")
