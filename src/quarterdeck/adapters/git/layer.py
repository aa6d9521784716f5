"""What the entries of an overlay's upper layer mean."""

import errno
import os
import stat
from enum import Enum, auto

_PREFIXES = ("user.overlay.", "trusted.overlay.")
"""Of the kernel's own marks: for mounts in a user namespace, and for root's."""
_NO_MARK = {errno.ENODATA, errno.ENOTSUP, errno.EPERM}


class FolderMark(Enum):
    MERGED = auto()
    """What lies below shows through."""
    OPAQUE = auto()
    """Nothing below shows through."""
    WHITEOUT_FILES = auto()
    """Merged, and empty files in it can be whiteouts."""


def folder_mark(fd: int) -> FolderMark:
    """A jail can not set these marks itself: the overlay stores its attributes under other names."""
    match _mark(fd, "opaque"):
        case b"y":
            return FolderMark.OPAQUE
        case b"x":
            return FolderMark.WHITEOUT_FILES
        case _:
            return FolderMark.MERGED


def is_whiteout(found: os.stat_result) -> bool:
    """A file of the lower layer that was deleted."""
    return stat.S_ISCHR(found.st_mode) and found.st_rdev == 0


def is_whiteout_file(fd: int) -> bool:
    return _mark(fd, "whiteout") is not None


def _mark(fd: int, name: str) -> bytes | None:
    for prefix in _PREFIXES:
        try:
            return os.getxattr(fd, prefix + name)
        except OSError as error:
            if error.errno not in _NO_MARK:
                raise
    return None
