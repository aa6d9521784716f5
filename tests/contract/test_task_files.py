"""What every store of task files does, and every way to ask a worker for one."""

from collections.abc import AsyncIterator, Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from uuid import UUID, uuid4

import pytest
from tests.support.repositories import Repository

from quarterdeck.adapters.git.task_files import GitTaskFiles
from quarterdeck.adapters.git.workspaces import GitWorkspaces
from quarterdeck.adapters.memory.task_files import MemoryTaskFileControl, MemoryTaskFiles
from quarterdeck.adapters.memory.workspaces import MemoryWorkspaces
from quarterdeck.adapters.nats.connection import NatsConnection
from quarterdeck.adapters.nats.task_files import NatsTaskFiles, NatsTaskFileServer
from quarterdeck.application.ports.task_files import BranchFiles, CommitAsked, TaskFileServer, TaskFileStore
from quarterdeck.domain.errors import InvalidInputError, UnavailableError

NOON = datetime(2026, 11, 26, 12, tzinfo=UTC)
PATH = "docs/TASKS.md"


@dataclass
class Place:
    """A store, the branch `tasks` of a repository that it can reach, and a person who commits there."""

    store: TaskFileStore
    repository: str
    edit: Callable[[Mapping[str, bytes]], str]
    project_id: UUID

    def asked(self, since: str = "", branch: str = "tasks") -> BranchFiles:
        return BranchFiles(
            project_id=self.project_id, repository=self.repository, branch=branch, paths=(PATH, "TODO"), since=since
        )

    def commit(self, onto: str, files: Mapping[str, bytes]) -> CommitAsked:
        return CommitAsked(
            project_id=self.project_id,
            repository=self.repository,
            branch="tasks",
            onto=onto,
            files=files,
            name="Bot",
            mail="bot@x",
            made_at=NOON,
            message="Tasks\n",
        )


@pytest.fixture(params=["memory", "git"])
def place(request: pytest.FixtureRequest, tmp_path: Path) -> Place:
    if request.param == "memory":
        store = MemoryTaskFiles(MemoryWorkspaces())
        return Place(store, "/srv/r", lambda files: store.edit("/srv/r", "tasks", files), uuid4())
    repository = Repository(tmp_path / "repository")
    repository.commit({"README": "read me\n"})

    def edit(files: Mapping[str, bytes]) -> str:
        repository.git(
            "checkout", "--quiet", "-B", "tasks", *(["tasks"] if repository.git("branch", "--list", "tasks") else [])
        )
        commit = repository.commit(files)
        repository.git("checkout", "--quiet", "main")
        return commit

    GitWorkspaces(tmp_path / "state", None, overlay=False)
    return Place(GitTaskFiles(tmp_path / "state"), repository.path, edit, uuid4())


async def test_files_are_read_with_the_commits_that_changed_them(place: Place) -> None:
    first = place.edit({PATH: b"one\n"})
    read = await place.store.read(place.asked())
    assert (read.commit, {p: f.content for p, f in read.files.items()}) == (first, {PATH: b"one\n"})
    assert [(each.commit, each.author) for each in read.commits] == [(first, "Ada <ada@example.invalid>")]

    second = place.edit({PATH: b"two\n"})
    third = place.edit({PATH: b"two\n", "other": b"x"})
    fourth = place.edit({PATH: b"three\n", "other": b"x"})
    assert await place.store.tip(place.asked()) == fourth
    read = await place.store.read(place.asked(since=first))
    assert [each.commit for each in read.commits] == [second, fourth]
    blobs = [each.blobs[PATH] for each in read.commits]
    assert list((await place.store.contents(place.asked(), [blobs[0], "0" * 40])).values()) == [b"two\n"]
    assert (await place.store.read(place.asked(since=fourth))).commits == ()
    assert third


async def test_a_commit_is_put_on_top_of_what_was_read_and_on_nothing_else(place: Place) -> None:
    first = place.edit({PATH: b"one\n"})
    await place.store.read(place.asked())
    made = await place.store.commit(place.commit(first, {PATH: b"ours\n", "TODO": b"new\n"}))
    read = await place.store.read(place.asked(since=first))
    assert (read.commit, read.files[PATH].content, read.files["TODO"].content) == (made.commit, b"ours\n", b"new\n")
    assert [each.author for each in read.commits] == ["Bot <bot@x>"]

    place.edit({PATH: b"theirs\n", "TODO": b"new\n"})
    assert (await place.store.commit(place.commit(read.commit, {PATH: b"late\n"}))).commit is None
    assert (await place.store.read(place.asked())).files[PATH].content == b"theirs\n"


async def test_a_branch_that_is_not_there_is_told(place: Place) -> None:
    place.edit({PATH: b"one\n"})
    with pytest.raises(InvalidInputError, match="There is no branch absent"):
        await place.store.tip(place.asked(branch="absent"))


@dataclass
class Ends:
    client: TaskFileStore
    server: TaskFileServer


@pytest.fixture(params=["memory", "nats"])
async def ends(request: pytest.FixtureRequest) -> AsyncIterator[Ends]:
    if request.param == "memory":
        both = MemoryTaskFileControl()
        yield Ends(both, both)
        return
    prefix = f"t{uuid4().hex}"
    url = request.getfixturevalue("nats_url")
    async with NatsConnection(url) as one, NatsConnection(url) as other:
        await one.wait_up()
        await other.wait_up()
        yield Ends(NatsTaskFiles(one, prefix), NatsTaskFileServer(other, prefix))


async def test_a_workers_answers_come_as_they_are(ends: Ends) -> None:
    workspaces = MemoryWorkspaces()
    store = MemoryTaskFiles(workspaces)
    first = store.edit("/srv/r", "tasks", {PATH: b"\xff\0 one\n" * 10_000})
    here, there = (Place(each, "/srv/r", lambda _: "", UUID(int=1)) for each in (store, ends.client))
    async with ends.server.serve("w1", store):
        assert await ends.client.tip(there.asked()) == first
        assert await ends.client.read(there.asked()) == await store.read(here.asked())
        blob = (await store.read(here.asked())).files[PATH].blob
        assert await ends.client.contents(there.asked(), [blob]) == await store.contents(here.asked(), [blob])
        made = await ends.client.commit(there.commit(first, {PATH: b"two\n"}))
        assert made.commit == await store.tip(here.asked())
        with pytest.raises(InvalidInputError, match="no branch"):
            await ends.client.tip(there.asked(branch="absent"))
    with pytest.raises(UnavailableError):
        await ends.client.tip(there.asked())
