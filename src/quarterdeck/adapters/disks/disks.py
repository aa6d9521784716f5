"""Each session's disk: an image below the state directory, and where it is mounted. The worker's alone to make.

disks/<session>/image    the file system, sparse
disks/<session>/mount    where it is mounted, as long as the session's jail may need it
"""

import os
import subprocess
import tempfile
import threading
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from uuid import UUID

import structlog

from quarterdeck.adapters.disks import loop
from quarterdeck.adapters.disks.template import MIB, SYSTEM_PROGRAMS, fits, template
from quarterdeck.domain.errors import UnavailableError
from quarterdeck.domain.quota import WorkspaceQuota

logger = structlog.get_logger(__name__)

REPAIR_SECONDS = 300

IMAGE, MOUNT = "image", "mount"
_SMALL = WorkspaceQuota(bytes=MIB, files=100)


def place(folder: Path, session_id: UUID) -> Path:
    return folder / str(session_id) / MOUNT


@dataclass(frozen=True)
class SessionDisks:
    """In `folder`, which the jail's user may pass through. One process at a time."""

    folder: Path
    _turn: threading.Lock = field(default_factory=threading.Lock)

    def place(self, session_id: UUID) -> Path:
        """The root folder of the session's file system, where that is mounted."""
        return place(self.folder, session_id)

    def make(self, session_id: UUID, quota: WorkspaceQuota) -> bool:
        """An empty disk, mounted. False: none of that size can be had here, and nothing is left of the try."""
        self.remove(session_id)
        if not fits(quota):
            return False
        try:
            _make(self.folder / str(session_id), quota)
        except (OSError, subprocess.CalledProcessError) as error:
            logger.warning("no disk for a session", session=str(session_id), error=str(error))
            self.remove(session_id)
            return False
        return True

    def take_up(self, session_id: UUID) -> bool:
        """Mounts it where it is not, as after a restart of the host. False: there is none.

        Raises UnavailableError where it cannot be mounted, and leaves it as it is.
        """
        home = self.folder / str(session_id)
        if not (home / IMAGE).exists():
            return False
        with self._turn:
            if not loop.is_mounted(home / MOUNT):
                _mount_again(home)
        return True

    def put_away(self, session_id: UUID) -> None:
        """Unmounts it; what is on it stays."""
        with self._turn:
            loop.unmount(self.place(session_id))

    def put_all_away(self) -> None:
        for session_id in self.ids():
            self.put_away(session_id)

    def remove(self, session_id: UUID) -> None:
        """The room is given back at once, whoever still has the disk in use. Not there: nothing happens."""
        home = self.folder / str(session_id)
        if not home.is_dir():
            return
        self.put_away(session_id)
        with suppress(FileNotFoundError):
            os.truncate(home / IMAGE, 0)
            (home / IMAGE).unlink()
        with suppress(FileNotFoundError):
            (home / MOUNT).rmdir()
        home.rmdir()

    def on_its_way(self) -> int:
        """Bytes that sessions have written and that the images on the host's disk do not hold yet."""
        return sum(max(0, self._used(each) - self._stored(each)) for each in self.ids())

    def _used(self, session_id: UUID) -> int:
        place = self.place(session_id)
        if not loop.is_mounted(place):
            return 0
        room = os.statvfs(place)
        return (room.f_blocks - room.f_bfree) * room.f_frsize

    def _stored(self, session_id: UUID) -> int:
        try:
            return (self.folder / str(session_id) / IMAGE).stat().st_blocks * 512
        except FileNotFoundError:
            return 0

    def ids(self) -> list[UUID]:
        """Sessions that have a disk, whole or not."""
        return sorted(UUID(path.name) for path in self.folder.glob("????????-*-*-*-????????????"))


def _make(home: Path, quota: WorkspaceQuota) -> None:
    for folder in (home, home / MOUNT):
        folder.mkdir()
        folder.chmod(0o711)
    template(quota).write(home / IMAGE)
    loop.mount_new(home / IMAGE, home / MOUNT)


def _mount_again(home: Path) -> None:
    try:
        loop.mount(home / IMAGE, home / MOUNT)
    except OSError:
        if not loop.is_in_use(home / IMAGE):
            _repair(home / IMAGE)
        try:
            loop.mount(home / IMAGE, home / MOUNT)
        except OSError as error:
            raise UnavailableError(
                f"The disk of session {home.name} cannot be mounted: {error}.",
                f"Look at it with `e2fsck -n {home / IMAGE}`; `quarterdeck doctor` says whether disks can be had.",
            ) from error


def _repair(image: Path) -> None:
    """What a host that crashed may have left, as far as it can be put right without a question."""
    with suppress(OSError, subprocess.TimeoutExpired):
        subprocess.run(
            ["e2fsck", "-p", image], env=SYSTEM_PROGRAMS, timeout=REPAIR_SECONDS, capture_output=True, check=False
        )


def why_not(folder: Path) -> str:
    """Tries one in a throw-away folder below `folder`. Empty: this host lets us make and mount disks."""
    if os.geteuid() != 0:
        return "only root can mount"
    try:
        with tempfile.TemporaryDirectory(prefix=".probe-", dir=folder) as scratch:
            return _try(Path(scratch))
    except OSError as error:
        return f"{folder}: {error.strerror}"


def next_step(why: str) -> str:
    """What an operator can do about what `why_not` says."""
    if not loop.CONTROL.exists():
        return "modprobe loop; a container needs --device /dev/loop-control, the /dev/loop* devices and CAP_SYS_ADMIN."
    if "mkfs.ext4" in why:
        return "Install e2fsprogs."
    return "Run the worker as root, outside of a container or in one that may mount loop devices."


def _try(scratch: Path) -> str:
    place = scratch / MOUNT
    place.mkdir()
    try:
        template(_SMALL).write(scratch / IMAGE)
        loop.mount_new(scratch / IMAGE, place)
    except subprocess.CalledProcessError as error:
        return f"mkfs.ext4: {error.stderr.decode(errors='replace').strip()}"
    except OSError as error:
        return str(error)
    loop.unmount(place)
    return ""
