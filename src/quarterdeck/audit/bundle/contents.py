"""What is in a bundle: its members by name, in the order in which they are written.

bundle.json                         the header: format, version, what it is a part of, the log's head then
events/000000000001.jsonl           rows, from this position on
transcripts/<command>/000000.frames what the commands printed that finished in the rows just before
checkpoints/000000.jsonl            notes that lie outside of the log, a JSON string a line
files/000000.objects                files of snapshots as git objects, see audit/trees/records.py; where asked for
files/manifest.json                 how many there are, and which snapshots could not be had
proof/proof.json                    of a part: the checkpoint that was signed, and the keys
proof/000000.hashes                 what shows that its rows are in that checkpoint's tree, see audit/inclusion/walk.py
end.json                            how much there is of each; without it the bundle is not whole
"""

from collections.abc import Iterator
from enum import StrEnum
from typing import ClassVar, TypeVar
from uuid import UUID

import msgspec

from quarterdeck.audit.bundle.container import BundleError, Member

FORMAT = "quarterdeck-bundle"
VERSION = 3
"""2: parts have proofs. 3: files are in it."""
HASH_BYTES = 32
T = TypeVar("T")


class Scope(StrEnum):
    ALL = "all"
    PROJECT = "project"
    SESSION = "session"


class Header(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    NAME: ClassVar[str] = "bundle.json"
    format: str
    version: int
    scope: Scope
    id: UUID | None
    """Of the project or session."""
    end: int
    """Position of the log's head when the export began: nothing after it is in the bundle."""
    files: bool = False
    """Of the snapshots that its rows name."""


class MissingTree(msgspec.Struct, frozen=True, kw_only=True):
    tree: str
    why: str


class Manifest(msgspec.Struct, frozen=True, kw_only=True):
    NAME: ClassVar[str] = "files/manifest.json"
    objects: int
    missing: list[MissingTree]
    """Snapshots that the rows name and that could not be had."""


class KnownKey(msgspec.Struct, frozen=True, kw_only=True):
    key: str
    """As `VerifierKey` writes it."""
    endorsement: str | None = None


class Proof(msgspec.Struct, frozen=True, kw_only=True):
    NAME: ClassVar[str] = "proof/proof.json"
    note: str
    """The checkpoint."""
    keys: list[KnownKey]
    """That the log names, in their order."""


class Ending(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    NAME: ClassVar[str] = "end.json"
    events: int
    transcripts: int
    checkpoints: int
    hashes: int = 0
    """Of the proof."""
    objects: int = 0
    """Of git."""


def header(member: Member) -> Header:
    """Raises BundleError for that of another format, or of a later release."""
    try:
        told = msgspec.json.decode(member.content)
        version = told["version"] if told["format"] == FORMAT and member.name == Header.NAME else None
    except (msgspec.DecodeError, KeyError, TypeError) as error:
        raise BundleError("The file is no bundle.", "Make one with `qd audit export`.") from error
    if not isinstance(version, int):
        raise BundleError("The file is no bundle.", "Make one with `qd audit export`.")
    if version > VERSION:
        raise BundleError(
            f"The bundle has version {version}; this release reads up to {VERSION}.", "Take a newer release of `qd`."
        )
    return _decoded(member, Header)


def ending(member: Member) -> Ending:
    return _decoded(member, Ending)


def proof(member: Member) -> Proof:
    return _decoded(member, Proof)


def manifest(member: Member) -> Manifest:
    return _decoded(member, Manifest)


def whole_hashes(member: Member) -> bytes:
    """Raises BundleError for what does not consist of hashes."""
    if len(member.content) % HASH_BYTES:
        raise BundleError(f"The bundle's member {member.name[:80]!r} does not consist of whole hashes.")
    return member.content


def notes(member: Member) -> Iterator[str]:
    """Of a member of checkpoints."""
    return (_decoded(Member(name=member.name, content=line), str) for line in member.content.splitlines())


def command_of(member: Member) -> UUID:
    """Whose transcript it is a part of."""
    try:
        return UUID(member.name.split("/")[1])
    except ValueError as error:
        raise BundleError(f"The bundle has a transcript of no command: {member.name[:80]!r}.") from error


def _decoded(member: Member, kind: type[T]) -> T:
    try:
        return msgspec.json.decode(member.content, type=kind)
    except (msgspec.DecodeError, ValueError) as error:
        raise BundleError(f"The bundle's member {member.name[:80]!r} cannot be read: {error}.") from error
