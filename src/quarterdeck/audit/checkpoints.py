"""Checkpoints of the log: what its head was at a time, to be signed and kept elsewhere.

The text is that of C2SP's `tlog-checkpoint`: the log's name, the position, the digest there in base64; then, as
extension lines, the number of the checkpoint and the time. The digest is the chain's (`quarterdeck.audit.chain`), not
the root of a Merkle tree: it is checked by walking the chain.
"""

from base64 import b64decode, b64encode
from dataclasses import dataclass
from datetime import datetime
from typing import Self

from quarterdeck.audit.chain import Head
from quarterdeck.audit.notes import BadNoteError

NAME_BYTES = 8


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

    def text(self) -> str:
        digest = b64encode(self.head.digest).decode()
        moment = self.signed_at.isoformat()
        return f"{self.name}\n{self.head.position}\n{digest}\nnumber {self.number}\ntime {moment}\n"

    @classmethod
    def parse(cls, text: str) -> Self:
        """From the text of a note. Raises BadNoteError."""
        try:
            name, position, digest, number, moment = text.removesuffix("\n").split("\n")
            return cls(
                name=name,
                number=int(number.removeprefix("number ")),
                head=Head(position=int(position), digest=b64decode(digest, validate=True)),
                signed_at=datetime.fromisoformat(moment.removeprefix("time ")),
            )
        except ValueError as error:
            raise BadNoteError("The note is no checkpoint of a log.") from error


def position_of(note: str) -> int:
    """What a note says that it is about; its signature is not looked at. Raises BadNoteError."""
    return Checkpoint.parse(f"{note.rpartition(chr(10) * 2)[0]}\n").head.position
