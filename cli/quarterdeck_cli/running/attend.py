"""A command followed by somebody at a keyboard, or by a script."""

import asyncio
import signal
from collections.abc import Callable, Coroutine, Generator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from quarterdeck_cli import erased_words, ids
from quarterdeck_cli.api.commands import CommandDetails, Terminal, cancel_command, resize_command
from quarterdeck_cli.api.erased_output import erased_stretches
from quarterdeck_cli.api.transcripts import OUTPUT_KINDS, Frame
from quarterdeck_cli.errors import ConnectionLostError, ServerFailure
from quarterdeck_cli.exitcodes import ExitCode
from quarterdeck_cli.running import local_input, terminal
from quarterdeck_cli.running.follow import Detached, Following
from quarterdeck_cli.running.interrupt import Interrupts
from quarterdeck_cli.running.keyboard import AGAIN_SECONDS, Keyboard
from quarterdeck_cli.running.outcome import exit_code, explanation
from quarterdeck_cli.running.presence import SHOWN_SECONDS, Presence, mark
from quarterdeck_cli.running.screen import ScreenState
from quarterdeck_cli.running.sinks import STDERR, STDOUT, Sink, write_now
from quarterdeck_cli.transcript.sanitise import Sanitiser

if TYPE_CHECKING:
    from quarterdeck_cli.output import Output

MOST_TOLD_AGAIN = 6
"""Of what was said over a full screen, once one sees lines again."""


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
    return await _report(out, following, outcome)


async def attend_in_terminal(out: "Output", following: Following, after: int, detach_key: int) -> Attended:
    """With a terminal: every key but one goes to the program, and so does the terminal's size.

    However it ends, the terminal is left as a shell expects it.
    """
    screen, ended, covered = ScreenState(), False, list[str]()
    following.sink = _Watched(following.sink, screen)
    out.note(f"{terminal.key_name(detach_key)} detaches and leaves the command running.")
    with terminal.raw() as cooked, _hang_up(following), _size_changes() as changed:
        redraw = _Redraw(changed)
        presence = Presence(following.client, following.command.id, _telling(following.stream.say, screen, redraw))
        following.heard = presence.heard
        following.stream.say = _saying(following.stream.say, screen, redraw, covered)
        beside = [
            _once_started(following, lambda: _stop_waiting(following)),
            _once_started(following, lambda: _keys(following, detach_key)),
            _once_started(following, lambda: _resizes(following, redraw)),
            _once_started(following, presence.watch),
        ]
        try:
            with terminal.stopping(cooked, lambda: _show(screen.undo()), lambda: _take_up(screen, redraw)):
                outcome = await following.until_end(after, beside)
                ended = isinstance(outcome, CommandDetails)
        finally:
            _show(screen.undo_what_is_left() if ended else screen.undo() + b"\r\n")
    for text in dict.fromkeys(covered[-MOST_TOLD_AGAIN:]):
        out.note(text)
    return await _report(out, following, outcome)


def _show(data: bytes) -> None:
    """A terminal that is gone needs nothing any more."""
    with suppress(OSError):
        write_now(STDOUT, data)


@dataclass
class _Redraw:
    """Has the program draw all anew: it does so for a size that is another."""

    changed: asyncio.Event
    wanted: bool = False

    def ask(self) -> None:
        self.wanted = True
        self.changed.set()


def _saying(
    say: Callable[[str], None], screen: ScreenState, redraw: _Redraw, covered: list[str]
) -> Callable[[str], None]:
    """Over a full screen, what is said is a visible mark until the program has drawn all anew; then it is `covered`."""

    def said(text: str) -> None:
        say(text)
        if screen.alternate:
            covered.append(text)
            redraw.ask()

    return said


def _telling(say: Callable[[str], None], screen: ScreenState, redraw: _Redraw) -> Callable[[str], None]:
    """Over a full screen in a corner of it, for a moment: nobody is to lose their line for it."""

    def tell(text: str) -> None:
        if not screen.alternate:
            say(text)
            return
        _show(mark(text, terminal.size().columns))
        asyncio.get_running_loop().call_later(SHOWN_SECONDS, redraw.ask)

    return tell


def _take_up(screen: ScreenState, redraw: _Redraw) -> None:
    _show(Sanitiser(keys=True)(screen.again()))
    redraw.ask()


def terminal_notes() -> Callable[[str], None]:
    """Says things while the terminal is raw, where a line feed alone does not return to the left."""
    return lambda text: write_now(STDERR, f"\r\n[qd] {text}\r\n".encode())


async def _report(out: "Output", following: Following, outcome: CommandDetails | Detached) -> Attended:
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
        code = await _differs(out, following, outcome, code)
    return Attended(code, left=False, command=outcome)


async def _differs(out: "Output", following: Following, outcome: CommandDetails, code: int) -> int:
    """The exit code of output that is not what was recorded: of none that was erased."""
    stream = following.stream
    erased = await erased_stretches(following.client, outcome.id)
    if not stream.missing and erased_words.explains(erased, stream.digest):
        for sentence in erased_words.sentences(erased):
            out.note(sentence)
        return code
    out.note(
        f"The output received is not the output recorded ({stream.received:,} bytes came, "
        f"{outcome.output_bytes or 0:,} were recorded, {stream.missing:,} are lost). "
        f"Fetch it again with `qd export {ids.short(outcome.id)} --format raw`."
    )
    return ExitCode.OUTPUT_DIFFERS


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
    keyboard = Keyboard(following.client, following.command.id, detach_key, following.stream.say)
    if await keyboard.until_detached(terminal.STDIN):
        following.leave()


async def _resizes(following: Following, redraw: _Redraw) -> None:
    known = following.command.terminal
    while True:
        now = terminal.size()
        if redraw.wanted and await _resize(following, Terminal(columns=now.columns, rows=max(1, now.rows - 1))):
            redraw.wanted, known = False, None
        if now != known and await _resize(following, now):
            known = now
        if known == now and not redraw.wanted:
            await redraw.changed.wait()
            redraw.changed.clear()


async def _resize(following: Following, size: Terminal) -> bool:
    """False: not yet, after a pause. A size that came twice does no harm."""
    try:
        await resize_command(following.client, following.command.id, size)
    except ConnectionLostError:
        await asyncio.sleep(AGAIN_SECONDS)
        return False
    except ServerFailure as failure:
        if failure.code == "UNAVAILABLE":
            await asyncio.sleep(AGAIN_SECONDS)
            return False
        if failure.code not in local_input.ENDED_CODES:
            raise
    return True


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
    screen: ScreenState

    async def write(self, frame: Frame) -> None:
        if frame.kind in OUTPUT_KINDS:
            self.screen.printed(frame.data)
        await self.sink.write(frame)
