"""Recordings for asciinema's players, asciicast v3: one of each command, as commands of a session may run side by side
and on terminals of different sizes."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from uuid import UUID

from quarterdeck.application.frames import Frame
from quarterdeck.audit.records.entry import Entry
from quarterdeck.domain.command import CommandFinished, CommandRequested, CommandStarted
from quarterdeck_cli import ids
from quarterdeck_cli.api.transcripts import Frame as ShownFrame
from quarterdeck_cli.running.terminal import DEFAULT_SIZE
from quarterdeck_cli.transcript.asciicast import CastHeader, CastV3Writer


@dataclass(frozen=True, kw_only=True)
class _Known:
    """Of a command that has not ended."""

    asked: CommandRequested
    at: datetime


class CastFolder:
    """Writes a file for each command that printed something, numbered in the order in which they ended."""

    def __init__(self, folder: Path, *, by_session: bool) -> None:
        """`by_session`: in a folder for each session, as there may be several."""
        self._folder, self._by_session = folder, by_session
        self._known: dict[UUID, _Known] = {}
        self.count = 0

    def take(self, entry: Entry) -> None:
        stream, event, at = entry.row.stream_id, entry.event, entry.row.envelope.recorded_at
        match event:
            case CommandRequested():
                self._known[stream] = _Known(asked=event, at=at)
            case CommandStarted():
                if known := self._known.get(stream):
                    self._known[stream] = _Known(asked=known.asked, at=at)
            case CommandFinished():
                known = self._known.pop(stream, None)
                if entry.frames is not None:
                    self._write(entry, entry.frames, event, known)
            case _:
                pass

    def _write(self, entry: Entry, frames: Iterator[Frame], ended: CommandFinished, known: _Known | None) -> None:
        self.count += 1
        stream, session = entry.row.stream_id, entry.row.envelope.session_id
        folder = self._folder / str(session) if self._by_session else self._folder
        folder.mkdir(mode=0o700, exist_ok=True)
        cast = CastV3Writer(_header(stream, entry.row.envelope.recorded_at, known))
        with (folder / f"{self.count:06d}-{ids.short(str(stream))}.cast").open("xb") as file:
            file.write(cast.header())
            for frame in frames:
                shown = ShownFrame(frame.kind.name, frame.offset, frame.time_us, frame.data)
                file.writelines(cast.frame(shown))
            file.writelines(cast.finish())
            if ended.exit_code is not None:
                file.write(cast.exit(ended.exit_code))


def _header(command: UUID, ended_at: datetime, known: _Known | None) -> CastHeader:
    """`known`: None where its request is not in the record, or was erased."""
    asked = known.asked if known else None
    size = asked.terminal if asked and asked.terminal else None
    return CastHeader(
        columns=size.columns if size else DEFAULT_SIZE.columns,
        rows=size.rows if size else DEFAULT_SIZE.rows,
        started_at=int((known.at if known else ended_at).timestamp()),
        command=asked.text if asked else "",
        title=f"Command {ids.short(str(command))}",
        terminal=size is not None,
    )
