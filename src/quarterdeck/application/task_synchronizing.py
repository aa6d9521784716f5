"""Bringing a project's task files and the log together, once: read, merge, append, write.

It may stop after any step, and run twice at once. What the files say is appended together with the record that it was
read, at the versions it was decided on; what is written then is announced in the same append, and known again by being
equal.
"""

import asyncio
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, replace
from uuid import UUID, uuid4

from quarterdeck.application.errors import ConcurrencyError
from quarterdeck.application.ports.log import Context, EventLog, StreamWrite
from quarterdeck.application.ports.system import Clock
from quarterdeck.application.ports.task_files import BranchFiles, CommitAsked, FoundFile, FoundFiles, TaskFileStore
from quarterdeck.application.streams import ATTEMPTS, PROJECT, TASK_DEPENDENCIES, USER
from quarterdeck.application.task_authors import Author, Authors, Version
from quarterdeck.application.task_books import Book
from quarterdeck.application.task_changes import Rules
from quarterdeck.application.task_ledger import Ledger
from quarterdeck.application.task_planning import Plan, Planning
from quarterdeck.domain.base import Actor, ActorKind
from quarterdeck.domain.errors import ConflictError, LimitExceededError, QuarterdeckError
from quarterdeck.domain.identity import User
from quarterdeck.domain.project import Project, Role
from quarterdeck.domain.task import task_id
from quarterdeck.domain.task_dependencies import task_dependencies_id
from quarterdeck.domain.task_file_settings import ConflictRule
from quarterdeck.domain.task_files import TaskFiles, TaskFilesWritten, task_files_id
from quarterdeck.task_document.document import TaskDocument, parse

SYSTEM = Actor(kind=ActorKind.SYSTEM, id="conductor")


@dataclass
class TaskSynchronizer:
    log: EventLog
    store: TaskFileStore
    clock: Clock
    books: dict[UUID, Book] = field(default_factory=dict[UUID, Book])
    _names: dict[UUID, str] = field(default_factory=dict[UUID, str])

    async def rule(self, project_id: UUID) -> ConflictRule:
        home = await self.home(project_id)
        return home.settings.task_files.conflicts if home else ConflictRule.ASK

    async def tip(self, project_id: UUID) -> str | None:
        """The commit that the watched branch is at; None: the project's files are not followed."""
        home = await self.home(project_id)
        return await self.store.tip(_branch_of(project_id, home, TaskFiles())) if home else None

    async def in_repository(self, project_id: UUID, blobs: Collection[str]) -> set[str]:
        """Those that its repository has or had."""
        home = await self.home(project_id)
        if home is None or not blobs:
            return set()
        return set(await self.store.contents(_branch_of(project_id, home, TaskFiles()), sorted(blobs)))

    async def book(self, project_id: UUID) -> Book:
        book = self.books.setdefault(project_id, Book(project_id))
        await book.refresh(self.log)
        return book

    async def synchronize(self, project_id: UUID) -> None:
        """Raises a QuarterdeckError where it cannot be done now; what was appended until then stays."""
        for _ in range(ATTEMPTS):
            home = await self.home(project_id)
            if home is None or await self._once(project_id, home):
                return
        raise ConflictError("The tasks or the branch change too fast to be brought together.", "Try again.")

    async def _once(self, project_id: UUID, home: Project) -> bool:
        """Whether all is done."""
        book = await self.book(project_id)
        asked = _branch_of(project_id, home, book.files)
        found = await self.store.read(asked)
        if await self._confirm(book, found):
            return False
        plan = await self._plan(book, home, asked, found)
        try:
            await self._append(project_id, plan.writes)
        except ConcurrencyError:
            return False
        if plan.files and not await self._write(asked, home, found.commit, plan, await self.book(project_id)):
            return False
        return not plan.again

    async def _confirm(self, book: Book, found: FoundFiles) -> bool:
        """What was to be written is on the branch, though nobody lived to say so."""
        wanted = {each.path: each.blob for each in book.files.writing}
        if not wanted:
            return False
        here = {path: each.blob for path, each in found.files.items()}
        states = [(each.commit, each.blobs) for each in found.commits] + [(found.commit, here)]
        commit = next((name for name, blobs in states if wanted.items() <= blobs.items()), None)
        if commit is None:
            return False
        await self._say_written(book, commit)
        return True

    async def _plan(self, book: Book, home: Project, asked: BranchFiles, found: FoundFiles) -> Plan:
        settings = home.settings.task_files
        _check_all_there(settings.paths, found, book.files)
        documents = _documents(settings.paths, found)
        workers = await self._workers(home)
        ledger = await self.ledger(book, workers)
        planning = Planning(
            settings=settings,
            found=found,
            documents=documents,
            authors=await self._authors(asked, found, documents, workers),
            ledger=ledger,
            names=await self.names(book),
            next_number=await self.next_number(book),
        )
        return await asyncio.to_thread(planning.plan)

    async def ledger(self, book: Book, workers: Mapping[str, UUID | None], session_id: UUID | None = None) -> Ledger:
        known = await TASK_DEPENDENCIES.load(self.log, task_dependencies_id(book.project_id))
        rules = Rules(now=self.clock.now(), workers=workers)
        return Ledger(book, known.state, known.version, rules, session_id)

    async def _write(self, asked: BranchFiles, home: Project, onto: str, plan: Plan, book: Book) -> bool:
        settings = home.settings.task_files
        made = await self.store.commit(
            CommitAsked(
                project_id=asked.project_id,
                repository=asked.repository,
                branch=asked.branch,
                onto=onto,
                files=plan.files,
                name=settings.bot_name,
                mail=settings.bot_mail,
                made_at=self.clock.now(),
                message=plan.message,
            )
        )
        if made.commit is None:
            return False
        await self._say_written(book, made.commit)
        return True

    async def _say_written(self, book: Book, commit: str) -> None:
        """Somebody else may have said it, or begun anew; then that counts."""
        stream_id, version = task_files_id(book.project_id), book.files_version
        written = StreamWrite(stream_id=stream_id, expected_version=version, events=(TaskFilesWritten(commit=commit),))
        try:
            await self._append(book.project_id, (written,))
        except ConcurrencyError:
            return

    async def _append(self, project_id: UUID, writes: tuple[StreamWrite, ...]) -> None:
        await self.log.append(writes, Context(actor=SYSTEM, correlation_id=uuid4(), project_id=project_id))

    async def home(self, project_id: UUID) -> Project | None:
        state = (await PROJECT.load(self.log, project_id)).state
        followed = isinstance(state, Project) and not state.archived and state.settings.task_files.enabled
        return state if isinstance(state, Project) and followed else None

    # --- people

    async def workers(self, project_id: UUID) -> dict[str, UUID | None]:
        home = await self.home(project_id)
        return await self._workers(home) if home else {}

    async def _workers(self, home: Project) -> dict[str, UUID | None]:
        """Who can have tasks, by name; None where several are called so."""
        found: dict[str, UUID | None] = {}
        for user_id, role in home.members.items():
            if role is not Role.VIEWER and (name := await self._name(user_id)):
                found[name] = None if name in found else user_id
        return found

    async def names(self, book: Book) -> Mapping[UUID, str]:
        for user_id in book.users():
            await self._name(user_id)
        return self._names

    async def _name(self, user_id: UUID) -> str:
        if user_id not in self._names:
            user = (await USER.load(self.log, user_id)).state
            if not isinstance(user, User):
                return ""
            self._names[user_id] = user.name
        return self._names[user_id]

    async def _authors(
        self,
        asked: BranchFiles,
        found: FoundFiles,
        documents: Mapping[str, TaskDocument],
        workers: Mapping[str, UUID | None],
    ) -> Authors:
        last = found.commits[-1] if found.commits else None
        newest = Version(
            author=_author(last.author if last else "unknown <>", last.commit if last else found.commit, workers),
            documents=tuple(documents.values()),
        )
        earlier = found.commits[:-1]
        if not earlier:
            return Authors([newest])
        names = {name for each in earlier for path, name in each.blobs.items() if path in documents}
        contents = await self.store.contents(asked, sorted(names))
        read = {name: document for name, data in contents.items() if (document := _readable(data))}
        versions = [
            Version(
                author=_author(each.author, each.commit, workers),
                documents=tuple(read[name] for name in each.blobs.values() if name in read),
            )
            for each in earlier
        ]
        return Authors([*versions, newest])

    async def next_number(self, book: Book) -> int:
        number = max(book.seen, default=0) + 1
        while await self.log.load(task_id(book.project_id, number)):
            number += 1  # one whose beginning was erased
        return number


def _branch_of(project_id: UUID, home: Project, known: TaskFiles) -> BranchFiles:
    """With files that were task files once: what is there still is not gone."""
    settings = home.settings.task_files
    return BranchFiles(
        project_id=project_id,
        repository=home.repository,
        branch=settings.branch or home.default_branch,
        paths=(*settings.paths, *sorted(set(known.files) - set(settings.paths))),
        since=known.commit,
    )


def _documents(paths: tuple[str, ...], found: FoundFiles) -> dict[str, TaskDocument]:
    """Of the task files. Those that were once say which tasks are not gone, and nothing more."""
    documents = {path: parsed(path, found.files.get(path)) for path in paths}
    once = [
        document for path, file in found.files.items() if path not in paths and (document := _readable(file.content))
    ]
    elsewhere = {task.number for document in once for task in document.tasks if task.number is not None}
    if elsewhere:
        here = {task.number for document in documents.values() for task in document.tasks}
        first = documents[paths[0]]
        documents[paths[0]] = replace(first, mentioned=first.mentioned | (elsewhere - here))
    return documents


def _check_all_there(paths: tuple[str, ...], found: FoundFiles, known: TaskFiles) -> None:
    gone = [path for path in paths if path in known.files and path not in found.files]
    if gone and not known.removals:
        raise ConflictError(
            f"{gone[0]} is not on the branch any more, and its tasks with it.",
            "Put it back, say where it is now (`qd project set tasks-files=PATH`), or drop its tasks: "
            "`qd task sync --removals`.",
        )


def parsed(path: str, file: FoundFile | None) -> TaskDocument:
    try:
        return parse(file.content if file else b"")
    except LimitExceededError as error:
        raise LimitExceededError(f"{path}: {error.message}", error.next_step) from None


def _readable(content: bytes) -> TaskDocument | None:
    try:
        return parse(content)
    except QuarterdeckError:
        return None


def _author(said: str, commit: str, workers: Mapping[str, UUID | None]) -> Author:
    """By name it is somebody where what is held by them is concerned; what is recorded is what the commit says."""
    name = said.partition(" <")[0]
    actor = Actor(kind=ActorKind.AUTHOR, id=said)
    return Author(actor=actor, causation_id=f"commit:{commit}", user_id=workers.get(name))
