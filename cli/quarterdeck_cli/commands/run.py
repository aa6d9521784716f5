"""qd run: a command in a jail, as if it ran here."""

import asyncio
import os
import shlex
import stat
from collections.abc import Callable, Coroutine
from contextlib import ExitStack, suppress
from dataclasses import dataclass
from typing import Annotated, Any

import typer

from quarterdeck_cli import ids, resolve
from quarterdeck_cli.api.commands import RequestedCommand, cancel_command, run_command
from quarterdeck_cli.api.queue import command_place
from quarterdeck_cli.client import Client
from quarterdeck_cli.command_line import Json, ProjectName, SessionRef, closed_output
from quarterdeck_cli.commands.sessions import Persona, give_up, opened
from quarterdeck_cli.errors import CliError, UsageError, may_have_happened
from quarterdeck_cli.qd import Qd
from quarterdeck_cli.running import local_input, terminal
from quarterdeck_cli.running.attend import Attended, attend, attend_in_terminal, terminal_notes
from quarterdeck_cli.running.follow import Following
from quarterdeck_cli.running.lifecycle import CommandLostError, SessionEndedError, tell_place
from quarterdeck_cli.running.output_stream import OutputStream
from quarterdeck_cli.running.sinks import JsonSink, OwnTerminalSink, end_as_json
from quarterdeck_cli.transcript.sanitise import Sanitiser

Words = Annotated[
    list[str],
    typer.Argument(metavar="COMMAND", help="One word is shell text; several are quoted and run as one command."),
]
Tty = Annotated[bool, typer.Option("--tty", "-t", help="Run it on a terminal, with this one's keys and size.")]
Background = Annotated[bool, typer.Option("--background", help="Do not follow it: print its id and return.")]
Timeout = Annotated[int | None, typer.Option("--timeout", min=1, metavar="SECONDS", help="End it after so long.")]
Env = Annotated[
    list[str] | None, typer.Option("--env", "-e", metavar="NAME=VALUE", help="Set a variable for it; may be repeated.")
]
Keep = Annotated[bool, typer.Option("--keep", help="Leave the session open that was opened for it.")]
DetachKey = Annotated[
    str, typer.Option("--detach-key", metavar="KEY", help="With --tty: the key that leaves it running.")
]

ANSWER_SECONDS = 5.0
"""How long one who leaves waits for the answer to a request, to take it back."""


@dataclass(frozen=True)
class Request:
    """A command as the user asked for it."""

    text: str
    environment: dict[str, str]
    timeout: int | None
    tty: bool
    background: bool
    as_json: bool
    detach_key: int


async def run(
    qd: Qd,
    words: Words,
    *,
    session: SessionRef = None,
    project: ProjectName = None,
    persona: Persona = None,
    tty: Tty = False,
    background: Background = False,
    timeout: Timeout = None,
    env: Env = None,
    keep: Keep = False,
    detach_key: DetachKey = "ctrl-]",
    as_json: Json = False,
) -> int:
    """Run a command in a session and show its output as it is printed.

    Without -s it opens a session in this folder's project (or in -p), with a --persona if one is named, and closes it
    at the end. Exits with the
    command's exit code; docs/reference/exit-codes.md lists the others. Input that is piped in is sent to it. Ctrl-C
    asks before it cancels. With --json each line is one frame, in base64, and the last one is the command.
    """
    request = Request(
        text=shell_text(words),
        environment=variables(env or []),
        timeout=timeout,
        tty=tty,
        background=background,
        as_json=as_json,
        detach_key=terminal.parse_key(detach_key),
    )
    if session and persona:
        raise UsageError("A session keeps the persona that it was opened with.", "Leave out -s or --persona.")
    client = await qd.client()
    if session:
        return (await run_in(qd, client, await resolve.session_id(client, session), request)).code
    own = (await opened(qd, client, project, ref=None, title=request.text[:80], persona=persona, wait=True)).session
    attended: Attended | None = None
    try:
        attended = await run_in(qd, client, own.id, request)
        return attended.code
    finally:
        if keep or (attended and attended.left):
            qd.out.note(
                f"Session {ids.short(own.id)} stays open; close it with `qd session close {ids.short(own.id)}`."
            )
        else:
            await give_up(qd, client, own.id)


async def run_in(qd: Qd, client: Client, session_id: str, request: Request) -> Attended:
    requested = await _requested(qd, client, session_id, request)
    if request.background:
        _announce(qd, requested, as_json=request.as_json)
        return Attended(0, left=True)
    try:
        return await follow(qd, client, requested, request)
    except BrokenPipeError:
        await cancel_command(client, requested.command.id)
        return Attended(closed_output(), left=False)
    except (SessionEndedError, CommandLostError):
        raise
    except (CliError, asyncio.CancelledError) as error:
        await _give_up(qd, client, requested.command.id, error)
        raise


async def _requested(qd: Qd, client: Client, session_id: str, request: Request) -> RequestedCommand:
    asking = asyncio.create_task(_ask(client, session_id, request))
    try:
        return await asyncio.shield(asking)
    except asyncio.CancelledError:
        # the request is under way: a command that nobody would see must not come of it
        with suppress(CliError, TimeoutError):
            await cancel_command(client, (await asyncio.wait_for(asking, ANSWER_SECONDS)).command.id)
        raise
    except CliError as error:
        if may_have_happened(error):
            qd.out.note(f"The command may run all the same: see `qd command list -s {ids.short(session_id)}`.")
        raise


def _ask(client: Client, session_id: str, request: Request) -> Coroutine[Any, Any, RequestedCommand]:
    return run_command(
        client,
        session_id,
        request.text,
        terminal=terminal.size() if request.tty else None,
        background=request.background,
        timeout_seconds=request.timeout,
        environment=request.environment,
    )


async def follow(qd: Qd, client: Client, requested: RequestedCommand, request: Request) -> Attended:
    """Shows what it prints until it ends."""
    keyboard = request.tty and os.isatty(terminal.STDIN)
    say = terminal_notes() if keyboard else qd.out.note
    stream = OutputStream(client, requested.command.id, say)
    sink = JsonSink() if request.as_json else OwnTerminalSink(_for_keys if keyboard else Sanitiser)
    with ExitStack() as waiting:
        progress = say if keyboard else waiting.enter_context(qd.out.status("Waiting for the command to start …"))
        telling = asyncio.create_task(tell_place(lambda: command_place(client, requested.command.id), progress))
        waiting.callback(telling.cancel)
        following = Following(client, requested.command, stream, sink, waiting.close)
        if keyboard:
            return await attend_in_terminal(qd.out, following, requested.position, request.detach_key)
        try:
            attended = await attend(qd.out, following, requested.position, _feed(client, requested.command.id))
        finally:
            if isinstance(sink, OwnTerminalSink):
                sink.finish()
    if request.as_json and attended.command:
        qd.out.json_line(end_as_json(attended.command))
    return attended


def _for_keys() -> Sanitiser:
    """It was started here and runs now: it may ask this terminal, and set what its keys send."""
    return Sanitiser(keys=True, asks=True)


def shell_text(words: list[str]) -> str:
    """One word is shell text as it is; several are one command with its arguments."""
    text = words[0] if len(words) == 1 else shlex.join(words)
    if not text.strip():
        raise UsageError("The command is empty.", "Pass what to run, as in `qd run -- ls`.")
    return text


def variables(pairs: list[str]) -> dict[str, str]:
    found: dict[str, str] = {}
    for pair in pairs:
        name, equals, value = pair.partition("=")
        if not name:
            raise UsageError(f"{pair!r} names no variable.", "Write it as --env NAME=VALUE.")
        if not equals and name not in os.environ:
            raise UsageError(f"{name} is not set here, so it cannot be passed on.", "Write it as --env NAME=VALUE.")
        found[name] = value if equals else os.environ[name]
    return found


def _feed(client: Client, command_id: str) -> Callable[[], Coroutine[Any, Any, None]]:
    """What is piped in; a terminal's keys go to a command on a terminal only, any other has no input."""
    if os.isatty(terminal.STDIN) or _is_closed(terminal.STDIN):
        return lambda: local_input.send_nothing(client, command_id)
    return lambda: local_input.send_all(client, command_id, terminal.STDIN)


def _is_closed(descriptor: int) -> bool:
    try:
        return stat.S_ISDIR(os.fstat(descriptor).st_mode)
    except OSError:
        return True


async def _give_up(qd: Qd, client: Client, command_id: str, error: BaseException) -> None:
    """Nobody would see the rest: a command must not go on by itself. Says so where it cannot be ended."""
    try:
        await cancel_command(client, command_id)
    except CliError as problem:
        if isinstance(error, CliError):
            qd.out.note(f"The command may still run: {problem.message}")
            qd.out.note(f"See it with `qd attach {ids.short(command_id)}`.")


def _announce(qd: Qd, requested: RequestedCommand, *, as_json: bool) -> None:
    command = requested.command
    if as_json:
        qd.out.json(command)
        return
    qd.out.line(str(ids.uuid_of(command.id) or command.id))
    qd.out.note(f"It runs in session {ids.short(command.session.id)}. See it with `qd attach {ids.short(command.id)}`.")
