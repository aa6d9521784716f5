"""Checkpoints: from time to time the log's chain is checked on from the last one, and its head signed.

The note goes into the log and then to the checkpoint store, which is best on another machine: a log that was cut off or
written anew no longer agrees with the notes kept there. Safe to run beside another conductor's, and to be killed at any
moment: a checkpoint's number is its stream, and what is not in the store yet is put there at the next look.
"""

import asyncio
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime, timedelta

import structlog

from quarterdeck.application.checkpoints import Checkpoints
from quarterdeck.application.errors import ConcurrencyError
from quarterdeck.application.journal import PAGE, Journal
from quarterdeck.application.log_tree import LogTree
from quarterdeck.application.patience import patiently
from quarterdeck.application.ports.log import Cursors, LoggedEvent, LogReader, RawEvent, StreamWrite
from quarterdeck.application.ports.objects import ObjectStore
from quarterdeck.application.ports.system import Clock
from quarterdeck.application.streams import KEY_RING
from quarterdeck.audit.chain import Head
from quarterdeck.audit.checkpoints import Checkpoint, log_name
from quarterdeck.audit.notes import BadNoteError, SigningKey
from quarterdeck.audit.tampering import Fault
from quarterdeck.audit.verify import verify
from quarterdeck.conductor import metrics
from quarterdeck.conductor.settings import ConductorSettings
from quarterdeck.domain.checkpoint import KEYS_ID, CheckpointSigned, checkpoint_id, introduce

logger = structlog.get_logger(__name__)

KEPT = "conductor.checkpoints"
"""Cursor: the number of the newest checkpoint that is in the store."""


@dataclass(frozen=True, kw_only=True)
class Keys:
    """The key that signs, and the one that did before, which vouches for it."""

    current: SigningKey
    previous: SigningKey | None = None

    @classmethod
    def parse(cls, text: str) -> "Keys":
        """From `NEW` or `NEW,OLD`. Raises InvalidInputError."""
        current, _, previous = text.partition(",")
        return cls(current=SigningKey.parse(current), previous=SigningKey.parse(previous) if previous else None)

    def open(self, name: str, note: str) -> Checkpoint | None:
        """What one of them has signed; None for anything else."""
        for key in (self.current, self.previous):
            if key:
                with suppress(BadNoteError):
                    return Checkpoint.parse(key.verifier(name).open(note))
        return None


@dataclass(frozen=True, kw_only=True)
class _Last:
    """The newest checkpoint; number 0: there is none."""

    number: int = 0
    head: Head = field(default_factory=Head)
    signed_at: datetime | None = None
    root: bytes | None = None


class Signing:
    def __init__(
        self,
        settings: ConductorSettings,
        keys: Keys,
        *,
        journal: Journal,
        rows: LogReader,
        store: ObjectStore,
        cursors: Cursors,
        clock: Clock,
    ) -> None:
        self._settings, self._keys = settings, keys
        self._journal, self._rows, self._kept = journal, rows, Checkpoints(store)
        self._cursors, self._clock = cursors, clock
        self._tree = LogTree(rows)
        self._tree_agrees = False
        self._name = ""
        self._last = _Last()
        self._nothing_new_at = 0
        self._given_up = False

    async def once(self) -> None:
        """Signs what is due, and brings to the store what is not there."""
        if self._given_up or not await self._know_log():
            return
        await self._catch_up()
        while await self._due() and await self._sign_next():
            pass

    async def _know_log(self) -> bool:
        """The log's name, which its first event gives; its keys with ours as the newest."""
        if self._name:
            return True
        first = await patiently(lambda: self._rows.raw(0, 1))
        if not first:
            return False
        self._name = log_name(first[0].digest)
        await self._introduce(self._name)
        return not self._given_up

    async def _introduce(self, name: str) -> None:
        ours, before = self._keys.current.verifier(name), self._keys.previous
        while True:
            ring = await self._journal.read(KEY_RING, KEYS_ID)
            vouches = before is not None and str(before.verifier(name)) == ring.state.current
            endorsement = before.sign(name, f"{ours}\n") if before and vouches else None
            events = introduce(ring.state, str(ours), endorsement)
            if not events:
                break
            try:
                await self._journal.begin(
                    [StreamWrite(stream_id=KEYS_ID, expected_version=ring.version, events=events)]
                )
            except ConcurrencyError:
                continue
        if ring.state.current != str(ours):
            self._given_up = True
            logger.error("the signing key was replaced by another: nothing is signed with it", key=ours.id)

    async def _catch_up(self) -> None:
        """Takes note of checkpoints signed since, by whom ever, and sees that they are in the store."""
        kept = await patiently(lambda: self._cursors.get(KEPT))
        number = max(kept, self._last.number)
        if number > self._last.number:
            self._note(number, await self._load(number))
        while found := await self._load(number + 1):
            number += 1
            self._note(number, found)
            await self._keep(number, found)

    async def _load(self, number: int) -> Sequence[LoggedEvent]:
        return await patiently(lambda: self._journal.log.load(checkpoint_id(number)))

    def _note(self, number: int, found: Sequence[LoggedEvent]) -> None:
        """One that neither of our keys has signed, or that was erased, counts and proves nothing: the chain is checked
        on from the one before."""
        event = found[0].event if found else None
        signed = self._keys.open(self._name, event.note) if isinstance(event, CheckpointSigned) else None
        head = signed.head if signed else self._last.head
        signed_at = signed.signed_at if signed else self._last.signed_at
        root = signed.root if signed else self._last.root
        self._last = _Last(number=number, head=head, signed_at=signed_at, root=root)

    async def _keep(self, number: int, found: Sequence[LoggedEvent]) -> None:
        event = found[0].event
        if isinstance(event, CheckpointSigned):
            await self._kept.put(number, event.note)
        await patiently(lambda: self._cursors.put(KEPT, number))

    async def _due(self) -> bool:
        head = await patiently(self._journal.log.head)
        if head <= max(self._nothing_new_at, self._last.head.position):
            return False
        waited = None if self._last.signed_at is None else self._clock.now() - self._last.signed_at
        return (
            head - self._last.head.position >= self._settings.checkpoint_events
            or waited is None
            or waited >= timedelta(seconds=self._settings.checkpoint_seconds)
        )

    async def _sign_next(self) -> bool:
        """False where there is nothing new but checkpoints, another one signed it, or the chain is broken."""
        head, news = await self._walk()
        if head is None:
            return False
        if not news:
            self._nothing_new_at = head.position
            return False
        root = await self._root(head.position)
        if root is None:
            return False
        number = self._last.number + 1
        checkpoint = Checkpoint(name=self._name, number=number, head=head, signed_at=self._clock.now(), root=root)
        event = CheckpointSigned(
            number=number,
            position=head.position,
            digest=head.digest.hex(),
            key=self._keys.current.verifier(self._name).id,
            note=self._keys.current.sign(self._name, checkpoint.text()),
        )
        try:
            write = StreamWrite(stream_id=checkpoint_id(number), expected_version=0, events=(event,))
            await self._journal.begin([write])
        except ConcurrencyError:
            return False
        metrics.CHECKPOINT.set(head.position)
        await self._catch_up()
        return True

    async def _walk(self) -> tuple[Head | None, bool]:
        """Checks the chain on from the last checkpoint, as far as one reaches; whether it found news."""
        head, news = self._last.head, False
        end = head.position + self._settings.checkpoint_events
        while head.position < end:
            rows = await self._read(head.position, min(PAGE, end - head.position))
            if not rows:
                break
            report = await asyncio.to_thread(verify, rows, start=head)
            if report.finding:
                self._give_up(report.finding.position, report.finding.fault)
                return None, False
            head = report.head
            news = news or any(each.topic != CheckpointSigned.TOPIC for each in rows)
        return head, news

    async def _root(self, size: int) -> bytes | None:
        """Of the tree; None where what was signed before is no longer what the log has."""
        if self._last.root and not self._tree_agrees:
            before = self._last.head.position
            if await patiently(lambda: self._tree.root(before)) != self._last.root:
                self._give_up(before, Fault.CHANGED_ENVELOPE)
                return None
        self._tree_agrees = True
        return await patiently(lambda: self._tree.root(size))

    def _give_up(self, position: int, fault: Fault) -> None:
        self._given_up = True
        metrics.CHAIN_BROKEN.set(position)
        logger.critical(
            "the log's chain is broken: nothing is signed any more; see `qd audit verify`",
            position=position,
            fault=fault.value,
        )

    async def _read(self, after: int, most: int) -> Sequence[RawEvent]:
        return await patiently(lambda: self._rows.raw(after, most))
