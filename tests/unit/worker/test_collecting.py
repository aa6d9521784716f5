"""Collecting snapshots: the oldest of a project that has too many, and objects that no event names."""

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import UUID, uuid4

import pytest
from tests.support.deck import Deck

from quarterdeck.adapters.memory.objects import MemoryObjects
from quarterdeck.adapters.memory.packs import MemorySnapshotPacks
from quarterdeck.application.errors import ConcurrencyError
from quarterdeck.application.journal import Journal
from quarterdeck.domain.archive import SnapshotsCollected, SnapshotsStored, archive_id
from quarterdeck.domain.session_events import SessionClosed
from quarterdeck.worker.collecting import Collector


@dataclass
class Later:
    by: timedelta = timedelta()

    def now(self) -> datetime:
        return datetime.now(UTC) + self.by


@dataclass
class Story:
    deck: Deck
    folder: Path
    packs: MemorySnapshotPacks
    objects: MemoryObjects = field(default_factory=MemoryObjects)
    clock: Later = field(default_factory=Later)

    async def session(self, project_id: UUID, size: int, *, ended: bool = True, named: bool = True) -> UUID:
        """With one pack in the store."""
        session_id = await self.deck.open(project_id)
        key = f"snapshots/{session_id}/00000002-{uuid4().hex}.pack"
        (self.folder / "content").write_bytes(b"x" * size)
        await self.objects.put(key, self.folder / "content")
        if named:
            stored = SnapshotsStored(key=key, sha256="s", bytes=size, commit="c", covers=2)
            await self.deck.append(archive_id(session_id), 0, stored, session_id=session_id)
        if ended:
            version = len(await self.deck.log.load(session_id))
            await self.deck.append(session_id, version, SessionClosed(), session_id=session_id)
        return session_id

    async def collect(self, most: int) -> None:
        journal = Journal(self.deck.log, "worker:test")
        await Collector(journal, self.packs, self.objects, self.clock, most, 1).once()

    async def kept(self) -> set[UUID]:
        return {UUID(each.key.split("/")[1]) for each in await self.objects.list("snapshots")}

    async def collected(self, session_id: UUID) -> list[SnapshotsCollected]:
        return [e for e in await self.deck.events(archive_id(session_id)) if isinstance(e, SnapshotsCollected)]


@pytest.fixture
def story(deck: Deck, tmp_path: Path) -> Story:
    return Story(deck, tmp_path, MemorySnapshotPacks(tmp_path))


async def test_the_sessions_that_ended_first_go_until_the_project_keeps_no_more_than_it_may(story: Story) -> None:
    project_id = await story.deck.project()
    sessions = [await story.session(project_id, 100) for _ in range(4)]
    story.packs.stores.update(sessions)

    await story.collect(most=250)

    assert await story.kept() == set(sessions[2:])
    [collected] = await story.collected(sessions[0])
    assert collected.bytes == 100
    assert collected.reason == "its project had 400 bytes of snapshots, and 250 are kept."
    assert story.packs.stores == set(sessions[2:])
    assert await story.collected(sessions[2]) == []


async def test_projects_are_counted_apart_and_without_a_limit_all_is_kept(story: Story) -> None:
    one, other = await story.deck.project(), await story.deck.project()
    sessions = {await story.session(project_id, 100) for project_id in (one, other)}

    await story.collect(most=150)
    await story.collect(most=0)

    assert await story.kept() == sessions


@pytest.mark.parametrize(("most", "own"), [(0, 250), (1000, 250), (250, 1000)])
async def test_a_project_keeps_no_more_than_it_wants_and_never_more_than_the_worker_lets_it(
    story: Story, most: int, own: int
) -> None:
    project_id = await story.deck.project(snapshot_bytes=own)
    sessions = [await story.session(project_id, 100) for _ in range(4)]

    await story.collect(most=most)

    assert await story.kept() == set(sessions[2:])


async def test_open_sessions_are_never_collected(story: Story) -> None:
    project_id = await story.deck.project()
    live = await story.session(project_id, 1000, ended=False)

    await story.collect(most=1)

    assert await story.kept() == {live}


async def test_objects_that_no_event_names_go_after_a_day(story: Story) -> None:
    project_id = await story.deck.project()
    await story.session(project_id, 100, named=False)
    named = await story.session(project_id, 100)

    await story.collect(most=0)
    assert len(await story.kept()) == 2
    story.clock.by = timedelta(days=1, minutes=1)
    await story.collect(most=0)

    assert await story.kept() == {named}


async def test_objects_of_sessions_that_are_not_in_this_log_are_left_alone(story: Story) -> None:
    story.clock.by = timedelta(days=9)
    (story.folder / "content").write_bytes(b"x")
    for key in (f"snapshots/{uuid4()}/1.pack", "snapshots/something/else", "snapshots/short"):
        await story.objects.put(key, story.folder / "content")

    await story.collect(most=1)

    assert len(await story.objects.list("snapshots")) == 3


async def test_what_a_crash_left_of_a_collected_session_is_removed_the_next_time(story: Story) -> None:
    session_id = await story.session(await story.deck.project(), 100)
    await story.deck.append(archive_id(session_id), 1, SnapshotsCollected(reason="r", bytes=100))

    await story.collect(most=0)

    assert await story.kept() == set()
    assert len(await story.collected(session_id)) == 1


async def test_of_two_that_collect_at_once_one_does_it(story: Story, monkeypatch: pytest.MonkeyPatch) -> None:
    session_id = await story.session(await story.deck.project(), 100)
    append = Journal.append

    async def second(journal: Journal, *arguments: object) -> None:
        await append(journal, *arguments)  # type: ignore[arg-type]
        raise ConcurrencyError("Another was first.")

    monkeypatch.setattr(Journal, "append", second)
    await story.collect(most=1)

    assert len(await story.collected(session_id)) == 1
    assert await story.kept() == {session_id}
    monkeypatch.undo()
    await story.collect(most=1)
    assert await story.kept() == set()
