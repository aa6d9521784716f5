"""The system calls that Python 3.11 has no name for. See setns(2), prctl(2), capset(2), seccomp(2), close_range(2),
mount(2)."""

import ctypes
import errno
import fcntl
import os
import struct

CLONE_NEWNS = 0x00020000
CLONE_NEWCGROUP = 0x02000000
CLONE_NEWUTS = 0x04000000
CLONE_NEWIPC = 0x08000000
CLONE_NEWUSER = 0x10000000
CLONE_NEWPID = 0x20000000
CLONE_NEWNET = 0x40000000
EVERYTHING_BUT_USER = CLONE_NEWNS | CLONE_NEWCGROUP | CLONE_NEWUTS | CLONE_NEWIPC | CLONE_NEWPID | CLONE_NEWNET

PR_SET_PDEATHSIG = 1
PR_SET_DUMPABLE = 4
PR_SET_NAME = 15
PR_SET_SECCOMP = 22
PR_CAPBSET_DROP = 24
PR_SET_CHILD_SUBREAPER = 36
PR_SET_NO_NEW_PRIVS = 38
PR_CAP_AMBIENT = 47
PR_CAP_AMBIENT_CLEAR_ALL = 4
SECCOMP_MODE_FILTER = 2
CAPABILITY_VERSION_3 = 0x20080522
CLOSE_RANGE = 436  # the same number on every architecture
LAST_DESCRIPTOR = 0x7FFFFFFF
CAPSET = {"x86_64": 126, "aarch64": 91}
RT_SIGACTION = {"x86_64": 13, "aarch64": 134}

TIOCSPTLCK = 0x40045431
TIOCGPTPEER = 0x5441
TIOCGPTN = 0x80045430
NS_GET_USERNS = 0xB701

MS_RDONLY = 1
MS_NOSUID = 2
MS_NODEV = 4
MS_NOEXEC = 8
MS_REMOUNT = 32
MS_BIND = 4096
NOTHING_ALLOWED = MS_RDONLY | MS_NOSUID | MS_NODEV | MS_NOEXEC

_libc = ctypes.CDLL(None, use_errno=True)


class _FilterProgram(ctypes.Structure):
    _fields_ = (("length", ctypes.c_ushort), ("filter", ctypes.c_char_p))


def _checked(result: int, what: str) -> int:
    if result < 0:
        number = ctypes.get_errno()
        raise OSError(number, f"{what}: {os.strerror(number)}")
    return result


def prctl(option: int, argument: int = 0, third: int = 0) -> None:
    numbers = [ctypes.c_ulong(n) for n in (argument, third, 0, 0)]
    _checked(int(_libc.prctl(option, *numbers)), f"prctl {option}")


def set_name(name: str) -> None:
    _libc.prctl(PR_SET_NAME, ctypes.c_char_p(name.encode()[:15]), 0, 0, 0)


def forget_ignored_signals() -> None:
    """Every signal's default, the C library's own two included, which it does not let anybody set.

    Who started the worker may have ignored some, and an ignored signal stays so through every execve.
    """
    for number in range(1, 65):
        _libc.syscall(RT_SIGACTION[os.uname().machine], number, bytes(32), None, 8)


def setns(fd: int, kinds: int) -> None:
    _checked(int(_libc.setns(fd, kinds)), f"setns {kinds:#x}")


def remount(path: str, flags: int, options: str) -> None:
    """Changes a file system's options (mount(2)). `flags` are the mount's own, which are set anew."""
    _mount(None, path, MS_REMOUNT | flags, options)


def bind_read_only(path: str, source: str | None = None) -> None:
    """Covers a file or folder with itself, or with another, so that nothing in it can be written."""
    _mount(source or path, path, MS_BIND, "")
    _mount(None, path, MS_REMOUNT | MS_BIND | NOTHING_ALLOWED, "")


def cover_file(path: str) -> None:
    """With a device on a mount without devices, which cannot be opened."""
    bind_read_only(path, "/dev/null")


def cover_folder(path: str) -> None:
    """With an empty one."""
    _mount("none", path, NOTHING_ALLOWED, "size=4k,mode=555", "tmpfs")


def _mount(source: str | None, path: str, flags: int, options: str, kind: str = "") -> None:
    what = None if source is None else source.encode()
    done = _libc.mount(what, path.encode(), kind.encode() or None, ctypes.c_ulong(flags), options.encode())
    _checked(int(done), f"mount {path}")


def owner_of(namespace: int) -> int:
    """The user namespace that owns a namespace, as an open descriptor (ioctl_ns(2))."""
    return fcntl.ioctl(namespace, NS_GET_USERNS)


def drop_capabilities() -> None:
    """Empties the bounding, ambient, inheritable, permitted and effective sets."""
    for capability in range(64):
        # past the last one the kernel knows, prctl answers EINVAL
        if _libc.prctl(PR_CAPBSET_DROP, ctypes.c_ulong(capability), 0, 0, 0) < 0:
            break
    try:
        prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL)
    except OSError as error:
        # gVisor has no ambient set
        if error.errno != errno.EINVAL:
            raise
    header = struct.pack("Ii", CAPABILITY_VERSION_3, 0)
    _checked(int(_libc.syscall(CAPSET[os.uname().machine], header, bytes(24))), "capset")


def load_filter(program: bytes) -> None:
    """Puts the process under a seccomp filter; `program` is an array of struct sock_filter."""
    kept = _FilterProgram(len(program) // 8, program)
    _checked(int(_libc.prctl(PR_SET_SECCOMP, ctypes.c_ulong(SECCOMP_MODE_FILTER), ctypes.byref(kept), 0, 0)), "seccomp")


def close_from(first: int) -> None:
    _checked(int(_libc.syscall(CLOSE_RANGE, first, LAST_DESCRIPTOR, 0)), "close_range")


def close_all_but(kept: list[int]) -> None:
    """Closes every descriptor above 2 that is not in `kept`."""
    start = 3
    for fd in sorted(kept):
        if fd > start:
            _checked(int(_libc.syscall(CLOSE_RANGE, start, fd - 1, 0)), "close_range")
        start = max(start, fd + 1)
    close_from(start)


def set_title(title: str) -> None:
    """Overwrites the argument vector, which any process of the namespace may read, with `title`."""
    with open("/proc/self/stat", "rb") as file:  # noqa: PTH123 - pathlib costs the shim memory
        fields = file.read().rpartition(b")")[2].split()
    start, end = int(fields[45]), int(fields[46])
    if not start:
        # gVisor does not tell
        return
    room = end - start - 1
    text = title.encode()[:room]
    ctypes.memmove(start, text + bytes(room - len(text)), room)


def to_null() -> None:
    """Standard input, output and error become /dev/null."""
    null = os.open("/dev/null", os.O_RDWR)
    for fd in (0, 1, 2):
        os.dup2(null, fd)
    if null > 2:
        os.close(null)


def memory_file(data: bytes) -> int:
    """A file in memory that holds `data`, open at its start."""
    fd = os.memfd_create("file")
    view = memoryview(data)
    while view:
        view = view[os.write(fd, view) :]
    os.lseek(fd, 0, os.SEEK_SET)
    return fd
