"""Writing a bundle: part by part into a file beside it, so that an export that was cut off goes on where it was."""

import os
from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from pathlib import Path
from typing import IO, Self, TypeVar
from uuid import UUID

import msgspec
from msgspec.structs import replace

from quarterdeck.application.ports.log import RawEvent
from quarterdeck.audit.bundle import rows
from quarterdeck.audit.bundle.container import BundleError, Member, ending, packed, whole_members
from quarterdeck.audit.bundle.contents import FORMAT, Ending, Header, Manifest, Proof, Scope

ItemT = TypeVar("ItemT")

NOTES_A_MEMBER = 10_000
HASHES_A_MEMBER = 100_000


class Progress(msgspec.Struct, frozen=True, kw_only=True):
    """What is safely in the part that is written."""

    header: Header
    size: int = 0
    position: int = 0
    """Of the last row."""
    events: int = 0
    transcripts: int = 0
    members: int = 0
    """Of git objects."""
    objects: int = 0


class BundleWriter:
    """To be entered. Leaving it without `finish` keeps the part, and the next writer of the same bundle goes on."""

    def __init__(self, path: Path, scope: Scope, identifier: UUID | None, end: int, *, files: bool = False) -> None:
        """`end`: the log's head now; a part that was begun keeps its own. `files`: git objects will be added."""
        self._path = path
        self._part, self._state = path.with_name(f"{path.name}.part"), path.with_name(f"{path.name}.part.json")
        version = 3 if files else 1 if scope is Scope.ALL else 2  # the earliest that has what is in it
        header = Header(format=FORMAT, version=version, scope=scope, id=identifier, end=end, files=files)
        self.progress = self._begun(header) or Progress(header=header)
        self.resumed = self.progress.size > 0
        self._file: IO[bytes]
        self._hashes, self._objects_members = 0, self.progress.members

    def _begun(self, header: Header) -> Progress | None:
        try:
            known = msgspec.json.decode(self._state.read_bytes(), type=Progress)
        except (FileNotFoundError, msgspec.DecodeError):
            return None
        if replace(known.header, end=0) != replace(header, end=0):
            raise BundleError(
                f"{self._part} is the beginning of another export.", "Finish that one, remove it, or name another file."
            )
        return known if self._part.exists() and self._part.stat().st_size >= known.size else None

    def __enter__(self) -> Self:
        descriptor = os.open(self._part, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        self._file = os.fdopen(descriptor, "r+b")
        self._file.truncate(self.progress.size)
        self._file.seek(self.progress.size)
        if not self.resumed:
            self._put(Member(name=Header.NAME, content=msgspec.json.encode(self.progress.header)))
        return self

    def __exit__(self, *_: object) -> None:
        self._file.close()

    def add_transcript(self, command_id: UUID, parts: Sequence[bytes]) -> None:
        """Frames as they are stored, cut where one ends. Safe once the rows that belong to it are added."""
        for number, part in enumerate(parts):
            self._put(Member(name=f"transcripts/{command_id}/{number:06d}.frames", content=part))

    def add_events(self, events: Sequence[RawEvent]) -> None:
        self._put(Member(name=f"events/{events[0].position:012d}.jsonl", content=rows.lines(events)))

    def keep(self, position: int, events: int, transcripts: int) -> None:
        """Everything up to this row is in: what was added until now is not fetched again."""
        known = self.progress
        self._kept(position=position, events=known.events + events, transcripts=known.transcripts + transcripts)

    def add_objects(self, content: bytes) -> None:
        """Records of git objects, once all rows are added."""
        self._put(Member(name=f"files/{self._objects_members:06d}.objects", content=content))
        self._objects_members += 1

    def keep_objects(self, objects: int) -> None:
        """So many that were added since are whole, and safe from now on."""
        self._kept(members=self._objects_members, objects=self.progress.objects + objects)

    def drop_objects(self) -> None:
        """Of those that were added and not kept, nothing is left."""
        self._file.truncate(self.progress.size)
        self._file.seek(self.progress.size)
        self._objects_members = self.progress.members

    def add_manifest(self, manifest: Manifest) -> None:
        self._put(Member(name=Manifest.NAME, content=msgspec.json.encode(manifest)))

    def _kept(self, **changed: int) -> None:
        self._file.flush()
        os.fsync(self._file.fileno())
        self.progress = replace(self.progress, size=self._file.tell(), **changed)
        fresh = self._state.with_suffix(".new")
        fresh.write_bytes(msgspec.json.encode(self.progress))
        fresh.replace(self._state)

    def positions(self) -> Iterator[int]:
        """Of the rows that are in it, in their order."""
        for member in self._members():
            if member.name.startswith("events/"):
                yield from rows.positions(member.content)

    def rows(self) -> Iterator[RawEvent]:
        """That are in it, in their order."""
        for member in self._members():
            if member.name.startswith("events/"):
                yield from rows.events(member.content)

    def objects(self) -> Iterator[Member]:
        """The members of git objects that are in it, in their order."""
        return (member for member in self._members() if member.name.startswith("files/"))

    def _members(self) -> Iterator[Member]:
        """Read out of the part, as it may have been begun long ago."""
        self._file.flush()
        with self._part.open("rb") as file:
            yield from whole_members(file)

    def add_proof(self, proof: Proof, hashes: Iterable[bytes]) -> None:
        """Once all rows are added."""
        self._put(Member(name=Proof.NAME, content=msgspec.json.encode(proof)))
        for number, some in enumerate(_batches(hashes, HASHES_A_MEMBER)):
            self._put(Member(name=f"proof/{number:06d}.hashes", content=b"".join(some)))
            self._hashes += len(some)

    def finish(self, notes: Sequence[str]) -> None:
        """Adds the notes from outside of the log, and gives the file its name."""
        for number, some in enumerate(_batches(notes, NOTES_A_MEMBER)):
            content = b"".join(msgspec.json.encode(note) + b"\n" for note in some)
            self._put(Member(name=f"checkpoints/{number:06d}.jsonl", content=content))
        known = self.progress
        told = Ending(
            events=known.events,
            transcripts=known.transcripts,
            checkpoints=len(notes),
            hashes=self._hashes,
            objects=known.objects,
        )
        self._put(Member(name=Ending.NAME, content=msgspec.json.encode(told)))
        self._file.write(ending())
        self._file.flush()
        os.fsync(self._file.fileno())
        self._part.replace(self._path)
        self._state.unlink(missing_ok=True)

    def _put(self, member: Member) -> None:
        self._file.write(packed(member))


def _batches(items: Iterable[ItemT], most: int) -> Iterator[list[ItemT]]:
    left = iter(items)
    while some := list(islice(left, most)):
        yield some
