"""What a replay needs of a record, of a bundle and of a server alike."""

import asyncio
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from tests.support.fake_gateway import FakeGateway, World
from tests.support.fake_gateway.world import TOKEN, Json, global_id
from tests.support.replays import PROJECT, SESSION, Story
from tests.support.rows import chained

from quarterdeck.application.frames import FrameKind
from quarterdeck.application.ports.log import RawEvent
from quarterdeck.audit.replay.from_bundle import BundleRecord
from quarterdeck.audit.replay.from_server import ServerRecord
from quarterdeck.audit.replay.output_places import place_with_output
from quarterdeck.audit.replay.record import Record
from quarterdeck.audit.replay.timeline import timeline
from quarterdeck_cli.api.transcripts import Frame
from quarterdeck_cli.errors import NotFoundError
from quarterdeck_cli.qd import sitting

LOOK = Callable[[Record], None]
LIVE, OFFLINE = "a server", "a bundle"


@pytest.fixture
def told() -> Story:
    """A command that printed 3 MB, which a server gives in many pages, and one that printed nothing."""
    story = Story()
    story.opens("told")
    command = story.begins(2, "much")
    for number in range(30):
        story.prints(command, [(number, b"%d" % (number % 10) * 100_000)])
        if number == 10:
            story.prints(command, [(number, b"typed")], FrameKind.INPUT)
    story.ends(60, command)
    story.runs(61, "nothing", until=62)
    return story


@dataclass(frozen=True)
class Kept:
    told: Story
    folder: Path
    end: int

    def look(self, where: str, look: LOOK) -> None:
        if where == OFFLINE:
            with BundleRecord(self.told.bundle(self.folder / "b", part_bytes=700_000), None) as record:
                look(record)
        else:
            asyncio.run(self._on_server(look))

    async def _on_server(self, look: LOOK) -> None:
        async with sitting() as qd:
            record = ServerRecord(await qd.client(), global_id("Session", SESSION), self.end, lambda _: None)
            await asyncio.to_thread(look, record)


@pytest.fixture
def world() -> World:
    return World()


@pytest.fixture
def gateway(world: World) -> Iterator[FakeGateway]:
    with FakeGateway(world) as gateway:
        yield gateway


@pytest.fixture
def kept(told: Story, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, world: World, gateway: FakeGateway) -> Kept:
    monkeypatch.setenv("QD_URL", gateway.url)
    monkeypatch.setenv("QD_TOKEN", TOKEN)
    monkeypatch.setenv("QD_CONFIG_DIR", str(tmp_path / "config"))
    session = world.add_session(world.add_project("p", "/p"), uuid=SESSION)
    for command_id, frames in told.transcripts.items():
        command = world.add_command(session, {"text": "x"}, command_id)
        command.complete = True
        command.chunks += [
            {"kind": each.kind.name, "offset": each.offset, "timeUs": each.time_us, "data": each.data}
            for each in frames
        ]
    world.add_command(session, {"text": "nothing"}, told.rows[-1].stream_id).complete = True
    world.events += [as_told(row) for row in chained(told.rows)]
    return Kept(told, tmp_path, len(told.rows) - 1)


def as_told(row: RawEvent) -> Json:
    """As the API gives it."""
    envelope = row.envelope
    return {
        "id": f"{row.stream_id}:{row.version}",
        "position": row.position,
        "topic": row.topic,
        "schemaVersion": row.schema_version,
        "streamId": str(row.stream_id),
        "version": row.version,
        "recordedAt": envelope.recorded_at.isoformat(),
        "actorKind": envelope.actor.kind.value,
        "actorId": envelope.actor.id,
        "correlationId": str(envelope.correlation_id),
        "causationId": envelope.causation_id,
        "projectId": global_id("Project", PROJECT),
        "sessionId": global_id("Session", SESSION),
        "traceparent": envelope.traceparent,
        "payload": (row.payload or b"").decode(),
        "payloadDigest": row.payload_digest.hex(),
        "digest": row.digest.hex(),
        "known": True,
        "erased": False,
    }


def shown(row: RawEvent) -> tuple[object, ...]:
    """What a replay shows of it."""
    envelope = row.envelope
    told = row.stream_id, row.topic, row.schema_version, row.payload, row.partly_erased
    return row.position, envelope.recorded_at, envelope.actor, *told


@pytest.mark.parametrize("where", [LIVE, OFFLINE])
def test_a_record_gives_events_in_order_and_frames_from_any_offset_on(kept: Kept, told: Story, where: str) -> None:
    command, whole = next((key, frames) for key, frames in told.transcripts.items() if frames)
    expected = [Frame(each.kind.name, *each[1:]) for each in whole]

    def look(record: Record) -> None:
        assert record.session_id == SESSION
        assert [row.position for row in record.events()][: kept.end] == list(range(1, kept.end + 1))
        assert list(map(shown, record.events()))[: kept.end] == list(map(shown, told.rows))[: kept.end]
        assert list(record.frames(command)) == expected
        for number in (1, 5, 29):
            assert list(record.frames(command, expected[number].offset)) == expected[number:]
        assert list(record.frames(told.rows[-1].stream_id)) == []

    kept.look(where, look)


def test_a_place_in_the_output_is_the_moment_at_which_it_was_printed(kept: Kept, told: Story) -> None:
    command, frames = next((key, frames) for key, frames in told.transcripts.items() if frames)

    def look(record: Record) -> None:
        line = timeline(record.events())
        started = line.commands[0].started
        assert started is not None
        for text in ("c1@250000", f"{command.hex[-8:]}@200000", f"{command}@299999"):
            assert place_with_output(record, line, text).at == started + frames[2].time_us / 1_000_000
        assert place_with_output(record, line, "c1").at == started
        for text, words in (
            ("c1@9999999", "printed 3,000,000 bytes"),
            ("c2@0", "printed 0 bytes"),
            ("x@5", "No command"),
        ):
            with pytest.raises(NotFoundError, match=words):
                place_with_output(record, line, text)

    kept.look(OFFLINE, look)


def test_of_a_server_only_what_was_logged_at_the_beginning_is_in_the_record(kept: Kept) -> None:
    def look(record: Record) -> None:
        assert len(list(record.events())) == kept.end

    kept.look(LIVE, look)
