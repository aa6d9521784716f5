"""qd export: a recorded command as a file."""

import hashlib
import os
from collections.abc import Callable, Iterator
from datetime import datetime
from enum import StrEnum
from typing import Annotated

import orjson
import typer

from quarterdeck_cli import erased_words, ids, resolve
from quarterdeck_cli.api.commands import CommandDetails, command
from quarterdeck_cli.api.erased_output import erased_stretches
from quarterdeck_cli.api.transcripts import OUTPUT_KINDS, Frame, frames
from quarterdeck_cli.client import Client
from quarterdeck_cli.command_line import Json, closed_output
from quarterdeck_cli.errors import UsageError
from quarterdeck_cli.exitcodes import ExitCode
from quarterdeck_cli.qd import Qd
from quarterdeck_cli.running.sinks import STDOUT, end_as_json, frame_as_json, write_all
from quarterdeck_cli.running.terminal import DEFAULT_SIZE
from quarterdeck_cli.transcript.asciicast import CastHeader, CastWriter


class Format(StrEnum):
    ASCIICAST = "asciicast"
    RAW = "raw"
    JSONL = "jsonl"


Which = Annotated[str, typer.Argument(metavar="COMMAND", help="A command's id, or the end of it.")]
As = Annotated[
    Format,
    typer.Option(
        "--format", help="asciicast: v2, for asciinema; raw: the output's bytes; jsonl: frames, then the command."
    ),
]


async def export(qd: Qd, which: Which, *, form: As = Format.ASCIICAST, as_json: Json = False) -> int:
    """Write a command's record to standard output, as `qd export COMMAND --format asciicast > a.cast`.

    --json is another word for --format jsonl.
    """
    form = Format.JSONL if as_json else form
    if form is not Format.JSONL and os.isatty(STDOUT):
        raise UsageError(
            f"The {form} export may hold sequences that steer a terminal.",
            "Send it to a file, as with `> a.cast`, or look at it with `qd replay`.",
        )
    client = await qd.client()
    found = await command(client, await resolve.command_id(client, which))
    try:
        digest, size = await _write(client, found, _writer(form, found))
    except BrokenPipeError:
        return closed_output()
    if found.ended and found.output_sha256 not in {None, digest}:
        erased = await erased_stretches(client, found.id)
        if erased_words.explains(erased, digest):
            for sentence in erased_words.sentences(erased):
                qd.out.note(sentence)
            return ExitCode.OK
    return _checked(qd, found, digest, size)


class _Writer:
    """What each frame becomes in the file, and what comes before and after them."""

    def begin(self) -> bytes:
        return b""

    def frame(self, frame: Frame) -> Iterator[bytes]:
        if frame.kind in OUTPUT_KINDS:
            yield frame.data

    def finish(self) -> Iterator[bytes]:
        yield from ()


class _Lines(_Writer):
    def __init__(self, found: CommandDetails) -> None:
        self._found = found

    def frame(self, frame: Frame) -> Iterator[bytes]:
        yield orjson.dumps(frame_as_json(frame), option=orjson.OPT_APPEND_NEWLINE)

    def finish(self) -> Iterator[bytes]:
        yield orjson.dumps(end_as_json(self._found), option=orjson.OPT_APPEND_NEWLINE)


class _Cast(_Writer):
    def __init__(self, found: CommandDetails) -> None:
        size = found.terminal or DEFAULT_SIZE
        started = datetime.fromisoformat(found.started_at or found.requested_at)
        self._cast = CastWriter(
            CastHeader(
                columns=size.columns,
                rows=size.rows,
                started_at=int(started.timestamp()),
                command=found.text,
                title=f"Command {ids.short(found.id)}",
                terminal=found.terminal is not None,
            )
        )

    def begin(self) -> bytes:
        return self._cast.header()

    def frame(self, frame: Frame) -> Iterator[bytes]:
        return self._cast.frame(frame)

    def finish(self) -> Iterator[bytes]:
        return self._cast.finish()


def _writer(form: Format, found: CommandDetails) -> _Writer:
    makers: dict[Format, Callable[[], _Writer]] = {
        Format.ASCIICAST: lambda: _Cast(found),
        Format.RAW: _Writer,
        Format.JSONL: lambda: _Lines(found),
    }
    return makers[form]()


async def _write(client: Client, found: CommandDetails, writer: _Writer) -> tuple[str, int]:
    """Writes it all; the SHA-256 and the length of the output in it."""
    digest, size = hashlib.sha256(), 0
    await write_all(STDOUT, writer.begin())
    async for frame in frames(client, found.id):
        if frame.kind in OUTPUT_KINDS:
            digest.update(frame.data)
            size += len(frame.data)
        await write_all(STDOUT, b"".join(writer.frame(frame)))
    await write_all(STDOUT, b"".join(writer.finish()))
    return digest.hexdigest(), size


def _checked(qd: Qd, found: CommandDetails, digest: str, size: int) -> int:
    if not found.ended:
        qd.out.note("The command still runs: this is what was recorded of it so far.")
    if found.output_sha256 in {None, digest}:
        return ExitCode.OK
    qd.out.note(
        f"The transcript is not the output that the log names: {size:,} bytes with SHA-256 {digest}, "
        f"not {found.output_bytes or 0:,} with {found.output_sha256}."
    )
    return ExitCode.OUTPUT_DIFFERS
