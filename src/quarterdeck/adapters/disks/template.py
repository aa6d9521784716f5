"""An empty ext4 file system, as the few parts of its image that are not zeros: mkfs runs once for each size."""

import os
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from quarterdeck.domain.quota import WorkspaceQuota

KIB, MIB, GIB = 1024, 1024**2, 1024**3
BLOCK = 4 * KIB
INODE = 256
GROUP = 128 * MIB
JOURNAL = 4 * MIB
MOST_BYTES, MOST_FILES = 256 * GIB, 16_000_000
"""Beyond this the empty file system itself would cost megabytes."""
SYSTEM_PROGRAMS = {"PATH": "/usr/sbin:/usr/bin:/sbin:/bin"}
OWN_FILES = 64
"""What the session starts with: the folders of its layer, and its part of `.git`."""
_EXTENDED = "lazy_itable_init=1,lazy_journal_init=1,nodiscard"
_OPTIONS = ("-q", "-F", "-m", "0", "-O", "^resize_inode", "-J", f"size={JOURNAL // MIB}", "-E", _EXTENDED)


@dataclass(frozen=True)
class Template:
    size: int
    parts: tuple[tuple[int, bytes], ...]
    """Where each begins, and its content."""

    def write(self, image: Path) -> None:
        """Makes the image, which must not be there yet: sparse, and readable by its owner alone."""
        fd = os.open(image, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
        try:
            os.ftruncate(fd, self.size)
            for position, content in self.parts:
                os.pwrite(fd, content, position)
        finally:
            os.close(fd)


def fits(quota: WorkspaceQuota) -> bool:
    return quota.bytes <= MOST_BYTES and quota.files <= MOST_FILES


@lru_cache(maxsize=16)
def template(quota: WorkspaceQuota) -> Template:
    """Raises OSError or CalledProcessError where none can be made."""
    size = _estimate(quota)
    fd = os.memfd_create("template")
    try:
        _format(fd, size, quota.files)
        surplus = _room(fd, size) - quota.bytes
        if surplus > quota.bytes // 100:  # a small one has no journal
            size -= surplus // BLOCK * BLOCK
            _format(fd, size, quota.files)
        return Template(size, tuple(_parts(fd)))
    finally:
        os.close(fd)


def _estimate(quota: WorkspaceQuota) -> int:
    """Room for what was asked for, and for what the file system itself needs."""
    size = quota.bytes + (quota.files + OWN_FILES) * INODE + JOURNAL + MIB // 2
    size += (size // GROUP + 1) * 5 * BLOCK
    return -(-(size + _kept_back(size)) // BLOCK) * BLOCK


def _kept_back(size: int) -> int:
    """What the kernel keeps of a file system for its own use."""
    return min(size // 49, 4096 * BLOCK)


def _format(fd: int, size: int, files: int) -> None:
    os.ftruncate(fd, 0)
    os.ftruncate(fd, size)
    inodes = ("-b", str(BLOCK), "-I", str(INODE), "-N", str(files + OWN_FILES))
    subprocess.run(
        ["mkfs.ext4", *_OPTIONS, *inodes, f"/proc/self/fd/{fd}"],
        env=SYSTEM_PROGRAMS,
        pass_fds=(fd,),
        check=True,
        capture_output=True,
    )


def _room(fd: int, size: int) -> int:
    """Bytes that can be written, by the superblock's count of free blocks (linux/fs/ext4/ext4.h)."""
    superblock = os.pread(fd, 1024, 1024)
    low, high = (int.from_bytes(superblock[place : place + 4], "little") for place in (0x0C, 0x158))
    return (high << 32 | low) * BLOCK - _kept_back(size)


def _parts(fd: int) -> Iterator[tuple[int, bytes]]:
    position = 0
    while True:
        try:
            begin = os.lseek(fd, position, os.SEEK_DATA)
        except OSError:  # there is no more
            return
        position = os.lseek(fd, begin, os.SEEK_HOLE)
        yield begin, os.pread(fd, position - begin, begin)
