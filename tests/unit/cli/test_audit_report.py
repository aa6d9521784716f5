"""qd audit report: from a server, and from a bundle without one."""

from dataclasses import replace
from pathlib import Path

import pytest
from tests.support.fake_gateway import FakeGateway, World
from tests.support.records import SESSION, RecordMaker
from tests.unit.cli.conftest import QdCall

from quarterdeck.application.frames import Frame, FrameKind
from quarterdeck.audit.bundle.contents import Scope


@pytest.fixture
def record() -> RecordMaker:
    maker = RecordMaker()
    maker.open()
    maker.command(1, "seq 3", [Frame(FrameKind.OUTPUT, 0, 5, b"1\n2\n3\n")])
    maker.close()
    return maker


def test_a_page_is_made_of_a_bundle_without_a_server(record: RecordMaker, qd: QdCall, tmp_path: Path) -> None:
    bundle, out = record.bundle(tmp_path / "record"), tmp_path / "page.html"
    ran = qd("audit", "report", "--bundle", str(bundle), "-o", str(out))
    assert (ran.code, "6 events, 1 commands" in ran.out) == (0, True), ran.err
    assert "Mend the parser" in out.read_text("utf-8")
    assert [each.name for each in tmp_path.iterdir() if each.name.endswith(".part")] == []


def test_a_page_of_a_server_has_its_names(
    record: RecordMaker, world: World, qd: QdCall, logged_in: FakeGateway, tmp_path: Path
) -> None:
    record.on(world, world.add_project("deck", "/repository"))
    ran = qd("audit", "report", str(SESSION), "-o", str(tmp_path / "page.html"), "--json")
    assert ran.code == 0, ran.err
    assert (ran.json["intact"], ran.json["proven"], ran.json["commands"]) == (True, False, 1)
    content = (tmp_path / "page.html").read_text("utf-8")
    assert "deck" in content
    assert "ann" in content


def test_a_page_is_named_after_its_session(
    record: RecordMaker, qd: QdCall, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    qd("audit", "report", "--bundle", str(record.bundle(tmp_path / "record")))
    assert (tmp_path / "session-000000b1.html").exists()


def test_a_record_that_was_changed_gives_a_page_that_says_so_and_an_exit_code(
    record: RecordMaker, qd: QdCall, tmp_path: Path
) -> None:
    record.rows[1] = replace(record.rows[1], payload=b"{}")
    ran = qd("audit", "report", "--bundle", str(record.bundle(tmp_path / "b")), "-o", str(tmp_path / "page"))
    assert ran.code == 1
    assert "Position 2 is bad" in ran.out
    assert "The record is not as it was written" in (tmp_path / "page").read_text("utf-8")


REFUSED: dict[str, tuple[list[str], str]] = {
    "which": (["--bundle", "all"], "more than one session"),
    "unknown": (["--bundle", "all", "00000000-0000-0000-0000-000000000009"], "no such session"),
    "no bundle": (["--bundle", "missing"], "cannot be read"),
    "cut off": (["--bundle", "cut", str(SESSION)], "cut off"),
    "key": (["--bundle", "all", str(SESSION), "--key", "x"], "is no key"),
    "nothing": ([], "No session is named"),
    "place": (["--bundle", "all", str(SESSION), "-o", "all/page.html"], "cannot be written"),
}


@pytest.mark.parametrize(("words", "told"), REFUSED.values(), ids=REFUSED.keys())
def test_what_gives_no_page_is_told(
    record: RecordMaker, qd: QdCall, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, words: list[str], told: str
) -> None:
    monkeypatch.chdir(tmp_path)
    content = record.bundle(tmp_path / "all", scope=Scope.ALL).read_bytes()
    (tmp_path / "cut").write_bytes(content[:-40])
    ran = qd("audit", "report", *words)
    assert ran.code > 1
    assert told in ran.err
    assert list(tmp_path.glob("*.html*")) == []
