"""A single file of a session over HTTP: its bytes, for who may have them, saved under a harmless name."""

from collections.abc import AsyncGenerator
from dataclasses import dataclass
from urllib.parse import quote

import httpx2
import pytest
from tests.support.gateway import House, running, uuid_of
from tests.unit.gateway.test_exports import Story, story_in

from quarterdeck.application.trees import MAX_READ_BYTES
from quarterdeck.domain.workspace import SnapshotTaken, workspace_id
from quarterdeck.gateway.downloads import attachment

LARGE = bytes(range(256)) * (MAX_READ_BYTES // 100)
"""More than is read at once."""
HOSTILE = 'a"; filename="evil.html\r\nx-evil: 1\u202e.txt'


@dataclass(repr=False)  # asyncio's runner asks for one of what a fixture gives: it would be of all these bytes
class Files:
    story: Story
    tree: str

    async def get(self, path: str, token: str | None = None, *, session: str = "", tree: str = "") -> httpx2.Response:
        uuid = session or str(uuid_of(self.story.session))
        address = f"/exports/{uuid}/{tree or self.tree}/file?path={quote(path, safe='')}"
        return await self.story.get(address, token)


@pytest.fixture
async def files() -> AsyncGenerator[Files]:
    async with running(House.in_memory()) as gateway:
        story = await story_in(gateway)
        yield Files(story, await written(story, {"large.bin": LARGE, HOSTILE: b"<script>", "empty": b""}))


async def written(story: Story, contents: dict[str, bytes]) -> str:
    """The tree with these files in it, too."""
    house, session = story.gateway.house, uuid_of(story.session)
    for name, content in contents.items():
        house.workspaces.write(session, name, content)
    tree = (await house.workspaces.tree(session, story.base)).tree
    taken = SnapshotTaken(command_id=None, tree=tree, files_changed=len(contents))
    await house.put(workspace_id(session), taken, session_id=session)
    return tree


@pytest.mark.parametrize(("name", "content"), [("README", b"read me\n"), ("large.bin", LARGE), ("empty", b"")])
async def test_a_file_comes_as_it_is_however_large(files: Files, name: str, content: bytes) -> None:
    answer = await files.get(name)

    assert answer.status_code == 200
    assert answer.content == content
    assert answer.headers["content-length"] == str(len(content))
    assert answer.headers["content-disposition"] == f'attachment; filename="{name}"'
    assert answer.headers["content-type"] == "application/octet-stream"
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.headers["content-security-policy"] == "sandbox"


async def test_a_file_can_be_had_as_it_was(files: Files) -> None:
    assert (await files.get("large.bin", tree=files.story.base)).status_code == 404
    assert (await files.get("README", tree=files.story.base)).content == b"read me\n"


async def test_a_hostile_name_says_nothing_beside_the_name(files: Files) -> None:
    answer = await files.get(HOSTILE)

    assert answer.content == b"<script>"
    assert "x-evil" not in answer.headers
    plain, _, encoded = answer.headers["content-disposition"].partition("; filename*=UTF-8''")
    assert plain == 'attachment; filename="a__ filename=_evil.html__x-evil_ 1_.txt"'
    assert encoded == quote('a"; filename="evil.html__x-evil: 1_.txt', safe="")


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("größe.txt", b"attachment; filename=\"gr__e.txt\"; filename*=UTF-8''gr%C3%B6%C3%9Fe.txt"),
        ("caf\\xe9", b"attachment; filename=\"caf_xe9\"; filename*=UTF-8''caf%5Cxe9"),
        ("", b'attachment; filename="file"'),
        ("x" * 300, b'attachment; filename="' + b"x" * 150 + b'"'),
    ],
)
def test_a_name_is_told_in_both_ways(name: str, shown: bytes) -> None:
    assert dict(attachment(name, "text/plain"))[b"content-disposition"] == shown


@pytest.mark.parametrize(
    "path", ["../../etc/passwd", "/etc/passwd", "./README", "README/x", "..", "nothing", "%2e%2e/README", "README\0"]
)
async def test_no_path_leads_out_of_the_tree(files: Files, path: str) -> None:
    assert (await files.get(path)).status_code == 404


@pytest.mark.parametrize("query", ["", "?path=a&path=b", "?name=README"])
async def test_one_path_has_to_be_named(files: Files, query: str) -> None:
    answer = await files.story.get(f"/exports/{uuid_of(files.story.session)}/{files.tree}/file{query}")

    assert answer.status_code == 400
    assert "path" in answer.text


async def test_who_may_not_read_the_session_learns_nothing(files: Files) -> None:
    eve = await files.story.gateway.house.another_user("eve")

    foreign = await files.get("README", eve)
    unknown = await files.get("README", eve, session="01a218b4-98ef-7287-b6fa-aee7c267fa13")

    assert (foreign.status_code, foreign.json()) == (404, unknown.json())
    address = f"/exports/{uuid_of(files.story.session)}/{files.tree}/file?path=README"
    assert (await files.story.gateway.http.get(address)).status_code == 401
    assert (await files.story.gateway.http.post(address)).status_code == 405


@pytest.mark.parametrize("tree", ["1" * 40, "HEAD", "f" * 41])
async def test_only_trees_of_the_session_are_read(files: Files, tree: str) -> None:
    assert (await files.get("README", tree=tree)).status_code == 404


async def test_a_session_without_snapshots_has_none_of_another(files: Files) -> None:
    gateway = files.story.gateway
    project = (await gateway.project("other"))["project"]["id"]
    other = (await gateway.session(project))["session"]["id"]

    assert (await files.get("README", session=str(uuid_of(other)))).status_code == 409
