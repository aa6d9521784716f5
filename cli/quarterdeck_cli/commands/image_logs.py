"""qd session log: the building of a session's image."""

import asyncio
from typing import Annotated

import typer

from quarterdeck_cli import ids, resolve
from quarterdeck_cli.api.image_logs import image_log
from quarterdeck_cli.qd import Qd
from quarterdeck_cli.text import plain

PAUSE_SECONDS = 0.5
Which = Annotated[str, typer.Argument(metavar="SESSION", help="A session's id, or the end of it.")]


async def log(qd: Qd, session: Which) -> None:
    """Print what the building of a session's image from a Dockerfile printed, as it comes while it is being built."""
    client = await qd.client()
    session_id = await resolve.session_id(client, session)
    after, rest = 0, b""
    while True:
        part = await image_log(client, session_id, after)
        *lines, rest = (rest + part.data).split(b"\n")
        for line in lines:
            qd.out.line(plain(line.decode(errors="replace")))
        if part.following == after:
            if not part.opening:
                break
            await asyncio.sleep(PAUSE_SECONDS)
        after = part.following
    if not after:
        qd.out.note(f"No image was built for session {ids.short(session_id)}.")
