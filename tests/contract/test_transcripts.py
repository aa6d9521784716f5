"""What every transcript store does."""

from collections.abc import AsyncGenerator
from uuid import UUID, uuid4

import pytest
from tests.support.services import Database

from quarterdeck.adapters.memory.transcripts import MemoryTranscriptStore
from quarterdeck.adapters.postgres.pool import Pool
from quarterdeck.adapters.postgres.transcripts import PostgresTranscriptStore
from quarterdeck.application.errors import ConcurrencyError
from quarterdeck.application.frames import Frame, FrameKind, encode
from quarterdeck.application.ports.output import TranscriptHead, TranscriptStore
from quarterdeck.application.transcript import EMPTY
from quarterdeck.domain.errors import InvalidInputError

COMMAND = uuid4()


@pytest.fixture(params=["memory", "postgres"])
async def transcripts(request: pytest.FixtureRequest) -> AsyncGenerator[TranscriptStore]:
    if request.param == "memory":
        yield MemoryTranscriptStore()
        return
    database: Database = request.getfixturevalue("database")
    async with Pool(database.app_url) as pool:
        yield PostgresTranscriptStore(pool)


def output(offset: int, data: bytes, kind: FrameKind = FrameKind.OUTPUT) -> Frame:
    return Frame(kind, offset, offset * 10, data)


def sign(kind: FrameKind, offset: int, data: bytes = b"") -> Frame:
    return Frame(kind, offset, offset * 10, data)


async def store(transcripts: TranscriptStore, *batches: list[Frame], command_id: UUID = COMMAND) -> TranscriptHead:
    head = await transcripts.head(command_id)
    for batch in batches:
        head = await transcripts.append(command_id, head.sequence, b"".join(map(encode, batch)))
    return head


async def test_a_command_that_printed_nothing_has_an_empty_transcript(transcripts: TranscriptStore) -> None:
    assert await transcripts.head(COMMAND) == EMPTY
    assert list(await transcripts.read(COMMAND, 0, 1000)) == []


async def test_frames_come_back_as_they_were_stored(transcripts: TranscriptStore) -> None:
    first = [sign(FrameKind.RESIZE, 0, b"\x50\0\x18\0"), output(0, b"a\0\xff"), output(3, b"err", FrameKind.ERROR)]
    second = [sign(FrameKind.INPUT, 6, b"y\n"), output(6, b"done"), sign(FrameKind.END, 10)]
    head = await store(transcripts, first, second)
    assert list(await transcripts.read(COMMAND, 0, 1000)) == first + second
    encoded = len(b"".join(map(encode, first + second)))
    assert head == TranscriptHead(sequence=2, frames=6, offset=10, encoded=encoded, complete=True)
    assert await transcripts.head(COMMAND) == head


async def test_transcripts_of_two_commands_do_not_mix(transcripts: TranscriptStore) -> None:
    await store(transcripts, [output(0, b"one")])
    await store(transcripts, [output(0, b"two")], command_id=(other := uuid4()))
    assert [frame.data for frame in await transcripts.read(other, 0, 10)] == [b"two"]


async def test_a_writer_whose_sequence_has_moved_on_is_refused(transcripts: TranscriptStore) -> None:
    await store(transcripts, [output(0, b"a")], [output(1, b"b")])
    for stale in (0, 1, 3):
        with pytest.raises(ConcurrencyError):
            await transcripts.append(COMMAND, stale, encode(output(2, b"c")))
    with pytest.raises(ConcurrencyError):
        await transcripts.append(uuid4(), 1, encode(output(0, b"c")))
    assert (await transcripts.head(COMMAND)).sequence == 2


@pytest.mark.parametrize("bad", [b"", b"x", encode(output(0, b"abc"))[:-1]])
async def test_a_batch_that_is_not_of_whole_frames_is_refused(transcripts: TranscriptStore, bad: bytes) -> None:
    with pytest.raises(InvalidInputError):
        await transcripts.append(COMMAND, 0, bad)


async def test_reading_starts_in_the_middle_of_a_frame(transcripts: TranscriptStore) -> None:
    await store(transcripts, [output(0, b"0123"), output(4, b"4567")], [output(8, b"89")])
    assert list(await transcripts.read(COMMAND, 6, 100)) == [Frame(FrameKind.OUTPUT, 6, 40, b"67"), output(8, b"89")]
    assert list(await transcripts.read(COMMAND, 10, 100)) == []


async def test_signs_at_the_offset_are_part_of_what_follows_it(transcripts: TranscriptStore) -> None:
    resize = sign(FrameKind.RESIZE, 4, b"\x50\0\x18\0")
    await store(transcripts, [output(0, b"0123"), resize], [sign(FrameKind.END, 4)])
    assert list(await transcripts.read(COMMAND, 4, 100)) == [resize, sign(FrameKind.END, 4)]
    assert list(await transcripts.read(COMMAND, 3, 100)) == [
        Frame(FrameKind.OUTPUT, 3, 0, b"3"),
        resize,
        sign(FrameKind.END, 4),
    ]


async def test_pages_of_any_size_give_the_whole_output_once(transcripts: TranscriptStore) -> None:
    printed = bytes(range(256)) * 40
    frames = [output(at, printed[at : at + 100]) for at in range(0, len(printed), 100)]
    await store(transcripts, *(frames[at : at + 7] for at in range(0, len(frames), 7)), [sign(FrameKind.END, 10240)])
    for limit in (1, 99, 100, 750, 100_000):
        seen, after = b"", 0
        while page := await transcripts.read(COMMAND, after, limit):
            assert sum(len(frame.data) for frame in page) < limit + 100
            seen += b"".join(frame.data for frame in page if frame.kind is FrameKind.OUTPUT)
            after = page[-1].end
            if page[-1].kind is FrameKind.END:
                break
        assert seen == printed


async def test_a_flood_of_input_does_not_hide_the_output_after_it(transcripts: TranscriptStore) -> None:
    typed = [sign(FrameKind.INPUT, 0, b"x" * 1000)] * 50
    await store(transcripts, typed, typed, [output(0, b"at last"), sign(FrameKind.END, 7)])
    page = await transcripts.read(COMMAND, 0, 2000)
    assert [frame.kind for frame in page] == [FrameKind.INPUT, FrameKind.INPUT, FrameKind.OUTPUT]
    assert [frame.kind for frame in await transcripts.read(COMMAND, 7, 2000)] == [FrameKind.END]


async def test_a_gap_is_kept_with_its_reason(transcripts: TranscriptStore) -> None:
    gap = sign(FrameKind.GAP, 3, b"spool lost")
    head = await store(transcripts, [output(0, b"abc"), gap, output(9, b"d")])
    assert head.offset == 10
    assert [frame.offset for frame in await transcripts.read(COMMAND, 3, 100)] == [3, 9]


async def test_large_batches_compress_or_not_and_come_back_the_same(transcripts: TranscriptStore) -> None:
    text = b"the same line again and again\n" * 8000
    noise = b"".join(uuid4().bytes for _ in range(15_000))
    await store(transcripts, [output(0, text)], [output(len(text), noise)])
    assert b"".join(f.data for f in await transcripts.read(COMMAND, 0, 10**7)) == text + noise


async def test_a_batch_of_several_megabytes_is_read_back_from_anywhere(transcripts: TranscriptStore) -> None:
    printed = b"".join(b"line %09d\n" % number for number in range(200_000))
    frames = [output(at, printed[at : at + 50_000]) for at in range(0, len(printed), 50_000)]
    await store(transcripts, frames, [sign(FrameKind.END, len(printed))])
    for after in (0, 524_288, 1_999_999, len(printed) - 1):
        page = await transcripts.read(COMMAND, after, 10**7)
        assert b"".join(frame.data for frame in page) == printed[after:]
        assert page[-1].kind is FrameKind.END
