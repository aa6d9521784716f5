"""Signatures over the log, checked along the walk of its chain: its keys, and the checkpoints that they signed.

Whoever can write the database can write the log anew, keys and all. But they cannot sign with a key that was noted
elsewhere, and cannot take back the notes that lie in the checkpoint store. So the proof is only as good as two things:
a key that the reader trusts, and notes from outside of the log.
"""

import tempfile
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from functools import partial
from typing import IO, Self

from quarterdeck.adapters.postgres.codec import decode
from quarterdeck.application.ports.log import RawEvent
from quarterdeck.audit.chain import Head
from quarterdeck.audit.checkpoints import Checkpoint, log_name
from quarterdeck.audit.keyring import KeyRing
from quarterdeck.audit.merkle import Subtree, Tree, hash_of, subtrees
from quarterdeck.audit.notes import BadNoteError, VerifierKey
from quarterdeck.audit.tampering import Fault, Finding
from quarterdeck.domain.checkpoint import CheckpointSigned, SigningKeyIntroduced
from quarterdeck.domain.errors import InvalidInputError

TOPICS = frozenset({SigningKeyIntroduced.TOPIC, CheckpointSigned.TOPIC})
DIGEST_BYTES = 32
IN_MEMORY = 2**20
BLOCK_LEVEL = 10
MOST_ROOTS = 100_000
"""That are kept: some weeks' checkpoints."""


@dataclass
class Signatures:
    """Told of each good row in order, then of what lies outside; to be entered before."""

    trusted: tuple[VerifierKey, ...] = ()
    """Keys that the reader knows. Where none is given, the log's first is believed."""
    signed: int = 0
    """Checkpoints in the log. Each has a good signature, and the digest of the chain."""
    outside: int = 0
    """Notes from outside, the same."""
    last: Checkpoint | None = None
    """The newest of all these."""
    ring: KeyRing = field(init=False)
    """The keys that the log names."""
    _name: str = ""
    _digests: IO[bytes] = field(default_factory=partial(tempfile.SpooledTemporaryFile, IN_MEMORY))
    """Of every position, in order: a note may be about one long before its own event. A file, as logs are long."""
    _end: int = 0
    _tree: Tree = field(default_factory=Tree)
    """Follows behind, up to the last checkpoint that has a root."""
    _roots: dict[int, bytes] = field(default_factory=dict[int, bytes])

    def __post_init__(self) -> None:
        self.ring = KeyRing(self.trusted)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._digests.close()

    def take(self, event: RawEvent) -> Finding | None:
        """What is wrong with what this row introduces or signs."""
        self._digests.write(event.digest)
        self._end = event.position
        if event.position == 1:
            self._name = log_name(event.digest)
        if event.topic not in TOPICS:
            return None
        try:
            self._take(event)
        except (BadNoteError, InvalidInputError) as error:
            return Finding(position=event.position, fault=Fault.BAD_SIGNATURE, detail=_clause(error))
        return None

    def compare(self, notes: Iterable[str]) -> Finding | None:
        """After the last row: what in the log does not agree with notes that were kept outside of it."""
        for note in notes:
            try:
                checkpoint = self._opened(note)
            except BadNoteError as error:
                return Finding(position=self._end, fault=Fault.BAD_SIGNATURE, detail=f"a note from outside: {error}")
            if finding := self._disagreement(checkpoint):
                return finding
            self.outside += 1
            self._remember(checkpoint)
        return None

    def _take(self, event: RawEvent) -> None:
        found = decode(event.topic, event.schema_version, event.payload)
        if isinstance(found, SigningKeyIntroduced):
            self.ring.introduce(self._name, VerifierKey.parse(found.key), found.endorsement)
        elif isinstance(found, CheckpointSigned):
            checkpoint = self._opened(found.note)
            if self._disagreement(checkpoint):
                raise BadNoteError(f"Checkpoint {checkpoint.number} is not about the log as it is here.")
            self.signed += 1
            self._remember(checkpoint)

    def _opened(self, note: str) -> Checkpoint:
        return Checkpoint.parse(self.ring.open(note))

    def _disagreement(self, checkpoint: Checkpoint) -> Finding | None:
        head = checkpoint.head
        told = f"checkpoint {checkpoint.number} of {checkpoint.signed_at:%Y-%m-%d %H:%M:%S} UTC"
        if head.position > self._end:
            detail = f"the log ends at {self._end}; {told} was signed at {head.position}"
            return Finding(position=self._end + 1, fault=Fault.CUT_OFF, detail=detail)
        if checkpoint.name != self._name or self._digest(head) != head.digest:
            detail = f"row {head.position} is not the one that {told} was signed for: the log was written anew"
            return Finding(position=head.position, fault=Fault.CHANGED_ENVELOPE, detail=detail)
        if checkpoint.root is not None and self._root(head.position) != checkpoint.root:
            detail = f"{told} has a tree that is not that of the rows up to {head.position}"
            return Finding(position=head.position, fault=Fault.CHANGED_ENVELOPE, detail=detail)
        return None

    def _root(self, size: int) -> bytes:
        """Of the tree up to there. Notes from outside are mostly those that are in the log, too."""
        known = self._roots.get(size)
        if known is None:
            known = self._walked(size)
            if len(self._roots) < MOST_ROOTS:
                self._roots[size] = known
        return known

    def _walked(self, size: int) -> bytes:
        """Checkpoints come in their order, so the tree is seldom begun anew."""
        if size < self._tree.size:
            self._tree = Tree()
        self._digests.seek(self._tree.size * DIGEST_BYTES)
        for each in subtrees(self._tree.size, size):
            for level, digests in self._leaves(each):
                self._tree.append_subtree(level, hash_of(digests))
        self._digests.seek(0, 2)
        return self._tree.root()

    def _leaves(self, subtree: Subtree) -> Iterator[tuple[int, list[bytes]]]:
        """Of the subtree that begins where the file stands, in blocks."""
        level = min(subtree.level, BLOCK_LEVEL)
        size = DIGEST_BYTES << level
        for _ in range(1 << (subtree.level - level)):
            block = self._digests.read(size)
            yield level, [block[at : at + DIGEST_BYTES] for at in range(0, size, DIGEST_BYTES)]

    def _digest(self, head: Head) -> bytes:
        self._digests.seek((head.position - 1) * DIGEST_BYTES)
        found = self._digests.read(DIGEST_BYTES)
        self._digests.seek(0, 2)
        return found

    def _remember(self, checkpoint: Checkpoint) -> None:
        if self.last is None or checkpoint.head.position > self.last.head.position:
            self.last = checkpoint


def _clause(error: InvalidInputError) -> str:
    return f"{error.message[:1].lower()}{error.message[1:].removesuffix('.')}"
