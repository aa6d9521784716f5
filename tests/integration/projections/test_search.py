"""The read model of searches: what is in it, what is erased from it, and that a rebuild gives the same."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager, suppress
from hashlib import sha256
from uuid import UUID

import psycopg
import pytest
from tests.support.projecting import (
    Story,
    command_finished,
    command_requested,
    command_started,
    projected,
    projecting,
    story_in,
    tables,
)
from tests.support.services import Database
from tests.support.waiting import eventually
from uuid_utils.compat import uuid7

from quarterdeck.adapters.postgres.codec import decode
from quarterdeck.adapters.postgres.erasures import PostgresErasures
from quarterdeck.adapters.postgres.pool import Pool
from quarterdeck.adapters.postgres.transcripts import PostgresTranscriptStore
from quarterdeck.application.erasing import Erasing, EventTarget, OutputTarget
from quarterdeck.application.frames import Frame, FrameKind, encode
from quarterdeck.application.ports.callers import Caller
from quarterdeck.application.search_query import by_words
from quarterdeck.domain.command import CommandLost
from quarterdeck.domain.errors import InvalidInputError
from quarterdeck_projections import database as pools
from quarterdeck_projections import scrubbing
from quarterdeck_projections.queries import output_erasures, search
from quarterdeck_projections.queries.search import Found, PieceRow, Place, SearchFilter
from quarterdeck_projections.rebuild import rebuild
from quarterdeck_projections.search.pieces import PIECE


class Deck:
    """A log, its transcripts and what is found of them."""

    def __init__(self, database: Database, story: Story, pool: Pool) -> None:
        self.database = database
        self.story = story
        self.transcripts = PostgresTranscriptStore(pool)
        self.erasing = Erasing(story.log, story.log, self.transcripts, PostgresErasures(pool))
        self.caller = Caller(user_id=story.user, user_name="ada", token_id=uuid7(), scopes=(), correlation_id=uuid7())

    async def ran(self, text: str, printed: bytes, *, ended: bool = True, lost: bool = False) -> UUID:
        command_id, session_id = uuid7(), self.session
        await self.story.tell(
            command_id,
            command_requested(session_id, self.story.project, text),
            command_started(),
            session_id=session_id,
        )
        if printed:
            frames = [
                Frame(FrameKind.OUTPUT, at, 0, printed[at : at + 100_000]) for at in range(0, len(printed), 100_000)
            ]
            if ended:
                frames.append(Frame(FrameKind.END, len(printed), 0, b""))
            await self.transcripts.append(command_id, 0, b"".join(map(encode, frames)))
        if ended:
            end = CommandLost(reason="gone") if lost else command_finished()
            await self.story.tell(command_id, end, session_id=session_id)
        return command_id

    async def begin(self) -> None:
        await self.story.begin()
        self.session = await self.story.open_session()

    async def found(self, text: str, chosen: SearchFilter | None = None, since: Place | None = None) -> list[PieceRow]:
        await projected(self.database, await self.story.log.head(), "search", "commands")
        async with pools.Database(self.database.app_url) as database:
            return await search.pieces(database, by_words(text), chosen or SearchFilter(), since, 100)

    async def in_commands(self, text: str, chosen: SearchFilter | None = None) -> list[tuple[UUID, int]]:
        return [(row.command_id, row.place.number) for row in await self.found(text, chosen)]


@asynccontextmanager
async def deck_in(database: Database) -> AsyncGenerator[Deck]:
    async with story_in(database) as story, Pool(database.app_url) as pool, projecting(database):
        deck = Deck(database, story, pool)
        await deck.begin()
        yield deck


async def test_commands_are_found_by_words_of_their_text_and_pieces_of_their_output(database: Database) -> None:
    async with deck_in(database) as deck:
        long = b"".join(b"line %d of many\n" % number for number in range(12_000)) + "am Ende ähnlich".encode()
        first = await deck.ran("make foo_bar.c", long)
        lost = await deck.ran("sleep 9", b"foo_bar.c: \x1b[31mfailed\x1b[0m\n", lost=True)
        silent = await deck.ran("true", b"")

        assert await deck.in_commands("foo_bar") == [(lost, 1), (first, 0)]
        assert await deck.in_commands("failed") == [(lost, 1)]
        last = len(await deck.found("line"))
        assert len(long) / PIECE / 2 < last <= len(long) / PIECE + 1
        assert await deck.in_commands("ÄHNLICH") == [(first, last)]
        assert (
            await deck.in_commands("true OR end*")
            == await deck.in_commands("ende OR true OR true")
            == [(silent, 0), (first, last)]
        )
        assert await deck.in_commands("many line") == [(first, number) for number in range(1, last + 1)]
        assert await deck.in_commands("nowhere") == await deck.in_commands("bar") == []
        assert await deck.in_commands("foo_bar", SearchFilter(kinds=[Found.COMMAND])) == [(first, 0)]
        assert await deck.in_commands("foo_bar", SearchFilter(kinds=[Found.OUTPUT])) == [(lost, 1)]
        assert await deck.in_commands("true", SearchFilter(session_id=uuid7())) == []
        assert await deck.in_commands("true", SearchFilter(project_ids=[uuid7()])) == []
        assert await deck.in_commands("true", SearchFilter(project_ids=[deck.story.project])) == [(silent, 0)]
        pieces = await deck.found("line")
        assert await deck.found("line", since=pieces[1].place) == pieces[1:]
        with psycopg.connect(database.projector_url) as connection:
            sizes = connection.execute("SELECT max(pg_column_size(marks)) FROM read.search_pieces").fetchone()
        assert sizes
        assert sizes[0] < 256 * 1024


async def test_too_short_a_beginning_is_refused(database: Database) -> None:
    async with deck_in(database) as deck:
        with pytest.raises(InvalidInputError, match="fewer than 3 characters"):
            await deck.found("enough OR ab*")


async def test_of_what_still_runs_the_end_of_its_output_is_read(database: Database) -> None:
    async with deck_in(database) as deck:
        running = await deck.ran("tail -f log", b"x" * 10 + b"\n", ended=False)
        [row] = await deck.found("whatever")
        assert (row.command_id, row.place.number, row.window.first, row.window.until, row.skipped) == (
            running,
            1,
            0,
            11,
            0,
        )
        assert await deck.in_commands("whatever", SearchFilter(session_id=uuid7())) == []
        assert await deck.found("whatever", since=row.place) == [row]
        assert await deck.found("whatever", since=row.place._replace(number=2)) == []
        much = b"y" * (search.TAIL + 1000)
        frames = [Frame(FrameKind.OUTPUT, 11 + at, 0, much[at : at + 200_000]) for at in range(0, len(much), 200_000)]
        await deck.transcripts.append(running, 1, b"".join(map(encode, frames)))
        [row] = await deck.found("whatever")
        assert (row.window.first, row.skipped) == (1011, 1011)


async def test_a_rebuild_gives_the_same(database: Database) -> None:
    async with deck_in(database) as deck:
        for number in range(5):
            await deck.ran(f"make {number}", b"word%d " % number * 20_000)
        await projected(database, await deck.story.log.head())
        before = (await asyncio.to_thread(tables, database))["search_pieces"]
        assert len(before) > 10
        await rebuild(database.projector_url, decode, "search")
        assert (await asyncio.to_thread(tables, database))["search_pieces"] == before


async def test_what_was_erased_is_found_no_more_and_all_else_still_is(database: Database) -> None:
    async with deck_in(database) as deck:
        secret = b"before\nhunter2 in it\nafter\n"
        command_id = await deck.ran("login hunter2", secret)
        other = await deck.ran("echo hunter2", b"hunter2\n")
        asked = (await deck.story.log.load(command_id))[0].position
        assert await deck.in_commands("hunter2") == [(other, 0), (other, 1), (command_id, 0), (command_id, 1)]
        output = [OutputTarget(command_id=command_id, first=7, until=14)]
        await deck.erasing.erase(deck.caller, "leaked", [EventTarget(position=asked)], output)
        serving = asyncio.create_task(scrubbing.serve(database.projector_url, decode))
        try:

            async def only_the_other() -> bool:
                return await deck.in_commands("hunter2") == [(other, 0), (other, 1)]

            await eventually(only_the_other)
            assert await deck.in_commands("before after") == [(command_id, 1)]
            # output alone
            printed = b"hunter2\n"
            record = await deck.erasing.erase(
                deck.caller, "leaked", [], [OutputTarget(command_id=other, first=0, until=7)]
            )
            assert record.output[0].output_sha256 == sha256(b"*" * 7 + b"\n").hexdigest() != sha256(printed).hexdigest()

            async def only_its_text() -> bool:
                return await deck.in_commands("hunter2") == [(other, 0)]

            await eventually(only_its_text)
            await projected(database, await deck.story.log.head(), "output_erasures")
            async with pools.Database(database.app_url) as read:
                erased = await output_erasures.load(read, [command_id, other, uuid7()])
            assert [(row.first, row.until, row.reason) for rows in erased.values() for row in rows] == [
                (7, 14, "leaked"),
                (0, 7, "leaked"),
            ]
            assert erased[other][0].output_sha256 == record.output[0].output_sha256
        finally:
            serving.cancel()
            with suppress(asyncio.CancelledError):
                await serving
