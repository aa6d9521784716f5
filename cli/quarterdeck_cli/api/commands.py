"""Commands."""

import base64
from collections.abc import AsyncIterator, Mapping
from typing import Final

from quarterdeck_cli.api import Answer, read
from quarterdeck_cli.api.queue import QueuePlace
from quarterdeck_cli.api.sessions import LIVE
from quarterdeck_cli.client import Client
from quarterdeck_cli.errors import NotFoundError

ENDED: Final = ("FINISHED", "LOST", "REFUSED")
PAGE = 50
RECENT_SESSIONS = 10
RECENT_COMMANDS = 50


class Terminal(Answer, frozen=True):
    columns: int
    rows: int

    def as_input(self) -> dict[str, int]:
        return {"columns": self.columns, "rows": self.rows}


class SessionId(Answer, frozen=True):
    id: str


class ChangedFile(Answer, frozen=True):
    path: str
    status: str


class Command(Answer, frozen=True):
    id: str
    text: str
    state: str
    session: SessionId
    background: bool
    cancelling: bool
    timeout_seconds: int
    requested_at: str
    requested_by: str
    files_changed_total: int
    end_reason: str | None = None
    exit_code: int | None = None
    signal: str | None = None
    reason: str | None = None
    terminal: Terminal | None = None
    started_at: str | None = None
    ended_at: str | None = None
    wall_ms: int | None = None
    cpu_ms: int | None = None
    peak_memory_bytes: int | None = None
    output_bytes: int | None = None
    output_sha256: str | None = None
    tree_before: str | None = None
    tree_after: str | None = None
    queue: QueuePlace | None = None

    @property
    def ended(self) -> bool:
        return self.state in ENDED


class CommandDetails(Command, frozen=True, kw_only=True):
    files_changed: tuple[ChangedFile, ...]


class RequestedCommand(Answer, frozen=True):
    command: Command
    position: int


class Typist(Answer, frozen=True):
    """Who typed last, and with what token."""

    name: str
    token_name: str
    is_you: bool


async def command(client: Client, command_id: str, wait_for: int | None = None) -> CommandDetails:
    """`wait_for`: as it is once the read model has come to this log position."""
    data = await client.query("command", {"id": command_id, "waitFor": wait_for})
    if data["command"] is None:
        raise NotFoundError("There is no such command.", "List a session's with `qd command list -s SESSION`.")
    return read(CommandDetails, data["command"])


async def typist(client: Client, command_id: str) -> Typist | None:
    """Who typed into it last."""
    found = (await client.query("command_typist", {"id": command_id}))["command"]
    return read(Typist, found["typist"]) if found and found["typist"] else None


async def session_commands(client: Client, session_id: str) -> AsyncIterator[Command]:
    """A session's commands, newest first."""
    before: str | None = None
    while True:
        data = await client.query("session_commands", {"id": session_id, "last": PAGE, "before": before})
        if data["session"] is None:
            raise NotFoundError("There is no such session.", "List yours with `qd session list`.")
        connection = data["session"]["commands"]
        for edge in reversed(connection["edges"]):
            yield read(Command, edge["node"])
        if not connection["pageInfo"]["hasPreviousPage"]:
            return
        before = connection["pageInfo"]["startCursor"]


async def run_command(
    client: Client,
    session_id: str,
    text: str,
    *,
    terminal: Terminal | None = None,
    background: bool = False,
    timeout_seconds: int | None = None,
    environment: Mapping[str, str] | None = None,
) -> RequestedCommand:
    arguments = {
        "sessionId": session_id,
        "text": text,
        "terminal": terminal.as_input() if terminal else None,
        "background": background,
        "timeoutSeconds": timeout_seconds,
        "environment": [{"name": name, "value": value} for name, value in (environment or {}).items()] or None,
    }
    return read(RequestedCommand, await client.mutate("run_command", arguments))


async def cancel_command(client: Client, command_id: str) -> Command:
    return read(Command, (await client.mutate("cancel_command", {"commandId": command_id}))["command"])


async def signal_command(client: Client, command_id: str, signal: str) -> Command:
    payload = await client.mutate("signal_command", {"commandId": command_id, "signal": signal})
    return read(Command, payload["command"])


async def send_input(client: Client, command_id: str, data: bytes, *, end: bool = False) -> None:
    """Not repeated once it may have arrived: input is no event, so the server cannot tell a repetition."""
    arguments = {"commandId": command_id, "data": base64.b64encode(data).decode(), "end": end}
    await client.mutate("send_input", arguments, once=True)


async def resize_command(client: Client, command_id: str, terminal: Terminal) -> None:
    await client.mutate("resize_command", {"commandId": command_id, "terminal": terminal.as_input()})


class RecentCommand(Answer, frozen=True):
    """A command in a list that spans sessions."""

    id: str
    text: str
    state: str
    requested_at: str
    session_id: str = ""


async def recent_commands(client: Client, *, live: bool = False) -> AsyncIterator[RecentCommand]:
    """Commands of the newest sessions, session by session, newest first in each."""
    after: str | None = None
    variables = {"state": list(LIVE) if live else None, "first": RECENT_SESSIONS, "last": RECENT_COMMANDS}
    while True:
        connection = (await client.query("recent_commands", {**variables, "after": after}))["sessions"]
        for edge in connection["edges"]:
            session = edge["node"]
            for item in reversed(session["commands"]["edges"]):
                yield read(RecentCommand, {**item["node"], "sessionId": session["id"]})
        if not connection["pageInfo"]["hasNextPage"]:
            return
        after = connection["pageInfo"]["endCursor"]
