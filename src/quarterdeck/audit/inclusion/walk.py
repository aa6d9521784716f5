"""What a proof of some rows consists of, and in which order: he who makes it and he who checks it walk alike.

For each row that is held, its digest comes out of its own columns and the digest of the row before. Where that row is
not held, its digest is in the proof; it says nothing about the row. All else is complete subtrees, by their hashes.
So a proof is a sequence of 32 bytes each, and needs no names.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from quarterdeck.audit.merkle import Subtree, subtrees


@dataclass(frozen=True)
class Held:
    """The row at a position."""

    position: int


@dataclass(frozen=True)
class Before:
    """The digest at a position, of a row that is not held."""

    position: int


Step = Held | Before | Subtree


def walk(positions: Iterable[int], size: int) -> Iterator[Step]:
    """From the first leaf to the last of a tree. `positions`: in order, those of the rows that are held; what is beyond
    the tree is left out."""
    done = 0
    for position in positions:
        if position > size:
            break
        if position - 1 > done:
            yield from subtrees(done, position - 2)
            yield Before(position - 1)
        yield Held(position)
        done = position
    yield from subtrees(done, size)
