"""A command followed by somebody at a keyboard, or by a script."""

import asyncio
import signal
from collections.abc import Callable, Coroutine, Generator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from quarterdeck_cli import ids
from quarterdeck_cli.api.commands import CommandDetails, Terminal, cancel_command, resize_command
from quarterdeck_cli.api.transcripts import Frame
from quarterdeck_cli.errors import ServerFailure
from quarterdeck_cli.exitcodes import ExitCode
from quarterdeck_cli.running import local_input, terminal
from quarterdeck_cli.running.follow import Detached, Following
from quarterdeck_cli.running.interrupt import Interrupts
from quarterdeck_cli.running.outcome import exit_code, explanation
from quarterdeck_cli.running.sinks import STDERR, STDOUT, Sink, write_now

if TYPE_CHECKING:
    from quarterdeck_cli.output import Output


@dataclass(frozen=True)
class Attended:
    """`left`: the command goes on without us."""

    code: int
    left: bool
    command: CommandDetails | None = None


async def attend(
    out: "Output", following: Following, after: int, feed: Callable[[], Coroutine[Any, Any, None]] | None
) -> Attended:
    """Without a terminal: Ctrl-C asks, `feed` runs beside once the command has started."""
    interrupts = Interrupts(lambda: _cancel(out, following), following.leave, following.no_more_waiting)
    following.may_print = interrupts.may_print
    beside = [_once_started(following, lambda: _stop_waiting(following))]
    if feed:
        beside.append(_once_started(following, feed))
    with interrupts.handled(), _hang_up(following):
        outcome = await following.until_end(after, beside)
    if isinstance(outcome, Detached) and interrupts.cancelling:
        out.note("Left without waiting for the command's end.")
        return Attended(ExitCode.CANCELLED, left=False)
    return _report(out, following, outcome)


async def attend_in_terminal(out: "Output", following: Following, after: int, detach_key: int) -> Attended:
    """With a terminal: every key but one goes to the program, and so does the terminal's size."""
    screen = terminal.ScreenState()
    following.sink = _Watched(following.sink, screen)
    out.note(f"{terminal.key_name(detach_key)} detaches and leaves the command running.")
    with terminal.raw(), _hang_up(following), _size_changes() as changed:
        beside = [
            _once_started(following, lambda: _stop_waiting(following)),
            _once_started(following, lambda: _keys(following, detach_key)),
            _once_started(following, lambda: _resizes(following, changed)),
        ]
        outcome = await following.until_end(after, beside)
        if isinstance(outcome, Detached):
            write_now(STDOUT, screen.undo() + b"\r\n")
    return _report(out, following, outcome)


def terminal_notes() -> Callable[[str], None]:
    """Says things while the terminal is raw, where a line feed alone does not return to the left."""
    return lambda text: write_now(STDERR, f"\r\n[qd] {text}\r\n".encode())


def _report(out: "Output", following: Following, outcome: CommandDetails | Detached) -> Attended:
    if isinstance(outcome, Detached):
        name = ids.short(following.command.id)
        out.note(
            f"Detached; the command goes on. See it with `qd attach {name}`, end it with `qd command cancel {name}`."
        )
        return Attended(ExitCode.OK, left=True)
    if words := explanation(outcome):
        out.note(words)
    code = exit_code(outcome)
    if following.stream.missing or following.stream.matches(outcome) is False:
        out.note(
            f"The output received is not the output recorded ({following.stream.received:,} bytes came, "
            f"{outcome.output_bytes or 0:,} were recorded, {following.stream.missing:,} are lost). "
            f"Fetch it again with `qd export {ids.short(outcome.id)} --format raw`."
        )
        code = ExitCode.OUTPUT_DIFFERS
    return Attended(code, left=False, command=outcome)


async def _cancel(out: "Output", following: Following) -> None:
    out.note("Cancelling … (Ctrl-C once more leaves without waiting)")
    await cancel_command(following.client, following.command.id)


async def _once_started(following: Following, work: Callable[[], Coroutine[Any, Any, None]]) -> None:
    """A command takes input and sizes only once it runs."""
    await following.started.wait()
    await work()


async def _stop_waiting(following: Following) -> None:
    following.no_more_waiting()


async def _keys(following: Following, detach_key: int) -> None:
    if await local_input.send_keys(
        following.client, following.command.id, terminal.STDIN, detach_key, following.stream.say
    ):
        following.leave()


async def _resizes(following: Following, changed: asyncio.Event) -> None:
    known = following.command.terminal
    while True:
        now = terminal.size()
        if now != known:
            await _resize(following, now)
            known = now
        await changed.wait()
        changed.clear()


async def _resize(following: Following, size: Terminal) -> None:
    try:
        await resize_command(following.client, following.command.id, size)
    except ServerFailure as failure:
        if failure.code not in local_input.ENDED_CODES:
            raise


@contextmanager
def _size_changes() -> Generator[asyncio.Event]:
    changed = asyncio.Event()
    loop = asyncio.get_running_loop()
    loop.add_signal_handler(signal.SIGWINCH, changed.set)
    try:
        yield changed
    finally:
        loop.remove_signal_handler(signal.SIGWINCH)


@contextmanager
def _hang_up(following: Following) -> Generator[None]:
    """A closed terminal window detaches: work in a jail does not end with the window."""
    loop = asyncio.get_running_loop()
    loop.add_signal_handler(signal.SIGHUP, following.leave)
    try:
        yield
    finally:
        loop.remove_signal_handler(signal.SIGHUP)


@dataclass
class _Watched:
    """Follows what the program does to the terminal's state."""

    sink: Sink
    screen: terminal.ScreenState

    async def write(self, frame: Frame) -> None:
        self.screen.printed(frame.data)
        await self.sink.write(frame)
