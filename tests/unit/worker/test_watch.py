"""A session that writes more than it may, on a host in memory."""

import asyncio
from uuid import UUID

import pytest
from tests.support.deck import Deck, working
from tests.support.waiting import eventually

from quarterdeck.adapters.memory.workspaces import MemoryWorkspaces
from quarterdeck.application.ports.workspaces import WorkspaceUse
from quarterdeck.domain.command import EndReason
from quarterdeck.domain.errors import UnavailableError
from quarterdeck.domain.limits import MIB, LimitsAsked
from quarterdeck.domain.quota import LargestPath, QuotaExceeded, QuotaLimit
from quarterdeck.domain.session_events import Limit, SessionProvisioned
from quarterdeck.domain.workspace import WorkspacePrepared, workspace_id
from quarterdeck.jail.dummy import Hangs, Prints, Script, WaitsFor
from quarterdeck.worker.settings import WorkerSettings

SAYS = Prints(data=b"!")
LIMITS = LimitsAsked(workspace_bytes=2 * MIB, workspace_files=100)


@pytest.fixture
def files(deck: Deck) -> MemoryWorkspaces:
    assert isinstance(deck.workspaces, MemoryWorkspaces)
    for text in ("write", "quiet"):
        deck.scripts[text] = Script(steps=(SAYS, Hangs()))
    return deck.workspaces


async def exceeded(deck: Deck, session_id: UUID) -> list[QuotaExceeded]:
    return [e for e in await deck.events(workspace_id(session_id)) if isinstance(e, QuotaExceeded)]


async def running(deck: Deck, session_id: UUID, text: str = "write") -> UUID:
    """Once it has printed something, and so is watched."""
    command_id = await deck.run(session_id, text)

    async def has_printed() -> bool:
        return (await deck.transcripts.head(command_id)).offset > 0

    await eventually(has_printed)
    return command_id


async def test_a_command_that_goes_over_the_quota_is_ended_and_the_largest_files_are_told(
    deck: Deck, files: MemoryWorkspaces
) -> None:
    async with working(deck.worker()):
        session_id = await deck.opened(limits=LIMITS)
        command_id = await running(deck, session_id)
        files.write(session_id, "small", b"x")
        files.write(session_id, "big", b"x" * 3 * MIB)
        finished = await deck.finished(command_id)

    assert finished.reason is EndReason.QUOTA
    [event] = await exceeded(deck, session_id)
    assert (event.command_id, event.limit, event.ended) == (command_id, QuotaLimit.BYTES, True)
    assert (event.allowed, event.used) == (2 * MIB, 3 * MIB + 1)
    assert event.largest == (
        LargestPath(path="big", bytes=3 * MIB, files=0),
        LargestPath(path="small", bytes=1, files=0),
    )


async def test_too_many_files_end_a_command_as_well(deck: Deck, files: MemoryWorkspaces) -> None:
    async with working(deck.worker()):
        session_id = await deck.opened(limits=LIMITS)
        command_id = await running(deck, session_id)
        for n in range(101):
            files.write(session_id, f"d/{n}", b"")
        assert (await deck.finished(command_id)).reason is EndReason.QUOTA

    [event] = await exceeded(deck, session_id)
    assert (event.limit, event.allowed, event.used) == (QuotaLimit.FILES, 100, 101)
    assert event.largest == (LargestPath(path="d", bytes=0, files=101),)


async def test_a_session_over_its_quota_can_run_what_makes_room(deck: Deck, files: MemoryWorkspaces) -> None:
    go_on = asyncio.Event()
    deck.scripts["rm"] = Script(steps=(SAYS, WaitsFor(event=go_on)))
    async with working(deck.worker()):
        session_id = await deck.opened(limits=LIMITS)
        files.write(session_id, "big", b"x" * 3 * MIB)
        removing = await running(deck, session_id, "rm")
        files.delete(session_id, "big")
        go_on.set()
        assert (await deck.finished(removing)).reason is EndReason.EXITED
        command_id = await running(deck, session_id)
        files.write(session_id, "big", b"x" * 3 * MIB)
        assert (await deck.finished(command_id)).reason is EndReason.QUOTA

    assert [event.command_id for event in await exceeded(deck, session_id)] == [command_id]


async def test_what_was_written_until_the_session_was_ended_is_not_the_next_commands(
    deck: Deck, files: MemoryWorkspaces, monkeypatch: pytest.MonkeyPatch
) -> None:
    go_on, looks = asyncio.Event(), 0
    deck.settings = WorkerSettings(worker_id="w1", host="here", state_dir=deck.folder, reconcile_seconds=0.05)
    deck.scripts["rm"] = Script(steps=(SAYS, WaitsFor(event=go_on)))
    async with working(deck.worker()):
        session_id = await deck.opened(limits=LIMITS)
        await deck.finished(await deck.run(session_id, "leaves"))
        left = deck.host.jails[session_id]
        processes, destroy, use = left.processes, left.destroy, files.use

        async def one_more() -> int:
            return 1 + await processes()

        async def writing_on() -> None:
            files.write(session_id, "big", b"x" * 4 * MIB)
            await destroy()

        async def seen(session_id: UUID) -> WorkspaceUse | None:
            nonlocal looks
            looks += 1
            return await use(session_id)

        monkeypatch.setattr(left, "processes", one_more)
        monkeypatch.setattr(left, "destroy", writing_on)
        files.write(session_id, "big", b"x" * 3 * MIB)
        await eventually(lambda: left.dead and not deck.host.jails[session_id].dead)

        removing = await running(deck, session_id, "rm")
        monkeypatch.setattr(files, "use", seen)
        await eventually(lambda: looks >= 2)
        files.delete(session_id, "big")
        go_on.set()
        assert (await deck.finished(removing)).reason is EndReason.EXITED

    assert [(event.command_id, event.ended) for event in await exceeded(deck, session_id)] == [(None, True)]


async def test_where_the_file_system_keeps_the_quota_a_command_goes_on_and_is_told_once(
    deck: Deck, files: MemoryWorkspaces
) -> None:
    files.quotas_kept_by = "mount"
    go_on = asyncio.Event()
    deck.scripts["write"] = Script(steps=(SAYS, WaitsFor(event=go_on)), exit_code=1)
    async with working(deck.worker()):
        session_id = await deck.opened(limits=LIMITS)
        command_id = await running(deck, session_id)
        files.write(session_id, "big", b"x" * 2 * MIB)

        async def told() -> list[QuotaExceeded]:
            return await exceeded(deck, session_id)

        await eventually(told)
        go_on.set()
        assert (await deck.finished(command_id)).reason is EndReason.EXITED

    [event] = await exceeded(deck, session_id)
    assert (event.command_id, event.limit, event.ended) == (command_id, QuotaLimit.BYTES, False)


async def test_a_disk_found_full_at_the_end_of_a_short_command_is_told_before_its_end(
    deck: Deck, files: MemoryWorkspaces
) -> None:
    files.quotas_kept_by = "mount"
    deck.scripts["fails"] = Script(exit_code=1)
    async with working(deck.worker()):
        session_id = await deck.opened(limits=LIMITS)
        files.write(session_id, "big", b"x" * 2 * MIB)
        await deck.finished(await deck.run(session_id, "looks"))
        failed = await deck.run(session_id, "fails")
        await deck.finished(failed)

    assert [event.command_id for event in await exceeded(deck, session_id)] == [failed]
    assert (await deck.topics(session_id=session_id))[-2:] == ["QuotaExceeded", "CommandFinished"]


async def test_a_command_that_writes_on_a_disk_of_the_host_that_is_all_but_full_is_ended(
    deck: Deck, files: MemoryWorkspaces
) -> None:
    async with working(deck.worker()):
        session_id = await deck.opened()
        quiet = await running(deck, session_id, "quiet")
        files.host_bytes_left = MIB
        other_id = await deck.opened()
        command_id = await running(deck, other_id)
        files.write(other_id, "big", b"x" * 2 * MIB)
        assert (await deck.finished(command_id)).reason is EndReason.QUOTA
        await deck.running(quiet)

    [event] = await exceeded(deck, other_id)
    assert (event.limit, event.used, event.ended) == (QuotaLimit.DISK, MIB, True)
    assert await exceeded(deck, session_id) == []


async def test_a_session_says_who_keeps_its_quota(deck: Deck) -> None:
    async with working(deck.worker()):
        session_id = await deck.opened(limits=LIMITS)

    [provisioned] = [e for e in await deck.events(session_id) if isinstance(e, SessionProvisioned)]
    assert Limit(name="workspace", asked="2 MiB", enforced_by="watcher") in provisioned.limits
    assert Limit(name="workspace_files", asked="100", enforced_by="watcher") in provisioned.limits


async def test_what_a_workspace_lacks_is_in_the_log_before_its_session_is_ready(
    deck: Deck, files: MemoryWorkspaces
) -> None:
    files.lacking = ("Submodules are not fetched.",)
    async with working(deck.worker()):
        session_id = await deck.opened()

    [prepared] = [e for e in await deck.events(workspace_id(session_id)) if isinstance(e, WorkspacePrepared)]
    assert prepared.notes == files.lacking
    topics = await deck.topics(session_id=session_id)
    assert topics.index("WorkspacePrepared") < topics.index("SessionProvisioned")


class Uncountable(MemoryWorkspaces):
    async def use(self, session_id: UUID) -> None:
        raise UnavailableError("The disk does not answer.")


async def test_a_command_runs_where_what_it_writes_cannot_be_counted(deck: Deck) -> None:
    deck.workspaces = Uncountable()
    deck.workspaces.put_branch(deck.source, "main", {"README": b"read me\n"})
    async with working(deck.worker()):
        command_id = await deck.run(await deck.opened(), "true")
        assert (await deck.finished(command_id)).exit_code == 0
