"""A part of the log is proven to be in it by a checkpoint's tree, and nothing else of the log is told."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path
from uuid import UUID

import pytest
from tests.support.records import SESSION, RecordMaker
from tests.unit.audit.test_bundle import repacked

from quarterdeck.adapters.memory.log import MemoryEventLog
from quarterdeck.adapters.system import SystemClock
from quarterdeck.application.frames import Frame, FrameKind
from quarterdeck.application.log_tree import LogTree
from quarterdeck.application.ports.log import RawEvent
from quarterdeck.audit.bundle.checking import BundleReport, check
from quarterdeck.audit.bundle.container import BundleError, Member
from quarterdeck.audit.bundle.contents import KnownKey, Proof, Scope
from quarterdeck.audit.bundle.writing import BundleWriter
from quarterdeck.audit.chain import Head
from quarterdeck.audit.checkpoints import Checkpoint, checkpoint_in, log_name
from quarterdeck.audit.inclusion.walk import Before, Held, walk
from quarterdeck.audit.merkle import Subtree, Tree, hash_of, leaf, node, root_of, subtrees
from quarterdeck.audit.notes import SigningKey
from quarterdeck.audit.report.page import page
from quarterdeck.audit.report.story import Story
from quarterdeck.audit.tampering import Fault
from quarterdeck.domain.errors import InvalidInputError
from quarterdeck.domain.session_events import SessionOpened
from quarterdeck.domain.workspace import WorkspaceDiscarded

KEY, OTHER = SigningKey.generate(), SigningKey.generate()
DIGESTS = [sha256(bytes([number])).digest() for number in range(200)]


def recursive_root(digests: Sequence[bytes]) -> bytes:
    """As RFC 6962, section 2.1, defines it."""
    if not digests:
        return sha256(b"").digest()
    if len(digests) == 1:
        return leaf(digests[0])
    half = 1 << ((len(digests) - 1).bit_length() - 1)
    return node(recursive_root(digests[:half]), recursive_root(digests[half:]))


@pytest.mark.parametrize("size", [0, 1, 2, 3, 7, 8, 9, 100, 128, 200])
def test_a_root_is_that_of_the_rfc(size: int) -> None:
    assert root_of(DIGESTS[:size]) == recursive_root(DIGESTS[:size])


def test_the_roots_of_a_public_example_are_met() -> None:
    """The test vectors of the certificate transparency project, whose leaves are taken as they are."""
    leaves = ["", "00", "10", "2021", "3031", "40414243", "5051525354555657", "606162636465666768696a6b6c6d6e6f"]
    assert (
        root_of(map(bytes.fromhex, leaves)).hex() == "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328"
    )


@pytest.mark.parametrize("level", [0, 1, 5, 7])
def test_a_complete_subtree_is_hashed_at_once(level: int) -> None:
    assert hash_of(DIGESTS[: 1 << level]) == recursive_root(DIGESTS[: 1 << level])


@pytest.mark.parametrize("end", range(40))
def test_subtrees_are_complete_and_cover_what_was_asked_for(end: int) -> None:
    for start in range(end + 1):
        found = list(subtrees(start, end))
        covered = [place for each in found for place in range(each.start, each.end)]
        assert covered == list(range(start, end))


def test_a_subtree_is_appended_where_one_of_its_size_begins() -> None:
    tree = Tree()
    tree.append(DIGESTS[0])
    with pytest.raises(ValueError, match="begins at 1"):
        tree.append_subtree(1, DIGESTS[0])


def test_a_walk_names_what_is_held_the_row_before_it_and_subtrees_for_the_rest() -> None:
    assert list(walk([1, 2, 9, 30], 13)) == [
        Held(1),
        Held(2),
        Subtree(1, 1),
        Subtree(1, 2),
        Subtree(0, 6),
        Before(8),
        Held(9),
        Subtree(0, 9),
        Subtree(1, 5),
        Subtree(0, 12),
    ]
    assert list(walk([], 4)) == [Subtree(2, 0)]


async def test_the_logs_tree_is_computed_in_blocks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("quarterdeck.application.log_tree.BLOCK", 8)
    monkeypatch.setattr("quarterdeck.application.log_tree.BLOCK_LEVEL", 3)
    record = a_log()
    log = MemoryEventLog(SystemClock())
    for row in record.rows:
        log.put(row)
    tree, digests = LogTree(log), [row.digest for row in record.rows]
    for size in range(len(digests) + 1):
        assert await tree.root(size) == recursive_root(digests[:size])
    assert await tree.hash(Subtree(1, 3)) == recursive_root(digests[6:8])
    assert await tree.digest(5) == digests[4]
    for beyond in (tree.digest(99), tree.digest(0), tree.hash(Subtree(0, 99)), tree.hash(Subtree(6, 0))):
        with pytest.raises(InvalidInputError, match="does not reach"):
            await beyond


def a_log() -> RecordMaker:
    """Two sessions' events, mixed."""
    record, other = RecordMaker(), UUID(int=0xB2)
    record.open()
    for number in range(5):
        record.session = other
        record.add(UUID(int=900 + number), SessionOpened(project_id=UUID(int=2), owner_id=UUID(int=3), ref="secret"))
        record.session = SESSION
        record.command(number, f"echo {number}", [Frame(FrameKind.OUTPUT, 0, 1, b"%d" % number)])
        record.session = other
        record.add(UUID(int=950 + number), WorkspaceDiscarded(last_tree="e" * 40))
        record.session = SESSION
    record.close()
    return record


def note(rows: Sequence[RawEvent], size: int, key: SigningKey = KEY) -> str:
    name = log_name(rows[0].digest)
    root = root_of(row.digest for row in rows[:size])
    head = Head(position=size, digest=rows[size - 1].digest)
    signed_at = datetime(2026, 11, 20, 10, tzinfo=UTC)
    return key.sign(name, Checkpoint(name=name, number=3, head=head, signed_at=signed_at, root=root).text())


def part(
    path: Path,
    log: RecordMaker,
    held: Sequence[RawEvent] | None = None,
    *,
    size: int | None = None,
    key: SigningKey = KEY,
) -> Path:
    """A bundle of the session, as an honest server proves it by the log, and with the rows `held` in it."""
    rows, end = log.rows, len(log.rows) if size is None else size
    digests = [row.digest for row in rows]
    mine = [row for row in (rows if held is None else held) if row.envelope.session_id == SESSION]
    with BundleWriter(path, Scope.SESSION, SESSION, len(rows)) as writer:
        writer.add_events(mine)
        ended = [row.stream_id for row in mine if row.topic == "CommandFinished"]
        for stream in ended:
            data = b"".join(each.data for each in log.transcripts[stream])
            writer.add_transcript(stream, [b"\x01" + bytes(16) + len(data).to_bytes(4, "little") + data])
        writer.keep(mine[-1].position, len(mine), len(ended))
        proven: list[bytes] = []
        for step in walk(writer.positions(), end):
            if isinstance(step, Before):
                proven.append(digests[step.position - 1])
            elif isinstance(step, Subtree):
                proven.append(recursive_root(digests[step.start : step.end]))
        public = str(key.verifier(log_name(rows[0].digest)))
        writer.add_proof(Proof(note=note(rows, end, key), keys=[KnownKey(key=public)]), proven)
        writer.finish([])
    return path


def test_a_part_is_proven_by_the_logs_tree(tmp_path: Path) -> None:
    log = a_log()
    found = check(part(tmp_path / "b", log), (KEY.verifier(log_name(log.rows[0].digest)),))
    assert found.report.intact, found.report.finding
    assert found.proven is not None
    assert (found.proven.rows, found.proven.later, found.proven.checkpoint.number) == (18, 0, 3)
    assert found.covered


def test_what_came_after_the_checkpoint_is_told_apart(tmp_path: Path) -> None:
    found = check(part(tmp_path / "b", a_log(), size=20))
    assert found.proven is not None
    assert (found.proven.rows, found.proven.later) == (13, 5)
    assert not found.covered
    told = page(Story(SESSION), found, None, datetime(2026, 11, 21, tzinfo=UTC))
    assert "in order, but not all of it is signed yet" in told
    assert "The record is intact" not in told


def test_a_proof_tells_nothing_of_other_sessions(tmp_path: Path) -> None:
    log = a_log()
    path = part(tmp_path / "b", log)
    seen: list[bytes] = []

    def look(found: list[Member]) -> list[Member]:
        seen.extend(each.content for each in found)
        return found

    repacked(path, look)
    content = b"".join(seen)
    for row in log.rows:
        if row.envelope.session_id != SESSION:
            assert str(row.stream_id).encode() not in content
            assert row.payload_digest not in content
            assert row.payload is not None
            assert row.payload not in content


def changed(rows: list[RawEvent]) -> None:
    """A row written anew, payload and digest; the row's own digest as it was."""
    payload = b'{"reason": "other"}'
    rows[-1] = replace(rows[-1], payload=payload, payload_digest=sha256(payload).digest())


def put_in(rows: list[RawEvent]) -> None:
    """An event of a stream that is not whole, at a position of somebody else's."""
    place = next(at for at, row in enumerate(rows) if row.envelope.session_id != SESSION)
    rows[place] = replace(rows[place], topic="TaskProgressNoted", envelope=replace(rows[0].envelope))


def taken_out(rows: list[RawEvent]) -> None:
    del rows[4]


TAMPERED: dict[str, tuple[Callable[[list[RawEvent]], None], Fault]] = {
    "changed": (changed, Fault.CHANGED_ENVELOPE),
    "put in": (put_in, Fault.CHANGED_ENVELOPE),
    "taken out": (taken_out, Fault.REMOVED),
}


@pytest.mark.parametrize(("change", "fault"), TAMPERED.values(), ids=TAMPERED.keys())
def test_rows_that_were_changed_put_in_or_taken_out_are_found(
    tmp_path: Path, change: Callable[[list[RawEvent]], None], fault: Fault
) -> None:
    log = a_log()
    rows = list(log.rows)
    change(rows)
    found = check(part(tmp_path / "b", log, rows))
    assert found.report.finding is not None
    assert found.report.finding.fault is fault
    assert found.proven is None


def test_a_row_whose_digest_was_computed_anew_is_not_in_the_tree(tmp_path: Path) -> None:
    log = a_log()
    rows = list(log.rows)
    forged = RecordMaker(rows=rows[:-1])
    forged.versions[SESSION] = log.rows[-1].version - 1
    forged.close()
    late = replace(forged.rows[-1].envelope, recorded_at=datetime(2026, 11, 21, tzinfo=UTC))
    again = forged.chained(replace(forged.rows.pop(), envelope=late))
    found = check(part(tmp_path / "b", log, [*rows[:-1], again]))
    assert found.report.finding is not None
    assert found.report.finding.fault is Fault.FOREIGN
    assert "checkpoint 3" in found.report.finding.detail


def test_a_key_that_was_given_must_have_signed(tmp_path: Path) -> None:
    log = a_log()
    name = log_name(log.rows[0].digest)
    found = check(part(tmp_path / "b", log, key=OTHER), (KEY.verifier(name),))
    assert found.report.finding is not None
    assert found.report.finding.fault is Fault.BAD_SIGNATURE
    assert check(part(tmp_path / "c", log, key=OTHER)).report.intact


def test_a_checkpoint_of_an_earlier_release_has_no_tree_and_one_of_a_later_more() -> None:
    text = note(a_log().rows, 9)
    body, _, signature = text.rpartition("\n\n")
    assert checkpoint_in(f"{body}\nfuture thing\n\n{signature}").root == checkpoint_in(text).root
    lines = body.split("\n")
    assert checkpoint_in("\n".join(lines[:5]) + f"\n\n{signature}").root is None


def fault_of(path: Path) -> str:
    try:
        return str(check(path).report.finding)
    except BundleError as error:
        return error.message


WRONG: dict[str, tuple[Callable[[list[Member]], list[Member]], str]] = {
    "less": (lambda found: with_hashes(found, lambda content: content[:-32]), "less of it"),
    "more": (lambda found: with_hashes(found, lambda content: content + bytes(32)), "more of it"),
    "no hashes": (lambda found: with_hashes(found, lambda content: content[:-1]), "whole hashes"),
    "other hashes": (
        lambda found: with_hashes(found, lambda content: content[:32] + bytes(32) + content[64:]),
        "not of the log",
    ),
    "other digests": (lambda found: with_hashes(found, lambda content: bytes(32) + content[32:]), "does not follow"),
    "not whole": (lambda found: [each for each in found if not each.name.endswith(".hashes")], "not whole"),
    "no proof": (lambda found: [each for each in found if each.name != Proof.NAME], "before the proof"),
}


def with_hashes(found: list[Member], change: Callable[[bytes], bytes]) -> list[Member]:
    """The bundle's end tells of as many as there are."""
    told = [replace(each, content=change(each.content)) if each.name.endswith(".hashes") else each for each in found]
    count = sum(len(each.content) // 32 for each in told if each.name.endswith(".hashes"))
    end = told[-1].content.rpartition(b'"hashes":')[0] + b'"hashes":%d}' % count
    return [*told[:-1], replace(told[-1], content=end)]


@pytest.mark.parametrize(("change", "told"), WRONG.values(), ids=WRONG.keys())
def test_a_proof_that_is_damaged_is_told_clearly(
    tmp_path: Path, change: Callable[[list[Member]], list[Member]], told: str
) -> None:
    assert told in fault_of(repacked(part(tmp_path / "b", a_log()), change))


def test_a_flipped_bit_is_found_or_changes_nothing(tmp_path: Path) -> None:
    path = part(tmp_path / "b", a_log())
    content, good = path.read_bytes(), check(path)
    for at in range(0, len(content), 11):
        path.write_bytes(content[:at] + bytes([content[at] ^ 16]) + content[at + 1 :])
        found = result(path)
        if not isinstance(found, str) and found.report.intact:
            assert (found.report, found.proven) == (good.report, good.proven), at


def result(path: Path) -> BundleReport | str:
    try:
        return check(path)
    except BundleError as error:
        return str(error)


def test_a_part_without_a_proof_is_checked_row_by_row(tmp_path: Path) -> None:
    found = check(a_log().bundle(tmp_path / "b"))
    assert (found.report.intact, found.proven) == (True, None)
