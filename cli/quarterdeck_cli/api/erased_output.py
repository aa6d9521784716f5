"""What was erased of a command's output."""

from quarterdeck_cli.api import Answer, read
from quarterdeck_cli.client import Client


class ErasedStretch(Answer, frozen=True, kw_only=True):
    """By offsets in the output. `position`: of the event that says so."""

    first: int
    until: int
    reason: str
    position: int
    output_sha256: str
    """Of all output since then, with the hole in it."""


async def erased_stretches(client: Client, command_id: str) -> tuple[ErasedStretch, ...]:
    """The earliest erasure first."""
    data = await client.query("command_erasures", {"id": command_id})
    return read(tuple[ErasedStretch, ...], data["command"]["erasures"]) if data["command"] else ()
