"""Where a followed command's output goes."""

import asyncio
import base64
import os
import select
from collections.abc import Callable
from dataclasses import replace
from typing import Any, Protocol

import orjson

from quarterdeck_cli.api import plain
from quarterdeck_cli.api.commands import Command
from quarterdeck_cli.api.transcripts import Frame
from quarterdeck_cli.running.output_stream import OutputStream
from quarterdeck_cli.transcript.sanitise import Sanitiser

STDOUT, STDERR = 1, 2


class Sink(Protocol):
    async def write(self, frame: Frame) -> None:
        """Takes one frame, waiting for a slow reader. Raises BrokenPipeError where nobody reads."""
        ...


class ExactSink:
    """Standard output to standard output, standard error to standard error, byte for byte."""

    async def write(self, frame: Frame) -> None:
        if frame.kind in {"OUTPUT", "ERROR"}:
            await write_all(STDERR if frame.kind == "ERROR" else STDOUT, frame.data)


class OwnTerminalSink:
    """Standard output to standard output, standard error to standard error: exact, but for what is a terminal."""

    def __init__(self, clean: Callable[[], Sanitiser] = Sanitiser) -> None:
        ends = {"OUTPUT": STDOUT, "ERROR": STDERR}
        self._filters = {kind: clean() for kind, end in ends.items() if os.isatty(end)}
        self._exact = ExactSink()

    async def write(self, frame: Frame) -> None:
        clean = self._filters.get(frame.kind)
        await self._exact.write(replace(frame, data=clean(frame.data)) if clean else frame)

    def finish(self) -> None:
        """Leaves the terminal as a shell expects it, where it was steered."""
        for kind, clean in self._filters.items():
            if clean.has_steered:
                write_now(STDERR if kind == "ERROR" else STDOUT, clean.finish())


class CleanSink:
    """To a terminal that only looks on: through a filter that takes out what would steer it."""

    def __init__(self) -> None:
        self._filters = {"OUTPUT": Sanitiser(), "ERROR": Sanitiser()}

    async def write(self, frame: Frame) -> None:
        if clean := self._filters.get(frame.kind):
            await write_all(STDOUT, clean(frame.data))

    def finish(self) -> None:
        """Leaves the terminal as a shell expects it."""
        for clean in self._filters.values():
            write_now(STDOUT, clean.finish())


class RecordedThenLive:
    """For a terminal whose user types: what was recorded before asks the terminal nothing.

    A terminal answers by typing, and the program that asked has had its answer long ago. What is live may ask. Neither
    may reach the clipboard, set the title, or have the terminal type what the program has chosen.
    """

    def __init__(self, sink: Sink, stream: OutputStream) -> None:
        self._sink = sink
        self._stream = stream
        self._recorded = Sanitiser(keys=True)
        self._live = Sanitiser(keys=True, asks=True)

    async def write(self, frame: Frame) -> None:
        live = (self._stream.live and self._recorded.at_rest) or not self._live.at_rest
        clean = self._live if live else self._recorded
        await self._sink.write(replace(frame, data=clean(frame.data)))


class LiveOnly:
    """Drops what was recorded before one came."""

    def __init__(self, sink: Sink, stream: OutputStream) -> None:
        self._sink = sink
        self._stream = stream
        self._began = False

    async def write(self, frame: Frame) -> None:
        self._began = self._began or self._stream.live
        if self._began:
            await self._sink.write(frame)


class JsonSink:
    """One JSON object a line for each frame."""

    async def write(self, frame: Frame) -> None:
        await write_all(STDOUT, orjson.dumps(frame_as_json(frame)) + b"\n")


def frame_as_json(frame: Frame) -> dict[str, Any]:
    return {
        "type": "frame",
        "kind": frame.kind,
        "offset": frame.offset,
        "timeUs": frame.time_us,
        "data": base64.b64encode(frame.data).decode(),
    }


async def write_all(descriptor: int, data: bytes) -> None:
    """In a thread: a reader that has stopped must not stop the rest of `qd`."""
    if data:
        await asyncio.to_thread(write_now, descriptor, data)


def write_now(descriptor: int, data: bytes) -> None:
    view = memoryview(data)
    while view:
        try:
            view = view[os.write(descriptor, view) :]
        except BlockingIOError:  # somebody else set the descriptor so, and it is shared
            select.select([], [descriptor], [])


def end_as_json(command: Command) -> dict[str, Any]:
    """The last line of JSON: the command as it ended."""
    return {"type": "end", "command": plain(command)}
