"""qd usage export: what is asked for, and where it goes."""

import hashlib
from pathlib import Path
from typing import Any

import pytest
from tests.support.fake_gateway import FakeGateway, World
from tests.unit.cli.conftest import QdCall

from quarterdeck_cli.commands.usage_export import Exported, Format
from quarterdeck_schema.usage import exported as served

CONTENT = bytes(range(256)) * 200


@pytest.fixture(autouse=True)
def _project(world: World) -> None:
    world.add_project("here", "/r")
    for form in Format:
        world.downloads |= {f"{what}.{form}": CONTENT for what in Exported}


def asked(world: World) -> dict[str, list[Any]]:
    [pairs] = [each["asked"] for path, each in world.calls if path.startswith("/usage/")]
    return {name: [value for key, value in pairs if key == name] for name, _ in pairs}


def test_facts_are_written_to_a_file(qd: QdCall, logged_in: FakeGateway, world: World, tmp_path: Path) -> None:
    file = tmp_path / "facts.parquet"

    ran = qd("usage", "export", "facts", "-p", "here", "-o", str(file), "-m", "cost", "--model", "a&b", "--model", "c")

    assert ran.code == 0, ran.err
    assert file.read_bytes() == CONTENT
    digest = hashlib.sha256(CONTENT).hexdigest()
    assert f"50.0 KiB, SHA-256 {digest}" in ran.err
    told = asked(world)
    assert (told["measure"], told["model"], set(told)) == (["cost"], ["a&b", "c"], {"from", "to", "measure", "model"})
    assert next(path for path, _ in world.calls if path.startswith("/usage/")).endswith("/facts.parquet")
    again = qd("usage", "export", "facts", "-p", "here", "-o", str(file))
    assert (again.code, "already" in again.err) == (2, True)


def test_standard_output_gets_csv(qd: QdCall, logged_in: FakeGateway, world: World) -> None:
    world.downloads["series.csv"] = b"at,total\r\n"
    ran = qd("usage", "export", "series", "-p", "here", "--bucket", "week", "--by", "model")
    assert ran.out == "at,total\r\n"
    told = asked(world)
    assert (told["bucket"], told["by"], len(told["measure"])) == (["week"], ["model"], 4)


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("top", "--rank", "count"), {"measure": ["cost"], "by": ["model"], "ranking": ["count"]}),
        (("percentiles",), {"percentile": ["50.0", "90.0", "95.0", "99.0"]}),
        (("funnel", "--step", "in-review", "--bucket", "week"), {"step": ["in-review"], "bucket": ["week"]}),
        (("percentiles", "--percentile", "99.9"), {"percentile": ["99.9"]}),
    ],
)
def test_what_is_not_said_has_a_default(
    qd: QdCall, logged_in: FakeGateway, world: World, tmp_path: Path, words: tuple[str, ...], told: dict[str, Any]
) -> None:
    ran = qd("usage", "export", *words, "-p", "here", "-o", str(tmp_path / "x.csv"), "--json")
    assert (ran.json["format"], ran.json["bytes"]) == ("csv", len(CONTENT))
    assert told.items() <= asked(world).items()


@pytest.mark.parametrize(
    "words",
    [
        ("facts", "--by", "model"),
        ("facts", "--bucket", "day"),
        ("top", "--bucket", "day"),
        ("series", "--percentile", "50"),
        ("series", "--rank", "count"),
        ("series", "--step", "done"),
        ("funnel", "--by", "model"),
        ("funnel", "--task", "T-1"),
        ("series", "--json"),
        ("weather",),
        ("series", "--format", "xlsx"),
    ],
)
def test_what_does_not_go_together_is_refused(
    qd: QdCall, logged_in: FakeGateway, world: World, words: tuple[str, ...]
) -> None:
    assert qd("usage", "export", *words, "-p", "here").code == 2
    assert not [path for path, _ in world.calls if path.startswith("/usage/")]


def test_what_the_server_refuses_leaves_no_file(
    qd: QdCall, logged_in: FakeGateway, world: World, tmp_path: Path
) -> None:
    del world.downloads["series.csv"]
    ran = qd("usage", "export", "series", "-p", "here", "-o", str(tmp_path / "x.csv"))
    assert ran.code != 0
    assert "more than 100,000 points" in ran.err
    assert list(tmp_path.glob("*x.csv*")) == []


def test_what_breaks_off_leaves_no_file(qd: QdCall, logged_in: FakeGateway, world: World, tmp_path: Path) -> None:
    world.break_downloads = True
    ran = qd("usage", "export", "facts", "-p", "here", "-o", str(tmp_path / "x.csv"))
    assert ran.code != 0
    assert list(tmp_path.glob("*x.csv*")) == []


def test_the_words_are_those_of_the_server() -> None:
    assert [str(each) for each in Exported] == [str(each) for each in served.Exported]
