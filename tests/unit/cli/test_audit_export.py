"""qd audit export --format: from a server, and from a bundle without one."""

import json
from pathlib import Path

import pytest
from tests.support.fake_gateway import FakeGateway, World
from tests.support.records import BEGUN, PROJECT, SESSION, RecordMaker
from tests.unit.cli.conftest import QdCall

from quarterdeck.application.frames import Frame, FrameKind
from quarterdeck.audit.bundle.contents import Scope
from quarterdeck.audit.chain import Head
from quarterdeck.audit.checkpoints import Checkpoint, log_name
from quarterdeck.audit.merkle import root_of
from quarterdeck.audit.notes import SigningKey


@pytest.fixture
def record() -> RecordMaker:
    maker = RecordMaker()
    maker.open()
    maker.command(1, "seq 3", [Frame(FrameKind.OUTPUT, 0, 5, b"1\n2\n"), Frame(FrameKind.OUTPUT, 4, 9, b"3\n")])
    maker.close()
    return maker


@pytest.fixture
def served(record: RecordMaker, world: World, logged_in: FakeGateway) -> RecordMaker:
    record.on(world, world.add_project("deck", "/repository"))
    return record


def contents(path: Path) -> dict[str, bytes]:
    files = [path] if path.is_file() else sorted(each for each in path.rglob("*") if each.is_file())
    return {each.relative_to(path).as_posix(): each.read_bytes() for each in files}


@pytest.mark.parametrize("form", ["cloudevents", "asciicast", "atif", "jsonl"])
def test_a_server_and_a_bundle_of_it_give_the_same(served: RecordMaker, qd: QdCall, tmp_path: Path, form: str) -> None:
    bundle = served.bundle(tmp_path / "record")
    live = qd("audit", "export", str(tmp_path / "live"), "--format", form, "--session", str(SESSION), "--json")
    off_line = qd("audit", "export", str(tmp_path / "off"), "--format", form, "--bundle", str(bundle))
    assert (live.code, live.json["events"], off_line.code) == (0, 6, 0), off_line.err
    assert "6 events" in off_line.out
    assert contents(tmp_path / "live") == contents(tmp_path / "off")


def test_lines_of_events_are_what_the_list_of_events_prints(served: RecordMaker, qd: QdCall, tmp_path: Path) -> None:
    qd("audit", "export", str(tmp_path / "out"), "--format", "jsonl", "--all")
    lines = [json.loads(line) for line in (tmp_path / "out").read_bytes().splitlines()]
    assert lines == qd("events", "list", "--json").json


def test_one_session_is_taken_out_of_a_bundle_of_more(record: RecordMaker, qd: QdCall, tmp_path: Path) -> None:
    other = RecordMaker(rows=record.rows, session=PROJECT)
    other.open()
    bundle = record.bundle(tmp_path / "record", scope=Scope.ALL)
    ran = qd("audit", "export", str(tmp_path / "out"), "--format", "jsonl", "--bundle", str(bundle), "-s", "00b1")
    assert ran.code == 0, ran.err
    assert len((tmp_path / "out").read_bytes().splitlines()) == 6


REFUSED = {
    "two": (["--format", "jsonl", "--all", "--session", "1234"], "what of the record is meant"),
    "none": (["--format", "jsonl"], "what of the record is meant"),
    "trajectory of all": (["--format", "atif", "--all"], "A trajectory is of one session"),
    "no format": (["--format", "pdf", "--all"], "pdf"),
    "bundle of a bundle": (["--bundle", "x"], "A bundle is not made out of a bundle"),
    "no bundle": (["--format", "jsonl", "--bundle", "x"], "cannot be read"),
    "nothing": (["--format", "jsonl", "--session", "00000000-0000-0000-0000-000000000009"], "nothing of that"),
}


@pytest.mark.parametrize(("words", "told"), REFUSED.values(), ids=REFUSED.keys())
def test_what_cannot_be_exported_is_told(
    served: RecordMaker, qd: QdCall, tmp_path: Path, words: list[str], told: str
) -> None:
    ran = qd("audit", "export", str(tmp_path / "out"), *words)
    assert ran.code > 1
    assert told in ran.err
    assert list(tmp_path.glob("out*")) == []


@pytest.mark.parametrize(
    ("suffix", "told"), [("00b1", "could be any of"), ("ffff", "has no session"), ("x!", "is no session id")]
)
def test_a_session_that_is_not_named_clearly_is_told(
    record: RecordMaker, qd: QdCall, tmp_path: Path, suffix: str, told: str
) -> None:
    RecordMaker(rows=record.rows, session=type(SESSION)(int=0xF00B1)).open()
    bundle = record.bundle(tmp_path / "record", scope=Scope.ALL)
    ran = qd("audit", "export", str(tmp_path / "out"), "--format", "jsonl", "--bundle", str(bundle), "-s", suffix)
    assert ran.code > 1
    assert told in ran.err


def test_a_place_that_is_taken_or_cannot_be_written_is_told(record: RecordMaker, qd: QdCall, tmp_path: Path) -> None:
    bundle = str(record.bundle(tmp_path / "record"))
    taken = qd("audit", "export", bundle, "--format", "jsonl", "--bundle", bundle)
    assert "is there already" in taken.err
    below = str(tmp_path / "record" / "below")
    assert "cannot be written" in qd("audit", "export", below, "--format", "jsonl", "--bundle", bundle).err


@pytest.fixture
def signed(served: RecordMaker, world: World) -> str:
    """With a checkpoint over the first five events; its key."""
    key = SigningKey.generate()
    name = log_name(served.rows[0].digest)
    checkpoint = Checkpoint(
        name=name,
        number=4,
        head=Head(position=5, digest=served.rows[4].digest),
        signed_at=BEGUN,
        root=root_of(row.digest for row in served.rows[:5]),
    )
    world.checkpoints.append({"number": 4, "note": key.sign(name, checkpoint.text())})
    world.signing_keys.append({"key": str(key.verifier(name)), "endorsement": None})
    return str(key.verifier(name))


def test_a_session_alone_is_proven_to_be_in_the_log_that_was_signed(
    signed: str, world: World, qd: QdCall, tmp_path: Path
) -> None:
    bundle = str(tmp_path / "session")
    assert qd("audit", "export", bundle, "--session", str(SESSION)).code == 0
    world.events.clear()
    told = qd("audit", "verify", "--bundle", bundle, "--key", signed)
    assert told.code == 0, told.out
    assert "5 of them are proven to be in the log, at their positions, by checkpoint 4 of 2026-11-20" in told.out
    assert "1 were logged after it" in told.err
    assert "No event is missing within a stream" in told.err
    proof = qd("audit", "verify", "--bundle", bundle, "--json").json["bundle"]["proof"]
    assert (proof["events"], proof["later"], proof["checkpoint"]["position"]) == (5, 1, 5)


def test_a_session_that_another_key_signed_is_not_believed(signed: str, qd: QdCall, tmp_path: Path) -> None:
    bundle = str(tmp_path / "session")
    qd("audit", "export", bundle, "--session", str(SESSION))
    other = str(SigningKey.generate().verifier(signed.partition("+")[0]))
    told = qd("audit", "verify", "--bundle", bundle, "--key", other)
    assert told.code == 1
    assert "bad signature" in told.out


def test_a_session_without_a_checkpoint_has_no_proof(served: RecordMaker, qd: QdCall, tmp_path: Path) -> None:
    bundle = str(tmp_path / "session")
    qd("audit", "export", bundle, "--session", str(SESSION))
    told = qd("audit", "verify", "--bundle", bundle)
    assert (told.code, "no checkpoint was signed" in told.err) == (0, True)


def test_a_checkpoint_that_cannot_be_read_is_told(
    served: RecordMaker, world: World, qd: QdCall, tmp_path: Path
) -> None:
    world.checkpoints.append({"number": 1, "note": "scribble"})
    ran = qd("audit", "export", str(tmp_path / "session"), "--session", str(SESSION))
    assert ran.code > 1
    assert "The newest checkpoint cannot be read" in ran.err
