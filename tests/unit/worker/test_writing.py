"""Writing files of sessions from outside, on a host in memory."""

from hashlib import sha256
from uuid import UUID, uuid4

import pytest
from tests.support.deck import Deck, working

from quarterdeck.adapters.memory.workspaces import MemoryWorkspaces
from quarterdeck.application.ports.control import FileWriteAsked, FileWritten
from quarterdeck.application.ports.log import Context
from quarterdeck.domain.base import Actor, ActorKind
from quarterdeck.domain.errors import ConflictError, LimitExceededError, PausedError
from quarterdeck.domain.idempotency import RequestAccepted
from quarterdeck.domain.workspace import SnapshotTaken, WorkspaceFileWritten, workspace_id
from quarterdeck.jail.errors import JailError
from quarterdeck.worker.queue import Hold

ANN = Actor(kind=ActorKind.USER, id="ann")


def digest(content: bytes) -> str:
    return sha256(content).hexdigest()


README = digest(b"read me\n")


@pytest.fixture
def files(deck: Deck) -> MemoryWorkspaces:
    assert isinstance(deck.workspaces, MemoryWorkspaces)
    return deck.workspaces


def asked(
    session_id: UUID,
    path: str = "README",
    content: bytes = b"mine\n",
    base: str | None = README,
    request_stream: UUID | None = None,
) -> FileWriteAsked:
    return FileWriteAsked(
        session_id=session_id,
        path=path,
        content=content,
        base=base,
        executable=None,
        context=Context(actor=ANN, correlation_id=uuid4(), session_id=session_id),
        write_id=uuid4(),
        request_stream=request_stream,
        request_sha256="0" * 64,
    )


async def write(deck: Deck, wanted: FileWriteAsked) -> FileWritten:
    return await deck.control.write_file("w1", wanted)


async def test_a_file_is_written_in_the_name_of_its_writer_with_a_snapshot(deck: Deck, files: MemoryWorkspaces) -> None:
    async with working(deck.worker()):
        session_id = await deck.opened()

        done = await write(deck, asked(session_id))

    assert files.files_of(done.tree)["README"] == b"mine\n"
    assert (done.changed, done.sha256) == (True, digest(b"mine\n"))
    logged = (await deck.log.load(workspace_id(session_id)))[-2:]
    snapshot, written = [each.event for each in logged]
    assert isinstance(snapshot, SnapshotTaken)
    assert isinstance(written, WorkspaceFileWritten)
    assert (written.path, written.base_sha256, written.tree) == ("README", README, snapshot.tree)
    assert [each.envelope.actor for each in logged] == [ANN, ANN]


async def test_what_changed_until_then_is_a_snapshot_of_its_own_in_nobodys_name(
    deck: Deck, files: MemoryWorkspaces
) -> None:
    async with working(deck.worker()) as worker:
        session_id = await deck.opened()
        held = worker.sessions.get(session_id)
        assert held
        held.files.begin()
        files.write(session_id, "other", b"by the jail")

        await write(deck, asked(session_id))

    before, after, _ = (await deck.log.load(workspace_id(session_id)))[-3:]
    assert before.envelope.actor.kind is ActorKind.SYSTEM
    assert after.envelope.actor == ANN


@pytest.mark.parametrize(
    ("path", "base", "said"),
    [
        ("README", digest(b"older"), "README has been changed since it was read"),
        ("README", None, "a file README already"),
        ("new", README, "no file new any more"),
    ],
)
async def test_a_file_that_is_something_else_is_left_as_it_is(
    deck: Deck, files: MemoryWorkspaces, path: str, base: str | None, said: str
) -> None:
    async with working(deck.worker()):
        session_id = await deck.opened()

        with pytest.raises(ConflictError, match=said):
            await write(deck, asked(session_id, path, base=base))

        assert files.read(session_id, "README") == b"read me\n"
    assert "WorkspaceFileWritten" not in await deck.topics(session_id=session_id)


async def test_a_file_that_changes_between_the_look_and_the_writing_is_left_as_it_is(
    deck: Deck, files: MemoryWorkspaces
) -> None:
    async with working(deck.worker()):
        session_id = await deck.opened()
        real = deck.host.write

        def late(session_id: UUID, batch: bytes) -> None:
            files.write(session_id, "README", b"late\n")
            real(session_id, batch)

        deck.host.write = late
        with pytest.raises(ConflictError, match="not what it was"):
            await write(deck, asked(session_id))

        assert files.read(session_id, "README") == b"late\n"


async def test_what_is_there_already_is_no_conflict_and_no_event(deck: Deck) -> None:
    async with working(deck.worker()):
        session_id = await deck.opened()
        first = await write(deck, asked(session_id))

        again = await write(deck, asked(session_id))

    assert (again.changed, again.tree, again.sha256) == (False, first.tree, first.sha256)
    assert (await deck.topics(session_id=session_id)).count("WorkspaceFileWritten") == 1


async def test_a_file_that_git_ignores_is_written_without_a_snapshot(deck: Deck, files: MemoryWorkspaces) -> None:
    async with working(deck.worker()):
        session_id = await deck.opened()

        await write(deck, asked(session_id, "env.ignored", base=None))

        assert files.read(session_id, "env.ignored") == b"mine\n"
    assert isinstance((await deck.events(workspace_id(session_id)))[-1], WorkspaceFileWritten)


async def test_the_answer_is_kept_under_the_requests_key(deck: Deck) -> None:
    stream = uuid4()
    async with working(deck.worker()):
        session_id = await deck.opened()
        wanted = asked(session_id, request_stream=stream)
        await write(deck, wanted)

    assert await deck.events(stream) == [RequestAccepted(request_sha256="0" * 64, subject_id=wanted.write_id)]


async def test_a_write_whose_key_was_taken_meanwhile_is_logged_all_the_same(deck: Deck) -> None:
    stream = uuid4()
    taken = RequestAccepted(request_sha256="1" * 64, subject_id=uuid4())
    async with working(deck.worker()):
        session_id = await deck.opened()
        await deck.append(stream, 0, taken)
        await write(deck, asked(session_id, request_stream=stream))

    assert await deck.events(stream) == [taken]
    assert (await deck.topics(session_id=session_id)).count("WorkspaceFileWritten") == 1


async def test_a_quota_that_a_watcher_keeps_is_kept_before_anything_is_written(
    deck: Deck, files: MemoryWorkspaces
) -> None:
    files.quotas_kept_by = "watcher"
    async with working(deck.worker()):
        session_id = await deck.opened(limits={"workspace_bytes": 4})

        with pytest.raises(LimitExceededError, match="bytes and"):
            await write(deck, asked(session_id, content=b"more than four bytes"))

        assert files.read(session_id, "README") == b"read me\n"


async def test_a_full_disk_is_told_as_it_is(deck: Deck) -> None:
    def refuse(_session_id: UUID, _changes: bytes) -> None:
        raise JailError("No space left on device", "Make room.")

    async with working(deck.worker()):
        session_id = await deck.opened()
        deck.host.write = refuse
        with pytest.raises(JailError, match="No space left"):
            await write(deck, asked(session_id))


async def test_a_session_that_is_paused_restored_closing_or_elsewhere_takes_no_file(deck: Deck) -> None:
    async with working(deck.worker()) as worker:
        session_id = await deck.opened()
        held = worker.sessions.get(session_id)
        assert held
        held.commands.hold(Hold.PAUSE)
        with pytest.raises(PausedError):
            await write(deck, asked(session_id))
        held.commands.let_go(Hold.PAUSE)
        held.restoring = True
        with pytest.raises(ConflictError, match="restored"):
            await write(deck, asked(session_id))
        held.restoring = False
        with pytest.raises(ConflictError, match="does not run here"):
            await write(deck, asked(uuid4()))
