"""The user's editor on a file of this machine, and what is saved while it runs."""

import asyncio
import os
import shlex
import shutil
import signal
from collections.abc import Awaitable, Callable, Generator
from contextlib import contextmanager, suppress
from pathlib import Path

from quarterdeck_cli.errors import NotSetUpError
from quarterdeck_cli.text import plain

LOOK_SECONDS = 0.3
USUAL = ("sensible-editor", "nano", "vim", "vi")
VARIABLES = ("VISUAL", "EDITOR")


def editor_words() -> list[str]:
    """$VISUAL, else $EDITOR, with their arguments; else one that is usual."""
    for variable in VARIABLES:
        if words := _words(variable):
            if shutil.which(words[0]) is None:
                raise NotSetUpError(
                    f"There is no program {plain(words[0])}, which {variable} names.", f"Set {variable}."
                )
            return words
    found = next(filter(None, map(shutil.which, USUAL)), None)
    if found is None:
        raise NotSetUpError("There is no editor.", "Name yours: `export EDITOR=vim`.")
    return [found]


def _words(variable: str) -> list[str]:
    try:
        return shlex.split(os.environ.get(variable, ""))
    except ValueError as error:
        raise NotSetUpError(f"{variable} cannot be read: {error}.", "Close the quote.") from error


async def run(words: list[str], path: Path, saved: Callable[[bytes], Awaitable[None]]) -> int:
    """Until the editor ends: its exit code, negative for a signal. `saved` is given what it saves meanwhile, whole."""
    ended = asyncio.Event()
    with _keys_are_the_editors():
        process = await asyncio.create_subprocess_exec(*words, str(path))
        watching = asyncio.create_task(_watch(path, saved, ended))
        try:
            return await process.wait()
        except asyncio.CancelledError:
            with suppress(ProcessLookupError):
                process.terminate()
            await process.wait()
            raise
        finally:
            # what is on its way goes on: whether it arrived has to be known
            ended.set()
            await watching


def read(path: Path) -> bytes | None:
    """What is there; None where the editor took it away."""
    try:
        return path.read_bytes()
    except FileNotFoundError:
        return None


async def _watch(path: Path, saved: Callable[[bytes], Awaitable[None]], ended: asyncio.Event) -> None:
    told = before = _state(path)
    while not ended.is_set():
        with suppress(TimeoutError):
            await asyncio.wait_for(ended.wait(), LOOK_SECONDS)
        now = _state(path)
        # one that changes still is being written
        if now is not None and now == before and now != told and not ended.is_set():
            told = now
            if (content := read(path)) is not None:
                await saved(content)
        before = now


def _state(path: Path) -> tuple[int, int, int] | None:
    try:
        found = path.stat()
    except OSError:
        return None
    return found.st_ino, found.st_mtime_ns, found.st_size


@contextmanager
def _keys_are_the_editors() -> Generator[None]:
    """Ctrl-C and Ctrl-\\ reach this process as well, and mean the editor."""
    loop = asyncio.get_running_loop()
    kept = {number: signal.getsignal(number) for number in (signal.SIGINT, signal.SIGQUIT)}
    for number in kept:
        loop.add_signal_handler(number, lambda: None)
    try:
        yield
    finally:
        for number, handler in kept.items():
            loop.remove_signal_handler(number)
            signal.signal(number, handler)
