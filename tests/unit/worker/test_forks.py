"""Forking sessions and restoring their files, on hosts in memory."""

import asyncio
from dataclasses import replace
from uuid import UUID

import pytest
from tests.support.deck import Deck, working
from tests.support.waiting import eventually

from quarterdeck.adapters.memory.workspaces import MemoryWorkspaces
from quarterdeck.domain.errors import ConflictError
from quarterdeck.domain.point import Point
from quarterdeck.domain.session_events import SessionProvisioningFailed
from quarterdeck.domain.workspace import (
    SnapshotTaken,
    WorkspaceRestored,
    WorkspaceRestoreFailed,
    WorkspaceRestoreRequested,
    workspace_id,
)
from quarterdeck.jail.dummy import DummyJail, Hangs, Script
from quarterdeck.jail.errors import JailError


@pytest.fixture
def files(deck: Deck) -> MemoryWorkspaces:
    assert isinstance(deck.workspaces, MemoryWorkspaces)
    return deck.workspaces


async def tree_of(deck: Deck, files: MemoryWorkspaces, session_id: UUID) -> str:
    prepared = await files.find_prepared(session_id)
    assert prepared
    return (await files.tree(session_id, prepared.tree)).tree


async def write_and_run(deck: Deck, files: MemoryWorkspaces, session_id: UUID, content: bytes, text: str) -> UUID:
    """A command during which a file is written."""
    files.write(session_id, "file", content)
    command_id = await deck.run(session_id, text)
    await deck.finished(command_id)
    return command_id


async def restored(deck: Deck, session_id: UUID) -> WorkspaceRestored | WorkspaceRestoreFailed:
    async def check() -> WorkspaceRestored | WorkspaceRestoreFailed:
        last = (await deck.events(workspace_id(session_id)))[-1]
        assert isinstance(last, (WorkspaceRestored, WorkspaceRestoreFailed)), last
        return last

    return await eventually(check)


async def test_a_fork_has_the_files_and_the_shell_that_the_other_had_then(deck: Deck, files: MemoryWorkspaces) -> None:
    deck.scripts = {"cd": Script(shell_state=b"cd deep"), "cd back": Script(shell_state=b"cd back")}
    async with working(deck.worker()):
        source = await deck.opened()
        first = await write_and_run(deck, files, source, b"1", "cd")
        then = await tree_of(deck, files, source)
        await write_and_run(deck, files, source, b"2", "cd back")
        now = await tree_of(deck, files, source)

        old, new = await deck.fork(source, Point(command_id=first)), await deck.fork(source)
        await deck.ready(old)
        await deck.ready(new)

        assert (await tree_of(deck, files, old), deck.shells[old]) == (then, b"cd deep")
        assert (await tree_of(deck, files, new), deck.shells[new]) == (now, b"cd back")
    assert await deck.topics(session_id=old) == [
        "SessionOpened",
        "SessionForked",
        "SessionAdmitted",
        "WorkspacePrepared",
        "SnapshotTaken",
        "SessionProvisioned",
    ]


async def test_a_fork_from_before_the_first_command_is_as_the_repository_is(
    deck: Deck, files: MemoryWorkspaces
) -> None:
    async with working(deck.worker()):
        source = await deck.opened()
        command_id = await deck.run(source, "true")
        await deck.finished(command_id)
        files.write(source, "file", b"1")

        fork = await deck.fork(source, Point(command_id=command_id, before=True))
        await deck.ready(fork)

        prepared = await files.find_prepared(fork)
        assert prepared
        assert await tree_of(deck, files, fork) == prepared.tree
    assert deck.shells[fork] == b""


async def test_a_fork_starts_from_the_commit_of_the_other_though_its_branch_moved_on(
    deck: Deck, files: MemoryWorkspaces
) -> None:
    async with working(deck.worker()):
        source = await deck.opened()
        files.put_branch(deck.source, "main", {"README": b"another\n"})

        fork = await deck.fork(source)

        assert (await deck.ready(fork)).base_commit == (await deck.ready(source)).base_commit


async def test_a_fork_that_its_jail_cannot_take_fails_with_the_reason(deck: Deck, files: MemoryWorkspaces) -> None:
    def refuse(_session_id: UUID, _changes: bytes) -> None:
        raise JailError("No space left on device.", "Make room.")

    async with working(deck.worker()):
        source = await deck.opened()
        await write_and_run(deck, files, source, b"1", "true")
        deck.host.write = refuse

        fork = await deck.fork(source)

        assert (await deck.closed(fork)).reason == "No space left on device."
        assert fork not in deck.host.jails or deck.host.jails[fork].dead
        assert await files.sessions() == [source]
    assert isinstance((await deck.events(fork))[-1], SessionProvisioningFailed)


async def test_files_are_restored_with_a_snapshot_of_what_they_were(deck: Deck, files: MemoryWorkspaces) -> None:
    deck.scripts = {"cd": Script(shell_state=b"cd deep"), "cd back": Script(shell_state=b"cd back")}
    async with working(deck.worker()):
        session_id = await deck.opened()
        first = await write_and_run(deck, files, session_id, b"1", "cd")
        then = await tree_of(deck, files, session_id)
        await write_and_run(deck, files, session_id, b"2", "cd back")
        files.write(session_id, "file", b"by the way")
        unsaved = await tree_of(deck, files, session_id)

        await deck.restore(session_id, Point(command_id=first))
        done = await restored(deck, session_id)

        assert isinstance(done, WorkspaceRestored)
        assert (done.tree, done.files_changed) == (then, 1)
        assert await tree_of(deck, files, session_id) == then
        assert (deck.shells[session_id], done.shell) == (b"cd deep", True)
        snapshots = [e.tree for e in await deck.events(workspace_id(session_id)) if isinstance(e, SnapshotTaken)]
        assert snapshots[-2:] == [unsaved, then]
        after = await deck.run(session_id, "true")
        assert (await deck.finished(after)).tree_before == then
        assert await files.shell(session_id, Point(command_id=after)) == b"cd deep"


async def test_nothing_is_restored_under_a_command_that_runs(deck: Deck, files: MemoryWorkspaces) -> None:
    deck.scripts = {"hang": Script(steps=(Hangs(),))}
    async with working(deck.worker()):
        session_id = await deck.opened()
        first = await write_and_run(deck, files, session_id, b"1", "true")
        running = await deck.run(session_id, "hang")
        await deck.running(running)
        files.write(session_id, "file", b"2")

        await deck.restore(session_id, Point(command_id=first))
        failed = await restored(deck, session_id)

        assert isinstance(failed, WorkspaceRestoreFailed)
        assert failed.reason == "1 command runs in the session."
        await deck.cancel(running)
        await deck.ended(running)
        await deck.restore(session_id, Point(command_id=first))

        async def done() -> bool:
            return isinstance((await deck.events(workspace_id(session_id)))[-1], WorkspaceRestored)

        await eventually(done)


async def test_a_command_whose_end_is_in_the_log_keeps_no_restore_from_its_files(
    deck: Deck, files: MemoryWorkspaces, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Though the worker still sees to what it leaves."""
    asked, forget = asyncio.Event(), DummyJail.forget

    async def slow(jail: DummyJail, command_id: UUID) -> None:
        await asked.wait()
        await forget(jail, command_id)

    monkeypatch.setattr(DummyJail, "forget", slow)
    async with working(deck.worker()):
        session_id = await deck.opened()
        first = await write_and_run(deck, files, session_id, b"1", "true")

        await deck.restore(session_id, Point(command_id=first))
        asked.set()

        assert isinstance(await restored(deck, session_id), WorkspaceRestored)


async def test_a_restore_that_the_jail_cannot_do_is_said_with_the_files_as_they_are(
    deck: Deck, files: MemoryWorkspaces
) -> None:
    async with working(deck.worker()):
        session_id = await deck.opened()
        first = await write_and_run(deck, files, session_id, b"1", "true")
        await write_and_run(deck, files, session_id, b"2", "true")

        def half(session_id: UUID, _changes: bytes) -> None:
            files.write(session_id, "other", b"half done")
            raise JailError("No space left on device.", "Make room.")

        deck.host.write = half
        await deck.restore(session_id, Point(command_id=first))
        failed = await restored(deck, session_id)

        assert failed == WorkspaceRestoreFailed(reason="No space left on device.", next_step="Make room.")
        last = [e for e in await deck.events(workspace_id(session_id)) if isinstance(e, SnapshotTaken)][-1]
        assert last.tree == await tree_of(deck, files, session_id)
        assert not isinstance(await deck.finished(await deck.run(session_id, "true")), Exception)


async def test_a_restore_that_was_asked_for_while_no_worker_was_there_is_done_by_the_next(
    deck: Deck, files: MemoryWorkspaces
) -> None:
    async with working(deck.worker()):
        session_id = await deck.opened()
        first = await write_and_run(deck, files, session_id, b"1", "true")
        then = await tree_of(deck, files, session_id)
        await write_and_run(deck, files, session_id, b"2", "true")
    deck.ring = False
    await deck.restore(session_id, Point(command_id=first))

    async with working(deck.worker()):
        done = await restored(deck, session_id)

    assert isinstance(done, WorkspaceRestored)
    assert done.tree == then


async def test_a_second_restore_waits_for_the_first(deck: Deck, files: MemoryWorkspaces) -> None:
    async with working(deck.worker()):
        session_id = await deck.opened()
        first = await write_and_run(deck, files, session_id, b"1", "true")
    deck.ring = False
    await deck.restore(session_id, Point(command_id=first))

    with pytest.raises(ConflictError, match="being restored already"):
        await deck.restore(session_id, Point(command_id=first))
    asked = (await deck.events(workspace_id(session_id)))[-1]
    assert isinstance(asked, WorkspaceRestoreRequested)
    assert replace(asked, tree="") == WorkspaceRestoreRequested(point=Point(command_id=first), tree="")
