"""qd audit verify: over the client, with the server's pure check."""

import hashlib
import json
from datetime import datetime
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pytest
from tests.support.fake_gateway import FakeGateway, World
from tests.support.fake_gateway.world import NOW, global_id
from tests.unit.cli.conftest import QdCall

from quarterdeck.audit.bundle.contents import Scope
from quarterdeck.audit.bundle.writing import BundleWriter
from quarterdeck.audit.chain import GENESIS, Head, digest_after
from quarterdeck.audit.checkpoints import Checkpoint, log_name
from quarterdeck.audit.notes import SigningKey
from quarterdeck.audit.over_api import raw_event
from quarterdeck.domain.checkpoint import CheckpointSigned, SigningKeyIntroduced
from quarterdeck_cli.api import read
from quarterdeck_cli.api.events import Event

COUNT = 1100
"""More than two pages."""
KEY = SigningKey.generate()


def log(world: World, topic: str, payload: dict[str, Any]) -> None:
    """Adds an event whose digest is right."""
    position, text = len(world.events) + 1, json.dumps(payload)
    event = {
        "id": f"{UUID(int=position)}:1",
        "position": position,
        "topic": topic,
        "schemaVersion": 1,
        "streamId": str(UUID(int=position)),
        "version": 1,
        "recordedAt": NOW,
        "actorKind": "system",
        "actorId": "conductor",
        "correlationId": str(UUID(int=9)),
        "causationId": f"{UUID(int=1)}:1" if position % 2 else None,
        "projectId": global_id("Project", uuid4()) if position % 3 else None,
        "sessionId": None,
        "traceparent": "00-1-2-01" if position % 5 else None,
        "payload": text,
        "payloadDigest": hashlib.sha256(text.encode()).hexdigest(),
        "digest": "",
        "known": True,
        "erased": False,
    }
    before = bytes.fromhex(world.events[-1]["digest"]) if world.events else GENESIS
    world.events.append({**event, "digest": digest_after(before, raw_event(read(Event, event))).hex()})


@pytest.fixture
def chained(world: World) -> World:
    """A log whose digests are right."""
    for position in range(1, COUNT + 1):
        log(world, "UserRegistered", {"name": f"täst {position}"})
    assert datetime.fromisoformat(NOW).microsecond
    return world


@pytest.fixture
def signed(chained: World) -> World:
    """With a key and a checkpoint, which is kept outside as well."""
    key = KEY.verifier(log_name(bytes.fromhex(chained.events[0]["digest"])))
    log(chained, SigningKeyIntroduced.TOPIC, {"key": str(key), "endorsement": None})
    digest = bytes.fromhex(chained.events[-1]["digest"])
    head = Head(position=len(chained.events), digest=digest)
    checkpoint = Checkpoint(name=key.name, number=1, head=head, signed_at=datetime.fromisoformat(NOW))
    note = KEY.sign(key.name, checkpoint.text())
    payload = {"number": 1, "position": head.position, "digest": digest.hex(), "key": key.id, "note": note}
    log(chained, CheckpointSigned.TOPIC, payload)
    chained.checkpoints.append({"number": 1, "note": note})
    return chained


def test_an_intact_log_is_verified_to_its_head(chained: World, qd: QdCall, logged_in: FakeGateway) -> None:
    ran = qd("audit", "verify")

    assert ran.code == 0
    assert "1,100 events are in order." in ran.out
    assert f"Head: 1100:{chained.events[-1]['digest']}" in ran.out


def test_the_first_bad_position_is_named(chained: World, qd: QdCall, logged_in: FakeGateway) -> None:
    chained.events[699]["payload"] = "{}"
    chained.events[900]["actorId"] = "mallory"

    ran = qd("audit", "verify")

    assert ran.code == 1
    assert "699 events are in order." in ran.out
    assert "Position 700 is bad: changed payload" in ran.out


def test_an_altered_envelope_and_a_removed_event_are_found(chained: World, qd: QdCall, logged_in: FakeGateway) -> None:
    chained.events[900]["actorId"] = "mallory"
    assert qd("audit", "verify", "--json").json["finding"]["position"] == 901

    del chained.events[10]
    found = qd("audit", "verify", "--json").json["finding"]
    assert (found["position"], found["fault"]) == (11, "removed")


def test_a_hole_is_no_fault_where_a_record_explains_it(chained: World, qd: QdCall, logged_in: FakeGateway) -> None:
    chained.events[5].update(payload=None, erased=True)

    found = qd("audit", "verify", "--json")
    assert (found.code, found.json["finding"]["position"]) == (1, 6)
    assert found.json["finding"]["fault"] == "unexplained hole"

    erased: dict[str, Any] = {"position": 6, "fields": [], "sha256": ""}
    log(chained, "PayloadErased", {"reason": "leaked", "events": [erased]})
    found = qd("audit", "verify")
    assert found.code == 0
    assert "1,101 events are in order, 1 of them erased." in found.out


def test_a_cut_off_end_is_found_by_a_head_noted_earlier(chained: World, qd: QdCall, logged_in: FakeGateway) -> None:
    head = f"1100:{chained.events[-1]['digest']}"
    del chained.events[1000:]

    assert qd("audit", "verify").code == 0
    found = qd("audit", "verify", "--known-head", head, "--json").json["finding"]
    assert (found["position"], found["fault"]) == (1001, "cut off")


def test_a_head_that_is_none_is_refused(qd: QdCall, logged_in: FakeGateway) -> None:
    assert qd("audit", "verify", "--known-head", "what").code == 2


def test_signatures_are_checked_and_the_key_is_told(signed: World, qd: QdCall, logged_in: FakeGateway) -> None:
    [key] = qd("audit", "keys").out.split()

    ran = qd("audit", "verify")

    assert ran.code == 0
    assert "Checkpoints with a good signature: 1 in the log, 1 outside of it." in ran.out
    assert "vouches for all up to 1,101." in ran.out
    assert f"--key {key}" in ran.err


def test_with_a_key_that_was_noted_nothing_has_to_be_believed(
    signed: World, qd: QdCall, logged_in: FakeGateway
) -> None:
    [key] = qd("audit", "keys", "--json").json

    ran = qd("audit", "verify", "--key", key, "--json")

    assert (ran.code, ran.json["keys"], ran.json["unendorsed"]) == (0, [key], [])
    assert ran.json["checkpoints"]["outside"] == 1


def test_a_key_that_has_not_signed_is_found_missing(signed: World, qd: QdCall, logged_in: FakeGateway) -> None:
    [key] = qd("audit", "keys").out.split()
    other = str(SigningKey.generate().verifier(key.partition("+")[0]))

    found = qd("audit", "verify", "--key", other, "--json").json["finding"]

    assert (found["position"], found["fault"]) == (1101, "bad signature")


def test_an_end_that_was_cut_off_is_found_by_the_notes(signed: World, qd: QdCall, logged_in: FakeGateway) -> None:
    [key] = qd("audit", "keys").out.split()
    del signed.events[1000:]

    found = qd("audit", "verify", "--key", key, "--json").json["finding"]

    assert (found["position"], found["fault"]) == (1001, "cut off")


def test_a_log_without_a_signature_says_what_that_means(chained: World, qd: QdCall, logged_in: FakeGateway) -> None:
    assert "No checkpoint is signed yet." in qd("audit", "verify").err
    assert "No key has signed anything yet." in qd("audit", "keys").err


def test_a_key_that_is_none_is_refused(qd: QdCall, logged_in: FakeGateway) -> None:
    assert qd("audit", "verify", "--key", "what").code == 2


def test_a_bundle_is_written_and_checked_without_a_server(
    signed: World, qd: QdCall, logged_in: FakeGateway, tmp_path: Path
) -> None:
    [key] = qd("audit", "keys").out.split()
    file = tmp_path / "record.tar.zst"

    ran = qd("audit", "export", "--all", str(file))
    assert ran.code == 0
    assert "1,102 events and 0 transcripts" in ran.out

    signed.events.clear()
    checked = qd("audit", "verify", "--bundle", str(file), "--key", key, "--json")
    assert (checked.code, checked.json["checked"], checked.json["checkpoints"]["outside"]) == (0, 1102, 1)


def test_an_export_goes_on_where_it_was_cut_off(
    signed: World, qd: QdCall, logged_in: FakeGateway, tmp_path: Path
) -> None:
    """What was logged since is not in it: its end is where it began."""
    file, rows = tmp_path / "record.tar.zst", [raw_event(read(Event, each)) for each in signed.events]
    with BundleWriter(file, Scope.ALL, None, len(rows)) as writer:
        writer.add_events(rows[:600])
        writer.keep(600, 600, 0)
    log(signed, "UserRegistered", {"name": "later"})

    ran = qd("audit", "export", "--all", str(file), "--json")

    assert (ran.json["resumed"], ran.json["events"]) == (True, 1102)
    assert qd("audit", "verify", "--bundle", str(file)).code == 0


def test_a_log_that_was_cut_off_is_found_in_its_bundle_as_well(
    signed: World, qd: QdCall, logged_in: FakeGateway, tmp_path: Path
) -> None:
    [key] = qd("audit", "keys").out.split()
    del signed.events[1000:]
    qd("audit", "export", "--all", str(tmp_path / "record"))

    found = qd("audit", "verify", "--bundle", str(tmp_path / "record"), "--key", key, "--json").json["finding"]

    assert (found["position"], found["fault"]) == (1001, "cut off")


def test_what_is_to_be_exported_is_said_once_and_nothing_is_overwritten(
    qd: QdCall, logged_in: FakeGateway, tmp_path: Path
) -> None:
    file = tmp_path / "record"
    assert qd("audit", "export", str(file)).code == 2
    assert qd("audit", "export", str(file), "--all", "--project", "x").code == 2
    file.write_text("mine")
    assert "is there already" in qd("audit", "export", "--all", str(file)).err
    assert file.read_text() == "mine"


def test_a_place_that_cannot_be_written_is_told(
    signed: World, qd: QdCall, logged_in: FakeGateway, tmp_path: Path
) -> None:
    (tmp_path / "file").touch()
    ran = qd("audit", "export", "--all", str(tmp_path / "file" / "record"))
    assert ran.code == 2
    assert "cannot be written: Not a directory" in ran.err


def test_a_file_that_is_no_bundle_is_told(qd: QdCall, tmp_path: Path) -> None:
    file = tmp_path / "notes"
    assert "cannot be read" in qd("audit", "verify", "--bundle", str(file)).err
    file.write_text("hello")
    ran = qd("audit", "verify", "--bundle", str(file))
    assert ran.code == 2
    assert "no bundle" in ran.err


def test_a_log_is_read_in_rehearsal_on_the_server_and_in_a_bundle(
    signed: World, qd: QdCall, logged_in: FakeGateway, tmp_path: Path
) -> None:
    assert qd("audit", "rehearse", "--json").json == {"read": 1102, "erased": 0, "upcast": 0, "unreadable": []}
    log(signed, "SessionTeleported", {"to": "mars"})
    ran = qd("audit", "rehearse")
    assert ran.code == 1
    assert "SessionTeleported v1" in ran.out
    qd("audit", "export", "--all", str(tmp_path / "record"))
    assert qd("audit", "rehearse", "--bundle", str(tmp_path / "record"), "--json").json["unreadable"][0]["count"] == 1
