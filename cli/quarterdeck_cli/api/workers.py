"""Workers: the hosts that run sessions."""

from collections.abc import AsyncIterator

from quarterdeck_cli.api import Answer, read
from quarterdeck_cli.api.paging import pages
from quarterdeck_cli.client import Client


class Worker(Answer, frozen=True):
    id: str
    host: str
    alive: bool
    sessions: int
    capacity: int


class Finding(Answer, frozen=True):
    position: int
    found_at: str
    kind: str
    session_id: str
    detail: str
    worker_id: str | None = None


def findings(client: Client, worker_id: str | None) -> AsyncIterator[Finding]:
    """Newest first."""
    return pages(client, "findings", "findings", {"workerId": worker_id}, Finding)


async def check_worker(client: Client, worker_id: str) -> list[Finding]:
    """What it found, newest first."""
    return read(list[Finding], (await client.mutate("check_worker", {"workerId": worker_id}))["findings"])


async def workers(client: Client) -> list[Worker]:
    return read(list[Worker], (await client.query("workers"))["workers"])
