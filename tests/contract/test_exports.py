"""What every way to ask a worker for exports does."""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from uuid import uuid4

import pytest

from quarterdeck.adapters.memory.exports import MemoryExports
from quarterdeck.adapters.nats.connection import NatsConnection
from quarterdeck.adapters.nats.exports import NatsExports, NatsExportServer
from quarterdeck.application.export_requests import BranchAsked, ContentAsked, LeftOut, OpenedContent, WrittenBranch
from quarterdeck.application.ports.exports import ExportControl, ExportServer
from quarterdeck.application.trees import Home
from quarterdeck.domain.errors import ConflictError, NotFoundError, UnavailableError
from quarterdeck.domain.exports import ExportFormat
from quarterdeck.domain.workspace import SkippedPath

HOME = Home(session_id=uuid4(), project_id=uuid4())
NOON = datetime(2026, 11, 26, 12, 0, 0, 123456, tzinfo=UTC)
CONTENT = ContentAsked(
    home=HOME, format=ExportFormat.TAR, tree="a" * 40, base_commit="b" * 40, folder="w", recorded_at=NOON, said=("é",)
)
BRANCH = BranchAsked(
    home=HOME,
    repository="/srv/app",
    branch="qd/x",
    tree="a" * 40,
    base_commit="b" * 40,
    known=("c" * 40,),
    author="Ada <a@b>",
    recorded_at=NOON,
    message="Work\n",
)
LEFT_OUT = LeftOut(paths=(SkippedPath(path="module", reason="a submodule"),), total=3)


@dataclass
class Exporter:
    """Gives parts of 100 KiB, and writes down how many."""

    parts: int = 3
    breaks_after: int | None = None
    asked: list[object] = field(default_factory=list[object])
    made: int = 0
    ended: asyncio.Event = field(default_factory=asyncio.Event)

    async def open(self, asked: ContentAsked) -> OpenedContent:
        self.asked.append(asked)
        if asked.tree == "0" * 40:
            raise NotFoundError("There is no such tree.", "Try another.")
        return OpenedContent(left_out=LEFT_OUT, chunks=self._chunks())

    async def _chunks(self) -> AsyncGenerator[bytes]:
        try:
            for number in range(self.parts):
                if number == self.breaks_after:
                    raise UnavailableError("The disk broke.")
                self.made += 1
                yield bytes([number % 251]) * 102_400
        finally:
            self.ended.set()

    async def write_branch(self, asked: BranchAsked) -> WrittenBranch:
        self.asked.append(asked)
        if asked.branch == "main":
            raise ConflictError("Branch main is checked out.", "Choose another.")
        return WrittenBranch(commit="d" * 40)


@dataclass
class Ends:
    client: ExportControl
    server: ExportServer


@pytest.fixture(params=["memory", "nats"])
async def ends(request: pytest.FixtureRequest) -> AsyncIterator[Ends]:
    if request.param == "memory":
        both = MemoryExports()
        yield Ends(both, both)
        return
    prefix = f"t{uuid4().hex}"
    url = request.getfixturevalue("nats_url")
    async with NatsConnection(url) as one, NatsConnection(url) as other:
        await one.wait_up()
        await other.wait_up()
        yield Ends(NatsExports(one, prefix), NatsExportServer(other, prefix))


@pytest.mark.parametrize("to", ["w1", None])
async def test_content_comes_whole_and_in_order_with_what_is_left_out(ends: Ends, to: str | None) -> None:
    exporter = Exporter(parts=40)
    async with ends.server.serve("w1", exporter), ends.client.content(to, CONTENT) as content:
        got = b"".join([chunk async for chunk in content.chunks])

    assert content.left_out == LEFT_OUT
    assert got == b"".join(bytes([number]) * 102_400 for number in range(40))
    assert exporter.asked == [CONTENT]


async def test_a_slow_reader_holds_the_worker_back(ends: Ends) -> None:
    exporter = Exporter(parts=1000)
    async with ends.server.serve("w1", exporter):
        async with ends.client.content("w1", CONTENT) as content:
            await anext(content.chunks)
            await asyncio.sleep(0)
            assert exporter.made < 30
            await content.chunks.aclose()
        async with asyncio.timeout(10):
            await exporter.ended.wait()
    assert exporter.made < 30


async def test_content_that_breaks_off_is_never_taken_for_whole(ends: Ends) -> None:
    exporter = Exporter(parts=10, breaks_after=4)
    async with ends.server.serve("w1", exporter), ends.client.content("w1", CONTENT) as content:
        with pytest.raises(UnavailableError):
            async for _ in content.chunks:
                pass


async def test_a_branch_is_written_and_its_commit_told(ends: Ends) -> None:
    exporter = Exporter()
    async with ends.server.serve("w1", exporter):
        assert (await ends.client.write_branch("w1", BRANCH)).commit == "d" * 40
    assert exporter.asked == [BRANCH]


async def test_the_workers_failure_reaches_the_caller_as_it_was(ends: Ends) -> None:
    async with ends.server.serve("w1", Exporter()):
        with pytest.raises(ConflictError, match="main is checked out") as told:
            await ends.client.write_branch(None, replace(BRANCH, branch="main"))
        with pytest.raises(NotFoundError):
            async with ends.client.content("w1", replace(CONTENT, tree="0" * 40)):
                pass
    assert told.value.next_step == "Choose another."


async def test_without_a_worker_nobody_answers(ends: Ends) -> None:
    with pytest.raises(UnavailableError):
        await ends.client.write_branch(None, BRANCH)
    with pytest.raises(UnavailableError):
        async with ends.client.content("w1", CONTENT):
            pass
