"""Sessions."""

from collections.abc import AsyncIterator
from typing import Any, Final

import msgspec

from quarterdeck_cli.api import Answer, read
from quarterdeck_cli.api.paging import pages
from quarterdeck_cli.api.queue import QueuePlace
from quarterdeck_cli.client import Client
from quarterdeck_cli.errors import NotFoundError

LIVE: Final = ("QUEUED", "OPENING", "READY", "PAUSED", "CLOSING")
ENDED: Final = ("CLOSED", "LOST", "FAILED")


class ProjectName(Answer, frozen=True):
    id: str
    name: str


class TaskName(Answer, frozen=True):
    """That a session works on."""

    id: str
    reference: str
    title: str
    status: str


class Limit(Answer, frozen=True):
    name: str
    asked: str
    enforced_by: str


class SessionPersona(Answer, frozen=True):
    """As it was at the session's opening."""

    name: str
    revision: int


class Session(Answer, frozen=True):
    id: str
    title: str
    owner_name: str
    ref: str
    state: str
    opened_at: str
    project: ProjectName
    persona: SessionPersona | None = None
    reason: str | None = None
    next_step: str | None = None
    worker_id: str | None = None
    jail_driver: str | None = None
    workspace_kind: str | None = None
    base_commit: str | None = None
    ready_at: str | None = None
    ended_at: str | None = None
    queue: QueuePlace | None = None
    task: TaskName | None = None


class ForkPoint(Answer, frozen=True):
    session_id: str
    command_id: str | None
    moment: str


class Rebuilt(Answer, frozen=True):
    """How it was made anew on another worker."""

    rebuilt_at: str
    worker_id: str
    from_worker_id: str
    tree: str
    taken_at: str
    command_id: str | None
    not_carried_over: tuple[str, ...]


class SetAside(Answer, frozen=True):
    """What a worker that came back had of it."""

    found_at: str
    worker_id: str
    tree: str
    files_changed: int
    detail: str


class SessionDetails(Session, frozen=True, kw_only=True):
    forked_from: ForkPoint | None = None
    rebuilt: Rebuilt | None = None
    set_aside: tuple[SetAside, ...] = ()
    limits: tuple[Limit, ...]
    notes: tuple[str, ...] = ()


class Point(msgspec.Struct, frozen=True):
    """After a command (its global id), or before it; without one the newest that is known."""

    command_id: str | None = None
    before: bool = False

    def asked(self) -> dict[str, str]:
        if self.command_id is None:
            return {}
        return {"commandId": self.command_id, "moment": "BEFORE" if self.before else "AFTER"}


class OpenedSession(Answer, frozen=True):
    session: Session
    position: int


def sessions(
    client: Client, *, project_id: str | None = None, live: bool = False, wait_for: int | None = None
) -> AsyncIterator[Session]:
    """Newest first. `wait_for`: as they are once the read model has come to this log position."""
    states = list(LIVE) if live else None
    asked = {"projectId": project_id, "state": states, "waitFor": wait_for}
    return pages(client, "sessions", "sessions", asked, Session)


async def session(client: Client, session_id: str, wait_for: int | None = None) -> SessionDetails:
    """`wait_for`: as it is once the read model has come to this log position."""
    data = await client.query("session", {"id": session_id, "waitFor": wait_for})
    if data["session"] is None:
        raise NotFoundError("There is no such session.", "List yours with `qd session list`.")
    return read(SessionDetails, data["session"])


async def open_session(
    client: Client,
    project_id: str,
    ref: str | None,
    title: str | None,
    limits: dict[str, Any] | None = None,
    persona: str | None = None,
) -> OpenedSession:
    asked = {"projectId": project_id, "ref": ref, "title": title} | ({"limits": limits} if limits else {})
    if persona is not None:
        asked["persona"] = persona
    payload = await client.mutate("open_session", asked)
    return read(OpenedSession, payload)


async def pause_session(client: Client, session_id: str, reason: str | None) -> OpenedSession:
    return read(OpenedSession, await client.mutate("pause_session", {"sessionId": session_id, "reason": reason}))


async def resume_session(client: Client, session_id: str) -> OpenedSession:
    return read(OpenedSession, await client.mutate("resume_session", {"sessionId": session_id}))


async def fork_session(client: Client, session_id: str, at: Point, title: str | None) -> OpenedSession:
    payload = await client.mutate("fork_session", {"sessionId": session_id, "at": at.asked(), "title": title})
    return read(OpenedSession, payload)


async def restore_workspace(client: Client, session_id: str, at: Point) -> int:
    """The position of what was asked for; how it ended comes among the session's events."""
    payload = await client.mutate("restore_workspace", {"sessionId": session_id, "at": at.asked()})
    return int(payload["position"])


async def close_session(client: Client, session_id: str) -> Session:
    return read(Session, (await client.mutate("close_session", {"sessionId": session_id}))["session"])
