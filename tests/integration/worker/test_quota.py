"""Sessions that write more than they may, on the real kernel: where their disks refuse it, and where it is counted."""

import os
import tempfile
from collections.abc import AsyncGenerator, Generator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from uuid import UUID

import pytest
from tests.support import memory
from tests.support.deck import Deck, working
from tests.support.disks import mounted_below
from tests.support.real_deck import real_deck, state_dir
from tests.support.repositories import JAIL_UID, reachable_folder
from tests.support.services import Database
from tests.support.waiting import eventually

from quarterdeck.adapters.disks import loop
from quarterdeck.adapters.disks.disks import why_not
from quarterdeck.adapters.disks.template import template
from quarterdeck.adapters.git.workspaces import GitWorkspaces, Options
from quarterdeck.domain.command import CommandFinished, EndReason
from quarterdeck.domain.limits import MIB, LimitsAsked
from quarterdeck.domain.quota import QuotaExceeded, QuotaLimit, WorkspaceQuota
from quarterdeck.domain.session_events import SessionAdopted
from quarterdeck.domain.workspace import workspace_id

LIMITS = LimitsAsked(workspace_bytes=48 * MIB, workspace_files=3000)
BOMB = "mkdir d; head -c 10M /dev/zero > d/less; head -c 200M /dev/zero > 'a b'"
LEAVES = """(while kill -0 $$; do sleep 0.05; done; sleep 2
head -c 100M /dev/zero > left; sleep 1000) > /dev/null 2>&1 &"""
"""Writes well after the end of its command: until that is in the log, the command itself might have written it."""
FULL = b"No space left on device"


@pytest.fixture
async def deck(database: Database, nats_url: str) -> AsyncGenerator[Deck]:
    """With disks for sessions."""
    async with real_deck(database, nats_url) as deck:
        reason = why_not(deck.folder)
        if reason:
            pytest.skip(reason)
        yield deck


@pytest.fixture
async def watching(database: Database, nats_url: str) -> AsyncGenerator[Deck]:
    """On a host where nothing can be mounted."""
    async with real_deck(database, nats_url) as deck:
        deck.workspaces = GitWorkspaces(state_dir(deck.folder), JAIL_UID, options=Options(disks=False))
        assert deck.settings is not None
        deck.settings = replace(deck.settings, reconcile_seconds=0.5)
        yield deck


async def exceeded(deck: Deck, session_id: UUID) -> list[QuotaExceeded]:
    return [e for e in await deck.events(workspace_id(session_id)) if isinstance(e, QuotaExceeded)]


async def ran(deck: Deck, session_id: UUID, text: str) -> CommandFinished:
    return await deck.finished(await deck.run(session_id, text), within=30)


async def test_a_disk_bomb_fails_in_its_own_session_and_is_told_with_its_largest_files(deck: Deck) -> None:
    async with working(deck.worker()):
        session_id, other_id = await deck.opened(limits=LIMITS), await deck.opened(limits=LIMITS)
        command_id = await deck.run(
            session_id, "mkdir d; head -c 10M /dev/zero > d/less; head -c 200M /dev/zero > 'a b'"
        )
        bomb = await deck.finished(command_id, within=30)
        assert (bomb.reason, bomb.exit_code) == (EndReason.EXITED, 1)
        assert FULL in await deck.output(command_id)
        assert (await ran(deck, other_id, "head -c 20M /dev/zero > fits")).exit_code == 0
        assert (await ran(deck, session_id, "rm 'a b'; head -c 20M /dev/zero > fits")).exit_code == 0

    [event] = await exceeded(deck, session_id)
    assert (event.command_id, event.limit, event.ended) == (command_id, QuotaLimit.BYTES, False)
    assert event.used >= 47 * MIB
    assert [each.path for each in event.largest[:2]] == ["a b", "d/less"]
    assert await exceeded(deck, other_id) == []


async def test_an_inode_bomb_is_told_with_the_fullest_folders(deck: Deck) -> None:
    async with working(deck.worker()):
        session_id = await deck.opened(limits=LIMITS)
        bomb = await ran(deck, session_id, "mkdir d; for n in $(seq 5000); do : > d/$n || exit 3; done")
        assert (bomb.reason, bomb.exit_code) == (EndReason.EXITED, 3)
        assert (await ran(deck, session_id, "rm -r d; echo fine > fine")).exit_code == 0

    [event] = await exceeded(deck, session_id)
    assert (event.limit, event.allowed) == (QuotaLimit.FILES, 3000)
    assert event.largest[0].path == "d"
    assert event.largest[0].files > 2900


async def test_a_stopped_worker_leaves_nothing_mounted_and_the_next_one_finds_the_files(deck: Deck) -> None:
    async with working(deck.worker()):
        session_id = await deck.opened(limits=LIMITS)
        await ran(deck, session_id, "echo kept > kept")
        assert len(mounted_below(deck.folder)) == 1
    assert mounted_below(deck.folder) == []

    async with working(deck.worker()):
        again = await deck.run(session_id, "cat kept")
        await deck.finished(again)
        assert await deck.output(again) == b"kept\n"
        await deck.close(session_id)
        await deck.closed(session_id)

        def is_gone() -> bool:
            return not mounted_below(deck.folder) and not any((state_dir(deck.folder) / "disks").iterdir())

        await eventually(is_gone)


async def test_a_command_that_goes_over_what_is_counted_is_ended(watching: Deck) -> None:
    deck = watching
    async with working(deck.worker()):
        session_id = await deck.opened(limits=LIMITS)
        bomb = await ran(deck, session_id, "head -c 100M /dev/zero > bomb; sleep 1000")
        assert bomb.reason is EndReason.QUOTA
        assert (await ran(deck, session_id, "rm bomb")).reason is EndReason.EXITED
        assert (await ran(deck, session_id, "head -c 20M /dev/zero > fits")).exit_code == 0

    [event] = await exceeded(deck, session_id)
    assert (event.limit, event.allowed, event.ended) == (QuotaLimit.BYTES, 48 * MIB, True)
    assert event.largest[0].path == "bomb"


@pytest.mark.parametrize(
    "hidden",
    [
        "exec 3> hidden; rm hidden; head -c 100M /dev/zero >&3; sleep 1000",
        "mkdir hidden; head -c 100M /dev/zero > hidden/big; chmod 000 hidden; sleep 1000",
        "d=hidden; for n in $(seq 300); do mkdir $d; cd $d; done; head -c 100M /dev/zero > big; sleep 1000",
    ],
    ids=["without a name", "in a closed folder", "deep down"],
)
async def test_what_is_hidden_counts(watching: Deck, hidden: str) -> None:
    async with working(watching.worker()):
        session_id = await watching.opened(limits=LIMITS)
        assert (await ran(watching, session_id, hidden)).reason is EndReason.QUOTA


async def test_links_and_sparse_files_cost_what_they_take(watching: Deck) -> None:
    games = "truncate -s 10G sparse; head -c 30M /dev/zero > a; for n in $(seq 20); do ln a l$n; done; sleep 0.5"
    async with working(watching.worker()):
        session_id = await watching.opened(limits=LIMITS)
        assert (await ran(watching, session_id, games)).exit_code == 0

    assert await exceeded(watching, session_id) == []


async def test_what_a_command_left_behind_is_ended_when_it_goes_over(watching: Deck) -> None:
    deck = watching
    async with working(deck.worker()):
        session_id = await deck.opened(limits=LIMITS)
        assert (await ran(deck, session_id, LEAVES)).exit_code == 0

        async def is_rebuilt() -> bool:
            return any(isinstance(e, SessionAdopted) and e.rebuilt for e in await deck.events(session_id))

        await eventually(is_rebuilt, within=20)
        assert (await ran(deck, session_id, "rm left; ls")).exit_code == 0

    assert [(event.command_id, event.ended) for event in await exceeded(deck, session_id)] == [(None, True)]


@contextmanager
def small_disk(size: int) -> Generator[Path]:
    """For everything of a host."""
    with reachable_folder() as folder:
        template(WorkspaceQuota(bytes=size, files=20_000)).write(folder / "image")
        disk = folder / "disk"
        disk.mkdir()
        loop.mount(folder / "image", disk)
        disk.chmod(0o755)
        yield disk


async def test_a_host_whose_disk_runs_full_under_a_quota_ends_who_fills_it_and_goes_on(
    database: Database, nats_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    if reason := why_not(Path(tempfile.gettempdir())):
        pytest.skip(reason)
    with small_disk(700 * MIB) as disk:
        monkeypatch.setattr(memory, "place", lambda: disk)
        async with real_deck(database, nats_url) as deck, working(deck.worker()):
            session_id, other_id = await deck.opened(), await deck.opened()
            await ran(deck, other_id, "echo before > before")
            bomb = await ran(deck, session_id, "dd if=/dev/zero of=big bs=1M count=2000")
            assert bomb.reason is EndReason.QUOTA
            assert os.statvfs(disk).f_bavail > 0
            other = await deck.run(other_id, "cat before; echo after > after; sync after; cat after")
            await deck.finished(other)
            assert await deck.output(other) == b"before\nafter\n"
            assert (await ran(deck, session_id, "rm big; sync .; echo fine > fine; sync fine")).exit_code == 0
            [event] = await exceeded(deck, session_id)
        assert (event.limit, event.ended) == (QuotaLimit.DISK, True)
