"""Snapshots in the object store: sent beside the work, in the log when they are there, and taken back when needed."""

from dataclasses import dataclass, replace
from pathlib import Path
from uuid import UUID

import pytest
from tests.support.deck import Deck, working
from tests.support.waiting import eventually

from quarterdeck.adapters.memory.objects import MemoryObjects
from quarterdeck.adapters.memory.packs import MemorySnapshotPacks
from quarterdeck.adapters.memory.trees import MemoryTreeReader
from quarterdeck.adapters.memory.workspaces import MemoryWorkspaces
from quarterdeck.application.errors import ChangedObjectError, MissingSnapshotsError
from quarterdeck.application.journal import Journal
from quarterdeck.application.trees import FileAsked, FileContent, Home
from quarterdeck.domain import archive
from quarterdeck.domain.archive import Archive, SnapshotsCollected, SnapshotsStored, archive_id
from quarterdeck.domain.errors import NotFoundError
from quarterdeck.domain.session_state import NoSession
from quarterdeck.worker.archived_trees import ArchivedTrees, Retriever
from quarterdeck.worker.archiving import Archiver
from quarterdeck.worker.settings import WorkerSettings


@dataclass
class Story:
    """A session with changes, on a worker that sends snapshots."""

    deck: Deck
    workspaces: MemoryWorkspaces
    packs: MemorySnapshotPacks
    objects: MemoryObjects

    async def opened(self) -> UUID:
        session_id = await self.deck.opened()
        self.packs.stores.add(session_id)
        return session_id

    async def change(self, session_id: UUID, content: bytes) -> None:
        self.workspaces.write(session_id, "new", content)
        await self.deck.finished(await self.deck.run(session_id, "true"))
        await self.deck.finished(await self.deck.run(session_id, "true"))

    async def stored(self, session_id: UUID) -> list[SnapshotsStored]:
        return [e for e in await self.deck.events(archive_id(session_id)) if isinstance(e, SnapshotsStored)]

    @property
    def journal(self) -> Journal:
        return Journal(self.deck.log, "worker:test")


@pytest.fixture
def story(deck: Deck, tmp_path: Path) -> Story:
    packs, objects = MemorySnapshotPacks(tmp_path), MemoryObjects()
    deck.packs, deck.objects = packs, objects
    deck.settings = WorkerSettings(worker_id="w1", host="here", state_dir=tmp_path, archive_seconds=0.05)
    assert isinstance(deck.workspaces, MemoryWorkspaces)
    return Story(deck, deck.workspaces, packs, objects)


async def test_new_snapshots_are_sent_and_then_logged(story: Story) -> None:
    async with working(story.deck.worker()):
        session_id = await story.opened()
        await story.change(session_id, b"1")
        [first] = await eventually(lambda: story.stored(session_id))
        await story.change(session_id, b"2")

        async def two() -> list[SnapshotsStored]:
            found = await story.stored(session_id)
            return found if len(found) == 2 else []

        _, second = await eventually(two)
    assert [each.key for each in await story.objects.list("snapshots")] == [first.key, second.key]
    assert first.covers < second.covers
    assert str(session_id) in first.key
    assert first.sha256 in first.key


async def test_what_a_session_left_is_sent_when_it_ends(story: Story) -> None:
    assert story.deck.settings
    story.deck.settings = replace(story.deck.settings, archive_seconds=3600)
    async with working(story.deck.worker()):
        session_id = await story.opened()
        await story.change(session_id, b"1")
        await story.deck.close(session_id)
        await story.deck.closed(session_id)
        await eventually(lambda: session_id in story.packs.finished)
        assert len(await story.stored(session_id)) == 1


async def test_a_store_that_is_away_holds_nothing_up_and_gets_all_later(story: Story) -> None:
    story.objects.away = True
    async with working(story.deck.worker()):
        session_id = await story.opened()
        await story.change(session_id, b"1")
        await story.change(session_id, b"2")
        await story.deck.close(session_id)
        await story.deck.closed(session_id)
        assert await story.stored(session_id) == []
        assert session_id not in story.packs.finished
        story.objects.away = False
        await eventually(lambda: session_id in story.packs.finished)
    assert len(await story.objects.list("snapshots")) == len(await story.stored(session_id)) == 1


async def test_a_session_that_changed_nothing_has_nothing_to_send(story: Story) -> None:
    async with working(story.deck.worker()):
        session_id = await story.opened()
        await story.deck.close(session_id)
        await eventually(lambda: session_id in story.packs.finished)
    assert await story.objects.list("snapshots") == []


async def test_one_that_cannot_be_packed_does_not_keep_others_back(story: Story) -> None:
    async with working(story.deck.worker()):
        bad, good = await story.opened(), await story.opened()
        story.packs.broken.add(bad)
        await story.change(bad, b"1")
        await story.change(good, b"1")
        await eventually(lambda: story.stored(good))
        assert await story.stored(bad) == []


async def test_what_was_sent_before_a_crash_is_sent_again_and_logged_once(story: Story) -> None:
    async with working(story.deck.worker()):
        session_id = await story.opened()
        story.objects.away = True
        await story.change(session_id, b"1")
    story.objects.away = False
    archiver = Archiver("w1", story.journal, story.packs, story.objects, 1)
    await archiver.once()
    again = Archiver("w1", story.journal, story.packs, story.objects, 1)
    await again.once()

    assert len(await story.objects.list("snapshots")) == len(await story.stored(session_id)) == 1


class Empty(MemoryTreeReader):
    """A host that has nothing until it is taken back."""

    def __init__(self, story: Story, home: Home) -> None:
        super().__init__(story.workspaces)
        vars(self)["here"] = lambda: home.session_id in story.packs.restored

    async def read_file(self, asked: FileAsked) -> FileContent:
        if not vars(self)["here"]():
            raise MissingSnapshotsError("The snapshots of this session are not on this host.")
        return await super().read_file(asked)


@pytest.fixture
async def home(story: Story) -> Home:
    """Of a session whose snapshots are stored."""
    async with working(story.deck.worker()):
        session_id = await story.opened()
        await story.change(session_id, b"kept")
        await eventually(lambda: story.stored(session_id))
    state = await story.deck.session(session_id)
    assert not isinstance(state, NoSession)
    return Home(session_id=session_id, project_id=state.project_id)


async def read(story: Story, home: Home) -> bytes:
    trees = ArchivedTrees(Empty(story, home), Retriever(story.journal, story.packs, story.objects))
    tree = next(name for name, files in vars(story.workspaces)["_trees"].items() if files.get("new") == b"kept")
    return (await trees.read_file(FileAsked(home=home, tree=tree, path="new", offset=0, limit=100))).data


async def test_what_is_not_here_is_taken_back_when_it_is_read(story: Story, home: Home) -> None:
    assert await read(story, home) == b"kept"
    [stored] = await story.stored(home.session_id)
    assert story.packs.restored[home.session_id] == {stored.sha256}


async def test_a_flipped_byte_in_the_store_is_an_error_that_names_the_object(
    story: Story, home: Home, tmp_path: Path
) -> None:
    [stored] = await story.stored(home.session_id)
    await story.objects.get(stored.key, tmp_path / "content")
    content = bytearray((tmp_path / "content").read_bytes())
    content[len(content) // 2] ^= 1
    (tmp_path / "content").write_bytes(content)
    await story.objects.put(stored.key, tmp_path / "content")

    with pytest.raises(ChangedObjectError, match=stored.key):
        await read(story, home)

    assert home.session_id not in story.packs.restored


async def test_an_object_that_is_gone_is_named(story: Story, home: Home) -> None:
    [stored] = await story.stored(home.session_id)
    await story.objects.delete(stored.key)

    with pytest.raises(NotFoundError, match=stored.key):
        await read(story, home)


async def test_what_was_collected_says_when_and_why(story: Story, home: Home) -> None:
    loaded = await story.deck.log.load(archive_id(home.session_id))
    await story.deck.append(
        archive_id(home.session_id), loaded[-1].version, SnapshotsCollected(reason="the cap was reached", bytes=1)
    )

    with pytest.raises(NotFoundError, match=r"were collected on 20..-..-..: the cap was reached"):
        await read(story, home)


def test_an_archive_reaches_further_with_each_pack_until_it_is_collected() -> None:
    one = SnapshotsStored(key="k", sha256="s", bytes=3, commit="c", covers=2)
    state = archive.evolve(Archive(), one)

    assert (state.covers, state.commit, state.bytes) == (2, "c", 3)
    assert archive.store(state, one) == ()
    assert archive.store(state, replace(one, covers=3)) != ()
    [collected] = archive.collect(state, "old")
    gone = archive.evolve(state, collected)
    assert (collected.bytes if isinstance(collected, SnapshotsCollected) else 0, gone.packs) == (3, ())
    assert archive.store(gone, replace(one, covers=9)) == archive.collect(gone, "old") == ()
