"""qd audit search: on a bundle and on a server."""

import json
from dataclasses import replace
from pathlib import Path
from uuid import UUID

import pytest
from tests.support.fake_gateway import FakeGateway
from tests.support.rows import chained, row
from tests.unit.cli.conftest import QdCall

from quarterdeck.audit.bundle.contents import Scope
from quarterdeck.audit.bundle.writing import BundleWriter


@pytest.fixture
def bundle(tmp_path: Path) -> Path:
    """With three commands that name a secret, one of them with a title sequence around it."""
    texts = ["echo s3cret", "cat \x1b]0;s3cret\x07", "s3cret and more s3cret"]
    rows = [
        replace(
            row(
                at, json.dumps({"session_id": str(UUID(int=7)), "project_id": str(UUID(int=6)), "text": text}).encode()
            ),
            topic="CommandRequested",
        )
        for at, text in enumerate(texts, 1)
    ]
    path = tmp_path / "record.tar.zst"
    with BundleWriter(path, Scope.ALL, None, len(rows)) as writer:
        rows = chained(rows)
        writer.add_events(rows)
        writer.keep(len(rows), len(rows), 0)
        writer.finish([])
    return path


def test_what_is_found_in_a_bundle_is_printed_with_its_place_and_made_safe(bundle: Path, qd: QdCall) -> None:
    told = qd("audit", "search", "s3cret", "--bundle", str(bundle))
    assert told.code == 0
    assert "event 1: its text" in told.out
    assert "> echo s3cret" in told.out
    assert "\x1b]0" not in told.out
    assert "\\x1b]0;s3cret\\x07" in told.out


def test_there_is_more_than_the_limit_and_json_has_the_places(bundle: Path, qd: QdCall) -> None:
    told = qd("audit", "search", "s3cret", "--bundle", str(bundle), "-n", "2", "--json").json
    assert told["more"] is True
    assert [hit["position"] for hit in told["hits"]] == [1, 2]
    assert told["hits"][0]["spans"] == [[5, 11]]
    assert "There is more than these 1" in qd("audit", "search", "s3cret", "--bundle", str(bundle), "-n", "1").err


def test_a_pattern_and_nothing_found(bundle: Path, qd: QdCall) -> None:
    assert len(qd("audit", "search", "s[0-9]c.*more", "--regex", "--bundle", str(bundle), "--json").json["hits"]) == 1
    told = qd("audit", "search", "nowhere", "--bundle", str(bundle))
    assert (told.code, told.out) == (0, "")
    assert "Nothing was found." in told.err


def test_of_a_server_a_part_is_named(qd: QdCall, logged_in: FakeGateway) -> None:
    assert qd("audit", "search", "x").code == 2
    assert "Nothing was found." in qd("audit", "search", "x", "--all").err


def test_a_file_that_is_no_bundle_is_said(tmp_path: Path, qd: QdCall) -> None:
    (tmp_path / "x").write_bytes(b"no")
    told = qd("audit", "search", "x", "--bundle", str(tmp_path / "x"))
    assert told.code == 2
    assert "The file is damaged, or no bundle." in told.err
