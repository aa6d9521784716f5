"""What a session did is noted on its task when it ends: once for each end, whoever looks, whoever cannot be asked."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import replace
from uuid import UUID

import pytest
from tests.support.deck import Deck, working
from tests.support.starting import ADA, sessions_of, started, tasks_of
from tests.support.waiting import eventually
from tests.unit.conductor.test_conductor import conducting
from tests.unit.conductor.test_timekeeper import SETTINGS, AheadClock

from quarterdeck.adapters.memory.control import MemoryWorkerControl
from quarterdeck.adapters.memory.log import MemoryEventLog
from quarterdeck.adapters.memory.workspaces import MemoryWorkspaces
from quarterdeck.application.trees import DiffMeasure, MeasureAsked
from quarterdeck.conductor.open_work import OpenWork
from quarterdeck.domain.exports import ExportFormat, WorkspaceExported, exports_id
from quarterdeck.domain.point import NOW
from quarterdeck.domain.session import request_resume
from quarterdeck.domain.session_events import SessionLost
from quarterdeck.domain.session_state import OpenSession, ReadySession
from quarterdeck.domain.session_work import MOST_COMMANDS, MOST_TEXT, SessionWork, WorkBranch, WorkEnd, WorkFile
from quarterdeck.domain.task_events import TaskWorkNoted
from quarterdeck.domain.task_fields import TaskFields
from quarterdeck.jail.dummy import Hangs, Script

TOKEN = f"qd_{'0' * 32}_{'A' * 43}"


@pytest.fixture
def clock(deck: Deck) -> AheadClock:
    deck.ring = False
    deck.clock = clock = AheadClock()
    deck.log = MemoryEventLog(clock)
    return clock


async def made(deck: Deck) -> UUID:
    return (await tasks_of(deck).create(ADA, await deck.project(), TaskFields(title="Fix it"))).subject_id


async def notes(deck: Deck, task: UUID) -> list[SessionWork]:
    return [each.work for each in await deck.events(task) if isinstance(each, TaskWorkNoted)]


async def noted(deck: Deck, task: UUID, count: int = 1) -> SessionWork:
    """The last of so many."""

    async def check() -> SessionWork:
        found = await notes(deck, task)
        assert len(found) == count, found
        return found[-1]

    return await eventually(check)


@asynccontextmanager
async def at_work(deck: Deck, task: UUID) -> AsyncGenerator[UUID]:
    """A session that is ready and works on the task, beside a worker and two conductors."""
    async with conducting(deck, SETTINGS), conducting(deck, SETTINGS), working(deck.worker()):
        session_id = await started(deck, task)
        await deck.ready(session_id)
        yield session_id


def write(deck: Deck, session_id: UUID, path: str, content: bytes) -> None:
    assert isinstance(deck.workspaces, MemoryWorkspaces)
    deck.workspaces.write(session_id, path, content)


async def end_without_a_worker(deck: Deck, session_id: UUID) -> None:
    lost = SessionLost(reason="Worker w1 has not been heard of for too long.")
    await deck.append(session_id, (await deck.loaded(session_id)).version, lost, session_id=session_id)


async def test_what_a_closed_session_changed_and_ran_is_noted_once_by_two_conductors(
    deck: Deck, clock: AheadClock
) -> None:
    deck.scripts["make"] = Script(exit_code=2)
    task, other = await made(deck), await made(deck)
    async with at_work(deck, task) as session_id:
        write(deck, session_id, "README", b"read me\nplease\n")
        await deck.finished(await deck.run(session_id, "true"))
        write(deck, session_id, "src/new.py", b"1\n2\n3\n")
        await deck.finished(await deck.run(session_id, "make"))
        exported = WorkspaceExported(
            format=ExportFormat.BRANCH,
            tree="t",
            command_id=None,
            base_commit="c",
            branch="review/1",
            commit="c0ffee",
        )
        await deck.append(exports_id(session_id), 0, exported, session_id=session_id)
        await deck.close(session_id)
        work = await noted(deck, task)
        # and both have looked once more
        later = await started(deck, other)
        await deck.ready(later)
        await deck.close(later)
        await noted(deck, other)
        assert len(await notes(deck, task)) == 1

    assert (work.session_id, work.how, work.missing) == (session_id, WorkEnd.CLOSED, "")
    assert "kept as tree" in work.reason
    assert work.diff
    assert (work.diff.files, work.diff.lines_added, work.diff.lines_removed) == (2, 4, 0)
    assert work.diff.largest == (
        WorkFile(path="src/new.py", status="added", lines_added=3, lines_removed=0),
        WorkFile(path="README", status="modified", lines_added=1, lines_removed=0),
    )
    assert (work.commands.count, work.commands.failed) == (2, 1)
    assert [(each.text, each.exit_code, each.failed) for each in work.commands.last] == [
        ("true", 0, False),
        ("make", 2, True),
    ]
    assert work.branches == (WorkBranch(branch="review/1", commit="c0ffee"),)
    assert work.base_tree != work.last_tree
    assert work.began_at <= work.ended_at


async def test_it_is_told_under_the_session_and_the_project(deck: Deck, clock: AheadClock) -> None:
    task = await made(deck)
    async with at_work(deck, task) as session_id:
        await deck.close(session_id)
        await noted(deck, task)
    [recorded] = [each for each in await deck.log.load(task) if isinstance(each.event, TaskWorkNoted)]
    state = await deck.closed(session_id)
    assert (recorded.envelope.session_id, recorded.envelope.project_id) == (session_id, state.project_id)
    ended = (await deck.log.load(session_id))[-1]
    assert recorded.envelope.causation_id == ended.event_id


async def test_where_no_worker_answers_it_is_noted_after_a_time_with_what_the_log_knows(
    deck: Deck, clock: AheadClock
) -> None:
    deck.scripts["hang"] = Script(steps=(Hangs(),))
    task = await made(deck)
    async with conducting(deck, SETTINGS), conducting(deck, SETTINGS):
        async with working(deck.worker()):
            session_id = await started(deck, task)
            await deck.ready(session_id)
            write(deck, session_id, "new", b"1\n")
            await deck.finished(await deck.run(session_id, "true"))
            hang = await deck.run(session_id, "hang")
            await deck.running(hang)
        await end_without_a_worker(deck, session_id)
        await deck.lost(hang)
        other = await made(deck)
        another = await started(deck, other)
        await deck.close(another)
        await noted(deck, other)
        assert await notes(deck, task) == []

        async def after_a_while() -> SessionWork:
            clock.passes(seconds=60)
            found = await notes(deck, task)
            assert found
            return found[0]

        work = await eventually(after_a_while)

    assert (work.how, work.reason) == (WorkEnd.LOST, "Worker w1 has not been heard of for too long.")
    assert work.missing.startswith("Its lines were not counted. No worker answers.")
    assert work.diff
    assert (work.diff.files, work.diff.lines_added, work.diff.lines_removed) == (1, None, None)
    assert work.diff.largest == (WorkFile(path="new", status="added"),)
    assert [(each.outcome, each.failed) for each in work.commands.last] == [("exited", False), ("lost", True)]


async def test_a_worker_that_comes_late_is_asked_again(deck: Deck, clock: AheadClock) -> None:
    task = await made(deck)
    async with conducting(deck, SETTINGS):
        async with working(deck.worker()):
            session_id = await started(deck, task)
            await deck.ready(session_id)
            write(deck, session_id, "new", b"1\n")
            await deck.finished(await deck.run(session_id, "true"))
        await end_without_a_worker(deck, session_id)
        async with working(deck.worker()):
            clock.passes(seconds=30)
            work = await noted(deck, task)
    assert work.diff
    assert (work.diff.lines_added, work.missing) == (1, "")


class OneHangs(MemoryWorkerControl):
    """Worker w1 takes what it is asked, and never answers."""

    async def measure(self, worker_id: str | None, asked: MeasureAsked) -> DiffMeasure:
        if worker_id == "w1":
            await asyncio.Event().wait()
        return await super().measure(worker_id, asked)


async def test_another_worker_is_asked_where_the_sessions_own_hangs(deck: Deck, clock: AheadClock) -> None:
    deck.control = OneHangs()
    task = await made(deck)
    async with conducting(deck, replace(SETTINGS, measure_seconds=0.01)), working(deck.worker()):
        session_id = await started(deck, task)
        await deck.ready(session_id)
        write(deck, session_id, "new", b"1\n")
        await deck.finished(await deck.run(session_id, "true"))
        await deck.close(session_id)
        await deck.closed(session_id)

        async def soon() -> SessionWork:
            clock.passes(seconds=1)
            found = await notes(deck, task)
            assert found
            return found[0]

        work = await eventually(soon)
    assert (work.diff and work.diff.lines_added, work.missing) == (1, "")


async def test_what_ended_while_no_conductor_ran_is_noted_by_the_next(deck: Deck, clock: AheadClock) -> None:
    task = await made(deck)
    async with conducting(deck, SETTINGS), working(deck.worker()):
        session_id = await started(deck, task)
        await deck.ready(session_id)
    await end_without_a_worker(deck, session_id)
    async with working(deck.worker()), conducting(deck, SETTINGS):
        assert (await noted(deck, task)).how is WorkEnd.LOST
    # killed between the note and what it remembers of that
    deck.cursors = type(deck.cursors)()
    async with working(deck.worker()), conducting(deck, SETTINGS) as conductor:
        await conductor.caught_up.wait()
        other = await started(deck, await made(deck))
        await deck.close(other)
        await deck.closed(other)
        assert len(await notes(deck, task)) == 1


async def test_a_session_that_is_taken_up_again_is_noted_again_at_its_next_end(deck: Deck, clock: AheadClock) -> None:
    task = await made(deck)
    async with at_work(deck, task) as session_id:
        write(deck, session_id, "one", b"1\n")
        await deck.finished(await deck.run(session_id, "true"))
        await end_without_a_worker(deck, session_id)
        first = await noted(deck, task)
        loaded = await deck.loaded(session_id)
        await deck.append(session_id, loaded.version, *request_resume(loaded.state), session_id=session_id)
        reopened = await deck.session(session_id)
        assert isinstance(reopened, (OpenSession, ReadySession))
        assert reopened.task is not None
        await deck.close(session_id)
        last = await noted(deck, task, 2)
    assert (first.how, last.how) == (WorkEnd.LOST, WorkEnd.CLOSED)
    assert first.ending < last.ending
    # it tells of all of it, from the beginning on
    assert (last.began_at, last.commands.count) == (first.began_at, 1)


async def test_commands_are_bounded_and_masked(deck: Deck, clock: AheadClock) -> None:
    task = await made(deck)
    async with at_work(deck, task) as session_id:
        for number in range(MOST_COMMANDS + 1):
            await deck.finished(await deck.run(session_id, f"echo {TOKEN} {number} {'x' * 1000}"))
        await deck.close(session_id)
        work = await noted(deck, task)
    assert (work.commands.count, len(work.commands.last)) == (MOST_COMMANDS + 1, MOST_COMMANDS)
    texts = [each.text for each in work.commands.last]
    assert texts[0].startswith(f"echo {'*' * len(TOKEN)} 1 x")
    assert {len(text) for text in texts} == {MOST_TEXT}
    assert not any(TOKEN in text for text in texts)


async def test_a_session_that_was_never_provisioned_is_noted_without_files(deck: Deck, clock: AheadClock) -> None:
    task = await made(deck)
    async with conducting(deck, SETTINGS):
        session_id = await started(deck, task)
        await deck.close(session_id)
        work = await noted(deck, task)
    assert (work.how, work.diff, work.base_tree, work.commands.count) == (WorkEnd.CLOSED, None, "", 0)


async def test_a_fork_is_measured_from_what_it_took_over(deck: Deck, clock: AheadClock) -> None:
    task = await made(deck)
    async with at_work(deck, task) as session_id:
        write(deck, session_id, "one", b"1\n")
        await deck.finished(await deck.run(session_id, "true"))
        fork = (await sessions_of(deck).fork(ADA.caller, session_id, NOW)).subject_id
        await deck.ready(fork)
        write(deck, fork, "two", b"1\n2\n")
        await deck.finished(await deck.run(fork, "true"))
        await deck.close(fork)
        work = await noted(deck, task)
    assert work.session_id == fork
    assert work.diff
    assert (work.diff.files, work.diff.lines_added) == (1, 2)
    assert [each.path for each in work.diff.largest] == ["two"]


async def test_a_conductor_begins_before_an_end_that_is_not_noted(deck: Deck, clock: AheadClock) -> None:
    session_id = await started(deck, await made(deck))
    await deck.close(session_id)
    # of one that works on no task there is nothing to note
    await deck.close(await deck.open())
    work = OpenWork()
    [*_, end] = await deck.log.load(session_id)
    for recorded in await deck.log.read(0, 1000):
        work.apply(recorded)
    work.held.tasks.clear()
    assert work.floor == end.position - 1
    assert [each.event_id for each in work.ended.ends.values()] == [end.event_id]
