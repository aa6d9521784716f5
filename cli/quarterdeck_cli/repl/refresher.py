"""Keeps what the completion and the toolbar read up to date, beside the prompt: by events, else by a timer."""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import ExitStack, aclosing, suppress
from datetime import UTC, datetime
from math import inf
from uuid import UUID

import msgspec

from quarterdeck_cli import ids
from quarterdeck_cli.api import access, events, read, sessions, usage
from quarterdeck_cli.api.events import Event
from quarterdeck_cli.api.paging import first
from quarterdeck_cli.client import Client
from quarterdeck_cli.connection import connected
from quarterdeck_cli.ending import end
from quarterdeck_cli.errors import CliError, ConnectionLostError, ServerFailure
from quarterdeck_cli.known import fetch
from quarterdeck_cli.known.stored import StoredKnown
from quarterdeck_cli.qd import Qd
from quarterdeck_cli.repl.backstage import Backstage
from quarterdeck_cli.repl.here import Here
from quarterdeck_cli.repl.status import Link, Status
from quarterdeck_cli.resume import Cursor, Subscription, resuming

GATHER_SECONDS = 0.5
"""Events come in swarms: one fetch answers for all of so long."""
EACH_SECONDS = 60.0
"""For what no event tells of: workers, and what was spent."""
AGAIN_SECONDS = 3.0
COUNTED = {"session": "sessions", "command": "running", "alert": "alerts", "budget": "asking"}
"""Kinds of which the toolbar says how many there are that somebody should know of."""
OFFLINE_AFTER = 2
"""Attempts to come back that failed."""


class Refresher:
    def __init__(
        self, qd: Qd, known: StoredKnown, here: Here, changed: Callable[[], None], learned: Callable[[], None]
    ) -> None:
        """`changed` is told when the status is another one, `learned` when names came that somebody waits for."""
        self._qd, self._known, self._here, self._changed, self._learned = qd, known, here, changed, learned
        self.backstage = Backstage(qd.logins)
        self.status = Status()
        self._me: UUID | None = None
        self.stale = set(fetch.KINDS)
        """Kinds to be fetched."""
        self._read = 0
        """The log position that the read models are known to have come to."""
        self._wanted: set[tuple[str, str]] = set()
        self._log_ins = qd.log_ins
        self._another, self._wake = asyncio.Event(), asyncio.Event()
        self._wake.set()

    async def run(self) -> None:
        """Until it is cancelled. It has a client of its own, to which nothing answers but the server."""
        with ExitStack() as stack:
            while True:
                self._log_ins = self._qd.log_ins
                self._another.clear()
                try:
                    async with connected(self._qd.logins, lambda login: self.backstage.enter(login, stack)) as client:
                        await self._refresh(client)
                except CliError:
                    self._set(link=Link.OFFLINE)
                    await asyncio.sleep(AGAIN_SECONDS)

    async def _refresh(self, client: Client) -> None:
        """Until another log-in is chosen."""
        self._known.move(self.backstage.path)
        self.status, self._read = Status(), 0
        self._look_at_queue()
        self.refetch(set(fetch.KINDS))
        work = [asyncio.create_task(self._persist(part, client)) for part in (self._listen, self._fetch, self._tick)]
        try:
            await self._another.wait()
        finally:
            await end(*work)

    # --- what the prompt tells ---

    def own_command_ended(self) -> None:
        """It may have changed anything, files of the session above all."""
        self.backstage.folders.forget()
        self._known.look_again()
        self._set(unread=0, sent=0)
        self._look_at_queue()
        if self._qd.log_ins != self._log_ins:
            self._another.set()
        self.refetch(set(fetch.KINDS))

    def refetch(self, kinds: set[str]) -> None:
        self.stale |= kinds
        self._wake.set()

    def want_folder(self, session: str, folder: str) -> None:
        """Somebody is about to type a path there."""
        self._wanted.add((session, folder))
        self._wake.set()

    # --- the work ---

    async def _persist(self, work: Callable[[Client], Awaitable[None]], client: Client) -> None:
        while True:
            try:
                await work(client)
            except ConnectionLostError:
                self._set(link=Link.OFFLINE)
                await asyncio.sleep(AGAIN_SECONDS)
            except Exception:  # noqa: BLE001 - whoever types is not to be disturbed by what is only shown beside
                await asyncio.sleep(AGAIN_SECONDS)

    async def _listen(self, client: Client) -> None:
        """Every event that this user may see, from now on, through cuts."""
        self._me = ids.uuid_of((await access.viewer(client)).id)
        if self._here.project_id is None:
            with suppress(CliError):
                await self._here.find(client)
        cursor = Cursor((await events.log_status(client)).position)
        self._set(link=Link.UP, position=cursor.after)
        attempts = 0

        def cut() -> None:
            nonlocal attempts
            attempts += 1
            self._set(link=Link.RECONNECTING if attempts <= OFFLINE_AFTER else Link.OFFLINE)

        def connected() -> None:
            nonlocal attempts
            attempts = 0
            self._set(link=Link.UP)
            self.refetch(set(fetch.KINDS))

        cursor.on_cut, cursor.on_connected = cut, connected
        subscription = Subscription("watch_events", {"projectId": None})
        async with aclosing(resuming(client, subscription, cursor, _say_nothing, patience=inf)) as messages:
            async for message in messages:
                self._happened(read(Event, message))
                cursor.after = max(cursor.after, self.status.position or 0)

    def _happened(self, event: Event) -> None:
        foreign = event.actor_kind.lower() != "system" and ids.uuid_of(event.actor_id) != self._me
        self._set(position=event.position, unread=self.status.unread + foreign)
        if kinds := fetch.touched(event.topic):
            self.refetch(kinds)

    async def _fetch(self, client: Client) -> None:
        await self._wake.wait()
        self._wake.clear()
        try:
            await self._send(client)
            while self._wanted:
                await self._fetch_folder(client, *self._wanted.pop())
            await asyncio.sleep(GATHER_SECONDS)
            await self.fetch_stale(client)
        except CliError:
            self._wake.set()
            raise
        finally:
            await self.backstage.write()
            self._known.look_again()
            self._changed()

    async def fetch_stale(self, client: Client) -> None:
        """What becomes stale meanwhile is for the next time: the read models may not have come to that yet."""
        due, self.stale = self.stale, set[str]()
        try:
            is_news = await self._come_to_news(client)
            while due:
                kind = due.pop()
                await self._fetch_kind(client, kind)
                if not is_news:
                    self.refetch({kind})
        finally:
            self.stale |= due

    async def _come_to_news(self, client: Client) -> bool:
        """Waits, as long as the server does, until what was heard of is in its read models: that of sessions comes to
        it with nearly all others. False where it is not yet.
        """
        position = self.status.position or 0
        if position > self._read:
            try:
                await first(sessions.sessions(client, wait_for=position), 1)
            except ServerFailure as failure:
                if failure.code == "UNAVAILABLE":
                    return False
            self._read = position
        return True

    async def _send(self, client: Client) -> None:
        """What was changed offline goes out first, so that what is fetched has it."""
        if not self.status.waiting:
            self._look_at_queue()
        if self.status.waiting:
            sent = await self.backstage.send(client)
            self._set(sent=self.status.sent + len(sent.done))
            self._look_at_queue()
            if sent.stopped:
                raise sent.stopped

    def _look_at_queue(self) -> None:
        waiting, undecided = self.backstage.pending()
        self._set(waiting=waiting, undecided=undecided)

    async def _fetch_kind(self, client: Client, kind: str) -> None:
        try:
            live = await fetch.KINDS[kind].fetch(client, self._here.project_id)
            if kind == "session":
                await self._here.look(client)
        except ServerFailure as failure:
            if failure.code == "FORBIDDEN":
                await self.backstage.forget(kind)
        except CliError:
            self.stale.add(kind)
            raise
        else:
            self._set(**({COUNTED[kind]: live} if kind in COUNTED else {}))

    async def _fetch_folder(self, client: Client, session: str, folder: str) -> None:
        from quarterdeck_cli import resolve

        session_id = await resolve.session_id(client, session)
        self.backstage.folders.learn(session, folder, await fetch.folder(client, session_id, folder))
        self._learned()

    async def _tick(self, client: Client) -> None:
        self.refetch({"worker"})
        if self._here.project_id:
            self._set(spent_today=await spent_today(client, self._here.project_id))
        await asyncio.sleep(AGAIN_SECONDS if self.status.spent_today is None else EACH_SECONDS)

    def _set(self, **changes: object) -> None:
        before, self.status = self.status, msgspec.structs.replace(self.status, **changes)
        if before != self.status:
            self._changed()


def _say_nothing(_text: str) -> None:
    """The toolbar tells."""


async def spent_today(client: Client, project_id: str) -> str:
    """Dollars since midnight here, with cents."""
    now = datetime.now().astimezone()
    midnight = now.replace(hour=0, minute=0, second=0, microsecond=0)
    asked = {
        "from": midnight.astimezone(UTC).isoformat(),
        "to": now.astimezone(UTC).isoformat(),
        "measures": ["COST"],
        "bucket": "DAY",
        "groupBy": [],
    }
    series = await usage.usage(client, project_id, asked)
    return f"{sum(float(point.usd or 0) for point in series.totals):.2f}"
