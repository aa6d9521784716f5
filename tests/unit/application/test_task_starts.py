"""Working from a task: a session is opened and the task is its, or nothing has happened."""

import asyncio

import pytest
from tests.unit.application.conftest import Deck
from tests.unit.application.test_tasks import by, loaded, made, member

from quarterdeck.application.ports.log import LoggedEvent
from quarterdeck.application.requests import Outcome
from quarterdeck.application.sessions import Sessions
from quarterdeck.application.streams import SESSION
from quarterdeck.application.task_starts import Opening, TaskStarts
from quarterdeck.domain.errors import ConflictError, InvalidInputError, LimitExceededError, NotFoundError
from quarterdeck.domain.limits import LimitsAsked
from quarterdeck.domain.point import NOW
from quarterdeck.domain.session_events import SessionClosed, SessionOpened, SessionProvisioned
from quarterdeck.domain.session_state import OpenSession, ReadySession, SessionState
from quarterdeck.domain.session_task import SessionTaskGiven
from quarterdeck.domain.task_events import TaskStatus
from quarterdeck.domain.workspace import WorkspacePrepared, workspace_id


@pytest.fixture
def starts(deck: Deck) -> TaskStarts:
    return TaskStarts(deck.log, deck.clock, deck.sessions)


async def events(deck: Deck) -> list[LoggedEvent]:
    return list(await deck.log.read(0, 1000))


def opened(outcome: Outcome[SessionState]) -> OpenSession:
    assert isinstance(outcome.state, OpenSession)
    return outcome.state


async def test_a_session_is_opened_that_holds_the_task_in_one_append(deck: Deck, starts: TaskStarts) -> None:
    task = await made(deck, await deck.project())
    before = await events(deck)

    outcome = await starts.start(by(deck.owner), task, Opening(ref="next", limits=LimitsAsked(processes=50)))

    state = opened(outcome)
    assert (state.title, state.ref, state.asked.processes) == ("T-1 Fix the log-in", "next", 50)
    assert state.task == SessionTaskGiven(task_id=task, number=1)
    held = await loaded(deck, task)
    assert held.claim is not None
    assert (held.status, held.claim.session_id) == (TaskStatus.IN_PROGRESS, outcome.subject_id)
    new = (await events(deck))[len(before) :]
    assert [each.topic for each in new] == [
        "SessionOpened",
        "SessionTaskGiven",
        "TaskClaimed",
        "TaskStatusChanged",
        "TaskLinked",
    ]
    assert {each.envelope.session_id for each in new} == {outcome.subject_id}
    assert len({each.envelope.recorded_at for each in new}) == 1


async def test_the_same_key_starts_it_once(deck: Deck, starts: TaskStarts) -> None:
    task = await made(deck, await deck.project())
    first = await starts.start(by(deck.owner, "k"), task)
    before = len(await events(deck))
    again = await starts.start(by(deck.owner, "k"), task)
    assert (again.subject_id, len(await events(deck))) == (first.subject_id, before)


async def test_of_many_starts_at_once_one_opens_a_session(deck: Deck, starts: TaskStarts) -> None:
    project_id = await deck.project()
    task = await made(deck, project_id)
    eve = await member(deck, project_id, "eve")
    callers = [deck.owner, eve] * 5
    outcomes = await asyncio.gather(*(starts.start(by(each), task) for each in callers), return_exceptions=True)
    refused = [each for each in outcomes if isinstance(each, ConflictError)]
    assert len(refused) == 9
    assert sum(isinstance(each.event, SessionOpened) for each in await events(deck)) == 1


async def test_nothing_is_half_done_when_a_part_is_refused(deck: Deck, starts: TaskStarts) -> None:
    project_id = await deck.project()
    task, waiting = await made(deck, project_id), await made(deck, project_id, 1)
    eve = await member(deck, project_id, "eve")
    await deck.tasks.claim(by(eve), task)
    for _ in range(20):
        await deck.sessions.open(deck.owner, project_id)
    before = len(await events(deck))

    with pytest.raises(LimitExceededError, match="wait for a place"):
        await starts.start(by(eve), task)
    deck.sessions.doors.clear()
    starts = TaskStarts(deck.log, deck.clock, replaced(deck))
    with pytest.raises(ConflictError, match="eve holds T-1 until"):
        await starts.start(by(deck.owner), task)
    with pytest.raises(ConflictError, match="T-2 waits for T-1"):
        await starts.start(by(deck.owner), waiting)
    with pytest.raises(InvalidInputError, match="is no branch"):
        await starts.start(by(eve), task, Opening(ref="-x"))
    with pytest.raises(NotFoundError, match="no such task"):
        await starts.start(by(deck.stranger), task)
    assert len(await events(deck)) == before


def replaced(deck: Deck) -> Sessions:
    return Sessions(deck.log, deck.ids, deck.doorbell, deck.sessions.waiting, deck.ledgers, max_waiting=1000)


async def test_it_is_started_again_only_when_its_session_has_ended(deck: Deck, starts: TaskStarts) -> None:
    task = await made(deck, await deck.project())
    first = await starts.start(by(deck.owner), task)
    with pytest.raises(ConflictError, match="works on T-1 for you already"):
        await starts.start(by(deck.owner), task)
    await deck.append(first.subject_id, 2, SessionClosed())

    second = await starts.start(by(deck.owner), task)

    held = await loaded(deck, task)
    assert held.claim is not None
    assert (held.claim.number, held.claim.session_id) == (2, second.subject_id)


async def test_a_fork_works_on_the_same_task(deck: Deck, starts: TaskStarts) -> None:
    source = (await starts.start(by(deck.owner), await made(deck, await deck.project()))).subject_id
    provisioned = SessionProvisioned(
        worker_id="w1", jail_driver="dummy", workspace_kind="overlay", base_commit="c0ffee"
    )
    await deck.append(source, 2, provisioned)
    files = WorkspacePrepared(session_id=source, kind="overlay", base_commit="c0ffee", tree="t0")
    await deck.append(workspace_id(source), 0, files)

    fork = await deck.sessions.fork(deck.owner, source, NOW)

    state = (await SESSION.load(deck.log, source)).state
    assert isinstance(state, ReadySession)
    assert opened(fork).task == state.task is not None
