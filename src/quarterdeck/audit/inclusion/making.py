"""A proof of a part's rows, fetched from the API, for `qd audit export`."""

from collections.abc import AsyncIterator, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice

from quarterdeck.audit.bundle.contents import KnownKey, Proof
from quarterdeck.audit.checkpoints import Checkpoint, checkpoint_in
from quarterdeck.audit.inclusion.walk import Before, Held, Step, walk
from quarterdeck.audit.merkle import Subtree
from quarterdeck.audit.notes import BadNoteError
from quarterdeck_cli.api.log_tree import MOST, tree_head, tree_parts
from quarterdeck_cli.client import Client
from quarterdeck_cli.errors import ProtocolError


@dataclass(frozen=True, kw_only=True)
class SignedTree:
    """What is there to prove rows by."""

    proof: Proof
    checkpoint: Checkpoint


async def signed_tree(client: Client) -> SignedTree | None:
    """None where no checkpoint signs a tree yet. Its signature is not looked at: whoever checks the part does."""
    head = await tree_head(client)
    if head.checkpoint is None:
        return None
    try:
        checkpoint = checkpoint_in(head.checkpoint.note)
    except BadNoteError as error:
        raise ProtocolError(f"The newest checkpoint cannot be read: {error.message}") from error
    if checkpoint.root is None:
        return None
    keys = [KnownKey(key=each.key, endorsement=each.endorsement) for each in head.keys]
    return SignedTree(proof=Proof(note=head.checkpoint.note, keys=keys), checkpoint=checkpoint)


async def hashes(client: Client, positions: Iterator[int], size: int) -> AsyncIterator[bytes]:
    """What the walk over these rows takes, in its order."""
    steps = (step for step in walk(positions, size) if not isinstance(step, Held))
    while some := list(islice(steps, MOST)):
        for each in await _fetched(client, some):
            yield each


async def _fetched(client: Client, steps: Sequence[Step]) -> list[bytes]:
    before = [step.position for step in steps if isinstance(step, Before)]
    subtrees = [step for step in steps if isinstance(step, Subtree)]
    digests, nodes = await tree_parts(client, before, [(each.level, each.place) for each in subtrees])
    if (len(digests), len(nodes)) != (len(before), len(subtrees)):
        raise ProtocolError("The server gave another number of hashes than it was asked for.")
    of_digests, of_nodes = iter(digests), iter(nodes)
    return [next(of_digests) if isinstance(step, Before) else next(of_nodes) for step in steps]
