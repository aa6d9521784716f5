"""Exports over HTTP: branches by mutation, patches and tars as downloads."""

import asyncio
import hashlib
import io
import tarfile
from collections.abc import AsyncGenerator, Awaitable, Callable
from dataclasses import dataclass
from typing import Any

import httpx2
import pytest
from tests.support.gateway import House, Running, running, uuid_of
from tests.support.waiting import eventually

from quarterdeck.application.export_requests import BranchAsked, ContentAsked, LeftOut, OpenedContent, WrittenBranch
from quarterdeck.domain.errors import UnavailableError
from quarterdeck.domain.exports import ExportFormat, WorkspaceExported, exports_id
from quarterdeck.domain.workspace import SkippedPath, SnapshotTaken, WorkspacePrepared, workspace_id

MUTATION = """mutation($input: ExportWorkspaceInput!) { exportWorkspace(input: $input) {
    ... on ExportWorkspacePayload {
        snapshot { tree skippedTotal skipped { path reason } } baseCommit branch commit download position
    }
    ... on Failure { code message nextStep field }
} }"""


@dataclass
class Story:
    """A session with one changed file, and a file that the snapshot left out."""

    gateway: Running
    session: str
    base: str
    tree: str

    async def export(self, form: str, *, token: str | None = None, **more: Any) -> dict[str, Any]:
        asked = {"sessionId": self.session, "format": form, **more}
        answer = await self.gateway.ask(MUTATION, {"input": asked}, token=token)
        made: dict[str, Any] = answer["data"]["exportWorkspace"]
        return made

    async def get(self, path: str, token: str | None = None) -> httpx2.Response:
        return await self.gateway.http.get(path, headers={"Authorization": f"Bearer {token or self.gateway.token}"})

    async def events(self) -> list[WorkspaceExported]:
        recorded = await self.gateway.house.log.load(exports_id(uuid_of(self.session)))
        return [each.event for each in recorded if isinstance(each.event, WorkspaceExported)]


@pytest.fixture
async def story() -> AsyncGenerator[Story]:
    async with running() as gateway:
        yield await story_in(gateway)


async def story_in(gateway: Running) -> Story:
    house = gateway.house
    house.workspaces.put_branch("/repos/app", "main", {"README": b"read me\n"})
    project = (await gateway.project())["project"]["id"]
    session = (await gateway.session(project))["session"]["id"]
    home = (uuid_of(session), uuid_of(project))
    made = await house.workspaces.prepare(*home, "/repos/app", "main")
    await house.provision(*home)
    prepared = WorkspacePrepared(session_id=home[0], kind="clone", base_commit="c" * 40, tree=made.tree)
    await house.put(workspace_id(home[0]), prepared, session_id=home[0])
    house.workspaces.write(home[0], "new", b"new\n")
    tree = (await house.workspaces.tree(home[0], made.tree)).tree
    skipped = (SkippedPath(path="huge\x1b", reason="too large"),)
    taken = SnapshotTaken(command_id=None, tree=tree, files_changed=1, skipped=skipped, skipped_total=7)
    await house.put(workspace_id(home[0]), taken, session_id=home[0])
    return Story(gateway, session, made.tree, tree)


async def test_a_tar_is_downloaded_and_logged_with_its_digest(story: Story) -> None:
    made = await story.export("TAR")

    answer = await story.get(made["download"])

    assert answer.status_code == 200
    assert answer.headers["content-type"] == "application/x-tar"
    assert answer.headers["content-disposition"].startswith('attachment; filename="workspace-')
    with tarfile.open(fileobj=io.BytesIO(answer.content)) as archive:
        assert [name.partition("/")[2] for name in archive.getnames()] == ["README", "new"]
    [exported] = await story.events()
    assert (exported.format, exported.tree, exported.base_commit) == (ExportFormat.TAR, story.tree, "c" * 40)
    assert exported.sha256 == hashlib.sha256(answer.content).hexdigest()
    assert exported.bytes == len(answer.content)
    assert (exported.left_out_total, exported.left_out[0].reason) == (7, "too large")
    assert made["snapshot"]["skippedTotal"] == 7
    [recorded] = await story.gateway.house.log.load(exports_id(uuid_of(story.session)))
    assert recorded.envelope.actor.kind.value == "user"
    assert recorded.envelope.session_id == uuid_of(story.session)
    assert recorded.position > made["position"]


async def test_a_patch_says_what_it_is_and_what_it_lacks_on_harmless_lines(story: Story) -> None:
    made = await story.export("PATCH", at=story.base)
    newest = await story.export("PATCH")

    text = (await story.get(newest["download"])).text

    assert made["snapshot"]["tree"] == story.base
    assert "It started from commit cccc" in text
    assert "7 paths are left out" in text
    assert "  huge\\x1b: too large" in text
    assert "  and 6 more" in text


async def test_a_branch_is_written_once_and_the_same_key_gives_the_same_answer(story: Story) -> None:
    first = await story.export("BRANCH", idempotencyKey="k1")
    again = await story.export("BRANCH", idempotencyKey="k1")
    same = await story.export("BRANCH")
    named = await story.export("BRANCH", branch="review/x")

    assert {**first, "position": 0} == {**again, "position": 0}
    assert first["branch"] == f"quarterdeck/session-{uuid_of(story.session).hex[-8:]}"
    assert (same["commit"], same["branch"]) == (first["commit"], first["branch"])
    assert [(each.branch, each.commit) for each in await story.events()] == [
        (first["branch"], first["commit"]),
        ("review/x", named["commit"]),
    ]


async def test_a_branch_of_somebody_elses_or_of_no_name_is_refused(story: Story) -> None:
    taken = vars(story.gateway.house.exporter)["branches"]
    taken["/repos/app", "mine"] = "f" * 40

    assert (await story.export("BRANCH", branch="mine"))["code"] == "CONFLICT"
    assert (await story.export("BRANCH", branch="-x"))["field"] == "branch"
    assert await story.events() == []


@pytest.mark.parametrize("name", ["{tree}.zip", "{tree}.branch", "HEAD.tar", "{other}.tar", "..%2f..%2fetc.tar"])
async def test_there_is_nothing_else_to_download(story: Story, name: str) -> None:
    path = f"/exports/{uuid_of(story.session)}/" + name.format(tree=story.tree, other="1" * 40)

    answer = await story.get(path)

    assert answer.status_code == 404
    assert (await story.get(f"/exports/nobody/{story.tree}.tar")).status_code == 404
    assert await story.events() == []


async def test_only_who_may_read_the_session_downloads_it_and_the_others_learn_nothing(story: Story) -> None:
    download = (await story.export("TAR"))["download"]
    eve = await story.gateway.house.another_user("eve")

    foreign = await story.get(download, eve)
    unknown = await story.get(f"/exports/{exports_id(uuid_of(story.session))}/{story.tree}.tar", eve)

    assert (foreign.status_code, foreign.json()) == (404, unknown.json())
    assert (await story.export("TAR", token=eve))["code"] == "NOT_FOUND"
    assert (await story.export("BRANCH", token=eve))["code"] == "NOT_FOUND"
    assert (await story.gateway.http.get(download)).status_code == 401
    assert (await story.get(download, "qd_wrong")).status_code == 401
    assert (await story.gateway.http.post(download)).status_code == 405
    assert await story.events() == []


@dataclass
class SlowExporter:
    """Gives parts without end, or until it breaks."""

    breaks_after: int | None = None
    closed: int = 0
    given: int = 0

    async def open(self, asked: ContentAsked) -> OpenedContent:
        del asked
        return OpenedContent(left_out=LeftOut(), chunks=self._chunks())

    async def _chunks(self) -> AsyncGenerator[bytes]:
        try:
            while self.given != self.breaks_after:
                self.given += 1
                yield b"x" * 100_000
                await asyncio.sleep(0)
            raise UnavailableError("The disk broke.")
        finally:
            self.closed += 1

    async def write_branch(self, asked: BranchAsked) -> WrittenBranch:
        raise NotImplementedError


@pytest.fixture
async def endless() -> AsyncGenerator[tuple[Story, SlowExporter]]:
    house, exporter = House.in_memory(), SlowExporter()
    house.exporter = exporter
    async with running(house) as gateway:
        yield await story_in(gateway), exporter


async def reading(story: Story, token: str, until: Callable[[int], Awaitable[bool]]) -> int:
    """Bytes that came before it ended or `until` said so."""
    path, size = (await story.export("TAR"))["download"], 0
    async with story.gateway.http.stream("GET", path, headers={"Authorization": f"Bearer {token}"}) as answer:
        async for part in answer.aiter_raw():
            size += len(part)
            if await until(size):
                break
    return size


async def test_a_client_that_leaves_ends_the_export_and_nothing_is_logged(
    endless: tuple[Story, SlowExporter],
) -> None:
    story, exporter = endless

    async def enough(size: int) -> bool:
        return size > 300_000

    await reading(story, story.gateway.token, enough)

    await eventually(lambda: exporter.closed == 1)
    assert await story.events() == []


async def test_what_breaks_off_is_never_taken_for_whole(endless: tuple[Story, SlowExporter]) -> None:
    story, exporter = endless
    exporter.breaks_after = 5

    async def never(size: int) -> bool:
        return size < 0

    with pytest.raises(httpx2.TransportError):
        await reading(story, story.gateway.token, never)

    assert await story.events() == []


async def test_a_token_that_is_revoked_gets_no_more(endless: tuple[Story, SlowExporter]) -> None:
    story, _ = endless
    tokens = await story.gateway.ask("{ viewer { tokens { edges { node { id } } } } }")
    [token_id] = [edge["node"]["id"] for edge in tokens["data"]["viewer"]["tokens"]["edges"]]
    revoked = False

    async def revoke(size: int) -> bool:
        nonlocal revoked
        if size > 300_000 and not revoked:
            revoked = True
            query = "mutation($input: RevokeTokenInput!) { revokeToken(input: $input) { __typename } }"
            await story.gateway.ask(query, {"input": {"tokenId": token_id}})
        return False

    async with asyncio.timeout(15):
        with pytest.raises(httpx2.TransportError):
            await reading(story, story.gateway.token, revoke)


async def test_a_token_has_few_downloads_at_once(endless: tuple[Story, SlowExporter]) -> None:
    story, exporter = endless
    path = (await story.export("TAR"))["download"]
    headers = {"Authorization": f"Bearer {story.gateway.token}"}

    async with (
        story.gateway.http.stream("GET", path, headers=headers),
        story.gateway.http.stream("GET", path, headers=headers),
        story.gateway.http.stream("GET", path, headers=headers),
        story.gateway.http.stream("GET", path, headers=headers),
    ):
        assert (await story.get(path)).status_code == 429
    await eventually(lambda: exporter.closed == 4)
    exporter.breaks_after = exporter.given
    assert (await story.get(path)).status_code == 503
