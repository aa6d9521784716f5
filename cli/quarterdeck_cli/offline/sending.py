"""Sending what waits: in order, each with its key, so that a crash at any point does nothing twice."""

import asyncio
import fcntl
import os
import time
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, Final, Protocol

import msgspec

from quarterdeck_cli.errors import CliError, ConnectionLostError, ProtocolError, ServerFailure
from quarterdeck_cli.offline.changes import Changes
from quarterdeck_cli.offline.nodes import Json
from quarterdeck_cli.offline.waiting import Waiting, is_name, numbered, predecessors, status_in

PASSING: Final = frozenset({"UNAUTHENTICATED", "UNAVAILABLE", "LIMIT_EXCEEDED"})
"""Codes of failures that say nothing of the change itself."""
OTHERS_SECONDS = 5.0
"""Another call that is sending is waited for so long; then this one goes on without."""


class Server(Protocol):
    """Without what stands in for it. `few`: it is not waited for long."""

    async def fetch(self, name: str, variables: Json, *, few: bool = False) -> Json: ...
    async def deliver(self, name: str, asked: Json, key: str, *, few: bool = False) -> Json: ...


class Sent(msgspec.Struct, frozen=True):
    done: tuple[Waiting, ...] = ()
    troubled: tuple[Waiting, ...] = ()
    """Those that came into trouble now."""
    stopped: CliError | None = None
    """Why the rest still waits."""


async def send(changes: Changes, path: Path, server: Server) -> Sent:
    async with _alone(path) as alone:
        return await _send(changes, server) if alone else Sent()


async def _send(changes: Changes, server: Server) -> Sent:
    done: list[Waiting] = []
    troubled: list[Waiting] = []
    held: set[str] = set()
    for change in changes.all():
        if change.trouble or held & {change.task, *predecessors(change.input)}:
            held.add(change.task)
            continue
        try:
            trouble = await _moved_on(change, server) or await _deliver(changes, change, server)
        except CliError as error:
            return Sent(tuple(done), tuple(troubled), error)
        if trouble is None:
            done.append(change)
            continue
        changes.in_trouble(change.number, trouble.message, trouble.next_step)
        troubled.append(msgspec.structs.replace(change, trouble=trouble.message, next_step=trouble.next_step))
        held.add(change.task)
    return Sent(tuple(done), tuple(troubled))


async def _deliver(changes: Changes, change: Waiting, server: Server) -> CliError | None:
    """The server's refusal, if it is one of this change. Raises whatever may pass."""
    asked = _addressed(changes, change)
    if isinstance(asked, CliError):
        return asked
    changes.attempting(change.number, maybe_arrived=True)
    try:
        payload = await server.deliver(change.document, asked, change.key, few=True)
    except ConnectionLostError as error:
        if not error.delivered:
            changes.attempting(change.number, maybe_arrived=False)
        raise
    except ServerFailure as failure:
        if failure.code in PASSING:
            raise
        return failure
    except ProtocolError as error:
        return error
    changes.done(change, payload["task"])
    return None


async def _moved_on(change: Waiting, server: Server) -> CliError | None:
    """Whether somebody else set the status since the user saw it. One that may have arrived is asked by its key."""
    was, wanted = change.was.get("status"), status_in(change.document, change.input)
    if wanted is None or was is None or change.attempted or is_name(change.task):
        return None
    task: Any = (await server.fetch("task", {"id": change.task}, few=True))["task"]
    if task is None or task["status"] in {was, wanted}:
        return None
    now, then = (each.lower().replace("_", " ") for each in (task["status"], was))
    return CliError(f"It was {then} when you said that; somebody has made it {now} since.", "")


def _addressed(changes: Changes, change: Waiting) -> Json | CliError:
    """Tasks that were new then have ids and numbers by now."""
    numbers = {name: changes.number(name) for name in predecessors(change.input)}
    if missing := [name for name, number in numbers.items() if number is None]:
        return CliError(f"The task {missing[0]}, which it is to be done after, was never made.", "")
    asked = numbered(change.input, {name: number for name, number in numbers.items() if number is not None})
    if change.document == "create_task" or not is_name(change.task):
        return asked
    real = changes.real(change.task)
    return {**asked, "taskId": real} if real else CliError(f"The task {change.task} was never made.", "")


@asynccontextmanager
async def _alone(path: Path) -> AsyncGenerator[bool]:
    """Of several calls one sends; the others wait for that, so that their own changes come after."""
    lock = os.open(path.with_suffix(".lock"), os.O_CREAT | os.O_RDWR | os.O_CLOEXEC, 0o600)
    try:
        yield await _locked(lock)
    finally:
        os.close(lock)


async def _locked(lock: int) -> bool:
    until = time.monotonic() + OTHERS_SECONDS
    while True:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            if time.monotonic() > until:
                return False
            await asyncio.sleep(0.05)
        else:
            return True
