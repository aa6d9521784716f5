"""A worker and a conductor on PostgreSQL, NATS, git and bubblewrap."""

import asyncio
from collections.abc import AsyncGenerator

import pytest
from tests.support.deck import Deck, working
from tests.support.real_deck import real_deck
from tests.support.services import Database
from tests.support.waiting import eventually

from quarterdeck.application.background import end
from quarterdeck.domain.command import EndReason, Terminal
from quarterdeck.domain.errors import InvalidInputError


@pytest.fixture
async def deck(database: Database, nats_url: str) -> AsyncGenerator[Deck, None]:
    async with real_deck(database, nats_url) as deck:
        yield deck


async def test_a_session_from_opening_to_closing(deck: Deck) -> None:
    async with working(deck.worker()):
        session_id = await deck.opened()
        first = await deck.run(session_id, "cat README; echo changed > README; echo new > 'a b'; exit 3")
        finished = await deck.finished(first)
        assert finished.exit_code == 3
        assert await deck.output(first) == b"read me\n"
        assert [(c.path, c.status) for c in finished.files_changed] == [("README", "modified"), ("a b", "added")]
        second = await deck.run(
            session_id, "git -c color.ui=never status --short; tty", terminal=Terminal(columns=132, rows=40)
        )
        after = await deck.finished(second)
        assert after.tree_before == after.tree_after == finished.tree_after
        assert b"README" in await deck.output(second)
        assert b"/dev/pts/" in await deck.output(second)
        hang = await deck.run(session_id, "sleep 1000")
        await deck.running(hang)
        await deck.close(session_id)
        assert finished.tree_after in (await deck.closed(session_id)).reason
        assert (await deck.finished(hang)).reason is EndReason.CANCELLED

        async def no_files() -> bool:
            return not await deck.workspaces.sessions()

        await eventually(no_files)


async def test_a_background_process_that_writes_later_is_seen_by_the_next_command(deck: Deck) -> None:
    async with working(deck.worker()):
        session_id = await deck.opened()
        first = await deck.finished(
            await deck.run(session_id, "mkfifo /tmp/go; (read < /tmp/go; echo 1 > late; echo > done) &")
        )
        assert first.files_changed == ()
        second = await deck.finished(
            await deck.run(session_id, "echo > /tmp/go; until [ -e done ]; do :; done; rm done")
        )
        assert "late" in [changed.path for changed in second.files_changed]
        third = await deck.finished(await deck.run(session_id, "true"))
        assert third.tree_before == second.tree_after


async def test_the_conductor_hands_out_work_over_real_parts(deck: Deck) -> None:
    deck.ring = False
    conducting = asyncio.create_task(deck.conductor().run())
    async with working(deck.worker()):
        session_id = await deck.open()
        commands = [await deck.run(session_id, f"echo {n}") for n in range(5)]
        for n, command_id in enumerate(commands):
            await deck.finished(command_id)
            assert await deck.output(command_id) == b"%d\n" % n
        await deck.close(session_id)
        await deck.closed(session_id)
    await end([conducting])


async def test_a_repository_is_looked_at_by_a_worker(deck: Deck) -> None:
    async with working(deck.worker()):
        assert (await deck.control.find_repository(deck.source)).default_branch == "main"
        with pytest.raises(InvalidInputError):
            await deck.control.find_repository("/nonexistent")


async def test_typed_input_reaches_a_shell_and_its_output_comes_back(deck: Deck) -> None:
    async with working(deck.worker()):
        command_id = await deck.run(await deck.opened(), "read line; echo got $line", terminal=Terminal())
        await deck.running(command_id)
        async with asyncio.timeout(10):
            await deck.control.send_input("w1", command_id, b"hello\n", end=False)
        await deck.finished(command_id)
        assert b"got hello" in await deck.output(command_id)
