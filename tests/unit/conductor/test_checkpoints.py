"""Checkpoints: the log's head is signed from time to time, and the note kept outside of the log."""

from dataclasses import replace
from pathlib import Path
from uuid import uuid4

import pytest
from tests.support.deck import Deck
from tests.unit.conductor.test_timekeeper import AheadClock

from quarterdeck.adapters.memory.cursors import MemoryCursors
from quarterdeck.adapters.memory.log import MemoryEventLog
from quarterdeck.adapters.memory.objects import MemoryObjects
from quarterdeck.application.checkpoints import Checkpoints as KeptCheckpoints
from quarterdeck.application.journal import Journal
from quarterdeck.application.ports.log import RawEvent
from quarterdeck.audit.checkpoints import checkpoint_in, log_name
from quarterdeck.audit.merkle import root_of
from quarterdeck.audit.notes import SigningKey
from quarterdeck.audit.proofs import Signatures
from quarterdeck.audit.tampering import Fault, Finding
from quarterdeck.audit.verify import Report, verify
from quarterdeck.conductor.checkpoints import Keys, Signing
from quarterdeck.conductor.settings import ConductorSettings
from quarterdeck.domain.checkpoint import CheckpointSigned, SigningKeyIntroduced
from quarterdeck.domain.errors import UnavailableError
from quarterdeck.domain.identity import UserRegistered

KEY, OTHER = SigningKey.generate(), SigningKey.generate()
SETTINGS = ConductorSettings(checkpoint_events=20, checkpoint_seconds=60, checkpoint_look_seconds=0.01)


class World:
    def __init__(self, folder: Path) -> None:
        self.clock = AheadClock()
        self.log = MemoryEventLog(self.clock)
        self.store, self.cursors = MemoryObjects(), MemoryCursors()
        self.folder = folder

    def conductor(self, keys: Keys | None = None) -> Signing:
        return Signing(
            SETTINGS,
            keys or Keys(current=KEY),
            journal=Journal(self.log, "conductor"),
            rows=self.log,
            store=self.store,
            cursors=self.cursors,
            clock=self.clock,
        )

    async def happens(self, times: int = 1) -> None:
        deck = Deck(self.folder)
        deck.log = self.log
        for number in range(times):
            await deck.append(uuid4(), 0, UserRegistered(name=f"user {number}"))

    async def rows(self) -> list[RawEvent]:
        return list(await self.log.raw(0, 10_000))

    async def signed(self) -> list[CheckpointSigned]:
        events = [each.event for each in await self.log.read(0, 10_000)]
        return [each for each in events if isinstance(each, CheckpointSigned)]

    async def notes(self) -> list[str]:
        return [each.note for each in await KeptCheckpoints(self.store).page(0, 1000)]

    async def proof(self, rows: list[RawEvent] | None = None) -> tuple[Report, Finding | None, Signatures]:
        with Signatures() as signatures:
            report = verify(rows if rows is not None else await self.rows(), check=signatures.take)
            return report, signatures.compare(await self.notes()), signatures


@pytest.fixture
def world(tmp_path: Path) -> World:
    return World(tmp_path)


async def test_nothing_is_signed_of_an_empty_log(world: World) -> None:
    await world.conductor().once()
    assert await world.rows() == []


async def test_the_first_events_are_signed_at_once_and_the_note_is_kept_outside(world: World) -> None:
    await world.happens(3)
    await world.conductor().once()
    report, finding, signatures = await world.proof()
    assert (report.intact, finding) == (True, None)
    assert (signatures.signed, signatures.outside, [str(key) for key in signatures.ring.keys]) == (
        1,
        1,
        [str(KEY.verifier(signatures.ring.keys[0].name))],
    )
    assert signatures.last is not None
    assert signatures.last.head.position == 4, "three events and the key"


async def test_more_is_signed_after_a_time_and_nothing_where_nothing_happened(world: World) -> None:
    conductor = world.conductor()
    await world.happens()
    await conductor.once()
    await world.happens()
    await conductor.once()
    assert len(await world.signed()) == 1
    world.clock.passes(seconds=61)
    await conductor.once()
    assert len(await world.signed()) == 2
    for _ in range(3):
        world.clock.passes(seconds=61)
        await conductor.once()
    assert len(await world.signed()) == 2, "a checkpoint is no news"


async def test_many_events_are_signed_without_waiting_each_part_by_itself(world: World) -> None:
    await world.happens(50)
    conductor = world.conductor()
    await conductor.once()
    assert [each.position for each in await world.signed()] == [20, 40], "the rest waits for its time"
    world.clock.passes(seconds=61)
    await conductor.once()
    assert [each.position for each in await world.signed()] == [20, 40, 53]
    report, finding, signatures = await world.proof()
    assert (report.intact, finding, signatures.outside) == (True, None, 3)


async def test_two_conductors_sign_each_number_once(world: World) -> None:
    one, other = world.conductor(), world.conductor()
    for _ in range(3):
        await world.happens()
        world.clock.passes(seconds=61)
        await one.once()
        await other.once()
    assert [each.number for each in await world.signed()] == [1, 2, 3]
    assert [each.topic for each in await world.rows()].count(SigningKeyIntroduced.TOPIC) == 1


async def test_a_note_that_did_not_reach_the_store_is_brought_there_later(world: World) -> None:
    await world.happens()
    world.store.away = True
    with pytest.raises(UnavailableError):
        await world.conductor().once()
    assert len(await world.signed()) == 1
    world.store.away = False
    await world.conductor().once()
    assert len(await world.notes()) == 1
    assert len(await world.signed()) == 1


async def test_a_conductor_that_starts_anew_goes_on_from_the_last_checkpoint(world: World) -> None:
    await world.happens(30)
    await world.conductor().once()
    await world.happens(25)
    await world.conductor().once()
    assert [(each.number, each.position) for each in await world.signed()] == [(1, 20), (2, 40)]


async def test_a_broken_chain_is_not_signed(world: World) -> None:
    conductor = world.conductor()
    await world.happens(3)
    await conductor.once()
    await world.happens(3)
    broken = MemoryEventLog(world.clock)
    for row in await world.rows():
        broken.put(replace(row, payload=b'{"name": "nobody"}') if row.position == 6 else row)
    world.log = broken
    world.clock.passes(seconds=61)
    await world.conductor().once()
    assert len(await world.signed()) == 1


async def test_a_log_whose_end_was_cut_off_no_longer_agrees_with_the_notes(world: World) -> None:
    await world.happens(30)
    await world.conductor().once()
    await world.happens(20)
    await world.conductor().once()
    report, finding, _ = await world.proof((await world.rows())[:35])
    assert report.intact
    assert finding is not None
    assert (finding.fault, finding.position) == (Fault.CUT_OFF, 36)


async def test_a_log_that_was_cut_off_before_its_key_does_not_agree_either(world: World) -> None:
    await world.happens(30)
    await world.conductor().once()
    _, finding, _ = await world.proof((await world.rows())[:10])
    assert finding is not None
    assert finding.fault is Fault.BAD_SIGNATURE


async def test_a_log_that_was_written_anew_no_longer_agrees_with_the_notes(world: World) -> None:
    await world.happens(3)
    await world.conductor().once()
    rows = await world.rows()
    forged = MemoryEventLog(world.clock)
    world.log = forged
    await world.happens(5)
    await world.conductor(Keys(current=OTHER)).once()
    trusted = KEY.verifier(log_name(rows[0].digest))
    with Signatures(trusted=(trusted,)) as signatures:
        report = verify(await world.rows(), check=signatures.take)
    assert report.finding is not None
    assert report.finding.fault is Fault.BAD_SIGNATURE, "a trusted key was given"
    _, finding, _ = await world.proof()
    assert finding is not None, "the notes tell without one, too"


async def test_a_key_is_replaced_and_the_one_before_vouches_for_it(world: World) -> None:
    await world.happens()
    old = world.conductor()
    await old.once()
    await world.happens()
    world.clock.passes(seconds=61)
    await world.conductor(Keys(current=OTHER, previous=KEY)).once()
    name = (await world.proof())[2].ring.keys[0].name
    with Signatures(trusted=(KEY.verifier(name),)) as signatures:
        assert verify(await world.rows(), check=signatures.take).intact
    assert ([key.id for key in signatures.ring.keys], signatures.ring.unendorsed) == (
        [KEY.verifier(name).id, OTHER.verifier(name).id],
        [],
    )
    assert [each.key for each in await world.signed()] == [KEY.verifier(name).id, OTHER.verifier(name).id]
    await world.happens()
    world.clock.passes(seconds=61)
    await world.conductor().once()
    assert len(await world.signed()) == 2, "a key that was replaced signs no more"


async def test_a_key_that_none_vouches_for_is_named(world: World) -> None:
    await world.happens()
    await world.conductor().once()
    await world.conductor(Keys(current=OTHER)).once()
    _, finding, signatures = await world.proof()
    assert finding is None
    assert [key.id for key in signatures.ring.unendorsed] == [signatures.ring.keys[1].id]


async def test_a_checkpoint_whose_note_was_changed_is_found(world: World) -> None:
    """By somebody who can write the log anew, chain and all."""
    await world.happens(3)
    await world.conductor().once()
    rows = await world.rows()
    forged = replace(rows[-1], payload=(rows[-1].payload or b"").replace(b"number 1", b"number 2"))
    with Signatures() as signatures:
        for row in rows[:-1]:
            assert signatures.take(row) is None
        finding = signatures.take(forged)
    assert finding is not None
    assert finding.fault is Fault.BAD_SIGNATURE


async def test_the_tree_over_the_digests_is_signed_so_that_a_part_can_be_proven(world: World) -> None:
    await world.happens(25)
    await world.conductor().once()
    await world.happens()
    world.clock.passes(seconds=61)
    await world.conductor().once()
    digests = [row.digest for row in await world.rows()]
    for event in await world.signed():
        checkpoint = checkpoint_in(event.note)
        assert checkpoint.root == root_of(digests[: checkpoint.head.position])
    report, finding, signatures = await world.proof()
    assert (report.intact, finding, signatures.outside) == (True, None, len(await world.signed()))


async def test_nothing_is_signed_where_an_earlier_row_is_not_the_one_that_was_signed(world: World) -> None:
    """The chain is not walked from its beginning again; the tree is, once in a conductor's life."""
    await world.happens(5)
    await world.conductor().once()
    before = len(await world.signed())
    world.log._rows[1] = replace(world.log._rows[1], digest=bytes(32))  # pyright: ignore[reportPrivateUsage]
    await world.happens()
    world.clock.passes(seconds=61)
    await world.conductor().once()
    assert len(await world.signed()) == before


async def test_a_tree_that_is_not_that_of_the_rows_is_found(world: World) -> None:
    await world.happens(5)
    await world.conductor().once()
    [note] = await world.notes()
    checkpoint = checkpoint_in(note)
    forged = KEY.sign(checkpoint.name, replace(checkpoint, root=bytes(32)).text())
    with Signatures() as signatures:
        assert verify(await world.rows(), check=signatures.take).intact
        finding = signatures.compare([forged])
    assert finding is not None
    assert "a tree that is not that of the rows" in finding.detail
