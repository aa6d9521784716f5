"""Transcripts: what a command printed, as recorded, frame by frame."""

import base64
from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any, Final

from quarterdeck_cli.client import Client
from quarterdeck_cli.errors import NotFoundError, ProtocolError

OUTPUT_KINDS: Final = frozenset({"OUTPUT", "ERROR"})
PAGE_BYTES = 256 * 1024
MAX_PAGE_BYTES = 1024 * 1024


@dataclass(frozen=True)
class Frame:
    """`offset`: output bytes before it. `time_us`: since the command started."""

    kind: str
    offset: int
    time_us: int
    data: bytes

    @property
    def end(self) -> int:
        """The output offset after it."""
        return self.offset + len(self.data) if self.kind in OUTPUT_KINDS else self.offset


async def frames(client: Client, command_id: str, after: int = 0) -> AsyncIterator[Frame]:
    """Every recorded frame from an output offset on, once and in order.

    Pages are cut by output offset, so frames without output that lie at a cut come with both pages.
    """
    limit, complete = PAGE_BYTES, False
    at_cut: set[Frame] = set()
    while not complete:
        page = await _page(client, command_id, after, limit)
        got = [_frame(item) for item in page["frames"]]
        for frame in got:
            if frame not in at_cut:
                yield frame
        following, complete = int(page["nextOffset"]), bool(page["complete"])
        fresh = {frame for frame in got if frame.kind not in OUTPUT_KINDS and frame.offset == following}
        if following == after and not complete:
            if not fresh - at_cut:
                return
            if limit == MAX_PAGE_BYTES:
                raise ProtocolError(
                    f"More than {limit:,} bytes of input lie at output offset {after:,} of this transcript.",
                    "What follows cannot be read page by page; `qd attach` shows it.",
                )
            limit = MAX_PAGE_BYTES
        at_cut = fresh | (at_cut if following == after else set())
        after = following


async def _page(client: Client, command_id: str, after: int, limit: int) -> Any:
    data = await client.query("transcript", {"id": command_id, "after": after, "limit": limit})
    if data["command"] is None:
        raise NotFoundError("There is no such command.", "List a session's with `qd command list -s SESSION`.")
    return data["command"]["transcript"]


def _frame(item: Any) -> Frame:
    return Frame(item["kind"], int(item["offset"]), int(item["timeUs"]), base64.b64decode(item["data"]))
