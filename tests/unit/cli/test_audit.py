"""qd audit verify: over the client, with the server's pure check."""

import hashlib
import json
from datetime import datetime
from uuid import UUID, uuid4

import pytest
from tests.support.fake_gateway import FakeGateway, World
from tests.support.fake_gateway.world import NOW, global_id
from tests.unit.cli.conftest import QdCall

from quarterdeck.audit.chain import GENESIS, digest_after
from quarterdeck.audit.over_api import raw_event
from quarterdeck_cli.api import read
from quarterdeck_cli.api.events import Event

COUNT = 1100
"""More than two pages."""


@pytest.fixture
def chained(world: World) -> World:
    """A log whose digests are right."""
    digest = GENESIS
    for position in range(1, COUNT + 1):
        payload = json.dumps({"name": f"täst {position}"})
        event = {
            "id": f"{UUID(int=position)}:1",
            "position": position,
            "topic": "UserRegistered",
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
            "payload": payload,
            "payloadDigest": hashlib.sha256(payload.encode()).hexdigest(),
            "digest": "",
            "known": True,
            "erased": False,
        }
        digest = digest_after(digest, raw_event(read(Event, event)))
        world.events.append({**event, "digest": digest.hex()})
    assert datetime.fromisoformat(NOW).microsecond
    return world


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


def test_an_erased_payload_is_a_hole_and_no_fault(chained: World, qd: QdCall, logged_in: FakeGateway) -> None:
    chained.events[5].update(payload=None, erased=True)

    assert "1,100 events are in order, 1 of them erased." in qd("audit", "verify").out


def test_a_cut_off_end_is_found_by_a_head_noted_earlier(chained: World, qd: QdCall, logged_in: FakeGateway) -> None:
    head = f"1100:{chained.events[-1]['digest']}"
    del chained.events[1000:]

    assert qd("audit", "verify").code == 0
    found = qd("audit", "verify", "--known-head", head, "--json").json["finding"]
    assert (found["position"], found["fault"]) == (1001, "cut off")


def test_a_head_that_is_none_is_refused(qd: QdCall, logged_in: FakeGateway) -> None:
    assert qd("audit", "verify", "--known-head", "what").code == 2
