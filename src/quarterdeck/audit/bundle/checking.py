"""A bundle checked as it streams by: the chain, the signatures, and each transcript against its command's end.

Memory does not grow with the bundle, but for a few bytes of each command in the part that is read.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from hashlib import sha256
from pathlib import Path
from typing import IO
from uuid import UUID

from quarterdeck.adapters.postgres.codec import decode
from quarterdeck.application import frames
from quarterdeck.application.ports.log import RawEvent
from quarterdeck.audit.bundle import contents, rows
from quarterdeck.audit.bundle.container import BundleError, Member, members
from quarterdeck.audit.bundle.contents import Ending, Header, Scope
from quarterdeck.audit.bundle.noted import Noted
from quarterdeck.audit.chain import Head
from quarterdeck.audit.holes import Holes
from quarterdeck.audit.inclusion.checking import Inclusion, Proven
from quarterdeck.audit.notes import VerifierKey
from quarterdeck.audit.parts import check_part
from quarterdeck.audit.proofs import Signatures
from quarterdeck.audit.tampering import Fault, Finding
from quarterdeck.audit.trees.checking import Files
from quarterdeck.audit.verify import Report, verify
from quarterdeck.domain.command import CommandFinished


@dataclass(frozen=True, kw_only=True)
class BundleReport:
    header: Header
    report: Report
    signatures: Signatures
    """Closed: its figures can be read."""
    transcripts: int
    """Checked against the digests that their commands' ends say, and good."""
    output_bytes: int
    """In these."""
    proven: Proven | None = None
    """Of a part: what shows that it belongs to the log; None: nothing does."""
    erased_transcripts: int = 0
    """More of them, with a part erased; what is left is what the record of that says."""
    reasons: Mapping[int, str] = field(default_factory=dict[int, str])
    """By the position of what was erased, why."""
    files: Files = field(default_factory=Files)
    """Closed: its figures can be read."""

    @property
    def covered(self) -> bool:
        """A whole log's chain, or a part's proof, holds all that is in it."""
        if not self.report.intact:
            return False
        return self.header.scope is Scope.ALL or (self.proven is not None and not self.proven.later)


def check(path: Path, trusted: tuple[VerifierKey, ...] = (), known_head: Head | None = None) -> BundleReport:
    """Raises BundleError for a file that cannot be read to its end; everything else that is wrong is the finding.

    A bundle of a project or session holds some rows of the log only: its proof shows that they are in the log's tree as
    it was signed, and the versions of its streams that none is missing within one.
    """
    holes = Holes()
    with (
        path.open("rb") as file,
        Signatures(trusted) as signatures,
        Inclusion() as inclusion,
        Files() as files,
        Noted() as notes,
    ):
        reading = _Reading(file, inclusion, holes, files, notes)
        if reading.header.scope is Scope.ALL:
            report = verify(reading.events(), known_head=known_head, check=holes.beside(signatures.take))
        else:
            report = check_part(reading.events(), inclusion, holes)
        if report.intact:
            reading.to_the_end()
            report = replace(report, finding=reading.finding or holes.finding() or reading.files_finding())
        if report.intact and reading.header.scope is Scope.ALL:
            report = replace(report, finding=signatures.compare(notes))
        proven = inclusion.check(trusted) if report.intact else None
        if isinstance(proven, Finding):
            report, proven = replace(report, finding=proven), None
        return BundleReport(
            header=reading.header,
            report=report,
            signatures=signatures,
            transcripts=reading.transcripts,
            output_bytes=reading.output_bytes,
            proven=proven,
            erased_transcripts=holes.outputs,
            reasons=holes.reasons,
            files=files,
        )


def events(path: Path) -> Iterator[RawEvent]:
    """The rows alone, unchecked. Raises BundleError for a file that cannot be read to its end."""
    with path.open("rb") as file:
        found = members(file)
        contents.header(next(found, Member(name="", content=b"")))
        for member in found:
            if member.name.startswith("events/"):
                yield from rows.events(member.content)


@dataclass(frozen=True, kw_only=True)
class _Expected:
    """The transcript that a command's end tells of."""

    position: int
    size: int
    sha256: str


class _Reading:
    """The members of a bundle in their order; rows are given out, all else is checked on the way."""

    def __init__(self, file: IO[bytes], inclusion: Inclusion, holes: Holes, files: Files, notes: Noted) -> None:
        self._members, self._inclusion, self._holes, self._files = members(file), inclusion, holes, files
        first = next(self._members, None)
        if first is None:
            raise BundleError("The file is no bundle.", "Make one with `qd audit export`.")
        self.header = contents.header(first)
        self.finding: Finding | None = None
        self._notes = notes
        self.transcripts = self.erased = self.output_bytes = self._events = 0
        self._expected: dict[UUID, _Expected] = {}
        self._command: UUID | None = None
        self._digest, self._size = sha256(), 0
        self._ended: Ending | None = None

    def events(self) -> Iterator[RawEvent]:
        """Ends at the first transcript that is wrong, which is then the finding."""
        for member in self._members:
            if self._ended:
                raise BundleError("The bundle goes on after its end.")
            self._settle(member)
            if self.finding:
                return
            if member.name.startswith("events/"):
                yield from self._rows(member)
            else:
                self._take(member)
        self._settle(None)

    def to_the_end(self) -> None:
        """Raises BundleError where the bundle is not whole."""
        if self.finding:
            return
        for _ in self.events():
            raise BundleError("The bundle goes on after its end.")
        told = Ending(
            events=self._events,
            transcripts=self.transcripts + self.erased,
            checkpoints=self._notes.count,
            hashes=self._inclusion.hashes,
            objects=self._files.objects,
        )
        if self._ended != told or (self.header.files and self._files.manifest is None):
            raise BundleError("The bundle is not whole: its end does not fit what is in it.", "Export it again.")

    def files_finding(self) -> Finding | None:
        return self._files.finding() if self.header.files else None

    def _rows(self, member: Member) -> Iterator[RawEvent]:
        for event in rows.events(member.content):
            self._events += 1
            self._files.take_row(event)
            if event.topic == CommandFinished.TOPIC and event.payload is not None:
                ended = decode(event.topic, event.schema_version, event.payload)
                if isinstance(ended, CommandFinished) and ended.output_bytes:
                    self._expected[event.stream_id] = _Expected(
                        position=event.position, size=ended.output_bytes, sha256=ended.output_sha256
                    )
            yield event

    def _take(self, member: Member) -> None:
        if member.name.startswith("transcripts/"):
            self._read_transcript(member)
        elif member.name.startswith("checkpoints/"):
            self._notes.add(contents.notes(member))
        elif member.name.startswith("proof/") and self.header.scope is not Scope.ALL:
            self._inclusion.read(member)
        elif member.name.startswith("files/") and self.header.files:
            self._files.take(member)
        elif member.name == Ending.NAME:
            self._ended = contents.ending(member)
        else:
            raise BundleError(f"The bundle has a member that none has: {member.name[:80]!r}.")

    def _read_transcript(self, member: Member) -> None:
        self._command = contents.command_of(member)
        if self._command not in self._expected:
            raise BundleError(f"The bundle has a transcript of command {self._command}, whose end is not before it.")
        if frames.whole(member.content) != len(member.content):
            raise BundleError(f"The transcript of command {self._command} does not consist of whole frames.")
        for span in frames.spans(member.content):
            if span.kind in frames.OUTPUT_KINDS:
                self._digest.update(memoryview(member.content)[span.data : span.end])
                self._size += span.end - span.data

    def _settle(self, following: Member | None) -> None:
        """What is complete when this member comes: a transcript, and all those of the rows before."""
        parts = following is not None and following.name.startswith("transcripts/")
        if self._command and not (parts and following and contents.command_of(following) == self._command):
            self._compare(self._command, self._expected.pop(self._command))
            self._command, self._digest, self._size = None, sha256(), 0
        if self._expected and not parts and not self.finding:
            command_id, expected = next(iter(self._expected.items()))
            self.finding = _bad(expected, f"the transcript of command {command_id} is missing")

    def _compare(self, command_id: UUID, expected: _Expected) -> None:
        if (self._size, self._digest.hexdigest()) == (expected.size, expected.sha256):
            self.transcripts += 1
            self.output_bytes += self._size
            return
        if self._size == expected.size:
            # as long as it was: a part of it may be erased
            self._holes.put_output(command_id, expected.position, self._digest.hexdigest())
            self.erased += 1
            return
        detail = f"the transcript of command {command_id} is not what its end says"
        self.finding = _bad(expected, f"{detail}: {self._size:,} bytes, and not {expected.size:,}")


def _bad(expected: _Expected, detail: str) -> Finding:
    return Finding(position=expected.position, fault=Fault.CHANGED_TRANSCRIPT, detail=detail)
