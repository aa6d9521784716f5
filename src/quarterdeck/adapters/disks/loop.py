"""Mounting an image by a loop device, in system calls: see loop(4) and linux/loop.h, mount(2) and umount2(2).

A device is free again as soon as nothing has it mounted or open, however the process ended that attached it.
"""

import ctypes
import errno
import fcntl
import os
import struct
from pathlib import Path

CONTROL = Path("/dev/loop-control")
LOOP_CTL_GET_FREE, LOOP_CONFIGURE, LOOP_GET_STATUS64 = 0x4C82, 0x4C0A, 0x4C05
LOOP_INFO_BYTES = 232
LO_FLAGS_AUTOCLEAR, LO_FLAGS_DIRECT_IO = 4, 16
BLOCK = 4096
MS_NOSUID, MS_NODEV, MS_NOATIME = 2, 4, 1024
MNT_DETACH, UMOUNT_NOFOLLOW = 2, 8
OPTIONS = b"discard,noinit_itable,errors=remount-ro"
"""What is deleted is given back to the host's disk, and nothing is written before the session writes."""
TRIES = 50

_libc = ctypes.CDLL(None, use_errno=True)


def mount(image: Path, folder: Path) -> None:
    """Raises OSError where this host has no loop device to spare, or does not let us mount.

    An image that is in use already is mounted once more: two devices on one image would destroy what is on it.
    """
    _mount(*(_attached(image) or _attach(image)), folder)


def mount_new(image: Path, folder: Path) -> None:
    """The same for an image that was made just now, so that no device can have it: they need not be looked through."""
    _mount(*_attach(image), folder)


def _mount(device: int, path: str, folder: Path) -> None:
    """Closes the device."""
    try:
        flags = ctypes.c_ulong(MS_NOSUID | MS_NODEV | MS_NOATIME)
        _check(_libc.mount(os.fsencode(path), os.fsencode(folder), b"ext4", flags, OPTIONS), f"mount {folder}")
    finally:
        os.close(device)


def unmount(folder: Path) -> None:
    """At once, whoever still has files of it open. Not mounted: nothing happens."""
    if _libc.umount2(os.fsencode(folder), MNT_DETACH | UMOUNT_NOFOLLOW) < 0:
        number = ctypes.get_errno()
        if number not in (errno.EINVAL, errno.ENOENT):
            raise OSError(number, f"unmount {folder}: {os.strerror(number)}")


def is_mounted(folder: Path) -> bool:
    return os.path.ismount(folder)


def is_in_use(image: Path) -> bool:
    """Whether a loop device has it, though it may be mounted in another mount namespace only, or nowhere any more."""
    found = _attached(image)
    if found is not None:
        os.close(found[0])
    return found is not None


def _attached(image: Path) -> tuple[int, str] | None:
    """The loop device that has the image behind it already, open, and its path."""
    wanted = image.stat()
    for entry in sorted(Path("/sys/block").glob("loop*/loop")):
        path = f"/dev/{entry.parent.name}"
        try:
            device = os.open(path, os.O_RDWR | os.O_CLOEXEC)
        except OSError:  # it has no node here
            continue
        if _behind(device) == (wanted.st_dev, wanted.st_ino):
            return device, path
        os.close(device)
    return None


def _behind(device: int) -> tuple[int, int] | None:
    """Device and inode of the file behind a loop device; None: nothing is."""
    status = bytearray(LOOP_INFO_BYTES)
    try:
        fcntl.ioctl(device, LOOP_GET_STATUS64, status)
    except OSError:
        return None
    return struct.unpack_from("=2Q", status)


def _attach(image: Path) -> tuple[int, str]:
    """An open loop device with the image behind it, and its path."""
    backing = os.open(image, os.O_RDWR | os.O_CLOEXEC)
    try:
        for _ in range(TRIES):
            path = f"/dev/loop{_free_device()}"
            device = os.open(path, os.O_RDWR | os.O_CLOEXEC)
            try:
                fcntl.ioctl(device, LOOP_CONFIGURE, _configuration(backing))
            except OSError as error:
                os.close(device)
                if error.errno != errno.EBUSY:  # else somebody else was faster
                    raise
            else:
                return device, path
        raise OSError(errno.EBUSY, "no loop device is free")
    finally:
        os.close(backing)


def _free_device() -> int:
    control = os.open(CONTROL, os.O_RDWR | os.O_CLOEXEC)
    try:
        return fcntl.ioctl(control, LOOP_CTL_GET_FREE)
    finally:
        os.close(control)


def _configuration(backing: int) -> bytearray:
    """struct loop_config with its struct loop_info64. Direct: the host need not hold everything in memory twice."""
    flags = LO_FLAGS_AUTOCLEAR | LO_FLAGS_DIRECT_IO
    info = struct.pack("=5Q4I64s64s32s2Q", 0, 0, 0, 0, 0, 0, 0, 0, flags, b"quarterdeck", b"", b"", 0, 0)
    return bytearray(struct.pack("=2I", backing, BLOCK) + info + bytes(64))


def _check(result: int, what: str) -> None:
    if result < 0:
        number = ctypes.get_errno()
        raise OSError(number, f"{what}: {os.strerror(number)}")
