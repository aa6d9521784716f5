"""The record out of a bundle, as a stream: memory does not grow with it."""

from collections import deque
from collections.abc import Iterable, Iterator
from itertools import groupby
from pathlib import Path
from uuid import UUID

from quarterdeck.application import frames
from quarterdeck.application.frames import Frame
from quarterdeck.application.ports.log import RawEvent
from quarterdeck.audit.bundle import contents, rows
from quarterdeck.audit.bundle.container import BundleError, Member, members
from quarterdeck.audit.bundle.contents import Ending
from quarterdeck.audit.records.entry import Entry
from quarterdeck.audit.records.part import Part
from quarterdeck.domain.command import CommandFinished


def entries(path: Path, part: Part | None = None) -> Iterator[Entry]:
    """Unchecked, but for being whole: raises BundleError at the end of a file that is not, so what was made of it until
    then is to be thrown away. `part`: those of a bundle that holds more."""
    wanted = part or Part()
    return (entry for entry in _all(path) if wanted.holds(entry.row))


def _all(path: Path) -> Iterator[Entry]:
    with path.open("rb") as file:
        found = members(file)
        contents.header(next(found, Member(name="", content=b"")))
        waiting, seen, ended = deque[RawEvent](), 0, None
        for command, group in groupby(found, _command):
            if command:
                yield from _until(waiting, command)
                yield Entry(row=waiting.popleft(), frames=_frames(group))
                continue
            for member in group:
                yield from (Entry(row=waiting.popleft()) for _ in range(len(waiting)))
                if member.name.startswith("events/"):
                    waiting.extend(rows.events(member.content))
                    seen += len(waiting)
                elif member.name == Ending.NAME:
                    ended = contents.ending(member)
        if ended is None or ended.events != seen:
            raise BundleError("The bundle is not whole: its end does not fit what is in it.", "Export it again.")


def _command(member: Member) -> UUID | None:
    """Whose transcript it is a part of."""
    return contents.command_of(member) if member.name.startswith("transcripts/") else None


def _until(waiting: deque[RawEvent], command: UUID) -> Iterator[Entry]:
    """What was logged before the end of a command, whose transcript comes next."""
    while not (waiting and waiting[0].stream_id == command and waiting[0].topic == CommandFinished.TOPIC):
        if not waiting:
            raise BundleError(f"The bundle has a transcript of command {command}, whose end is not before it.")
        yield Entry(row=waiting.popleft())


def _frames(group: Iterable[Member]) -> Iterator[Frame]:
    for member in group:
        if frames.whole(member.content) != len(member.content):
            raise BundleError(f"The bundle's member {member.name[:80]!r} does not consist of whole frames.")
        try:
            yield from frames.decode(member.content)
        except ValueError as error:
            raise BundleError(f"The bundle's member {member.name[:80]!r} has frames of no kind.") from error
