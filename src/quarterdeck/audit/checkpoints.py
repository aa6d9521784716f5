"""Checkpoints of the log: what its head was at a time, to be signed and kept elsewhere.

The text is that of C2SP's `tlog-checkpoint`: the log's name, the position, the digest there in base64; then, as
extension lines, the number of the checkpoint, the time, and the root of the Merkle tree over the digests up to there
(`quarterdeck.audit.merkle`), in base64. The digest is the chain's (`quarterdeck.audit.chain`): a whole log is checked
by walking it, a part by the tree. Checkpoints of earlier releases have no root; further lines are left to later ones.
"""

from base64 import b64decode, b64encode
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Self

from quarterdeck.audit.chain import Head
from quarterdeck.audit.notes import BadNoteError

NAME_BYTES = 8
TREE = "tree "


def log_name(first_digest: bytes) -> str:
    """A log's name comes from the digest of its first event: no two logs have the same."""
    return f"quarterdeck-log/{first_digest[:NAME_BYTES].hex()}"


@dataclass(frozen=True, kw_only=True)
class Checkpoint:
    name: str
    """Of the log."""
    number: int
    """Counts from 1."""
    head: Head
    signed_at: datetime
    root: bytes | None = None
    """Of the tree; None: an earlier release signed it."""

    def text(self) -> str:
        digest = b64encode(self.head.digest).decode()
        moment = self.signed_at.isoformat()
        tree = "" if self.root is None else f"{TREE}{b64encode(self.root).decode()}\n"
        return f"{self.name}\n{self.head.position}\n{digest}\nnumber {self.number}\ntime {moment}\n{tree}"

    @classmethod
    def parse(cls, text: str) -> Self:
        """From the text of a note. Raises BadNoteError."""
        try:
            name, position, digest, number, moment, *further = text.removesuffix("\n").split("\n")
            return cls(
                name=name,
                number=int(number.removeprefix("number ")),
                head=Head(position=int(position), digest=b64decode(digest, validate=True)),
                signed_at=datetime.fromisoformat(moment.removeprefix("time ")),
                root=_root(further),
            )
        except ValueError as error:
            raise BadNoteError("The note is no checkpoint of a log.") from error


def _root(lines: Sequence[str]) -> bytes | None:
    return next((b64decode(each.removeprefix(TREE), validate=True) for each in lines if each.startswith(TREE)), None)


def checkpoint_in(note: str) -> Checkpoint:
    """What a note says; its signature is not looked at. Raises BadNoteError."""
    return Checkpoint.parse(f"{note.rpartition(chr(10) * 2)[0]}\n")
