"""When task files and the log are brought together: after a change of either, when asked, and after a failure."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import replace
from uuid import UUID, uuid4

from tests.support.deck import ADA, SOURCE, Deck, working
from tests.support.waiting import eventually
from tests.unit.conductor.test_conductor import conducting

from quarterdeck.adapters.memory.task_files import MemoryTaskFiles
from quarterdeck.adapters.memory.workspaces import MemoryWorkspaces
from quarterdeck.adapters.system import SystemClock
from quarterdeck.application.ports.callers import Caller
from quarterdeck.application.streams import TASK, TASK_FILES
from quarterdeck.application.task_checks import By
from quarterdeck.application.task_files import TaskFilesOfProjects
from quarterdeck.application.tasks import Tasks
from quarterdeck.conductor.settings import ConductorSettings
from quarterdeck.domain import task
from quarterdeck.domain.project import ProjectCreated, ProjectSettings
from quarterdeck.domain.task import Task, task_id
from quarterdeck.domain.task_events import TaskStatus
from quarterdeck.domain.task_fields import TaskFields
from quarterdeck.domain.task_file_settings import DEFAULT_PATH, TaskFileSettings
from quarterdeck.domain.task_files import FOLLOWED_ID, TaskFiles, TaskFilesFollowed, TaskSyncFailed, task_files_id

SOON = ConductorSettings(
    task_batch_seconds=0.05, task_poll_seconds=0.1, task_retry_seconds=0.05, task_longest_seconds=0.1
)
BY = By(caller=Caller(user_id=ADA, user_name="ada", token_id=uuid4(), scopes=("*",), correlation_id=uuid4()))


@asynccontextmanager
async def following(
    deck: Deck, text: str = "- [ ] One\n", settings: ConductorSettings = SOON
) -> AsyncGenerator[tuple[UUID, MemoryTaskFiles]]:
    """A project whose files are followed, with a worker and a conductor."""
    assert isinstance(deck.workspaces, MemoryWorkspaces)
    deck.workspaces.put_branch(SOURCE, "main", {DEFAULT_PATH: text.encode()})
    store = deck.task_files
    assert isinstance(store, MemoryTaskFiles)
    store.edit(SOURCE, "main", {DEFAULT_PATH: text.encode()})
    project_id = uuid4()
    created = ProjectCreated(
        name="it",
        repository=SOURCE,
        default_branch="main",
        owner_id=ADA,
        settings=ProjectSettings(task_files=TaskFileSettings(enabled=True)),
    )
    await deck.append(project_id, 0, created)
    await deck.append(FOLLOWED_ID, 0, TaskFilesFollowed(project_id=project_id, on=True))
    async with working(deck.worker()), conducting(deck, settings):
        yield project_id, store


async def a_task(deck: Deck, project_id: UUID, number: int = 1) -> Task:
    async def check() -> Task:
        state = (await TASK.load(deck.log, task_id(project_id, number))).state
        assert isinstance(state, Task)
        return state

    return await eventually(check)


async def record(deck: Deck, project_id: UUID) -> TaskFiles:
    return (await TASK_FILES.load(deck.log, task_files_id(project_id))).state


def text_of(store: MemoryTaskFiles) -> str:
    return store.files(SOURCE, "main")[DEFAULT_PATH].decode()


async def test_changes_of_both_sides_are_followed(deck: Deck) -> None:
    async with following(deck) as (project_id, store):
        await a_task(deck, project_id)
        await eventually(lambda: "**T-1** One" in text_of(store))

        store.edit(SOURCE, "main", {DEFAULT_PATH: text_of(store).replace("[ ]", "[x]").encode()})

        async def done() -> bool:
            return (await a_task(deck, project_id)).status is TaskStatus.DONE

        await eventually(done)
        await Tasks(deck.log, SystemClock()).create(BY, project_id, TaskFields(title="Two"))
        await eventually(lambda: "**T-2** Two" in text_of(store))


async def test_who_asks_is_answered_at_once_and_hears_of_failures_once(deck: Deck) -> None:
    slow = replace(SOON, task_batch_seconds=3600, task_poll_seconds=3600)
    async with following(deck, settings=slow) as (project_id, store):
        await a_task(deck, project_id)
        await eventually(lambda: "**T-1**" in text_of(store))
        store.protected.add("main")
        await Tasks(deck.log, SystemClock()).create(BY, project_id, TaskFields(title="Two"))
        asked = await TaskFilesOfProjects(deck.log, SystemClock()).request(BY, project_id)

        async def answered() -> TaskFiles:
            found = await record(deck, project_id)
            assert found.answered >= asked.state.asked
            assert "must not be written" in found.failure
            return found

        await eventually(answered)
        store.protected.clear()
        await TaskFilesOfProjects(deck.log, SystemClock()).request(BY, project_id)
        await eventually(lambda: "**T-2** Two" in text_of(store))
    events = await deck.events(task_files_id(project_id))
    assert len([each for each in events if isinstance(each, TaskSyncFailed)]) == 1


async def test_who_edits_the_file_is_waited_for_often_and_told_of_once(deck: Deck) -> None:
    slow = replace(SOON, task_retry_seconds=3600, task_longest_seconds=3600)
    async with following(deck, settings=slow) as (project_id, store):
        await a_task(deck, project_id)
        await eventually(lambda: "**T-1**" in text_of(store))
        store.edited.add("main")
        await Tasks(deck.log, SystemClock()).create(BY, project_id, TaskFields(title="Two"))
        await eventually(lambda: store.refused >= 2)
        waiting = await deck.events(task_files_id(project_id))
        assert "not committed" in (await record(deck, project_id)).failure
        await eventually(lambda: store.refused >= 4)
        assert await deck.events(task_files_id(project_id)) == waiting
        store.edited.clear()
        await eventually(lambda: "**T-2** Two" in text_of(store))

        async def told() -> bool:
            found = await record(deck, project_id)
            return (found.failure, found.writing) == ("", ())

        await eventually(told)


async def test_a_file_that_cannot_be_read_is_told_and_followed_again_when_it_can(deck: Deck) -> None:
    async with following(deck) as (project_id, store):
        await a_task(deck, project_id)
        await eventually(lambda: "**T-1**" in text_of(store))
        store.edit(SOURCE, "main", {DEFAULT_PATH: b"- [ ] **T-1** One\n" + b"> " * 70 + b"x\n"})

        async def failing() -> bool:
            return "nested deeper" in (await record(deck, project_id)).failure

        await eventually(failing)
        store.edit(SOURCE, "main", {DEFAULT_PATH: b"- [x] **T-1** One\n"})

        async def done() -> bool:
            assert (await a_task(deck, project_id)).status is TaskStatus.DONE
            return (await record(deck, project_id)).failure == ""

        await eventually(done)


async def test_what_a_command_edits_in_its_session_follows_on_the_branch(deck: Deck) -> None:
    assert isinstance(deck.workspaces, MemoryWorkspaces)
    async with following(deck, "- [ ] **T-1** One\n") as (project_id, store):
        # the id is nobody's yet, so it becomes T-1 here
        await a_task(deck, project_id)
        session_id = await deck.open(project_id)
        await deck.ready(session_id)
        deck.workspaces.write(session_id, DEFAULT_PATH, b"- [x] **T-1** One\n- [ ] Two\n")
        await deck.finished(await deck.run(session_id, "true"))
        await eventually(lambda: text_of(store) == "- [x] **T-1** One\n- [ ] **T-2** Two\n")
        assert task.existing(await a_task(deck, project_id, 2)).fields.title == "Two"
