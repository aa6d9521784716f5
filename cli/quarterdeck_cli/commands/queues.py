"""qd queue: what waits, and for what."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any

from quarterdeck_cli import ids, resolve
from quarterdeck_cli.api.commands import recent_commands
from quarterdeck_cli.api.queue import QueuePlace, command_place
from quarterdeck_cli.api.sessions import sessions
from quarterdeck_cli.client import Client
from quarterdeck_cli.command_line import Json, ProjectName
from quarterdeck_cli.qd import Qd
from quarterdeck_cli.text import lately, nth


@dataclass(frozen=True)
class Waiting:
    """A session, or a command in one."""

    kind: str
    id: str
    place: QueuePlace
    since: str
    what: str

    def as_json(self) -> dict[str, Any]:
        return {
            "kind": self.kind,
            "id": self.id,
            "position": self.place.position,
            "reason": self.place.reason,
            "since": self.since,
            "what": self.what,
        }


async def list_queue(qd: Qd, *, project: ProjectName = None, as_json: Json = False) -> None:
    """List the sessions that wait for room and the commands that wait for a slot, each with its place and reason."""
    client = await qd.client()
    project_id = await resolve.project_id(client, project) if project else None
    found = [each async for each in waiting(client, project_id)]
    if as_json:
        qd.out.json([each.as_json() for each in found])
        return
    rows = [
        [each.kind, ids.short(each.id), nth(each.place.position), lately(each.since), each.place.reason, each.what]
        for each in found
    ]
    qd.out.table(["WHAT", "ID", "PLACE", "SINCE", "WAITS FOR", ""], rows, nothing="Nothing waits.")


async def waiting(client: Client, project_id: str | None) -> AsyncIterator[Waiting]:
    shown: set[str] = set()
    async for session in sessions(client, project_id=project_id, live=True):
        shown.add(session.id)
        if session.queue:
            yield Waiting(
                "session", session.id, session.queue, session.opened_at, session.title or session.project.name
            )
    async for command in recent_commands(client, live=True):
        if command.state != "QUEUED" or command.session_id not in shown:
            continue
        if place := await command_place(client, command.id):
            yield Waiting("command", command.id, place, command.requested_at, command.text)
