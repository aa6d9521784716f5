"""The data directory: what lies where, whose it is, and whether it can be written."""

import errno
import os
import shutil
import stat
from dataclasses import dataclass
from pathlib import Path

from quarterdeck.host.errors import StorageError

ROOM_TO_START = 256 * 1024**2
"""Free bytes below which nothing is started: PostgreSQL alone needs most of it to begin with."""

ROOM_TO_RUN = 64 * 1024**2
"""Free bytes below which it is said that room runs out."""


@dataclass(frozen=True)
class DataDirectory:
    root: Path

    @property
    def postgres(self) -> Path:
        return self.root / "postgres"

    @property
    def nats(self) -> Path:
        return self.root / "nats"

    @property
    def secrets(self) -> Path:
        return self.root / "secrets"

    @property
    def run(self) -> Path:
        return self.root / "run"

    @property
    def sockets(self) -> Path:
        """PostgreSQL's socket."""
        return self.run / "postgres"

    @property
    def role_settings(self) -> Path:
        return self.run / "settings"

    @property
    def own_settings(self) -> Path:
        """The settings of what runs, with all URLs, for `quarterdeck` commands of the same user."""
        return self.role_settings / "up.json"

    @property
    def logs(self) -> Path:
        return self.root / "logs"

    @property
    def worker(self) -> Path:
        return self.root / "worker"

    @property
    def worker_lock(self) -> Path:
        """Held by the worker process that works there."""
        return self.worker / "lock"

    @property
    def objects(self) -> Path:
        return self.root / "objects"

    @property
    def checkpoints(self) -> Path:
        return self.root / "checkpoints"

    @property
    def lock(self) -> Path:
        return self.run / "lock"

    @property
    def state(self) -> Path:
        """What runs, for `quarterdeck status`."""
        return self.run / "state.json"

    @property
    def client(self) -> Path:
        """Address and login token, for `qd` of the same user on this machine."""
        return self.run / "client.json"

    def create(self) -> None:
        """Makes the folders where there are none. Raises StorageError where they cannot be written or have no room.

        As root, other users may pass through those that hold theirs; as an ordinary user nobody else can.
        """
        passage = 0o711 if os.geteuid() == 0 else 0o700
        try:
            for folder in (self.root, self.run, self.role_settings, self.worker):
                _make(folder, passage)
            for folder in (self.secrets, self.logs):
                _make(folder, 0o700)
            self._try_to_write()
        except OSError as error:
            raise self.refusal(error) from error
        self._check_room()

    def shortage(self) -> str:
        """What to tell of a disk on which what runs will soon stand still; empty where there is room."""
        free = shutil.disk_usage(self.root).free
        if free >= ROOM_TO_RUN:
            return ""
        return (
            f"The disk of the data directory {self.root} is full: {free // 1024**2} MiB free. "
            "What has to be stored waits until there is room."
        )

    def refusal(self, error: OSError) -> StorageError:
        """What a failure to write in it means to the user."""
        if error.errno in {errno.ENOSPC, errno.EDQUOT}:
            return self._no_room()
        place = error.filename or self.root
        return StorageError(
            f"The data directory {self.root} cannot be written: {place}: {error.strerror}.",
            "Give this user rights on it, or choose another one (--data-dir or QD_DATA_DIR).",
        )

    def _try_to_write(self) -> None:
        probe = self.run / ".probe"
        descriptor = os.open(probe, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC, 0o600)
        try:
            os.posix_fallocate(descriptor, 0, 4096)
        finally:
            os.close(descriptor)
            probe.unlink()

    def _check_room(self) -> None:
        if shutil.disk_usage(self.root).free < ROOM_TO_START:
            raise self._no_room()

    def _no_room(self) -> StorageError:
        free = shutil.disk_usage(self.root).free // 1024**2 if self.root.exists() else 0
        return StorageError(
            f"The disk of the data directory {self.root} is full: {free} MiB free, {ROOM_TO_START // 1024**2} needed.",
            "Make room there, or choose another one (--data-dir or QD_DATA_DIR).",
        )


def _make(folder: Path, mode: int) -> None:
    folder.mkdir(mode=mode, parents=True, exist_ok=True)
    info = folder.stat()
    if info.st_uid == os.geteuid() and stat.S_IMODE(info.st_mode) != mode:
        folder.chmod(mode)
