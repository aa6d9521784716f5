"""The Merkle tree over the log's digests, as RFC 6962 lays it down: a part of the log is proven by it without the rest.

The leaves are the chain's digests (`quarterdeck.audit.chain`), the first that of position 1.

    leaf = SHA-256(0x00 ‖ digest)        node = SHA-256(0x01 ‖ left ‖ right)

A subtree is complete and lies where its size says: of level 3, eight leaves from a multiple of eight on. The root of a
tree of any size is made of the complete subtrees that it consists of.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from hashlib import sha256
from typing import NamedTuple


class Subtree(NamedTuple):
    level: int
    place: int
    """Among those of its level, from 0."""

    @property
    def start(self) -> int:
        """Leaves before it."""
        return self.place << self.level

    @property
    def end(self) -> int:
        return (self.place + 1) << self.level


def leaf(digest: bytes) -> bytes:
    return sha256(b"\x00" + digest).digest()


def node(left: bytes, right: bytes) -> bytes:
    return sha256(b"\x01" + left + right).digest()


def hash_of(digests: Sequence[bytes]) -> bytes:
    """Of a complete subtree with these leaves, level by level: half the time of one after the other."""
    hashes = [sha256(b"\x00" + each).digest() for each in digests]
    while len(hashes) > 1:
        hashes = [sha256(b"\x01" + left + right).digest() for left, right in zip(*[iter(hashes)] * 2, strict=True)]
    return hashes[0]


def subtrees(start: int, end: int) -> Iterator[Subtree]:
    """The fewest that the leaves from `start` up to `end` consist of, in their order."""
    while start < end:
        level = (end - start).bit_length() - 1
        if start:
            level = min(level, (start & -start).bit_length() - 1)
        yield Subtree(level, start >> level)
        start += 1 << level


@dataclass
class Tree:
    """Grows to the right; holds a hash for each level at most."""

    size: int = 0
    """Leaves."""
    _peaks: list[tuple[int, bytes]] = field(default_factory=list[tuple[int, bytes]])
    """Levels and hashes of the subtrees, the largest first."""

    def append(self, digest: bytes) -> None:
        self.append_subtree(0, leaf(digest))

    def append_subtree(self, level: int, hash_: bytes) -> None:
        """One that begins where the tree ends. Raises ValueError where none of its size can."""
        if self.size & ((1 << level) - 1):
            raise ValueError(f"no subtree of level {level} begins at {self.size}")
        self.size += 1 << level
        while self._peaks and self._peaks[-1][0] == level:
            hash_ = node(self._peaks.pop()[1], hash_)
            level += 1
        self._peaks.append((level, hash_))

    def root(self) -> bytes:
        """Of the tree as it is; that of no leaves is SHA-256 of nothing."""
        if not self._peaks:
            return sha256().digest()
        root = self._peaks[-1][1]
        for _, left in reversed(self._peaks[:-1]):
            root = node(left, root)
        return root


def root_of(digests: Iterable[bytes]) -> bytes:
    tree = Tree()
    for each in digests:
        tree.append(each)
    return tree.root()
