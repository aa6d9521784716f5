"""Places in queues: sessions that wait for room, commands that wait to be started."""

from typing import Any

from quarterdeck_cli.api import Answer, read
from quarterdeck_cli.client import Client
from quarterdeck_cli.text import nth


class QueuePlace(Answer, frozen=True):
    position: int
    reason: str

    def __str__(self) -> str:
        return f"{nth(self.position)} in the queue: {self.reason}"


async def session_place(client: Client, session_id: str) -> QueuePlace | None:
    return _place((await client.query("session_queue", {"id": session_id}))["session"])


async def command_place(client: Client, command_id: str) -> QueuePlace | None:
    return _place((await client.query("command_queue", {"id": command_id}))["command"])


def _place(found: dict[str, Any] | None) -> QueuePlace | None:
    return read(QueuePlace, found["queue"]) if found and found["queue"] else None
