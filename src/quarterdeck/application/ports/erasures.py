"""Taking out of the log and the transcripts what a logged erasure names."""

from typing import Protocol

from quarterdeck.domain.erasure import ErasedOutput


class Erasures(Protocol):
    async def tombstone(self, position: int, fields: tuple[str, ...]) -> bytes | None:
        """What would stand in the place of an event's payload without these fields. None: nothing does any more.

        Raises ConflictError where it cannot be told, as the payload is no JSON that the database reads.
        """
        ...

    async def carry_out(self, erasure: int) -> None:
        """Does to the events what the PayloadErased at a position says. Done again, it changes nothing."""
        ...

    async def rewrite(self, erasure: int, output: ErasedOutput) -> None:
        """The same for a stretch of output that it names."""
        ...
