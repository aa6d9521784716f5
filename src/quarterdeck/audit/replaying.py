"""`qd audit replay`: opens the record, and plays it or prints what is asked of it."""

import asyncio
import sys
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from quarterdeck.audit.offline import telling
from quarterdeck.audit.replay import telling as tell
from quarterdeck.audit.replay.from_bundle import BundleRecord
from quarterdeck.audit.replay.from_server import ServerRecord
from quarterdeck.audit.replay.output_places import place_with_output
from quarterdeck.audit.replay.places import Place, place
from quarterdeck.audit.replay.record import Record
from quarterdeck.audit.replay.timeline import Timeline, timeline
from quarterdeck_cli import ids, resolve
from quarterdeck_cli.api.events import log_status
from quarterdeck_cli.command_line import closed_output
from quarterdeck_cli.errors import NotFoundError, UsageError
from quarterdeck_cli.exitcodes import ExitCode
from quarterdeck_cli.qd import Qd
from quarterdeck_cli.transcript.playback import Timeline as Pace


@dataclass(frozen=True, kw_only=True)
class Wish:
    speed: float = 1.0
    idle: float | None = None
    begin: str = "start"
    at: str | None = None
    diff: tuple[str, str] | None = None
    file: str | None = None
    as_json: bool = False


async def replay(qd: Qd, session: str | None, bundle: Path | None, wish: Wish) -> int:
    """The exit code."""
    _check(wish)
    async with _opened(qd, session, bundle) as (record, line):
        try:
            return await _show(qd, record, line, wish)
        except BrokenPipeError:
            return closed_output()


def _check(wish: Wish) -> None:
    if wish.at is not None and wish.diff is not None:
        raise UsageError("Both --at and --diff were given.", "Give one of them.")
    if wish.file is not None and wish.diff is not None:
        raise UsageError("A file is shown at one place.", "Give --at in place of --diff.")
    try:
        Pace(wish.speed, wish.idle)
    except ValueError as error:
        raise UsageError(f"It cannot be played so: {error}.", "Try --speed 4 --idle 2.") from error


@asynccontextmanager
async def _opened(qd: Qd, session: str | None, bundle: Path | None) -> AsyncGenerator[tuple[Record, Timeline]]:
    if bundle:
        with telling(bundle):
            with qd.out.status(f"Reading {bundle} …"):
                record = await asyncio.to_thread(BundleRecord, bundle, session)
            with record:
                yield record, _filled(await asyncio.to_thread(timeline, record.events()))
        return
    if session is None:
        raise UsageError("No session was named.", "`qd session list --all` shows them.")
    client = await qd.client()
    node = await resolve.session_id(client, session)
    end = (await log_status(client)).position
    with qd.out.status("Reading the session …") as say:
        live = ServerRecord(client, node, end, say)
        line = await asyncio.to_thread(lambda: timeline(live.events()))
    yield live, _filled(line)


def _filled(line: Timeline) -> Timeline:
    if not line.items:
        raise NotFoundError("There is no such session.", "List yours with `qd session list --all`.")
    return line


async def _show(qd: Qd, record: Record, line: Timeline, wish: Wish) -> int:
    if wish.file is not None:
        at = place(line, wish.at or "end")
        await asyncio.to_thread(tell.file, qd, record, line, at, wish.file, as_json=wish.as_json)
    elif wish.at is not None:
        tell.state(qd, line, place(line, wish.at), as_json=wish.as_json)
    elif wish.diff is not None:
        await asyncio.to_thread(tell.between, qd, record, line, wish.diff, as_json=wish.as_json)
    elif wish.as_json:
        tell.items_as_json(qd, line, await _begin(record, line, wish))
    elif qd.out.manner.plain or not (sys.stdin.isatty() and sys.stdout.isatty()):
        tell.items(qd, line, await _begin(record, line, wish))
    else:
        return await _play(record, line, wish)
    return ExitCode.OK


async def _begin(record: Record, line: Timeline, wish: Wish) -> Place:
    return await asyncio.to_thread(place_with_output, record, line, wish.begin)


async def _play(record: Record, line: Timeline, wish: Wish) -> int:
    from quarterdeck.audit.player.app import Player
    from quarterdeck.audit.player.model import Model
    from quarterdeck.audit.replay.clock import Clock

    title = f"session {ids.short(str(record.session_id))} {line.title}"
    model = Model(line, Clock(line.end, speed=wish.speed, idle=wish.idle, playing=True), title)
    model.seek(await _begin(record, line, wish))
    return await Player(model, record).run()
