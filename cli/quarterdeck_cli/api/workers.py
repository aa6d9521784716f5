"""Workers: the hosts that run sessions."""

from quarterdeck_cli.api import Answer, read
from quarterdeck_cli.client import Client


class Worker(Answer, frozen=True):
    id: str
    host: str
    alive: bool
    sessions: int
    capacity: int


async def workers(client: Client) -> list[Worker]:
    return read(list[Worker], (await client.query("workers"))["workers"])
