"""Waiting for what happens to a session or command, from its events in the log."""

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import AsyncExitStack, aclosing, asynccontextmanager, suppress
from typing import Final
from uuid import UUID

import msgspec

from quarterdeck_cli.api import read
from quarterdeck_cli.api.commands import CommandDetails, command
from quarterdeck_cli.api.events import Event
from quarterdeck_cli.api.image_logs import image_log
from quarterdeck_cli.api.queue import QueuePlace, session_place
from quarterdeck_cli.client import Client
from quarterdeck_cli.errors import CliError, ConnectionLostError, ProtocolError
from quarterdeck_cli.exitcodes import ExitCode
from quarterdeck_cli.ids import short, uuid_of
from quarterdeck_cli.resume import Cursor, Subscription, resuming
from quarterdeck_cli.text import plain, when

COMMAND_ENDS: Final = frozenset({"CommandFinished", "CommandLost", "CommandRefused"})
SESSION_ENDS: Final = frozenset({"SessionProvisioningFailed", "SessionLost", "SessionClosed"})
LAST_WORD_SECONDS = 10.0
"""How long after its session's end a command's own end may come."""

PLACE_SECONDS = 0.5
"""How often somebody who waits is told a new place in the queue."""


class SessionEndedError(CliError):
    """The session is gone before what was waited for."""

    exit_code = ExitCode.LOST


class RestoreFailedError(CliError):
    """Files could not be brought to where they were."""

    exit_code = ExitCode.TRY_AGAIN


class CommandLostError(CliError):
    """The command was lost, and the server is gone before it could tell more."""

    exit_code = ExitCode.LOST


class _Reason(msgspec.Struct, frozen=True):
    """What the events of a session's end carry."""

    reason: str = ""
    detail: str = ""
    next_step: str = ""


class Restored(msgspec.Struct, frozen=True):
    """What the event of a restore carries: whether the shell's state was known of that point, too."""

    files_changed: int = 0
    shell: bool = True


class _Near(msgspec.Struct, frozen=True):
    """A limit of time that comes near."""

    limit: str = ""
    action: str = ""
    at: str = ""


class _Prepared(msgspec.Struct, frozen=True):
    """What is said of a workspace."""

    notes: tuple[str, ...] = ()


async def session_events(
    client: Client, session_id: str, after: int, say: Callable[[str], None]
) -> AsyncGenerator[Event]:
    """A session's events after a position, through cuts; does not end."""
    cursor = Cursor(after)
    subscription = Subscription("session_events", {"sessionId": session_id})
    async with aclosing(resuming(client, subscription, cursor, say)) as messages:
        async for message in messages:
            event = read(Event, message)
            if event.position <= cursor.after:
                continue
            yield event
            cursor.after = event.position


async def session_ready(
    client: Client, session_id: str, after: int, say: Callable[[str], None], progress: Callable[[str], None]
) -> int:
    """Returns when the session can be used, with the log position of that.

    Raises SessionEndedError with the reason where it never will.
    """
    own = uuid_of(session_id)
    telling = asyncio.create_task(tell_place(lambda: session_place(client, session_id), progress))
    async with AsyncExitStack() as stack:
        await stack.enter_async_context(_ending(telling))
        events = await stack.enter_async_context(aclosing(session_events(client, session_id, after, say)))
        async for event in events:
            if event.topic == "SessionAdmitted":
                telling.cancel()
                progress("There is a place for it; preparing the workspace …")
            if event.topic == "ImageBuildStarted":
                progress(f"Building the image; `qd session log {short(session_id)}` shows all of it …")
                telling = asyncio.create_task(tell_build(client, session_id, progress))
                await stack.enter_async_context(_ending(telling))
            if event.topic == "ImageBuilt":
                telling.cancel()
                progress("The image is built; making the jail …")
            if event.topic == "WorkspacePrepared":
                progress("The workspace is ready; building the jail …")
                for note in msgspec.json.decode(event.payload or "{}", type=_Prepared).notes:
                    say(plain(note))
            if UUID(event.stream_id) != own:
                continue
            if event.topic == "SessionProvisioned":
                return event.position
            if event.topic in SESSION_ENDS:
                raise ended(event)
    raise ProtocolError("The server ended the session's stream of events.")


async def session_event(client: Client, session_id: str, after: int, topic: str, say: Callable[[str], None]) -> Event:
    """The next event of the session's own of that kind. Raises SessionEndedError where it ends before."""
    async with aclosing(session_events(client, session_id, after, say)) as events:
        async for event in events:
            if UUID(event.stream_id) == uuid_of(session_id) and event.topic == topic:
                return event
            if UUID(event.stream_id) == uuid_of(session_id) and event.topic in SESSION_ENDS:
                raise ended(event)
    raise ProtocolError("The server ended the session's stream of events.")


def detail_of(event: Event) -> str:
    return _reason(event).detail


async def tell_place(ask: Callable[[], Awaitable[QueuePlace | None]], progress: Callable[[str], None]) -> None:
    """Says where something stands in a queue, each time that changes, until it is cancelled."""
    told = ""
    while True:
        await asyncio.sleep(PLACE_SECONDS)
        with suppress(CliError):
            place = str(await ask() or "")
            if place not in {"", told}:
                progress(f"{place} …")
                told = place


async def tell_build(client: Client, session_id: str, progress: Callable[[str], None]) -> None:
    """Says what the building of a session's image printed last, until it is cancelled."""
    after = 0
    while True:
        await asyncio.sleep(PLACE_SECONDS)
        with suppress(CliError):
            part = await image_log(client, session_id, after)
            after = part.following
            lines = part.data.decode(errors="replace").splitlines()
            if lines:
                progress(f"Building the image: {plain(lines[-1])}")


@asynccontextmanager
async def _ending(task: asyncio.Task[None]) -> AsyncGenerator[None]:
    try:
        yield
    finally:
        task.cancel()
        await asyncio.wait([task])


async def workspace_restored(client: Client, session_id: str, after: int, say: Callable[[str], None]) -> Restored:
    """What a restore has changed. Raises RestoreFailedError with the reason where it has failed."""
    async with aclosing(session_events(client, session_id, after, say)) as events:
        async for event in events:
            if event.topic == "WorkspaceRestored":
                return msgspec.json.decode(event.payload or "{}", type=Restored)
            if event.topic == "WorkspaceRestoreFailed":
                reason = _reason(event)
                raise RestoreFailedError(f"Not restored: {plain(reason.reason)}", plain(reason.next_step))
            if event.topic in SESSION_ENDS and UUID(event.stream_id) == uuid_of(session_id):
                raise ended(event)
    raise ProtocolError("The server ended the session's stream of events.")


async def command_end(
    client: Client,
    session_id: str,
    command_id: str,
    after: int,
    say: Callable[[str], None],
    started: asyncio.Event,
    heard: Callable[[Event], object],
) -> CommandDetails:
    """The command once it has ended; sets `started` when it starts, and tells `heard` of its events. Looks at those
    after a position."""
    gone: list[SessionEndedError] = []
    events = session_events(client, session_id, after, say)
    try:
        async with asyncio.timeout(None) as limit, aclosing(events):
            async for event in events:
                if event.topic in SESSION_ENDS and UUID(event.stream_id) == uuid_of(session_id):
                    gone.append(ended(event))
                    limit.reschedule(asyncio.get_running_loop().time() + LAST_WORD_SECONDS)
                if event.topic == "SessionLimitNear":
                    say(_near(event))
                if UUID(event.stream_id) != uuid_of(command_id):
                    continue
                heard(event)
                if event.topic == "CommandStarted":
                    started.set()
                if event.topic in COMMAND_ENDS:
                    return await _as_it_ended(client, command_id, event)
    except TimeoutError:
        raise gone[0] from None
    raise ProtocolError("The server ended the session's stream of events.")


async def _as_it_ended(client: Client, command_id: str, end: Event) -> CommandDetails:
    """A server that is being stopped reports commands as lost with its last words."""
    try:
        return await command(client, command_id, wait_for=end.position)
    except ConnectionLostError as error:
        if end.topic != "CommandLost":
            raise
        raise CommandLostError(_because("The command was lost", end), error.message) from error


def ended(event: Event) -> SessionEndedError:
    """The session's end in words."""
    what = {
        "SessionProvisioningFailed": "The session could not be provisioned",
        "SessionLost": "The session was lost",
    }.get(event.topic, "The session was closed")
    return SessionEndedError(_because(what, event), plain(_reason(event).next_step))


def _near(event: Event) -> str:
    """A warning in words."""
    near = msgspec.json.decode(event.payload or "{}", type=_Near)
    what = {"pause": "is paused", "close": "is closed"}.get(near.action, near.action)
    why = "its time is up" if near.limit == "wall" else "nobody uses it"
    return f"The session {plain(what)} at {when(near.at)}, since {why} then."


def _because(what: str, event: Event) -> str:
    reason = _reason(event)
    why = plain(reason.reason or reason.detail).rstrip(".")
    return f"{what}: {why}." if why else f"{what}."


def _reason(event: Event) -> _Reason:
    return msgspec.json.decode(event.payload or "{}", type=_Reason)
