"""A session that works on a task finds it in each command, however its jail came to be."""

import asyncio
from collections.abc import AsyncGenerator
from uuid import UUID

import pytest
from tests.support.deck import Deck, working
from tests.support.real_deck import driver, real_deck
from tests.support.services import Database
from tests.support.starting import ADA, sessions_of, started, tasks_of

from quarterdeck.application.background import end
from quarterdeck.domain.point import NOW
from quarterdeck.domain.task import task_id
from quarterdeck.domain.task_events import TaskStatus
from quarterdeck.domain.task_fields import TaskFields

LOOK = 'echo "$QD_TASK: $QD_TASK_TITLE"; cat "$QD_TASK_FILE"; git status --porcelain'


@pytest.fixture(params=["bubblewrap", "docker"])
async def deck(request: pytest.FixtureRequest, database: Database, nats_url: str) -> AsyncGenerator[Deck]:
    daemon = request.getfixturevalue("docker_daemon").address if request.param == "docker" else ""
    async with real_deck(database, nats_url) as deck:
        deck.ring = False
        deck.driver = driver(deck.folder, daemon)
        conducting = asyncio.create_task(deck.conductor().run())
        yield deck
        await end([conducting])


async def looked(deck: Deck, session_id: UUID) -> str:
    command_id = await deck.run(session_id, LOOK)
    finished = await deck.finished(command_id)
    assert finished.exit_code == 0
    return (await deck.output(command_id)).decode()


async def test_it_is_there_from_the_first_command_on_in_a_jail_made_anew_and_in_a_fork(deck: Deck) -> None:
    project_id = await deck.project()
    tasks = tasks_of(deck)
    await tasks.create(ADA, project_id, TaskFields(title="Make a key"))
    fields = TaskFields(
        title="Fix it; 'quoted' \"$(id)\"",
        body="Look at \x1b]52;c;aGk=\x07this.\r\nThen that.",
        acceptance=("it works",),
        dependencies=(1,),
        labels=("bug",),
    )
    task = (await tasks.create(ADA, project_id, fields)).subject_id
    await tasks.note(ADA, task, "begun\non Monday")

    async with working(deck.worker()):
        session_id = await started(deck, task, force=True)
        await deck.ready(session_id)
        first = await looked(deck, session_id)
        assert first.startswith("T-2: Fix it; 'quoted' \"$(id)\"\n# T-2 Fix it; 'quoted' \"$(id)\"\n")
        for wanted in (
            "- Status: in progress\n",
            "- Labels: bug\n",
            "Look at \N{REPLACEMENT CHARACTER}]52;c;aGk=\N{REPLACEMENT CHARACTER}this.\nThen that.\n",
            "## It is done when\n\n- it works\n",
            "## It waits for\n\n- T-1 Make a key (open)\n",
            "begun\n  on Monday\n",
        ):
            assert wanted in first
        fork = (await sessions_of(deck).fork(ADA.caller, session_id, NOW)).subject_id
        await deck.ready(fork)
        assert await looked(deck, fork) == first
    async with working(deck.worker()):
        # its jail stood: it is told of the task all the same
        assert await looked(deck, session_id) == first
        assert deck.driver is not None
        jail = await deck.driver.adopt(session_id)
        assert jail is not None
        await jail.destroy()
    await tasks.change_status(ADA, task_id(project_id, 1), TaskStatus.DONE)
    async with working(deck.worker()):
        assert await looked(deck, session_id) == first.replace("T-1 Make a key (open)", "T-1 Make a key (done)")
        await deck.close(session_id)
        await deck.closed(session_id)
