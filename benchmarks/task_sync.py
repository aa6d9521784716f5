"""A branch's task file with 500 tasks and the log, brought together end to end: a repository on disk, PostgreSQL.

Wall time of the conductor's and the worker's part together, without the messages between them; the best of some rounds,
for others may be at work on the machine.
"""

import tempfile
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path
from uuid import UUID, uuid4

from tests.support.repositories import Repository

from benchmarks.database import disk
from benchmarks.row import Row
from benchmarks.task_files import TASK, TASKS
from quarterdeck.adapters.git.task_files import GitTaskFiles
from quarterdeck.adapters.git.workspaces import GitWorkspaces
from quarterdeck.adapters.postgres.log import PostgresEventLog
from quarterdeck.adapters.system import SystemClock
from quarterdeck.application.ports.log import Context, EventLog, StreamWrite
from quarterdeck.application.task_synchronizing import TaskSynchronizer
from quarterdeck.domain.base import Actor, ActorKind
from quarterdeck.domain.events import Event
from quarterdeck.domain.identity import UserRegistered
from quarterdeck.domain.project import ProjectCreated, ProjectSettings
from quarterdeck.domain.task import task_id
from quarterdeck.domain.task_events import TaskEdited
from quarterdeck.domain.task_fields import Priority, TaskChanges
from quarterdeck.domain.task_file_settings import DEFAULT_PATH, TaskFileSettings

ROUNDS = 5
LIMIT_MS = 1000


@dataclass
class Place:
    log: EventLog
    repository: Repository
    store: GitTaskFiles
    project_id: UUID

    async def append(self, stream_id: UUID, version: int, *events: Event) -> None:
        context = Context(
            actor=Actor(kind=ActorKind.SYSTEM, id="bench"), correlation_id=uuid4(), project_id=self.project_id
        )
        write = StreamWrite(stream_id=stream_id, expected_version=version, events=events)
        await self.log.append([write], context)

    async def begin(self, text: str) -> TaskSynchronizer:
        ada = uuid4()
        await self.append(ada, 0, UserRegistered(name="ada"))
        settings = ProjectSettings(task_files=TaskFileSettings(enabled=True))
        created = ProjectCreated(
            name="it", repository=self.repository.path, default_branch="main", owner_id=ada, settings=settings
        )
        await self.append(self.project_id, 0, created)
        self.commit(text)
        synchronizer = self.another()
        await synchronizer.tip(self.project_id)
        return synchronizer

    def another(self) -> TaskSynchronizer:
        return TaskSynchronizer(self.log, self.store, SystemClock())

    def text(self) -> str:
        return self.repository.git("show", f"main:{DEFAULT_PATH}") + "\n"

    def commit(self, text: str) -> None:
        """By a person, on the branch that is checked out nowhere afterwards."""
        branch = self.repository.git("branch", "--list", "main")
        self.repository.git("checkout", "--quiet", *(["main"] if branch else ["-B", "main"]))
        self.repository.commit({DEFAULT_PATH: text})
        self.repository.git("checkout", "--quiet", "--detach")

    async def edit(self, numbers: range) -> None:
        for number in numbers:
            changes = TaskChanges(priority=Priority.LOW, body="Said in the log.")
            version = len(await self.log.load(task_id(self.project_id, number)))
            await self.append(task_id(self.project_id, number), version, TaskEdited(revision=2, changes=changes))


Act = Callable[[Place], Awaitable[TaskSynchronizer]]


async def _new(place: Place) -> TaskSynchronizer:
    return await place.begin(TEXT)


async def _started(place: Place) -> TaskSynchronizer:
    await (await place.begin(TEXT)).synchronize(place.project_id)
    return place.another()


async def _changed(place: Place) -> TaskSynchronizer:
    synchronizer = await place.begin(TEXT)
    await synchronizer.synchronize(place.project_id)
    place.commit(place.text().replace("status:in-progress", "status:in-review", 50))
    await place.edit(range(TASKS - 49, TASKS + 1))
    await synchronizer.tip(place.project_id)
    return synchronizer


async def _rewritten(place: Place) -> TaskSynchronizer:
    synchronizer = await place.begin(TEXT)
    await synchronizer.synchronize(place.project_id)
    await place.edit(range(1, TASKS + 1))
    return synchronizer


TEXT = "# Tasks\n\n" + "".join(TASK.format(number=number) for number in range(TASKS))
CASES: dict[str, Act] = {
    "all are new and get their ids": _new,
    "nothing has changed, by a conductor that has just started": _started,
    "50 changed in the file, 50 in the log": _changed,
    "all changed in the log": _rewritten,
}


async def run() -> list[Row]:
    with disk() as server, tempfile.TemporaryDirectory() as folder:
        async with PostgresEventLog(server.urls.app, SystemClock()) as log:
            return [_row(name, await _best(log, Path(folder), act)) for name, act in CASES.items()]


async def _best(log: EventLog, folder: Path, act: Act) -> float:
    taken: list[float] = []
    for _ in range(ROUNDS):
        project_id = uuid4()
        state = folder / f"{project_id}.state"
        GitWorkspaces(state, None, overlay=False)
        place = Place(log, Repository(folder / str(project_id)), GitTaskFiles(state), project_id)
        synchronizer = await act(place)
        began = time.perf_counter()
        await synchronizer.synchronize(project_id)
        taken.append(time.perf_counter() - began)
    return min(taken) * 1e3


def _row(name: str, value: float) -> Row:
    return Row(
        name=f"{TASKS} tasks of a branch and the log brought together: {name}, best of {ROUNDS}",
        value=value,
        unit="ms",
        limit=f"<= {LIMIT_MS:,} ms",
        met=value <= LIMIT_MS,
    )
