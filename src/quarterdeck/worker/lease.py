"""The worker's lease: it says that the worker is alive, and a later one in its name ends this one."""

import asyncio
import shutil
import time
from pathlib import Path

from quarterdeck.application.patience import patiently
from quarterdeck.application.ports.workers import DiskRoom, WorkerLease, WorkerRegistry
from quarterdeck.domain.errors import UnavailableError
from quarterdeck.worker.fencing import Fence
from quarterdeck.worker.sessions import Sessions
from quarterdeck.worker.settings import WorkerSettings


async def take(registry: WorkerRegistry, settings: WorkerSettings) -> WorkerLease:
    """The next epoch is ours: an earlier process under this name finds out when it next renews."""
    return await patiently(
        lambda: registry.start(settings.worker_id, settings.host, settings.capacity, settings.lease_seconds)
    )


async def keep(
    registry: WorkerRegistry, lease: WorkerLease, sessions: Sessions, settings: WorkerSettings, fence: Fence
) -> None:
    """Renews for ever. Raises ConcurrencyError when a later epoch was taken.

    Where that does not work for long, or this host slept, nothing runs here until it does.
    """
    heard = _now()
    while True:
        if _now() - heard > settings.fence_seconds:
            await fence.close()
        try:
            async with asyncio.timeout(settings.lease_seconds / 3):
                room = await asyncio.to_thread(_room, settings.state_dir)
                lease = await registry.renew(lease, sessions.count, settings.lease_seconds, room)
        except (UnavailableError, TimeoutError):
            pass
        else:
            heard = _now()
            fence.open()
        await asyncio.sleep(settings.lease_seconds / 3)


def _room(folder: Path) -> DiskRoom | None:
    """Of the disk that it is on; None where that cannot be seen."""
    try:
        found = shutil.disk_usage(folder)
    except OSError:
        return None
    # what is kept back for root is not free
    return DiskRoom(size=found.used + found.free, free=found.free)


def _now() -> float:
    """Seconds, those too in which the host slept."""
    return time.clock_gettime(time.CLOCK_BOOTTIME)
