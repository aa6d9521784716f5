"""Command: one program run in a session's jail."""

import re
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import ClassVar, assert_never
from uuid import UUID

from quarterdeck.domain.errors import ConflictError, InvalidInputError, NotFoundError

MAX_TEXT_BYTES = 256 * 1024
MAX_TIMEOUT_SECONDS = 7 * 24 * 3600
MAX_TERMINAL = 1000
_ANSWERS = re.compile(rb"(?:\x1b\[[?>=0-9;]*[cnRyIO]|\x1b\][^\x07\x1b]*(?:\x07|\x1b\\)|\x1bP[^\x1b]*\x1b\\)+")
"""What terminals say by themselves: what they are, where the cursor is, their modes and colours, who has the focus."""


class EndReason(StrEnum):
    """Why a command ended. `exited` covers every exit of its own, whatever the code."""

    EXITED = "exited"
    SIGNALLED = "signalled"
    TIMED_OUT = "timed_out"
    CANCELLED = "cancelled"
    OUT_OF_MEMORY = "out_of_memory"
    TOO_MANY_PROCESSES = "too_many_processes"
    """It failed, and could not start some process or thread before."""
    QUOTA = "quota"
    OUTPUT_LIMIT = "output_limit"
    NOT_STARTED = "not_started"
    """The jail could not start it: no shell, no such working directory."""


@dataclass(frozen=True, kw_only=True)
class Terminal:
    """Size of the pseudo-terminal a command runs on, in character cells."""

    columns: int = 80
    rows: int = 24


@dataclass(frozen=True, kw_only=True)
class ChangedFile:
    """`path` is relative to the workspace, as text: see `application.paths`."""

    path: str
    status: str
    """`added`, `modified` or `deleted`."""


@dataclass(frozen=True, kw_only=True)
class CommandRequested:
    TOPIC: ClassVar[str] = "CommandRequested"
    SCHEMA_VERSION: ClassVar[int] = 1
    session_id: UUID
    project_id: UUID
    text: str
    """Shell source, run by the jail's bash."""
    terminal: Terminal | None = None
    background: bool = False
    timeout_seconds: int = 3600
    environment: dict[str, str] | None = None


@dataclass(frozen=True, kw_only=True)
class CommandRefused:
    TOPIC: ClassVar[str] = "CommandRefused"
    SCHEMA_VERSION: ClassVar[int] = 1
    reason: str
    next_step: str = ""


@dataclass(frozen=True, kw_only=True)
class CommandStarted:
    TOPIC: ClassVar[str] = "CommandStarted"
    SCHEMA_VERSION: ClassVar[int] = 1
    worker_id: str
    tree_before: str


@dataclass(frozen=True, kw_only=True)
class CommandBackgrounded:
    TOPIC: ClassVar[str] = "CommandBackgrounded"
    SCHEMA_VERSION: ClassVar[int] = 1


@dataclass(frozen=True, kw_only=True)
class CommandResized:
    TOPIC: ClassVar[str] = "CommandResized"
    SCHEMA_VERSION: ClassVar[int] = 1
    terminal: Terminal


@dataclass(frozen=True, kw_only=True)
class CommandSignalled:
    TOPIC: ClassVar[str] = "CommandSignalled"
    SCHEMA_VERSION: ClassVar[int] = 1
    signal: str


@dataclass(frozen=True, kw_only=True)
class CommandTypistChanged:
    """What is typed into it comes from another hand from now on: a person's at one place, or a program's."""

    TOPIC: ClassVar[str] = "CommandTypistChanged"
    SCHEMA_VERSION: ClassVar[int] = 1
    user_id: UUID
    token_id: UUID


@dataclass(frozen=True, kw_only=True)
class CommandCancelRequested:
    TOPIC: ClassVar[str] = "CommandCancelRequested"
    SCHEMA_VERSION: ClassVar[int] = 1


@dataclass(frozen=True, kw_only=True)
class CommandFinished:
    TOPIC: ClassVar[str] = "CommandFinished"
    SCHEMA_VERSION: ClassVar[int] = 2
    exit_code: int | None
    """None where a signal ended it or it never ran."""
    signal: str | None
    reason: EndReason
    wall_ms: int
    cpu_ms: int
    peak_memory_bytes: int
    output_bytes: int
    output_sha256: str
    """Of the output frames' payload as stored in the transcript, in order."""
    tree_before: str
    tree_after: str
    files_changed: tuple[ChangedFile, ...] = ()
    files_changed_total: int = 0
    """How many there are in all; the list holds the first 1,000."""


@dataclass(frozen=True, kw_only=True)
class CommandLost:
    TOPIC: ClassVar[str] = "CommandLost"
    SCHEMA_VERSION: ClassVar[int] = 1
    reason: str


CommandEvent = (
    CommandRequested
    | CommandRefused
    | CommandStarted
    | CommandBackgrounded
    | CommandResized
    | CommandSignalled
    | CommandTypistChanged
    | CommandCancelRequested
    | CommandFinished
    | CommandLost
)


@dataclass(frozen=True, kw_only=True)
class NoCommand:
    pass


@dataclass(frozen=True, kw_only=True)
class RequestedCommand:
    request: CommandRequested
    cancelling: bool = False


@dataclass(frozen=True, kw_only=True)
class RunningCommand:
    request: CommandRequested
    worker_id: str
    tree_before: str
    cancelling: bool = False
    typist: CommandTypistChanged | None = None
    """Who typed last."""


@dataclass(frozen=True, kw_only=True)
class EndedCommand:
    request: CommandRequested
    outcome: CommandFinished | CommandLost | CommandRefused


CommandState = NoCommand | RequestedCommand | RunningCommand | EndedCommand


def evolve(state: CommandState, event: CommandEvent) -> CommandState:
    match event:
        case CommandRequested():
            return RequestedCommand(request=event)
        case CommandStarted():
            known = existing(state)
            return RunningCommand(
                request=known.request,
                worker_id=event.worker_id,
                tree_before=event.tree_before,
                cancelling=isinstance(known, RequestedCommand) and known.cancelling,
            )
        case CommandBackgrounded():
            known = live(state)
            return replace(known, request=replace(known.request, background=True))
        case CommandResized():
            known = live(state)
            return replace(known, request=replace(known.request, terminal=event.terminal))
        case CommandSignalled():
            return state
        case CommandTypistChanged():
            return replace(running(state), typist=event)
        case CommandCancelRequested():
            return replace(live(state), cancelling=True)
        case CommandFinished() | CommandLost() | CommandRefused():
            return EndedCommand(request=existing(state).request, outcome=event)
        case _:
            assert_never(event)


def existing(state: CommandState) -> RequestedCommand | RunningCommand | EndedCommand:
    if isinstance(state, NoCommand):
        raise NotFoundError("There is no such command.", "List a session's with `qd session show ID`.")
    return state


def live(state: CommandState) -> RequestedCommand | RunningCommand:
    command = existing(state)
    if isinstance(command, EndedCommand):
        raise ConflictError("This command has ended.", "Run it again with `qd run`.")
    return command


def running(state: CommandState) -> RunningCommand:
    command = live(state)
    if isinstance(command, RequestedCommand):
        raise ConflictError("This command has not started yet.", "Wait until it runs.")
    return command


def request(state: CommandState, asked: CommandRequested) -> tuple[CommandEvent, ...]:
    if not isinstance(state, NoCommand):
        raise ConflictError("This command exists already.")
    size = len(asked.text.encode("utf-8", "surrogatepass"))
    if not asked.text.strip():
        raise InvalidInputError("The command is empty.", "Pass what to run, as in `qd run -- ls`.", field="text")
    if size > MAX_TEXT_BYTES:
        raise InvalidInputError(
            f"The command is {size:,} bytes long; at most {MAX_TEXT_BYTES:,} are taken.",
            "Write it to a script in the workspace and run that.",
            field="text",
        )
    _refuse_bytes_no_process_can_take("text", asked.text)
    for name, value in (asked.environment or {}).items():
        _refuse_bytes_no_process_can_take("environment", name + value)
        if not name or "=" in name:
            raise InvalidInputError(f"{name!r} is no variable name.", field="environment")
    if not 1 <= asked.timeout_seconds <= MAX_TIMEOUT_SECONDS:
        raise InvalidInputError(
            f"The time-out is {asked.timeout_seconds} s; it must be between 1 and {MAX_TIMEOUT_SECONDS}.",
            field="timeoutSeconds",
        )
    if asked.terminal:
        _check_terminal(asked.terminal)
    return (asked,)


def refuse(state: CommandState, reason: str, next_step: str = "") -> tuple[CommandEvent, ...]:
    if isinstance(live(state), RunningCommand):
        raise ConflictError("This command runs already.")
    return (CommandRefused(reason=reason, next_step=next_step),)


def start(state: CommandState, *, worker_id: str, tree_before: str) -> tuple[CommandEvent, ...]:
    if isinstance(live(state), RunningCommand):
        raise ConflictError("This command runs already.")
    return (CommandStarted(worker_id=worker_id, tree_before=tree_before),)


def resize(state: CommandState, terminal: Terminal) -> tuple[CommandEvent, ...]:
    command = running(state)
    if command.request.terminal is None:
        raise ConflictError("This command has no terminal.", "Run it with --tty.")
    _check_terminal(terminal)
    return () if command.request.terminal == terminal else (CommandResized(terminal=terminal),)


def signal(state: CommandState, name: str) -> tuple[CommandEvent, ...]:
    running(state)
    return (CommandSignalled(signal=name),)


def type_into(state: CommandState, data: bytes, *, user_id: UUID, token_id: UUID) -> tuple[CommandEvent, ...]:
    """Nothing where the same hand goes on: keys are in the transcript, and the log has whose they are. Each terminal
    that looks on answers a program's questions, which is no typing."""
    if not data or _ANSWERS.fullmatch(data):
        return ()
    typist = CommandTypistChanged(user_id=user_id, token_id=token_id)
    return () if running(state).typist == typist else (typist,)


def background(state: CommandState) -> tuple[CommandEvent, ...]:
    return () if running(state).request.background else (CommandBackgrounded(),)


def cancel(state: CommandState) -> tuple[CommandEvent, ...]:
    """Asks for the end of a live command; one that has ended is left as it is."""
    command = existing(state)
    if isinstance(command, EndedCommand) or command.cancelling:
        return ()
    return (CommandCancelRequested(),)


def finish(state: CommandState, outcome: CommandFinished) -> tuple[CommandEvent, ...]:
    live(state)
    return (outcome,)


def lose(state: CommandState, reason: str) -> tuple[CommandEvent, ...]:
    return () if isinstance(existing(state), EndedCommand) else (CommandLost(reason=reason),)


def _check_terminal(terminal: Terminal) -> None:
    if not (1 <= terminal.columns <= MAX_TERMINAL and 1 <= terminal.rows <= MAX_TERMINAL):
        raise InvalidInputError(
            f"A terminal of {terminal.columns} by {terminal.rows} cells is not possible.",
            f"Use 1 to {MAX_TERMINAL} of each.",
            field="terminal",
        )


def _refuse_bytes_no_process_can_take(name: str, text: str) -> None:
    if "\0" in text:
        raise InvalidInputError("There is a NUL byte in it, which no program can be given.", field=name)
    try:
        text.encode()
    except UnicodeEncodeError as error:
        raise InvalidInputError(
            f"Character {error.start} is half of a surrogate pair and has no UTF-8 form.", field=name
        ) from error
