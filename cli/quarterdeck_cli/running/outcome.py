"""A command's end as an exit code and in words."""

import signal
from typing import Final

from quarterdeck_cli.api.commands import Command
from quarterdeck_cli.exitcodes import SIGNAL_BASE, ExitCode
from quarterdeck_cli.text import plain

_MORE: Final = "Open a session with more: `qd session open {}`, as far as the project's and the persona's limits go."
_BY_REASON: Final[dict[str, tuple[ExitCode | None, str]]] = {
    "TIMED_OUT": (ExitCode.TIMED_OUT, "The command's time was up; all it had started was ended."),
    "CANCELLED": (ExitCode.CANCELLED, "The command was cancelled."),
    "OUT_OF_MEMORY": (
        ExitCode.OUT_OF_MEMORY,
        f"The command ran out of memory; all it had started was ended. {_MORE.format('--memory SIZE')}",
    ),
    "QUOTA": (ExitCode.STOPPED_BY_LIMIT, "The command was stopped by a limit of its session's files."),
    "OUTPUT_LIMIT": (
        ExitCode.STOPPED_BY_LIMIT,
        f"The command printed more than it may. {_MORE.format('--output SIZE')}",
    ),
    "TOO_MANY_PROCESSES": (
        None,
        f"The command could not start all its processes: the session has no more. {_MORE.format('--processes N')}",
    ),
    "NOT_STARTED": (ExitCode.REFUSED, "The command could not be started."),
}
"""With None the exit code is the command's own."""


def exit_code(command: Command) -> int:
    """What `qd run` exits with."""
    if command.state == "LOST":
        return ExitCode.LOST
    if command.state == "REFUSED":
        return ExitCode.REFUSED
    code, _ = _BY_REASON.get(command.end_reason or "", (None, ""))
    if code is not None:
        return code
    if command.exit_code is not None:
        return command.exit_code
    return SIGNAL_BASE + signal_number(command.signal or "")


def explanation(command: Command) -> str:
    """What there is to say beside the exit code; empty for an exit or signal of the command's own."""
    because = f" {plain(command.reason)}" if command.reason else ""
    if command.state == "LOST":
        return f"The command was lost.{because}"
    if command.state == "REFUSED":
        return f"The command was refused.{because}"
    ended = _BY_REASON[command.end_reason][1] if command.end_reason in _BY_REASON else ""
    return f"{ended}{because}".strip()


def signal_number(name: str) -> int:
    """0 for a name that this system does not have."""
    full = name if name.startswith("SIG") else f"SIG{name}"
    return int(getattr(signal, full, 0))


def ending(command: Command) -> str:
    """One short word for lists: `exit 0`, `SIGTERM`, `timed out` or the state."""
    if command.state != "FINISHED":
        return command.state.lower()
    if command.end_reason in _BY_REASON:
        return command.end_reason.lower().replace("_", " ")
    return (
        f"exit {command.exit_code}"
        if command.exit_code is not None
        else f"SIG{(command.signal or '').removeprefix('SIG')}"
    )
