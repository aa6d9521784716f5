"""The Merkle tree over the log."""

import base64
from collections.abc import Sequence

from quarterdeck_cli.api import Answer, read
from quarterdeck_cli.api.checkpoints import Checkpoint
from quarterdeck_cli.client import Client

MOST = 1000
"""Digests, and hashes, that are asked for at once."""


class SigningKey(Answer, frozen=True):
    key: str
    endorsement: str | None = None


class TreeHead(Answer, frozen=True):
    checkpoint: Checkpoint | None
    keys: tuple[SigningKey, ...]


async def tree_head(client: Client) -> TreeHead:
    return read(TreeHead, (await client.query("log_tree_head"))["logTree"])


async def tree_parts(
    client: Client, positions: Sequence[int], subtrees: Sequence[tuple[int, int]]
) -> tuple[list[bytes], list[bytes]]:
    """The digests at these positions, and the hashes of these subtrees, each a level and a place."""
    asked = [{"level": level, "place": place} for level, place in subtrees]
    found = (await client.query("log_tree", {"positions": list(positions), "subtrees": asked}))["logTree"]
    return (
        [base64.b64decode(each) for each in found["digests"]],
        [base64.b64decode(each) for each in found["hashes"]],
    )
