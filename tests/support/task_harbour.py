"""A project in memory whose task file is followed: people edit the branch and the log, and both are merged."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any
from uuid import UUID, uuid4

from quarterdeck.adapters.memory.log import MemoryEventLog
from quarterdeck.adapters.memory.task_files import MemoryTaskFiles
from quarterdeck.adapters.memory.workspaces import MemoryWorkspaces
from quarterdeck.adapters.system import SystemClock
from quarterdeck.application.ports.callers import Caller
from quarterdeck.application.ports.log import Context, EventLog, LoggedEvent, StreamWrite
from quarterdeck.application.streams import PROJECT, TASK, TASK_FILES
from quarterdeck.application.task_checks import By
from quarterdeck.application.task_synchronizing import TaskSynchronizer
from quarterdeck.application.tasks import Tasks
from quarterdeck.domain import project, task
from quarterdeck.domain.base import Actor, ActorKind
from quarterdeck.domain.events import Event
from quarterdeck.domain.identity import UserRegistered
from quarterdeck.domain.project import MemberAdded, ProjectCreated, ProjectSettings, ProjectSettingsChanged, Role
from quarterdeck.domain.task import Task, task_id
from quarterdeck.domain.task_fields import TaskFields
from quarterdeck.domain.task_file_settings import DEFAULT_PATH, TaskFileSettings
from quarterdeck.domain.task_files import TaskFiles, TaskSynchronized, task_files_id

SOURCE = "/srv/repository"
BRANCH = "main"
SYSTEM = Actor(kind=ActorKind.SYSTEM, id="test")


@dataclass
class Harbour:
    log: EventLog = field(default_factory=lambda: MemoryEventLog(SystemClock()))
    workspaces: MemoryWorkspaces = field(default_factory=MemoryWorkspaces)
    project_id: UUID = field(default_factory=uuid4)
    ada: UUID = field(default_factory=uuid4)
    bo: UUID = field(default_factory=uuid4)

    def __post_init__(self) -> None:
        self.store = MemoryTaskFiles(self.workspaces)
        self.tasks = Tasks(self.log, SystemClock())
        self.synchronizer = self.another()

    def another(self) -> TaskSynchronizer:
        """As a conductor that has just started."""
        return TaskSynchronizer(self.log, self.store, SystemClock())

    async def open(self, text: str | None = "", **settings: Any) -> "Harbour":
        """With a file that says so; None: there is none yet."""
        for user_id, name in ((self.ada, "ada"), (self.bo, "bo")):
            await self.append(user_id, UserRegistered(name=name))
        created = ProjectCreated(
            name="it",
            repository=SOURCE,
            default_branch=BRANCH,
            owner_id=self.ada,
            settings=ProjectSettings(task_files=TaskFileSettings(enabled=True, **settings)),
        )
        await self.append(self.project_id, created, MemberAdded(user_id=self.bo, role=Role.DEVELOPER))
        self.store.edit(SOURCE, BRANCH, {"README": b"", **({} if text is None else {DEFAULT_PATH: text.encode()})})
        return self

    async def set(self, **settings: Any) -> None:
        state = (await PROJECT.load(self.log, self.project_id)).state
        known = project.existing(state).settings
        changed = replace(known, task_files=replace(known.task_files, **settings))
        await self.append(self.project_id, ProjectSettingsChanged(settings=changed))

    async def append(self, stream_id: UUID, *events: Event) -> None:
        version = len(await self.log.load(stream_id))
        context = Context(actor=SYSTEM, correlation_id=uuid4(), project_id=self.project_id)
        await self.log.append([StreamWrite(stream_id=stream_id, expected_version=version, events=events)], context)

    # --- the file

    @property
    def text(self) -> str:
        return self.file(DEFAULT_PATH)

    def file(self, path: str) -> str:
        return self.store.files(SOURCE, BRANCH)[path].decode()

    def write(self, text: str, path: str = DEFAULT_PATH, author: str = "Ada <ada@example.invalid>") -> str:
        """A commit of a person; gives its name."""
        return self.store.edit(SOURCE, BRANCH, {**self.store.files(SOURCE, BRANCH), path: text.encode()}, author)

    def rewrite(self, old: str, new: str, author: str = "Ada <ada@example.invalid>") -> str:
        assert old in self.text, self.text
        return self.write(self.text.replace(old, new), author=author)

    @property
    def commits(self) -> int:
        return len(self.store.branches[SOURCE, BRANCH])

    # --- the log

    def by(self, user_id: UUID | None = None) -> By:
        user_id = user_id or self.ada
        name = "ada" if user_id == self.ada else "bo"
        caller = Caller(user_id=user_id, user_name=name, token_id=uuid4(), scopes=("*",), correlation_id=uuid4())
        return By(caller=caller)

    async def add(self, title: str, **fields: Any) -> int:
        outcome = await self.tasks.create(self.by(), self.project_id, TaskFields(title=title, **fields))
        return task.existing(outcome.state).number

    def id(self, number: int) -> UUID:
        return task_id(self.project_id, number)

    async def task(self, number: int) -> Task:
        return task.existing((await TASK.load(self.log, self.id(number))).state)

    async def count(self) -> int:
        """Tasks that there are."""
        number = 0
        while await self.log.load(self.id(number + 1)):
            number += 1
        return number

    async def logged(self, number: int) -> Sequence[LoggedEvent]:
        return await self.log.load(self.id(number))

    async def record(self) -> TaskFiles:
        return (await TASK_FILES.load(self.log, task_files_id(self.project_id))).state

    async def rounds(self) -> list[TaskSynchronized]:
        events = await self.log.load(task_files_id(self.project_id))
        return [each.event for each in events if isinstance(each.event, TaskSynchronized)]

    # --- both

    async def synchronize(self) -> None:
        await self.synchronizer.synchronize(self.project_id)

    async def check_quiet(self) -> None:
        """Nothing more is to be done, by whoever looks."""
        head, commits = await self.log.head(), self.commits
        await self.synchronize()
        await self.another().synchronize(self.project_id)
        assert (await self.log.head(), self.commits) == (head, commits)
