"""The worker's lease: it says that the worker is alive, and a later one in its name ends this one."""

import asyncio
from contextlib import suppress

from quarterdeck.application.patience import patiently
from quarterdeck.application.ports import WorkerLease, WorkerRegistry
from quarterdeck.domain.errors import UnavailableError
from quarterdeck.worker.sessions import Sessions
from quarterdeck.worker.settings import WorkerSettings


async def take(registry: WorkerRegistry, settings: WorkerSettings) -> WorkerLease:
    """The next epoch is ours: an earlier process under this name finds out when it next renews."""
    return await patiently(
        lambda: registry.start(settings.worker_id, settings.host, settings.capacity, settings.lease_seconds)
    )


async def keep(registry: WorkerRegistry, lease: WorkerLease, sessions: Sessions, settings: WorkerSettings) -> None:
    """Renews for ever. Raises ConcurrencyError when a later epoch was taken."""
    while True:
        with suppress(UnavailableError):
            lease = await registry.renew(lease, sessions.count, settings.lease_seconds)
        await asyncio.sleep(settings.lease_seconds / 3)
