"""Tasks: who may, what is looked at first, and what many do at once."""

import asyncio
from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from uuid import UUID

import pytest
from tests.unit.application.conftest import Deck

from quarterdeck.application.ports.callers import Caller
from quarterdeck.application.ports.log import LoggedEvent
from quarterdeck.application.requests import IdempotencyKey
from quarterdeck.application.streams import TASK
from quarterdeck.application.task_checks import By
from quarterdeck.application.tasks import Tasks
from quarterdeck.domain.errors import ConflictError, ForbiddenError, InvalidInputError, NotFoundError
from quarterdeck.domain.identity import UserRegistered
from quarterdeck.domain.project import MemberAdded, ProjectArchived, Role
from quarterdeck.domain.task import Task, task_id
from quarterdeck.domain.task_dependencies import task_dependencies_id
from quarterdeck.domain.task_events import LinkKind, TaskClaimed, TaskLink, TaskStatus
from quarterdeck.domain.task_fields import TaskChanges, TaskFields

FIX = TaskFields(title="Fix the log-in")
COMMIT = TaskLink(kind=LinkKind.COMMIT, target="c" * 40)


def by(caller: Caller, key: str | None = None, session_id: UUID | None = None) -> By:
    return By(caller=caller, session_id=session_id, key=IdempotencyKey(key=key, request_sha256="s") if key else None)


async def made(deck: Deck, project_id: UUID, *dependencies: int) -> UUID:
    fields = replace(FIX, dependencies=dependencies)
    return (await deck.tasks.create(by(deck.owner), project_id, fields)).subject_id


async def member(deck: Deck, project_id: UUID, name: str, role: Role = Role.DEVELOPER) -> Caller:
    caller = replace(deck.stranger, user_id=deck.ids.new(), user_name=name)
    await deck.append(caller.user_id, 0, UserRegistered(name=name))
    history = await deck.log.load(project_id)
    await deck.append(project_id, history[-1].version, MemberAdded(user_id=caller.user_id, role=role))
    return caller


async def loaded(deck: Deck, identifier: UUID) -> Task:
    state = (await TASK.load(deck.log, identifier)).state
    assert isinstance(state, Task)
    return state


async def test_numbers_are_given_out_in_order_in_each_project(deck: Deck) -> None:
    first, second = await deck.project(), await deck.project()
    assert [await made(deck, first) for _ in range(3)] == [task_id(first, n) for n in (1, 2, 3)]
    assert await made(deck, second) == task_id(second, 1)


async def test_another_process_goes_on_with_the_next_number(deck: Deck) -> None:
    project_id = await deck.project()
    for last in range(1, 9):
        await made(deck, project_id)
        fresh = Tasks(deck.log, deck.clock)
        assert (await fresh.create(by(deck.owner), project_id, FIX)).subject_id == task_id(project_id, 2 * last)


async def test_a_new_process_finds_the_last_number_without_reading_each_task(
    deck: Deck, monkeypatch: pytest.MonkeyPatch
) -> None:
    project_id = await deck.project()
    for _ in range(100):
        await made(deck, project_id)
    asked: list[UUID] = []
    load = deck.log.load

    async def counted(stream_id: UUID) -> Sequence[LoggedEvent]:
        asked.append(stream_id)
        return await load(stream_id)

    monkeypatch.setattr(deck.log, "load", counted)
    await Tasks(deck.log, deck.clock).create(by(deck.owner), project_id, FIX)
    assert len(asked) < 25


async def test_many_that_are_made_at_once_by_several_processes_leave_no_gap(deck: Deck) -> None:
    project_id = await deck.project()
    gateways = [Tasks(deck.log, deck.clock) for _ in range(4)]
    made = await asyncio.gather(*(gateways[n % 4].create(by(deck.owner), project_id, FIX) for n in range(60)))
    assert {each.subject_id for each in made} == {task_id(project_id, n) for n in range(1, 61)}


async def test_the_same_request_makes_one_task(deck: Deck) -> None:
    project_id = await deck.project()
    gateways = [Tasks(deck.log, deck.clock) for _ in range(3)]
    made = await asyncio.gather(*(each.create(by(deck.owner, "k"), project_id, FIX) for each in gateways))
    again = await deck.tasks.create(by(deck.owner, "k"), project_id, FIX)
    assert {each.subject_id for each in [*made, again]} == {task_id(project_id, 1)}
    assert not await deck.log.load(task_id(project_id, 2))


async def test_the_tasks_of_others_are_as_those_that_are_not_there(deck: Deck) -> None:
    project_id = await deck.project()
    theirs, nowhere = await made(deck, project_id), deck.ids.new()
    stranger = by(deck.stranger)
    for identifier in (theirs, nowhere):
        for attempt in (
            deck.tasks.edit(stranger, identifier, TaskChanges(title="x")),
            deck.tasks.edit(stranger, identifier, TaskChanges(dependencies=(1,))),
            deck.tasks.claim(stranger, identifier),
            deck.tasks.renew(stranger, identifier),
            deck.tasks.release(stranger, identifier),
            deck.tasks.assign(stranger, identifier, "me"),
            deck.tasks.note(stranger, identifier, "x"),
            deck.tasks.change_status(stranger, identifier, TaskStatus.DONE),
            deck.tasks.block(stranger, identifier, "x"),
            deck.tasks.link(stranger, identifier, COMMIT),
            deck.tasks.unlink(stranger, identifier, COMMIT),
        ):
            with pytest.raises(NotFoundError, match="There is no such task"):
                await attempt
    with pytest.raises(NotFoundError, match="There is no such project"):
        await deck.tasks.create(stranger, project_id, FIX)


async def test_who_may_only_look_changes_nothing(deck: Deck) -> None:
    project_id = await deck.project()
    task = await made(deck, project_id)
    viewer = await member(deck, project_id, "vera", Role.VIEWER)
    with pytest.raises(ForbiddenError):
        await deck.tasks.note(by(viewer), task, "x")
    with pytest.raises(ForbiddenError):
        await deck.tasks.create(by(viewer), project_id, FIX)


async def test_an_archived_projects_tasks_stay_as_they_are(deck: Deck) -> None:
    project_id = await deck.project()
    task = await made(deck, project_id)
    await deck.append(project_id, 1, ProjectArchived())
    with pytest.raises(ConflictError, match="archived"):
        await deck.tasks.claim(by(deck.owner), task)


async def test_of_many_who_claim_at_once_one_has_it_and_the_others_hear_who(deck: Deck) -> None:
    project_id = await deck.project()
    task = await made(deck, project_id)
    people = [await member(deck, project_id, f"dev{n}") for n in range(20)]
    found = await asyncio.gather(
        *(Tasks(deck.log, deck.clock).claim(by(each), task) for each in people), return_exceptions=True
    )
    state = await loaded(deck, task)
    [winner] = [each for each in people if state.claim and each.user_id == state.claim.user_id]
    refused = [each for each in found if isinstance(each, ConflictError)]
    assert len(refused) == 19
    assert {each.message for each in refused} == {f"{winner.user_name} holds T-1 until 2026-11-01 00:30:00 UTC."}
    assert sum(isinstance(each.event, TaskClaimed) for each in await deck.log.load(task)) == 1


async def test_the_same_claim_asked_for_again_is_the_same_claim(deck: Deck) -> None:
    task = await made(deck, await deck.project())
    first = await deck.tasks.claim(by(deck.owner, "k"), task)
    again = await deck.tasks.claim(by(deck.owner, "k"), task)
    assert again.state == first.state
    assert not again.recorded
    with pytest.raises(ConflictError, match="You hold T-1 already"):
        await deck.tasks.claim(by(deck.owner, "other"), task)


async def test_a_claim_says_in_which_session_it_was_made(deck: Deck) -> None:
    session_id = await deck.session()
    project_id = (await deck.log.load(session_id))[0].envelope.project_id
    assert project_id
    task = await made(deck, project_id)
    await deck.tasks.claim(by(deck.owner, session_id=session_id), task)
    claimed = (await deck.log.load(task))[-1]
    assert isinstance(claimed.event, TaskClaimed)
    assert claimed.event.session_id == claimed.envelope.session_id == session_id
    assert claimed.envelope.project_id == project_id


async def test_a_session_of_another_project_is_none_to_work_from(deck: Deck) -> None:
    session_id, task = await deck.session(), await made(deck, await deck.project())
    for foreign in (session_id, deck.ids.new()):
        with pytest.raises(NotFoundError, match="no such session"):
            await deck.tasks.note(by(deck.owner, session_id=foreign), task, "x")


async def test_who_lets_a_claim_run_out_can_lose_it(deck: Deck) -> None:
    project_id = await deck.project()
    task = await made(deck, project_id)
    bob = await member(deck, project_id, "bob")
    await deck.tasks.claim(by(deck.owner), task, timedelta(minutes=1))
    deck.clock.pass_time(timedelta(minutes=1))
    await deck.tasks.claim(by(bob), task)
    with pytest.raises(ConflictError, match="bob holds T-1"):
        await deck.tasks.renew(by(deck.owner), task)


async def test_dependencies_are_tasks_of_the_project_that_are_there(deck: Deck) -> None:
    project_id = await deck.project()
    first = await made(deck, project_id)
    with pytest.raises(InvalidInputError, match=r"no task T-2, T-9 in this project") as refused:
        await made(deck, project_id, 1, 2, 9)
    assert refused.value.field == "dependencies"
    with pytest.raises(InvalidInputError, match="no task T-7"):
        await deck.tasks.edit(by(deck.owner), first, TaskChanges(dependencies=(7,)))
    assert not await deck.log.load(task_id(project_id, 2))


async def test_two_edits_at_once_make_no_circle(deck: Deck) -> None:
    project_id = await deck.project()
    one, two = await made(deck, project_id), await made(deck, project_id)
    for _ in range(10):
        found = await asyncio.gather(
            Tasks(deck.log, deck.clock).edit(by(deck.owner), one, TaskChanges(dependencies=(2,))),
            Tasks(deck.log, deck.clock).edit(by(deck.owner), two, TaskChanges(dependencies=(1,))),
            return_exceptions=True,
        )
        [circle] = [each for each in found if isinstance(each, ConflictError)]
        assert "would wait for itself" in circle.message
        for each in (one, two):
            await deck.tasks.edit(by(deck.owner), each, TaskChanges(dependencies=()))


async def test_dependencies_are_written_to_both_or_neither(deck: Deck) -> None:
    project_id = await deck.project()
    one = await made(deck, project_id)
    await made(deck, project_id, 1)
    with pytest.raises(ConflictError, match=r"T-1 → T-2 → T-1"):
        await deck.tasks.edit(by(deck.owner), one, TaskChanges(title="New", dependencies=(2,)))
    assert (await loaded(deck, one)).fields == FIX
    two = task_id(project_id, 2)
    await made(deck, project_id)
    await deck.tasks.edit(by(deck.owner), two, TaskChanges(dependencies=(1, 3)), base=1)
    before = await deck.log.load(task_dependencies_id(project_id))
    with pytest.raises(ConflictError, match=r"changed dependencies after revision 1.*now '\(1, 3\)'"):
        await deck.tasks.edit(by(deck.owner), two, TaskChanges(dependencies=()), base=1)
    assert await deck.log.load(task_dependencies_id(project_id)) == before


async def test_a_task_is_claimed_once_what_it_waits_for_is_done_or_dropped(deck: Deck) -> None:
    project_id = await deck.project()
    done, dropped = await made(deck, project_id), await made(deck, project_id)
    waiting = await made(deck, project_id, 1, 2)
    await deck.tasks.change_status(by(deck.owner), done, TaskStatus.DONE)
    with pytest.raises(ConflictError, match="T-3 waits for T-2, which is not done"):
        await deck.tasks.claim(by(deck.owner), waiting)
    await deck.tasks.change_status(by(deck.owner), dropped, TaskStatus.DROPPED)
    assert (await deck.tasks.claim(by(deck.owner), waiting)).recorded


async def test_a_task_is_assigned_to_members_who_can_work_by_name_id_or_me(deck: Deck) -> None:
    project_id = await deck.project()
    task = await made(deck, project_id)
    bob, _ = await member(deck, project_id, "bob"), await member(deck, project_id, "vera", Role.VIEWER)
    for text, owner in (("bob", bob), ("me", deck.owner), (str(bob.user_id), bob)):
        await deck.tasks.assign(by(deck.owner), task, text)
        assert (await loaded(deck, task)).owner_id == owner.user_id
    for nobody in ("vera", "eve", str(deck.stranger.user_id)):
        with pytest.raises(InvalidInputError, match="works on this project"):
            await deck.tasks.assign(by(deck.owner), task, nobody)
    await member(deck, project_id, "bob")
    with pytest.raises(InvalidInputError, match="2 members are called 'bob'"):
        await deck.tasks.assign(by(deck.owner), task, "bob")
    await deck.tasks.assign(by(deck.owner), task, None)
    assert (await loaded(deck, task)).owner_id is None


async def test_links_go_to_what_belongs_to_the_project(deck: Deck) -> None:
    command_id = await deck.command()
    asked = (await deck.log.load(command_id))[0].envelope
    assert asked.project_id
    assert asked.session_id
    task = await made(deck, asked.project_id)
    links = {
        COMMIT,
        TaskLink(kind=LinkKind.SESSION, target=str(asked.session_id)),
        TaskLink(kind=LinkKind.COMMAND, target=str(command_id)),
    }
    for link in links:
        await deck.tasks.link(by(deck.owner), task, link)
    assert (await loaded(deck, task)).links == links
    elsewhere = await made(deck, await deck.project())
    for link in links - {COMMIT}:
        with pytest.raises(NotFoundError):
            await deck.tasks.link(by(deck.owner), elsewhere, link)
    with pytest.raises(InvalidInputError, match="no whole name of a commit"):
        await deck.tasks.link(by(deck.owner), task, TaskLink(kind=LinkKind.COMMIT, target="c0ffee"))
    await deck.tasks.unlink(by(deck.owner), task, COMMIT)
    assert (await loaded(deck, task)).links == links - {COMMIT}
