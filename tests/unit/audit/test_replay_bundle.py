"""The record of a session in a bundle: read here and there, and hostile where somebody made it so."""

import io
import random
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from uuid import UUID

import pytest
import zstandard
from tests.support.replays import SESSION, Story
from tests.support.rows import chained

from quarterdeck.application.frames import HEADER
from quarterdeck.audit.bundle.container import BundleError, Member, ending, members, packed
from quarterdeck.audit.bundle.contents import Scope
from quarterdeck.audit.bundle.seeking import Seeker
from quarterdeck.audit.bundle.writing import BundleWriter
from quarterdeck.audit.replay.from_bundle import BundleRecord
from quarterdeck.audit.replay.timeline import timeline
from quarterdeck_cli.errors import CliError, NotFoundError, UsageError


@pytest.fixture
def told() -> Story:
    """A command that prints 40 times, so its transcript has many parts; another that prints at random."""
    story = Story()
    story.opens()
    story.runs(2, "rows", [(n, b"row %d\n" % n) for n in range(40)], until=50)
    story.runs(60, "noise", [(1, random.Random(1).randbytes(200_000))], until=70)
    return story


@pytest.fixture
def bundle(told: Story, tmp_path: Path) -> Path:
    return told.bundle(tmp_path / "b", part_bytes=100)


def test_events_and_output_are_as_they_were_written(told: Story, bundle: Path) -> None:
    with BundleRecord(bundle, None) as record:
        assert record.session_id == SESSION
        assert list(record.events()) == chained(told.rows)
        for run in timeline(record.events()).commands:
            frames = [(each.kind, each.offset, each.time_us, each.data) for each in record.frames(run.id)]
            assert frames == [(each.kind.name, *each[1:]) for each in told.transcripts[run.id]]
        assert list(record.frames(UUID(int=99))) == []
        assert record.differences("a", "b") is None


def test_frames_are_read_from_any_offset_on(told: Story, bundle: Path) -> None:
    with BundleRecord(bundle, None) as record:
        rows = timeline(record.events()).commands[0].id
        whole = list(record.frames(rows))
        for number, frame in enumerate(whole):
            assert list(record.frames(rows, frame.offset)) == whole[number:]


def test_members_are_found_without_unpacking_them(bundle: Path) -> None:
    with bundle.open("rb") as file:
        expected = list(members(file))
    with Seeker(bundle) as seeker:
        spots = list(seeker.spots())
        assert [(spot.name, seeker.content(spot)) for spot in spots] == [(each.name, each.content) for each in expected]
        assert [seeker.head(spot, 7) for spot in spots] == [each.content[:7] for each in expected]


@pytest.mark.parametrize(
    ("session", "error", "message"),
    [
        ("abcd", NotFoundError, "has no session 'abcd'"),
        ("\x1b[2J", NotFoundError, r"\\x1b"),
        ("0007", UsageError, "any of 2"),
    ],
)
def test_a_session_that_is_not_in_it_is_told(
    told: Story, tmp_path: Path, session: str, error: type[CliError], message: str
) -> None:
    other = [replace(each, envelope=replace(each.envelope, session_id=UUID(int=0x70000007))) for each in told.rows]
    with BundleWriter(tmp_path / "two", Scope.ALL, None, 99) as writer:
        writer.add_events(chained([*told.rows, *other]))
        writer.keep(99, 2 * len(told.rows), 0)
        writer.finish([])

    with pytest.raises(error, match=message):
        BundleRecord(tmp_path / "two", session)
    with pytest.raises(UsageError, match="has 2 sessions") as failed:
        BundleRecord(tmp_path / "two", None)
    assert failed.value.next_step == "Name one of: 00000007, 70000007"
    with BundleRecord(tmp_path / "two", "70000007") as record:
        assert record.session_id == UUID(int=0x70000007)


def whole(content: bytes) -> bytes:
    with zstandard.ZstdDecompressor().stream_reader(io.BytesIO(content), read_across_frames=True) as reader:
        return reader.read()


BROKEN: list[tuple[Callable[[bytes], bytes], str]] = [
    (lambda content: b"", "cut off"),
    (lambda content: b"hello, world", "damaged at byte 0"),
    (lambda content: content[:-5], "cut off"),
    (lambda content: content[: len(content) // 2], "cut off"),
    (lambda content: zstandard.ZstdCompressor().compressobj().compress(whole(content)), "damaged|whole"),
    (lambda content: zstandard.ZstdCompressor().compress(whole(content) * 400), "packed as a whole"),
    (lambda content: packed(Member(name="x", content=b"{}")) + ending(), "no bundle"),
    (lambda content: content.removesuffix(ending())[:-100] + ending(), "."),
]


@pytest.mark.parametrize(("broken", "message"), BROKEN)
def test_a_file_that_is_no_whole_bundle_is_told(bundle: Path, broken: Callable[[bytes], bytes], message: str) -> None:
    bundle.write_bytes(broken(bundle.read_bytes()))

    with pytest.raises(BundleError, match=message):
        BundleRecord(bundle, None)


def test_a_bundle_without_its_end_is_told(bundle: Path) -> None:
    with bundle.open("rb") as file:
        kept = [packed(each) for each in members(file) if each.name != "end.json"]
    bundle.write_bytes(b"".join(kept) + ending())

    with pytest.raises(BundleError, match="it has no end"):
        BundleRecord(bundle, None)


def test_a_flipped_bit_is_an_error_and_never_a_crash(bundle: Path) -> None:
    content, chance = bundle.read_bytes(), random.Random(2)
    for _ in range(150):
        at = chance.randrange(len(content))
        bundle.write_bytes(content[:at] + bytes([content[at] ^ 1 << chance.randrange(8)]) + content[at + 1 :])
        with suppress(BundleError, CliError), BundleRecord(bundle, None) as record:
            for run in timeline(record.events()).commands:
                list(record.frames(run.id))


def test_a_member_that_claims_to_be_enormous_is_not_unpacked(bundle: Path) -> None:
    bomb = zstandard.ZstdCompressor(level=1).compress(bytes(512) + bytes(65 * 1024**2))
    bundle.write_bytes(bundle.read_bytes().removesuffix(ending()) + bomb + ending())

    with pytest.raises(BundleError, match="packed as a whole"):
        BundleRecord(bundle, None)


def test_a_frame_that_none_has_is_told(told: Story, tmp_path: Path) -> None:
    command = next(iter(told.transcripts))
    with BundleWriter(tmp_path / "odd", Scope.SESSION, SESSION, 99) as writer:
        writer.add_events(chained(told.rows))
        writer.add_transcript(command, [HEADER.pack(77, 0, 0, 1) + b"x"])
        writer.keep(99, len(told.rows), 1)
        writer.finish([])

    with BundleRecord(tmp_path / "odd", None) as record, pytest.raises(BundleError, match="a frame that none has"):
        list(record.frames(command))
