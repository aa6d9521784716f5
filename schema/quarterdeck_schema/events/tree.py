"""Asking for what proves that events are in the log, without the rest of it."""

from collections.abc import Sequence

import strawberry

from quarterdeck.audit.merkle import Subtree
from quarterdeck.domain.checkpoint import KEYS_ID, SigningKeyIntroduced
from quarterdeck.domain.errors import InvalidInputError
from quarterdeck_schema.context import Info
from quarterdeck_schema.events.checkpoints import Checkpoint, checkpoint_of
from quarterdeck_schema.requires import described, query
from quarterdeck_schema.scalars import Base64, Long

MOST = 1000
MOST_LEVEL = 62


@strawberry.type
class SigningKey:
    key: str = strawberry.field(description="The public key, as `qd audit keys` prints it.")
    endorsement: str | None = strawberry.field(description="A note by which the key before vouches for it.")


@strawberry.input
class SubtreeInput:
    level: int = strawberry.field(description="It has 2^level leaves.")
    place: Long = strawberry.field(description="Among those of its level, from 0.")


@strawberry.type
class LogTree:
    @described("The newest checkpoint that is kept outside of the log.")
    async def checkpoint(self, info: Info) -> Checkpoint | None:
        found = await info.context.services.checkpoints.newest()
        return checkpoint_of(found) if found else None

    @described("The keys that sign checkpoints, oldest first.")
    async def keys(self, info: Info) -> list[SigningKey]:
        found = [each.event for each in await info.context.services.log.load(KEYS_ID)]
        return [
            SigningKey(key=each.key, endorsement=each.endorsement)
            for each in found
            if isinstance(each, SigningKeyIntroduced)
        ]

    @described("The chain's digests at these positions, whoever may see the events there: a digest tells nothing.")
    async def digests(self, info: Info, positions: list[Long]) -> list[Base64]:
        _check(positions)
        return [Base64(await info.context.services.tree.digest(each)) for each in positions]

    @described("The hashes of these complete subtrees.")
    async def hashes(self, info: Info, subtrees: list[SubtreeInput]) -> list[Base64]:
        _check(subtrees)
        return [Base64(await info.context.services.tree.hash(_subtree(each))) for each in subtrees]


@strawberry.type
class LogTreeQueries:
    @query("event:read", "The Merkle tree over the log (RFC 6962), whose root checkpoints sign.")
    async def log_tree(self) -> LogTree:
        return LogTree()


def _check(asked: Sequence[object]) -> None:
    if len(asked) > MOST:
        raise InvalidInputError(f"{len(asked):,} are asked for; at most {MOST:,} may be.", "Ask several times.")


def _subtree(asked: SubtreeInput) -> Subtree:
    if not 0 <= asked.level <= MOST_LEVEL or asked.place < 0:
        raise InvalidInputError(f"There is no subtree {asked.place} of level {asked.level}.", field="subtrees")
    return Subtree(asked.level, asked.place)
