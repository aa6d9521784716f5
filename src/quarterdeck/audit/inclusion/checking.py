"""A proof checked: the rows of a part, chained as they say, are leaves of the tree that was signed."""

import struct
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import partial
from typing import IO, NamedTuple, Self

from quarterdeck.application.ports.log import RawEvent
from quarterdeck.audit.bundle import contents
from quarterdeck.audit.bundle.container import BundleError, Member
from quarterdeck.audit.bundle.contents import HASH_BYTES, Proof
from quarterdeck.audit.chain import GENESIS, encode_envelope, encode_event, link
from quarterdeck.audit.checkpoints import Checkpoint
from quarterdeck.audit.inclusion.walk import Before, Held, walk
from quarterdeck.audit.keyring import KeyRing
from quarterdeck.audit.merkle import Tree
from quarterdeck.audit.notes import BadNoteError, VerifierKey
from quarterdeck.audit.tampering import Fault, Finding
from quarterdeck.domain.errors import InvalidInputError

_ROW = struct.Struct(">QI32s")
"""Position, length of the columns, digest."""
IN_MEMORY = 2**22


class _Row(NamedTuple):
    position: int
    digest: bytes
    columns: bytes


@dataclass(frozen=True, kw_only=True)
class Proven:
    checkpoint: Checkpoint
    ring: KeyRing
    """The keys that vouch for it."""
    rows: int
    """In the tree that was signed."""
    later: int
    """Logged after the checkpoint: not signed yet."""


@dataclass
class Inclusion:
    """Told of each row in order, then of the proof; to be entered before."""

    _rows: IO[bytes] = field(default_factory=partial(tempfile.SpooledTemporaryFile, IN_MEMORY))
    """Positions, digests and columns: the proof comes after the last of them."""
    _hashes: IO[bytes] = field(default_factory=partial(tempfile.SpooledTemporaryFile, IN_MEMORY))
    hashes: int = 0
    """Of the proof."""
    _count: int = 0
    _proof: Proof | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._rows.close()
        self._hashes.close()

    def take(self, row: RawEvent) -> None:
        columns = encode_event(row.stream_id, row.version, row.topic, row.schema_version, row.payload_digest)
        columns += encode_envelope(row.envelope)
        self._rows.write(_ROW.pack(row.position, len(columns), row.digest) + columns)
        self._count += 1

    def read(self, member: Member) -> None:
        """Of the proof. Raises BundleError for what is none."""
        if member.name == Proof.NAME:
            self._proof = contents.proof(member)
        elif self._proof is None:
            raise BundleError("The bundle has hashes of a proof before the proof.")
        else:
            self.hashes += self._hashes.write(contents.whole_hashes(member)) // HASH_BYTES

    def check(self, trusted: tuple[VerifierKey, ...]) -> Proven | Finding | None:
        """None where there is no proof. Raises BundleError where it does not fit the rows."""
        if self._proof is None:
            return None
        try:
            ring, checkpoint, root = _signed(self._proof, trusted)
        except InvalidInputError as error:
            return Finding(position=0, fault=Fault.BAD_SIGNATURE, detail=f"the part's proof: {_clause(error)}")
        followed = _Followed(self._stored(), checkpoint.head.position)
        finding = followed.to_the_end(self._told())
        if finding:
            return finding
        if followed.tree.root() != root:
            return _unsigned(checkpoint)
        return Proven(checkpoint=checkpoint, ring=ring, rows=followed.rows, later=self._count - followed.rows)

    def _told(self) -> Iterator[bytes]:
        self._hashes.seek(0)
        while found := self._hashes.read(HASH_BYTES):
            yield found

    def _stored(self) -> Iterator[_Row]:
        self._rows.seek(0)
        while head := self._rows.read(_ROW.size):
            position, size, digest = _ROW.unpack(head)
            yield _Row(position, digest, self._rows.read(size))


class _Followed:
    """The walk over the tree, with the rows at hand."""

    def __init__(self, rows: Iterator[_Row], size: int) -> None:
        self._stored, self._size = rows, size
        self._row = _Row(0, GENESIS, b"")
        self._previous = GENESIS
        self.tree, self.rows = Tree(), 0

    def to_the_end(self, hashes: Iterator[bytes]) -> Finding | None:
        for step in walk(self._positions(), self._size):
            match step:
                case Held():
                    if link(self._previous, self._row.position, self._row.columns) != self._row.digest:
                        return _foreign(self._row.position)
                    self._know(self._row.digest)
                    self.rows += 1
                case Before():
                    self._know(_next(hashes))
                case _:
                    self.tree.append_subtree(step.level, _next(hashes))
        if next(hashes, None) is not None:
            raise BundleError("The bundle's proof does not fit its rows: there is more of it than they take.")
        return None

    def _positions(self) -> Iterator[int]:
        for self._row in self._stored:  # noqa: B020 - the walk asks for a position when it comes to it
            yield self._row.position

    def _know(self, digest: bytes) -> None:
        self._previous = digest
        self.tree.append(digest)


def _signed(proof: Proof, trusted: tuple[VerifierKey, ...]) -> tuple[KeyRing, Checkpoint, bytes]:
    """Raises InvalidInputError for what no key that is believed has signed."""
    ring = KeyRing(trusted)
    for each in proof.keys:
        key = VerifierKey.parse(each.key)
        ring.introduce(ring.keys[0].name if ring.keys else key.name, key, each.endorsement)
    checkpoint = Checkpoint.parse(ring.open(proof.note))
    if ring.keys and checkpoint.name != ring.keys[0].name:
        raise BadNoteError("The checkpoint is that of another log.")
    if checkpoint.root is None:
        raise BadNoteError("The checkpoint signs no tree.")
    return ring, checkpoint, checkpoint.root


def _next(hashes: Iterator[bytes]) -> bytes:
    found = next(hashes, None)
    if found is None:
        raise BundleError("The bundle's proof does not fit its rows: there is less of it than they take.")
    return found


def _foreign(position: int) -> Finding:
    detail = f"row {position} does not follow the row before it: its columns do not give its digest"
    return Finding(position=position, fault=Fault.CHANGED_ENVELOPE, detail=detail)


def _unsigned(checkpoint: Checkpoint) -> Finding:
    detail = (
        f"the rows are not those of the log that checkpoint {checkpoint.number} of "
        f"{checkpoint.signed_at:%Y-%m-%d %H:%M:%S} UTC was signed for: one was changed, put in or moved"
    )
    return Finding(position=checkpoint.head.position, fault=Fault.FOREIGN, detail=detail)


def _clause(error: InvalidInputError) -> str:
    return f"{error.message[:1].lower()}{error.message[1:].removesuffix('.')}"
