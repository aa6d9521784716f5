"""The log's signed checkpoints."""

from collections.abc import AsyncIterator

from quarterdeck_cli.api import Answer
from quarterdeck_cli.api.paging import pages
from quarterdeck_cli.client import Client

PAGE = 500


class Checkpoint(Answer, frozen=True):
    number: int
    note: str


def checkpoints(client: Client) -> AsyncIterator[Checkpoint]:
    """All that are kept outside of the log, in their order."""
    return pages(client, "checkpoints", "checkpoints", {"first": PAGE}, Checkpoint)
