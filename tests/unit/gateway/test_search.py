"""Searching over HTTP: what is found where, page by page, and for whom."""

from collections.abc import AsyncGenerator
from typing import Any

import pytest
import pytest_asyncio
from tests.support.gateway import Output, Running, running, uuid_of

from quarterdeck_schema.search import finding

SEARCH = """query($text: String!, $project: ID, $session: ID, $kinds: [SearchKind!], $first: Int, $after: String) {
    search(text: $text, projectId: $project, sessionId: $session, kinds: $kinds, first: $first, after: $after) {
        edges { cursor node { kind offset excerpt cut ranges { start end } sessionId projectId command { id text } } }
        pageInfo { hasNextPage endCursor } skippedBytes searchedUpto
    }
}"""


@pytest_asyncio.fixture
async def gateway() -> AsyncGenerator[Running]:
    async with running() as gateway:
        yield gateway


async def search(gateway: Running, text: str, token: str | None = None, **more: Any) -> Any:
    answer = await gateway.ask(SEARCH, {"text": text, **more}, token=token)
    return answer["data"]["search"] if answer.get("data") else answer["errors"][0]["extensions"]["code"]


async def open_session(gateway: Running) -> str:
    project = (await gateway.project())["project"]["id"]
    return str((await gateway.session(project))["session"]["id"])


async def ran(gateway: Running, session: str, text: str, *printed: bytes) -> str:
    command = str((await gateway.command(session, text))["command"]["id"])
    output = Output(gateway.house, uuid_of(command))
    for each in printed:
        await output.print(each, live=False)
    return command


def found(told: Any) -> list[tuple[str, int | None, str]]:
    return [(each["node"]["kind"], each["node"]["offset"], each["node"]["excerpt"]) for each in told["edges"]]


async def test_lines_are_found_in_commands_and_their_output_newest_first_with_their_places(gateway: Running) -> None:
    session = await open_session(gateway)
    first = await ran(
        gateway, session, "make\nmake install", b"gcc foo_bar.c\nfoo_bar.c:12: \x1b[31merror\x1b[0m: no\n"
    )
    second = await ran(gateway, session, "echo error", b"error\n")

    told = await search(gateway, "error")
    assert found(told) == [
        ("COMMAND", None, "echo error"),
        ("OUTPUT", 0, "error"),
        ("OUTPUT", 14, "foo_bar.c:12: error: no"),
    ]
    node = told["edges"][2]["node"]
    assert node["ranges"] == [{"start": 14, "end": 19}]
    assert (node["command"]["id"], node["sessionId"], node["cut"]) == (first, session, False)
    assert told["edges"][0]["node"]["command"]["id"] == second
    assert found(await search(gateway, "foo_bar.c:12")) == [("OUTPUT", 14, "foo_bar.c:12: error: no")]
    assert found(await search(gateway, "install OR gcc", kinds=["COMMAND"])) == [("COMMAND", None, "make install")]
    assert found(await search(gateway, "error -no", session=session, kinds=["OUTPUT"])) == [("OUTPUT", 0, "error")]


async def test_pages_follow_each_other_without_a_gap_or_a_repetition(
    gateway: Running, monkeypatch: pytest.MonkeyPatch
) -> None:
    session = await open_session(gateway)
    for number in range(3):
        await ran(gateway, session, f"x {number}", b"x a\nx b\n", b"none\nx c\n")
    whole = found(await search(gateway, "x", first=50))
    assert len(whole) == 12

    async def by(size: int) -> list[tuple[str, int | None, str]]:
        seen, after, more = list[tuple[str, int | None, str]](), None, True
        while more:
            told = await search(gateway, "x", first=size, after=after)
            seen += found(told)
            after, more = told["pageInfo"]["endCursor"], told["pageInfo"]["hasNextPage"]
        return seen

    assert await by(1) == await by(5) == whole
    # a page that takes long ends with less, and the next one goes on
    monkeypatch.setattr(finding, "SECONDS", -1.0)
    assert await by(50) == whole


async def test_long_lines_are_cut_around_what_was_found(gateway: Running) -> None:
    session = await open_session(gateway)
    await ran(gateway, session, "x", b"a " * 500 + "nädel ".encode() + b"b " * 500)
    [edge] = (await search(gateway, "nädel"))["edges"]
    node = edge["node"]
    [place] = node["ranges"]
    assert (node["excerpt"][place["start"] : place["end"]], len(node["excerpt"]), node["cut"]) == ("nädel", 300, True)


async def test_what_others_own_is_not_found_and_answers_as_if_it_were_not_there(gateway: Running) -> None:
    session = await open_session(gateway)
    await ran(gateway, session, "echo hunter2", b"hunter2\n")
    stranger = await gateway.house.another_user("eve")
    [edge, _] = (await search(gateway, "hunter2"))["edges"]
    project = edge["node"]["projectId"]
    assert (await search(gateway, "hunter2", token=stranger))["edges"] == []
    assert await search(gateway, "hunter2", token=stranger, project=project) == "NOT_FOUND"
    assert await search(gateway, "hunter2", token=stranger, session=session) == "NOT_FOUND"
    other = (await gateway.project("other"))["project"]["id"]
    assert await search(gateway, "hunter2", project=other, session=session) == "NOT_FOUND"
    assert (await search(gateway, "hunter2", project=other))["edges"] == []


@pytest.mark.parametrize(
    ("text", "more"),
    [("", {}), ("-no", {}), ("w " * 60, {}), ("x", {"first": 101}), ("x", {"after": "12"}), ("x", {"after": "1.2.-3"})],
)
async def test_what_makes_no_sense_is_refused(gateway: Running, text: str, more: dict[str, Any]) -> None:
    assert await search(gateway, text, **more) == "INVALID_INPUT"
