"""Bundles: written part by part, checked without a server, and hostile where somebody made them so."""

import hashlib
import io
import json
import tarfile
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from uuid import UUID

import pytest
import zstandard
from tests.support.rows import ENVELOPE, chained, row

from quarterdeck.application.frames import Frame, FrameKind, encode
from quarterdeck.application.ports.log import RawEvent
from quarterdeck.audit.bundle import container
from quarterdeck.audit.bundle.checking import BundleReport, check
from quarterdeck.audit.bundle.container import BundleError, Member, members, packed
from quarterdeck.audit.bundle.contents import Scope
from quarterdeck.audit.bundle.seeking import Seeker
from quarterdeck.audit.bundle.writing import BundleWriter
from quarterdeck.audit.tampering import Fault

PRINTED = encode(Frame(FrameKind.OUTPUT, 0, 5, b"hello\xff\x00")) + encode(Frame(FrameKind.END, 7, 9, b""))
COMMAND = UUID(int=4)


def finished(position: int, printed: bytes) -> RawEvent:
    payload = {
        "exit_code": 0,
        "signal": None,
        "reason": "exited",
        "wall_ms": 1,
        "cpu_ms": 1,
        "peak_memory_bytes": 1,
        "output_bytes": len(printed),
        "output_sha256": hashlib.sha256(printed).hexdigest(),
        "tree_before": "a",
        "tree_after": "a",
    }
    return replace(row(position, json.dumps(payload).encode()), topic="CommandFinished", schema_version=2)


def log() -> list[RawEvent]:
    """Ten rows; the fourth ends a command that printed seven bytes."""
    rows = [row(position, b'{"n":"\xc3\xa4"}') for position in range(1, 11)]
    rows[3] = finished(4, b"hello\xff\x00")
    rows[5] = replace(rows[5], envelope=replace(ENVELOPE, project_id=None, traceparent=None))
    return chained(rows)


def write(
    path: Path,
    rows: Sequence[RawEvent],
    *,
    printed: bytes | None = PRINTED,
    scope: Scope = Scope.ALL,
    cut: bool = False,
) -> Path:
    identifier = None if scope is Scope.ALL else UUID(int=1)
    with BundleWriter(path, scope, identifier, 10) as writer:
        for part in (rows[:5], rows[5:]):
            if part[-1].position <= writer.progress.position:
                continue
            writer.add_events(part)
            has = printed is not None and any(each.topic == "CommandFinished" for each in part)
            if has and printed is not None:
                writer.add_transcript(COMMAND, [printed])
            writer.keep(part[-1].position, len(part), int(has))
            if cut:
                writer.add_events([rows[-1]])
                return path
        writer.finish([])
    return path


def test_a_whole_log_is_checked_with_what_its_commands_printed(tmp_path: Path) -> None:
    rows = log()
    found = check(write(tmp_path / "b", rows))
    assert (found.report.intact, found.report.checked, found.report.head.digest) == (True, 10, rows[-1].digest)
    assert (found.transcripts, found.output_bytes) == (1, 7)
    assert sorted(each.name for each in tmp_path.iterdir()) == ["b"]


def test_other_programs_can_unpack_it(tmp_path: Path) -> None:
    path = write(tmp_path / "b", log())
    with path.open("rb") as file:
        reader = zstandard.ZstdDecompressor().stream_reader(file, read_across_frames=True)
        with tarfile.open(fileobj=io.BytesIO(reader.read()), mode="r:") as archive:
            names = archive.getnames()
    assert names == [
        "bundle.json",
        "events/000000000001.jsonl",
        f"transcripts/{COMMAND}/000000.frames",
        "events/000000000006.jsonl",
        "end.json",
    ]


def erasing(rows: list[RawEvent], **what: object) -> list[RawEvent]:
    """With a record of an erasure in the place of the last row."""
    payload = json.dumps({"reason": "leaked", **what}).encode()
    rows[9] = replace(row(10, payload), topic="PayloadErased")
    return chained(rows)


def test_an_erased_payload_is_a_hole_that_its_record_explains(tmp_path: Path) -> None:
    kept = b'{"n": "[erased]"}'
    whole: dict[str, object] = {"position": 7, "fields": [], "sha256": ""}
    partly: dict[str, object] = {"position": 8, "fields": ["n"], "sha256": hashlib.sha256(kept).hexdigest()}
    rows = erasing(log(), events=[whole, partly])
    rows[6] = replace(rows[6], payload=None)
    rows[7] = replace(rows[7], payload=kept, partly_erased=True)
    report = check(write(tmp_path / "b", rows)).report
    assert (report.intact, report.erased) == (True, 2)

    part = check(write(tmp_path / "c", rows, scope=Scope.SESSION)).report
    assert (part.intact, part.erased) == (True, 2)


def test_a_hole_that_no_record_explains_or_that_holds_something_else_is_found(tmp_path: Path) -> None:
    rows = log()
    rows[7] = replace(rows[7], payload=None)
    finding = check(write(tmp_path / "b", rows)).report.finding
    assert finding
    assert (finding.position, finding.fault) == (8, Fault.UNEXPLAINED_HOLE)
    assert "no record says so" in finding.detail

    rows = erasing(log(), events=[{"position": 8, "fields": ["n"], "sha256": "00" * 32}])
    rows[7] = replace(rows[7], payload=b"{}", partly_erased=True)
    finding = check(write(tmp_path / "c", rows)).report.finding
    assert finding
    assert (finding.position, finding.fault) == (8, Fault.UNEXPLAINED_HOLE)
    assert "is not what the record" in finding.detail


def test_a_transcript_with_a_part_erased_is_what_its_record_says(tmp_path: Path) -> None:
    left = b"he***\xff\x00"
    printed = encode(Frame(FrameKind.OUTPUT, 0, 5, left)) + encode(Frame(FrameKind.END, 7, 9, b""))
    stretch = {"command_id": str(COMMAND), "first": 2, "until": 5, "output_sha256": hashlib.sha256(left).hexdigest()}
    found = check(write(tmp_path / "b", erasing(log(), output=[stretch]), printed=printed))
    assert (found.report.intact, found.transcripts, found.erased_transcripts) == (True, 0, 1)

    stretch["output_sha256"] = "00" * 32
    finding = check(write(tmp_path / "c", erasing(log(), output=[stretch]), printed=printed)).report.finding
    assert finding
    assert (finding.position, finding.fault) == (4, Fault.CHANGED_TRANSCRIPT)


def test_an_export_that_was_cut_off_goes_on_where_it_was(tmp_path: Path) -> None:
    path = write(tmp_path / "b", log(), cut=True)
    assert not path.exists()
    with BundleWriter(path, Scope.ALL, None, 99) as writer:
        assert (writer.resumed, writer.progress.position, writer.progress.header.end) == (True, 5, 10)
    found = check(write(path, log()))
    assert (found.report.intact, found.report.checked, found.transcripts) == (True, 10, 1)


def test_the_beginning_of_another_export_is_not_gone_on_with(tmp_path: Path) -> None:
    write(tmp_path / "b", log(), cut=True)
    with pytest.raises(BundleError, match="another export"):
        BundleWriter(tmp_path / "b", Scope.PROJECT, UUID(int=1), 10)


def test_a_changed_row_is_found(tmp_path: Path) -> None:
    rows = log()
    rows[6] = replace(rows[6], envelope=replace(ENVELOPE, traceparent="00-1"))
    finding = check(write(tmp_path / "b", rows)).report.finding
    assert finding is not None
    assert (finding.position, finding.fault) == (7, Fault.CHANGED_ENVELOPE)


@pytest.mark.parametrize(
    ("printed", "told"),
    [
        (encode(Frame(FrameKind.OUTPUT, 0, 5, b"hellO\xff\x00")), "not what its end says"),
        (encode(Frame(FrameKind.OUTPUT, 0, 5, b"hello")), "5 bytes, and not 7"),
        (None, "missing"),
    ],
    ids=["changed", "short", "missing"],
)
def test_a_transcript_that_is_not_what_was_printed_is_found(tmp_path: Path, printed: bytes | None, told: str) -> None:
    finding = check(write(tmp_path / "b", log(), printed=printed)).report.finding
    assert finding is not None
    assert (finding.position, finding.fault) == (4, Fault.CHANGED_TRANSCRIPT)
    assert told in finding.detail


def test_a_part_of_a_log_is_checked_row_by_row(tmp_path: Path) -> None:
    rows = [each for each in log() if each.position not in {2, 6}]
    report = check(write(tmp_path / "b", rows, scope=Scope.SESSION)).report
    assert (report.intact, report.checked) == (True, 8)
    rows[2] = replace(rows[2], payload=b"{}")
    finding = check(write(tmp_path / "c", rows, scope=Scope.SESSION, printed=PRINTED)).report.finding
    assert finding is not None
    assert finding.fault is Fault.CHANGED_PAYLOAD
    rows = log()
    rows[2:4] = rows[3], rows[2]
    finding = check(write(tmp_path / "d", rows, scope=Scope.SESSION)).report.finding
    assert finding is not None
    assert finding.fault is Fault.REORDERED


def repacked(path: Path, change: Callable[[list[Member]], list[Member]]) -> Path:
    with path.open("rb") as file:
        found = list(members(file))
    path.write_bytes(b"".join(packed(each) for each in change(found)) + container.ending())
    return path


def header(**changed: object) -> Callable[[list[Member]], list[Member]]:
    def change(found: list[Member]) -> list[Member]:
        told = {**json.loads(found[0].content), **changed}
        return [Member(name="bundle.json", content=json.dumps(told).encode()), *found[1:]]

    return change


Change = Callable[[list[Member]], list[Member]]
WRONG: dict[str, tuple[Change, str]] = {
    "newer": (header(version=4), "version 4; this release reads up to 3"),
    "format": (header(format="zip"), "no bundle"),
    "scope": (header(scope="galaxy"), "cannot be read"),
    "no end": (lambda found: found[:-1], "not whole"),
    "after the end": (lambda found: [*found, found[1]], "goes on after its end"),
    "no rows": (lambda found: [found[0], *found[2:]], "whose end is not before it"),
    "stranger": (lambda found: [found[0], Member(name="../../etc/passwd", content=b""), *found[1:]], "that none has"),
    "row": (lambda found: [found[0], Member(name="events/1.jsonl", content=b"{}\n"), *found[1:]], "cannot be read"),
    "frames": (lambda found: [*found[:2], replace(found[2], content=b"\x01\x02"), *found[3:]], "whole frames"),
    "command": (lambda found: [*found[:2], replace(found[2], name="transcripts/x/0"), *found[3:]], "no command"),
    "nothing": (lambda found: found[:0], "no bundle"),
}


@pytest.mark.parametrize(("change", "told"), WRONG.values(), ids=WRONG.keys())
def test_what_is_no_bundle_of_ours_is_told_clearly(tmp_path: Path, change: Change, told: str) -> None:
    path = repacked(write(tmp_path / "b", log()), change)
    with pytest.raises(BundleError, match=told):
        check(path)


def result(path: Path) -> BundleReport | str:
    try:
        return check(path)
    except BundleError as error:
        return str(error)


def test_a_bundle_that_is_cut_anywhere_is_not_whole(tmp_path: Path) -> None:
    path = write(tmp_path / "b", log())
    content = path.read_bytes()
    for size in range(0, len(content) - 1, 7):
        path.write_bytes(content[:size])
        found = result(path)
        assert isinstance(found, str), size


def test_a_flipped_bit_is_found_or_changes_nothing(tmp_path: Path) -> None:
    """Nothing else than what was written is ever called good: a bit of zstd's frames has no meaning."""
    path = write(tmp_path / "b", log())
    content, good = path.read_bytes(), check(path)
    for at in range(0, len(content), 3):
        path.write_bytes(content[:at] + bytes([content[at] ^ 16]) + content[at + 1 :])
        found = result(path)
        if not isinstance(found, str) and found.report.intact:
            assert (found.header, found.report, found.transcripts) == (good.header, good.report, 1), at


def test_a_member_that_says_it_is_huge_is_refused_before_it_is_read(tmp_path: Path) -> None:
    info = tarfile.TarInfo("events/1.jsonl")
    info.size = 2**40
    bomb = zstandard.ZstdCompressor().compress(info.tobuf(tarfile.GNU_FORMAT) + bytes(10_000_000))
    path = write(tmp_path / "b", log())
    with path.open("rb") as file:
        first = next(members(file))
    path.write_bytes(packed(first) + bomb)
    with pytest.raises(BundleError, match="a member that none has"):
        check(path)


def test_a_link_is_refused(tmp_path: Path) -> None:
    info = tarfile.TarInfo("events/1.jsonl")
    info.type, info.linkname = tarfile.SYMTYPE, "/etc/passwd"
    path = tmp_path / "b"
    path.write_bytes(zstandard.ZstdCompressor().compress(info.tobuf(tarfile.USTAR_FORMAT)))
    with pytest.raises(BundleError, match="a member that none has"):
        check(path)


def test_an_ordinary_file_is_no_bundle(tmp_path: Path) -> None:
    path = tmp_path / "b"
    path.write_text("# Tasks\n" * 1000)
    with pytest.raises(BundleError, match="no bundle"):
        check(path)


def frames(path: Path) -> list[bytes]:
    with path.open("rb") as file:
        return [packed(each) for each in members(file)]


def unpacked(frame: bytes) -> bytes:
    return zstandard.ZstdDecompressor().decompress(frame)


def test_nothing_that_one_way_of_reading_finds_is_hidden_from_the_other(tmp_path: Path) -> None:
    """Some read a bundle from its beginning to its end, others here and there. What one checks, the other shows."""
    path = write(tmp_path / "b", log())
    *before, last = frames(path)
    compress = zstandard.ZstdCompressor().compress
    together = compress(unpacked(before[0]) + unpacked(before[1]))
    path.write_bytes(b"".join([together, *before[2:], last]) + container.ending())
    with Seeker(path) as seeker, pytest.raises(BundleError, match="packed as a whole"):
        list(seeker.spots())

    ended_early = compress(unpacked(last) + container.END)
    path.write_bytes(b"".join([*before, ended_early, before[1]]) + container.ending())
    with pytest.raises(BundleError, match="goes on after its end"):
        check(path)
    with Seeker(path) as seeker, pytest.raises(BundleError):
        list(seeker.spots())


@pytest.mark.parametrize("more", [container.ending(), packed(Member(name="events/1.jsonl", content=b"")), b"trailing"])
def test_nothing_comes_after_the_end(tmp_path: Path, more: bytes) -> None:
    path = write(tmp_path / "b", log())
    path.write_bytes(path.read_bytes() + (more * 40 if more == container.ending() else more))
    with pytest.raises(BundleError):
        check(path)
    with Seeker(path) as seeker, pytest.raises(BundleError):
        list(seeker.spots())


def test_notes_without_end_are_refused(tmp_path: Path) -> None:
    note = json.dumps("x" * 5000).encode() + b"\n"

    def noted(found: list[Member]) -> list[Member]:
        return [*found[:-1], Member(name="checkpoints/000000.jsonl", content=note), found[-1]]

    with pytest.raises(BundleError, match="a note of 5,000 characters"):
        check(repacked(write(tmp_path / "b", log()), noted))
