"""Erasing from the log."""

from collections.abc import Sequence

from quarterdeck_cli.api import Answer, read
from quarterdeck_cli.client import Client, Json


class EventErasure(Answer, frozen=True):
    position: int
    topic: str
    fields: tuple[str, ...]
    payload: str | None = None


class OutputErasure(Answer, frozen=True):
    command_id: str
    first: int
    until: int


class Erasure(Answer, frozen=True):
    events: tuple[EventErasure, ...]
    output: tuple[OutputErasure, ...]
    position: int | None = None
    """Of the record; None: it was a dry run."""


async def erase_from_log(
    client: Client, reason: str, events: Sequence[Json], output: Sequence[Json], *, dry_run: bool
) -> Erasure:
    asked = {"reason": reason, "events": list(events), "output": list(output), "dryRun": dry_run}
    return read(Erasure, await client.mutate("erase_from_log", asked))
