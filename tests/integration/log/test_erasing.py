"""Erasing: a record in the log, and what it names gone from payloads and transcripts."""

import json
from collections.abc import AsyncGenerator
from dataclasses import dataclass
from hashlib import sha256
from uuid import UUID

import psycopg
import pytest
from psycopg.errors import InsufficientPrivilege, RaiseException
from tests.support.projecting import Story, command_requested, command_started, story_in
from tests.support.services import Database
from uuid_utils.compat import uuid7

from quarterdeck.adapters.postgres.erasures import PostgresErasures
from quarterdeck.adapters.postgres.pool import Pool
from quarterdeck.adapters.postgres.transcripts import PostgresTranscriptStore
from quarterdeck.application.access import ADMIN
from quarterdeck.application.erasing import Erasing, EventTarget, OutputTarget
from quarterdeck.application.frames import OUTPUT_KINDS, Frame, FrameKind, encode
from quarterdeck.application.ports.callers import Caller
from quarterdeck.application.requests import IdempotencyKey
from quarterdeck.audit.holes import Holes
from quarterdeck.audit.tampering import Fault, Finding
from quarterdeck.audit.verify import verify
from quarterdeck.domain.command import CommandFinished, CommandRequested, EndReason
from quarterdeck.domain.erasure import ErasedEventFields, PayloadErased
from quarterdeck.domain.errors import ConflictError, ForbiddenError, InvalidInputError, NotFoundError
from quarterdeck.domain.project import MemberAdded, Role

SECRET = "hunter2-\0-naïve"
LINES = [f"line {number}: {'password=' + SECRET if number == 40 else 'x' * 50}\n".encode() for number in range(80)]
PRINTED = b"".join(LINES)
FIRST = PRINTED.index(b"password")
UNTIL = FIRST + len(f"password={SECRET}".encode())


def caller(user_id: UUID, *roles: str) -> Caller:
    return Caller(
        user_id=user_id,
        user_name="ada",
        token_id=user_id,
        scopes=("log:erase",),
        correlation_id=uuid7(),
        roles=frozenset(roles),
    )


@dataclass
class Leak:
    """A command with a secret in its text and its output."""

    database: Database
    story: Story
    erasing: Erasing
    command_id: UUID
    asked_at: int
    """Position of the command's request."""

    async def finding(self) -> Finding | None:
        """What an audit of the log has to say."""
        holes = Holes()
        report = verify(await self.story.log.raw(0, 1000), check=holes.beside(lambda _: None))
        return report.finding or holes.finding()

    async def printed(self) -> bytes:
        frames = await self.erasing.transcripts.read(self.command_id, 0, 10**6)
        return b"".join(frame.data for frame in frames if frame.kind in OUTPUT_KINDS)

    async def raw(self, position: int) -> bytes | None:
        return (await self.story.log.raw(position - 1, 1))[0].payload


@pytest.fixture
async def leak(database: Database) -> AsyncGenerator[Leak]:
    async with story_in(database) as story, Pool(database.app_url) as pool:
        await story.begin()
        session_id, command_id = await story.open_session(), uuid7()
        finished = CommandFinished(
            exit_code=0,
            signal=None,
            reason=EndReason.EXITED,
            wall_ms=1,
            cpu_ms=1,
            peak_memory_bytes=1,
            output_bytes=len(PRINTED),
            output_sha256=sha256(PRINTED).hexdigest(),
            tree_before="",
            tree_after="",
        )
        asked = command_requested(session_id, story.project, f"login {SECRET}")
        last = await story.tell(command_id, asked, command_started(), finished, session_id=session_id)
        transcripts = PostgresTranscriptStore(pool)
        await _print(transcripts, command_id)
        erasing = Erasing(story.log, story.log, transcripts, PostgresErasures(pool))
        yield Leak(database, story, erasing, command_id, last - 2)


async def _print(transcripts: PostgresTranscriptStore, command_id: UUID) -> None:
    """In several batches, with something typed beside the secret."""
    offset = 0
    for number, line in enumerate(LINES):
        frames = [Frame(FrameKind.OUTPUT, offset, number, line)]
        if number == 40:
            frames.insert(0, Frame(FrameKind.INPUT, FIRST, number, SECRET.encode()))
        offset += len(line)
        if number == len(LINES) - 1:
            frames.append(Frame(FrameKind.END, offset, number, b""))
        await transcripts.append(command_id, number, b"".join(map(encode, frames)))


async def test_a_secret_is_gone_from_log_and_transcript_and_the_record_proves_the_rest(leak: Leak) -> None:
    story = leak.story
    told = await leak.erasing.erase(
        caller(story.user),
        "a password was typed",
        [EventTarget(position=leak.asked_at, fields=("text",))],
        [OutputTarget(command_id=leak.command_id, first=FIRST, until=UNTIL)],
    )

    # the log: the field is gone, what decides state is as it was, and the chain holds
    payload = await leak.raw(leak.asked_at)
    assert payload
    assert b"hunter2" not in payload
    state = (await story.log.load(leak.command_id))[0].event
    assert isinstance(state, CommandRequested)
    assert (state.text, state.project_id) == ("[erased]", story.project)
    assert await leak.finding() is None
    # the transcript: as long as it was, and nothing else is different
    printed = await leak.printed()
    assert printed == PRINTED[:FIRST] + b"[erased]".ljust(UNTIL - FIRST, b"*") + PRINTED[UNTIL:]
    typed = [f for f in await leak.erasing.transcripts.read(leak.command_id, 0, 10**6) if f.kind is FrameKind.INPUT]
    assert [SECRET.encode() in frame.data for frame in typed] == [False]
    with psycopg.connect(leak.database.owner_url) as owner:
        rows = owner.execute("SELECT count(*) FROM log.events WHERE position(%s in payload) > 0", (b"hunter2",))
        assert rows.fetchone() == (0,)
    # the record
    assert told.position
    assert told.position == await story.log.head()
    [record] = await story.log.raw(told.position - 1, 1)
    assert record.envelope.project_id == story.project
    told_record = json.loads(record.payload or b"")
    assert told_record["reason"] == "a password was typed"
    assert told_record["events"][0]["fields"] == ["text"]
    assert told_record["output"][0]["output_sha256"] == sha256(printed).hexdigest()


async def test_what_a_record_says_is_done_again_without_change_and_after_a_kill(leak: Leak) -> None:
    """Whoever logged it may have been killed before it did it."""
    told = await leak.erasing.erase(
        caller(leak.story.user), "why", [EventTarget(position=leak.asked_at)], [], dry_run=True
    )
    record = PayloadErased(reason="why", events=tuple(fields for _, fields in told.events))
    assert b"hunter2" in (await leak.raw(leak.asked_at) or b"")
    position = await leak.story.tell(uuid7(), record)
    for _ in range(2):
        await leak.erasing.carry_out(position, record)
        assert b"hunter2" not in (await leak.raw(leak.asked_at) or b"hunter2")
        assert await leak.finding() is None


async def test_one_key_erases_once(leak: Leak) -> None:
    key = IdempotencyKey(key="k", request_sha256="a" * 64)
    ada, asked = caller(leak.story.user), [EventTarget(position=leak.asked_at)]
    first = await leak.erasing.erase(ada, "why", asked, (), key=key)
    again = await leak.erasing.erase(ada, "why", asked, (), key=key)
    assert again.position == first.position
    assert await leak.story.log.head() == (first.position or 0) + 1  # the answer under the key


async def test_holes_that_no_record_explains_are_found(leak: Leak) -> None:
    with psycopg.connect(leak.database.owner_url) as owner:
        owner.execute("SELECT log.erase(%s)", (leak.asked_at,))
    finding = await leak.finding()
    assert finding
    assert (finding.position, finding.fault) == (leak.asked_at, Fault.UNEXPLAINED_HOLE)


async def test_what_cannot_be_erased_is_refused_with_words(leak: Leak) -> None:
    ada = caller(leak.story.user)

    async def refused(kind: type[Exception], match: str, *what: EventTarget | OutputTarget, by: Caller = ada) -> None:
        events = [each for each in what if isinstance(each, EventTarget)]
        output = [each for each in what if isinstance(each, OutputTarget)]
        with pytest.raises(kind, match=match):
            await leak.erasing.erase(by, "why", events, output)

    await refused(ConflictError, "decides the state", EventTarget(position=2))
    await refused(ConflictError, "'session_id' of event", EventTarget(position=leak.asked_at, fields=("session_id",)))
    await refused(ConflictError, "Nothing of environment", EventTarget(position=leak.asked_at, fields=("environment",)))
    await refused(NotFoundError, "no event at position 999", EventTarget(position=999))
    await refused(InvalidInputError, "printed 4", OutputTarget(command_id=leak.command_id, first=5, until=10**6))
    await refused(NotFoundError, "no such command", OutputTarget(command_id=uuid7()))
    await refused(InvalidInputError, "0 things")
    twice = EventTarget(position=leak.asked_at)
    await refused(InvalidInputError, "named twice", twice, twice)
    running = uuid7()
    await leak.story.run(uuid7(), "ls", running)
    await refused(ConflictError, "has not ended", OutputTarget(command_id=running))
    with pytest.raises(InvalidInputError, match="A reason has 1 to"):
        await leak.erasing.erase(ada, " ", [twice], [])
    stranger, guest = uuid7(), uuid7()
    await refused(NotFoundError, "no event", twice, by=caller(stranger))
    await leak.story.tell(leak.story.project, MemberAdded(user_id=guest, role=Role.DEVELOPER))
    await refused(ForbiddenError, "role owner", twice, by=caller(guest))
    # of no project: only an admin may, and does
    with psycopg.connect(leak.database.owner_url) as owner:
        owner.execute("SELECT log.erase(%s)", (leak.asked_at,))
    await refused(ConflictError, "erased already", twice, by=caller(stranger, ADMIN))


async def test_an_event_of_a_later_release_is_erased_whole(leak: Leak) -> None:
    with psycopg.connect(leak.database.app_url) as app:
        app.execute(
            """
            INSERT INTO log.events (position, digest, payload, stream_id, version, topic, schema_version,
                payload_digest, recorded_at, correlation_id, actor_kind, actor_id, project_id)
            SELECT position + 3, digest, payload, gen_random_uuid(), 1, 'FromTheFuture', 9, payload_digest, now(),
                correlation_id, 'agent', 'a', project_id FROM log.events WHERE position = %s""",
            (leak.asked_at,),
        )
        app.execute("UPDATE log.head SET position = position + 1")
    future = leak.asked_at + 3
    await leak.erasing.erase(caller(leak.story.user), "why", [EventTarget(position=future)], [])
    assert await leak.raw(future) is None


async def test_the_application_can_erase_only_what_a_record_names(leak: Leak) -> None:
    """And the owner of the tables cannot put another text in its place either."""
    forged = ErasedEventFields(position=leak.asked_at, fields=("text",), sha256=sha256(b"{}").hexdigest())
    position = await leak.story.tell(uuid7(), PayloadErased(reason="forged", events=(forged,)))
    with psycopg.connect(leak.database.app_url, autocommit=True) as app:
        with pytest.raises(RaiseException, match="is not about event"):
            app.execute("SELECT log.carry_out(%s)", (position,))
        assert app.execute("SELECT log.carry_out(%s)", (leak.asked_at,)).fetchone() == (0,)
        for statement in (
            f"SELECT log.erase({leak.asked_at})",
            f"UPDATE log.events SET payload = '' WHERE position = {leak.asked_at}",
            "UPDATE log.transcript_pieces SET data = ''",
            "DELETE FROM log.transcript_pieces",
        ):
            with pytest.raises(InsufficientPrivilege):
                app.execute(statement.encode())
        replaced = app.execute(
            "SELECT log.replace_piece(%s, %s, 1, 0, 0::smallint, '')", (position, leak.command_id)
        ).fetchone()
        assert replaced == (False,)
    with psycopg.connect(leak.database.owner_url, autocommit=True) as owner:
        owner.execute(f"SET quarterdeck.erasing = '{leak.asked_at}'".encode())
        with pytest.raises(InsufficientPrivilege):
            owner.execute(
                "UPDATE log.events SET payload = '{}', erased_at = now() WHERE position = %s", (leak.asked_at,)
            )
    assert b"hunter2" in (await leak.raw(leak.asked_at) or b"")
