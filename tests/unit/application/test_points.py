"""Going back to a point of a session: what may be asked for, and who is told."""

from uuid import UUID, uuid4

import pytest
from tests.unit.application.conftest import Deck

from quarterdeck.application.dispatch import jobs_for
from quarterdeck.application.ports.jobs import JobKind
from quarterdeck.application.ports.log import Context, StreamWrite
from quarterdeck.application.streams import SESSION, WORKSPACE
from quarterdeck.domain.base import Actor, ActorKind
from quarterdeck.domain.command import CommandFinished, CommandLost, CommandRequested, CommandStarted, EndReason
from quarterdeck.domain.errors import ConflictError, NotFoundError, PausedError
from quarterdeck.domain.events import Event
from quarterdeck.domain.limits import LimitsAsked
from quarterdeck.domain.pausing import SessionPaused
from quarterdeck.domain.point import NOW, Point
from quarterdeck.domain.session_events import SessionAdmitted, SessionClosed, SessionProvisioned
from quarterdeck.domain.session_state import OpenSession
from quarterdeck.domain.workspace import SnapshotTaken, Workspace, WorkspacePrepared, workspace_id

BASE, FIRST, SECOND = "b" * 40, "1" * 40, "2" * 40


async def append(deck: Deck, stream_id: UUID, version: int, *events: Event) -> None:
    context = Context(actor=Actor(kind=ActorKind.SYSTEM, id="worker:w1"), correlation_id=uuid4())
    await deck.log.append([StreamWrite(stream_id=stream_id, expected_version=version, events=events)], context)


async def session_with_files(deck: Deck) -> UUID:
    """Ready on w1, from the commit c0, with the tree SECOND now."""
    opened = await deck.sessions.open(deck.owner, await deck.project(), title="try", limits=LimitsAsked(processes=64))
    session_id = opened.subject_id
    made = SessionProvisioned(worker_id="w1", jail_driver="dummy", workspace_kind="overlay", base_commit="c0")
    await append(deck, session_id, 1, made)
    prepared = WorkspacePrepared(session_id=session_id, kind="overlay", base_commit="c0", tree=BASE)
    now = SnapshotTaken(command_id=None, tree=SECOND, files_changed=1)
    await append(deck, workspace_id(session_id), 0, prepared, now)
    return session_id


async def command(deck: Deck, session_id: UUID, *end: Event) -> UUID:
    command_id = deck.ids.new()
    asked = CommandRequested(session_id=session_id, project_id=uuid4(), text="true")
    await append(deck, command_id, 0, asked, CommandStarted(worker_id="w1", tree_before=BASE), *end)
    return command_id


def finished(tree_after: str = FIRST) -> CommandFinished:
    return CommandFinished(
        exit_code=0,
        signal=None,
        reason=EndReason.EXITED,
        wall_ms=1,
        cpu_ms=1,
        peak_memory_bytes=1,
        output_bytes=0,
        output_sha256="",
        tree_before=BASE,
        tree_after=tree_after,
        files_changed=(),
        files_changed_total=0,
    )


async def test_a_fork_is_opened_at_a_point_and_made_where_the_files_are(deck: Deck) -> None:
    source = await session_with_files(deck)
    command_id = await command(deck, source, finished())

    outcome = await deck.sessions.fork(deck.owner, source, Point(command_id=command_id))

    assert isinstance(outcome.state, OpenSession)
    assert outcome.state.fork
    assert (outcome.state.title, outcome.state.ref, outcome.state.asked.processes) == ("try", "main", 64)
    assert (outcome.state.fork.tree, outcome.state.fork.base_commit) == (FIRST, "c0")
    await append(deck, outcome.subject_id, 2, SessionAdmitted())
    (job,) = jobs_for((await deck.log.load(outcome.subject_id))[-1], outcome.state)
    assert (job.kind, job.subject_id, job.worker_id) == (JobKind.PROVISION_SESSION, outcome.subject_id, "w1")


@pytest.mark.parametrize(("before", "tree"), [(False, FIRST), (True, BASE)])
async def test_a_point_is_after_a_command_or_before_it(deck: Deck, before: bool, tree: str) -> None:
    source = await session_with_files(deck)
    command_id = await command(deck, source, finished())

    outcome = await deck.sessions.restore(deck.owner, source, Point(command_id=command_id, before=before))

    assert isinstance(outcome.state, Workspace)
    assert outcome.state.restoring
    assert outcome.state.restoring.tree == tree
    job = deck.doorbell.jobs[-1]
    assert (job.kind, job.subject_id, job.worker_id) == (JobKind.RESTORE_WORKSPACE, source, "w1")


async def test_without_a_command_the_newest_files_are_meant(deck: Deck) -> None:
    outcome = await deck.sessions.fork(deck.owner, await session_with_files(deck), NOW, title="other")

    assert isinstance(outcome.state, OpenSession)
    assert outcome.state.fork
    assert (outcome.state.fork.tree, outcome.state.title) == (SECOND, "other")


async def test_before_a_command_that_still_runs_can_be_gone_to(deck: Deck) -> None:
    source = await session_with_files(deck)
    command_id = await command(deck, source)

    outcome = await deck.sessions.fork(deck.owner, source, Point(command_id=command_id, before=True))

    assert isinstance(outcome.state, OpenSession)
    assert outcome.state.fork
    assert outcome.state.fork.tree == BASE
    with pytest.raises(ConflictError, match="has not ended"):
        await deck.sessions.fork(deck.owner, source, Point(command_id=command_id))


@pytest.mark.parametrize("end", [CommandLost(reason="gone"), finished(tree_after="")])
async def test_a_point_of_which_no_files_are_known_is_refused(deck: Deck, end: Event) -> None:
    source = await session_with_files(deck)
    command_id = await command(deck, source, end)

    with pytest.raises(ConflictError, match="No files are known"):
        await deck.sessions.restore(deck.owner, source, Point(command_id=command_id))


async def test_a_command_of_another_session_answers_as_one_that_is_not_there(deck: Deck) -> None:
    source = await session_with_files(deck)
    foreign = await command(deck, uuid4(), finished())

    for command_id in (foreign, uuid4()):
        with pytest.raises(NotFoundError, match="no such command"):
            await deck.sessions.fork(deck.owner, source, Point(command_id=command_id))


async def test_strangers_find_no_session_to_fork_or_restore(deck: Deck) -> None:
    source = await session_with_files(deck)

    with pytest.raises(NotFoundError, match="no such session"):
        await deck.sessions.fork(deck.stranger, source, NOW)
    with pytest.raises(NotFoundError, match="no such session"):
        await deck.sessions.restore(deck.stranger, source, NOW)


async def test_a_session_that_never_was_ready_has_nothing_to_fork(deck: Deck) -> None:
    opened = await deck.sessions.open(deck.owner, await deck.project())

    with pytest.raises(NotFoundError, match="no workspace yet"):
        await deck.sessions.fork(deck.owner, opened.subject_id, NOW)


async def test_nothing_is_restored_in_a_paused_session(deck: Deck) -> None:
    session_id = await session_with_files(deck)
    await append(deck, session_id, 2, SessionPaused())

    with pytest.raises(PausedError):
        await deck.sessions.restore(deck.owner, session_id, NOW)


async def test_a_session_that_has_ended_can_be_forked_and_not_restored(deck: Deck) -> None:
    source = await session_with_files(deck)
    await deck.sessions.close(deck.owner, source)
    closing = await SESSION.load(deck.log, source)
    await append(deck, source, closing.version, SessionClosed(detail=""))

    outcome = await deck.sessions.fork(deck.owner, source, NOW)

    assert isinstance(outcome.state, OpenSession)
    assert outcome.state.fork
    assert (outcome.state.fork.worker_id, outcome.state.asked.processes) == ("w1", 64)
    with pytest.raises(ConflictError, match="has ended"):
        await deck.sessions.restore(deck.owner, source, NOW)
    assert isinstance((await WORKSPACE.load(deck.log, workspace_id(source))).state, Workspace)
