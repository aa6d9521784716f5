"""Export as asciicast, which the asciinema player plays: v2 (https://docs.asciinema.org/manual/asciicast/v2/), that all
of its releases read, and v3 (https://docs.asciinema.org/manual/asciicast/v3/), that tells the exit code as well."""

import codecs
import struct
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final

import orjson

from quarterdeck_cli.api.transcripts import Frame

SIZE: Final = struct.Struct("<HH")
CODES: Final = {"OUTPUT": "o", "ERROR": "o", "INPUT": "i"}


@dataclass(frozen=True, kw_only=True)
class CastHeader:
    """`terminal`: the command ran on one; without it line feeds get the carriage returns that a terminal wants."""

    columns: int
    rows: int
    started_at: int
    """Seconds since 1970."""
    command: str
    title: str
    terminal: bool


class CastWriter:
    """Lines of the file, each with its line feed: `header()`, then those of each frame in order, then `finish()`."""

    def __init__(self, header: CastHeader) -> None:
        self._header = header
        self._decoders = {kind: codecs.getincrementaldecoder("utf-8")("replace") for kind in CODES}
        self._time_us = 0

    def header(self) -> bytes:
        return _line(
            {
                "version": 2,
                "width": self._header.columns,
                "height": self._header.rows,
                "timestamp": self._header.started_at,
                "command": self._header.command,
                "title": self._header.title,
                "env": {"SHELL": "/bin/bash", "TERM": "xterm-256color"},
            }
        )

    def frame(self, frame: Frame) -> Iterator[bytes]:
        """None for a frame that the format has no event for, or that ends within its first character."""
        self._time_us = max(self._time_us, frame.time_us)
        match frame.kind:
            case "OUTPUT" | "ERROR" | "INPUT":
                yield from self._text(frame.kind, frame.data)
            case "RESIZE" if len(frame.data) == SIZE.size:
                columns, rows = SIZE.unpack(frame.data)
                yield self._event("r", f"{columns}x{rows}")
            case "GAP":
                yield self._event("m", f"output is missing: {frame.data.decode('utf-8', 'replace')}")
            case _:
                pass

    def finish(self) -> Iterator[bytes]:
        """Characters that the record leaves unfinished, as U+FFFD."""
        for kind in CODES:
            yield from self._text(kind, b"", final=True)

    def _text(self, kind: str, data: bytes, *, final: bool = False) -> Iterator[bytes]:
        text = self._decoders[kind].decode(data, final)
        if kind != "INPUT" and not self._header.terminal:
            text = text.replace("\n", "\r\n")
        if text:
            yield self._event(CODES[kind], text)

    def _event(self, code: str, data: str) -> bytes:
        return _line([self._time_us / 1_000_000, code, data])


class CastV3Writer(CastWriter):
    """The same in v3, where each event tells the time since the one before."""

    def __init__(self, header: CastHeader) -> None:
        super().__init__(header)
        self._told_us = 0

    def header(self) -> bytes:
        return _line(
            {
                "version": 3,
                "term": {"cols": self._header.columns, "rows": self._header.rows, "type": "xterm-256color"},
                "timestamp": self._header.started_at,
                "command": self._header.command,
                "title": self._header.title,
                "env": {"SHELL": "/bin/bash"},
            }
        )

    def exit(self, code: int) -> bytes:
        return self._event("x", str(code))

    def _event(self, code: str, data: str) -> bytes:
        since, self._told_us = self._time_us - self._told_us, self._time_us
        return _line([since / 1_000_000, code, data])


def _line(value: Any) -> bytes:
    return orjson.dumps(value, option=orjson.OPT_APPEND_NEWLINE)
