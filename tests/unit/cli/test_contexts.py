"""Contexts: several servers and projects by name, whose tokens never mix."""

import io
import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.support.fake_gateway import FakeGateway, World
from tests.support.fake_gateway.world import TOKEN
from tests.unit.cli.conftest import QdCall


@pytest.fixture
def other() -> Iterator[FakeGateway]:
    """A second server, with a token of its own."""
    world = World()
    world.secrets = {"qd_other"}
    with FakeGateway(world) as gateway:
        yield gateway


@pytest.fixture
def two(
    qd: QdCall, gateway: FakeGateway, other: FakeGateway, monkeypatch: pytest.MonkeyPatch
) -> tuple[FakeGateway, FakeGateway]:
    """Logged in to both, as `home` and `work`; `home` is in use."""
    monkeypatch.delenv("QD_DATA_DIR")
    monkeypatch.setattr("sys.stdin", io.StringIO(f"{TOKEN}\nqd_other\n"))
    assert qd("login", gateway.url, "--token", "-", "--context", "home").code == 0
    assert qd("context", "add", "work", other.url, "--token", "-").code == 0
    return gateway, other


def test_contexts_are_listed_with_the_one_in_use(qd: QdCall, two: tuple[FakeGateway, FakeGateway]) -> None:
    listed = qd("context", "list", "--json").json

    assert [(each["name"], each["current"]) for each in listed] == [("home", True), ("work", False)]
    assert [each["url"] for each in listed] == [gateway.url for gateway in two]
    assert qd("context", "list").out.splitlines()[1].split()[:2] == ["*", "home"]
    assert "qd_" not in qd("context", "list", "--json").out


def test_a_context_is_used_from_then_on_or_for_one_call(qd: QdCall, two: tuple[FakeGateway, FakeGateway]) -> None:
    home, work = two

    assert qd("whoami", "--context", "work", "--json").json["url"] == work.url
    assert qd("--context", "work", "--json").json["url"] == work.url
    assert qd("whoami", "--json").json["url"] == home.url
    assert qd("context", "use", "work").code == 0
    shown = qd("whoami", "--json").json
    assert (shown["url"], shown["context"]) == (work.url, "work")


def test_a_context_that_a_call_names_is_taken_as_a_whole(
    qd: QdCall, two: tuple[FakeGateway, FakeGateway], monkeypatch: pytest.MonkeyPatch
) -> None:
    home, work = two
    monkeypatch.setenv("QD_URL", home.url)
    monkeypatch.setenv("QD_TOKEN", TOKEN)
    monkeypatch.setenv("QD_CONTEXT", "home")

    assert qd("whoami", "--context", "work", "--json").json["url"] == work.url
    assert qd("whoami", "--json").json["keptIn"].startswith("QD_TOKEN")


def test_a_context_without_its_token_sends_no_other(
    qd: QdCall, two: tuple[FakeGateway, FakeGateway], home: Path
) -> None:
    kept = home.parent / "config" / "credentials.json"
    secrets = json.loads(kept.read_text())
    kept.write_text(json.dumps({"home": secrets["home"]}))

    ran = qd("whoami", "--context", "work")

    assert ran.code == 78
    assert "not logged in to a server" in ran.err


@pytest.mark.parametrize(
    "words", [("whoami", "--context", "nix"), ("context", "use", "nix"), ("context", "show", "nix")]
)
def test_an_unknown_context_is_named_with_those_that_are(
    qd: QdCall, two: tuple[FakeGateway, FakeGateway], words: tuple[str, ...]
) -> None:
    ran = qd(*words)

    assert ran.code == 78
    assert ran.err == "error: There is no context 'nix'.\nnext:  Known are: home, work.\n"


def test_a_context_names_the_project_that_is_meant(
    qd: QdCall, two: tuple[FakeGateway, FakeGateway], world: World, repository: Path
) -> None:
    world.add_project("here", str(repository))
    world.add_project("far", "/r/far")

    assert qd("context", "add", "far", "--project", "far").code == 0

    assert qd("project", "show", "--json").json["name"] == "here"
    assert qd("project", "show", "--context", "far", "--json").json["name"] == "far"
    assert qd("project", "show", "here", "--context", "far", "--json").json["name"] == "here"
    qd("context", "use", "far", "--no-project")
    assert qd("project", "show", "--json").json["name"] == "here"


def test_contexts_that_share_a_log_in_go_with_it(
    qd: QdCall, two: tuple[FakeGateway, FakeGateway], world: World, home: Path
) -> None:
    qd("context", "add", "far", "--like", "home", "--project", "far")
    assert qd("context", "show", "far", "--json").json["loginOf"] == "home"

    refused = qd("context", "remove", "home")
    left = qd("logout", "--context", "far")

    assert refused.code == 2
    assert "is that of far as well" in refused.err
    assert left.code == 0
    assert [each["name"] for each in qd("context", "list", "--json").json] == ["work"]
    assert "home" not in (home.parent / "config" / "credentials.json").read_text()


def test_removing_a_context_leaves_those_it_shared_with(qd: QdCall, two: tuple[FakeGateway, FakeGateway]) -> None:
    qd("context", "add", "far", "--like", "home")

    assert qd("context", "remove", "far").code == 0
    assert qd("whoami", "--context", "home").code == 0


def test_a_context_of_a_server_that_is_gone_can_be_removed(
    qd: QdCall, gateway: FakeGateway, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("quarterdeck_cli.client.FIRST_PAUSE", 0.001)
    with FakeGateway(World()) as gone:
        assert qd("login", "qd_once", "--url", gone.url, "--context", "gone").code == 0

    ran = qd("context", "remove", "gone")

    assert ran.code == 0
    assert "may still be valid" in ran.err


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("context", "add", "home", "http://x"), "already"),
        (("context", "add", "new", "http://x", "--like", "home"), "Both an address and --like"),
        (("context", "add", "new", "--token", "-"), "no address"),
        (("context", "use", "home", "-p", "x", "--no-project"), "contradict"),
        (("--context", "home", "whoami"), "write it after the command"),
    ],
)
def test_what_contradicts_itself_is_refused(
    qd: QdCall, two: tuple[FakeGateway, FakeGateway], words: tuple[str, ...], said: str
) -> None:
    ran = qd(*words)

    assert ran.code == 2
    assert said in ran.err


def test_a_token_in_an_argument_is_warned_of(qd: QdCall, gateway: FakeGateway, home: Path) -> None:
    assert "list of processes" in qd("login", gateway.url, "--token", TOKEN).err
