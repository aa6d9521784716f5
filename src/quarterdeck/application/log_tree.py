"""The Merkle tree over the log (`quarterdeck.audit.merkle`): its root, to be signed, and its hashes, to prove parts.

Nothing of it is stored. It is computed from the digests in blocks; a block's hash never changes and is kept in
memory, 32 bytes for 4096 events. A million events take a few seconds once in a process's life.
"""

import asyncio
from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass, field

from quarterdeck.application.ports.log import LogReader
from quarterdeck.audit.merkle import Subtree, Tree, hash_of, node, subtrees
from quarterdeck.domain.errors import InvalidInputError

BLOCK_LEVEL = 12
BLOCK = 1 << BLOCK_LEVEL
MOST_BLOCKS = 16
"""Of which the digests are kept: what is asked for next is often beside what was asked for."""


@dataclass
class LogTree:
    rows: LogReader
    _known: dict[Subtree, bytes] = field(default_factory=dict[Subtree, bytes])
    """Of a block's size and larger."""
    _blocks: "OrderedDict[int, Sequence[bytes]]" = field(default_factory=OrderedDict[int, Sequence[bytes]])
    """Digests of whole blocks, the last used at the end."""

    async def root(self, size: int) -> bytes:
        """Of the tree over the first `size` events."""
        tree = Tree()
        for each in subtrees(0, size):
            tree.append_subtree(each.level, await self.hash(each))
        return tree.root()

    async def hash(self, subtree: Subtree) -> bytes:
        """Raises InvalidInputError where the log does not reach so far."""
        if subtree.level < BLOCK_LEVEL:
            return await self._within_block(subtree)
        if (known := self._known.get(subtree)) is not None:
            return known
        if subtree.level == BLOCK_LEVEL:
            found = await self._within_block(subtree)
        else:
            level, place = subtree.level - 1, 2 * subtree.place
            await self.digest(subtree.end)  # one that is beyond the end is told before much is read
            left, right = await self.hash(Subtree(level, place)), await self.hash(Subtree(level, place + 1))
            found = node(left, right)
        self._known[subtree] = found
        return found

    async def digest(self, position: int) -> bytes:
        """The chain's digest at a position. Raises InvalidInputError where the log does not reach so far."""
        block, place = divmod(position - 1, BLOCK)
        digests = await self._digests(block)
        if not 0 <= place < len(digests):
            raise _beyond(position)
        return digests[place]

    async def _within_block(self, subtree: Subtree) -> bytes:
        block, start = divmod(subtree.start, BLOCK)
        size = 1 << subtree.level
        digests = (await self._digests(block))[start : start + size]
        if len(digests) < size:
            raise _beyond(subtree.end)
        return await asyncio.to_thread(hash_of, digests)

    async def _digests(self, block: int) -> Sequence[bytes]:
        if (known := self._blocks.get(block)) is not None:
            self._blocks.move_to_end(block)
            return known
        found = await self.rows.digests(block * BLOCK, BLOCK)
        if len(found) == BLOCK:
            self._blocks[block] = found
            if len(self._blocks) > MOST_BLOCKS:
                self._blocks.popitem(last=False)
        return found


def _beyond(position: int) -> InvalidInputError:
    return InvalidInputError(f"The log does not reach position {position}.", "Ask for what is before its head.")
