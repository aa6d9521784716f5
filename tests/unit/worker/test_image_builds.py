"""What the building of a session's image prints, in the log and in its transcript."""

import asyncio
import hashlib
from dataclasses import replace
from uuid import UUID

import pytest
from tests.support.deck import Deck, working
from tests.support.waiting import eventually

from quarterdeck.domain.image_build import ImageBuildFailed, ImageBuildStarted, ImageBuilt, image_build_id
from quarterdeck.domain.session_events import SessionProvisioningFailed
from quarterdeck.jail.abstract import JailSpec
from quarterdeck.jail.dummy import DummyDriver, DummyJail
from quarterdeck.jail.errors import JailError
from quarterdeck.worker.settings import WorkerSettings

SECRET = "open-sesame-1234"


class Building(DummyDriver):
    """Builds an image before it makes a jail."""

    def __init__(self, deck: Deck, failure: str = "") -> None:
        super().__init__(deck.scripts, host=deck.host)
        self.failure = failure

    async def create(self, spec: JailSpec) -> DummyJail:
        log = spec.container.log
        assert log
        await log.began("docker/Dockerfile", (await spec.files()).base_commit, "none")
        log.said("Step 1/1 : FROM scratch")
        log.said(f"a line with {SECRET[:4]}")
        log.said(f"and the secret {SECRET}, whole")
        if self.failure:
            await log.failed(self.failure)
            raise JailError(self.failure, "Correct it.")
        await log.built("image:tag", steps=1, cached_steps=0)
        return await super().create(spec)


class BuildingForEver(DummyDriver):
    async def create(self, spec: JailSpec) -> DummyJail:
        log = spec.container.log
        assert log
        await log.began("Dockerfile", (await spec.files()).base_commit, "none")
        try:
            await asyncio.Event().wait()
        except asyncio.CancelledError:
            await log.failed("It was given up.")
            raise
        raise AssertionError("nothing ends it")


@pytest.fixture
def secretive(deck: Deck) -> Deck:
    settings = WorkerSettings(worker_id="w1", host="here", state_dir=deck.folder, secrets=(SECRET.encode(),))
    return replace(deck, settings=settings)


async def test_a_build_is_in_the_log_and_what_it_printed_in_a_transcript_without_secrets(secretive: Deck) -> None:
    async with working(secretive.worker(driver=Building(secretive))):
        session_id = await secretive.open()
        await secretive.ready(session_id)

    build_id = image_build_id(session_id)
    printed = b"".join(frame.data for frame in await secretive.transcripts.read(build_id, 0, 10_000))
    assert printed.decode().splitlines() == [
        "Step 1/1 : FROM scratch",
        "a line with open",
        f"and the secret {'*' * len(SECRET)}, whole",
    ]
    started, built = await secretive.events(build_id)
    assert isinstance(started, ImageBuildStarted)
    assert isinstance(built, ImageBuilt)
    assert (started.session_id, started.dockerfile, started.network) == (session_id, "docker/Dockerfile", "none")
    assert (built.log.offset, built.log.bytes) == (0, len(printed))
    assert built.log.sha256 == hashlib.sha256(printed).hexdigest()
    topics = await secretive.topics(session_id=session_id)
    assert topics.index("ImageBuilt") < topics.index("SessionProvisioned")


async def test_a_build_that_fails_says_why_without_secrets(secretive: Deck) -> None:
    async with working(secretive.worker(driver=Building(secretive, failure=f"It printed {SECRET}."))):
        session_id = await secretive.open()
        await secretive.closed(session_id)

    failed = (await secretive.events(image_build_id(session_id)))[-1]
    ended = (await secretive.events(session_id))[-1]
    assert isinstance(failed, ImageBuildFailed)
    assert isinstance(ended, SessionProvisioningFailed)
    assert failed.reason == ended.reason == f"It printed {'*' * len(SECRET)}."


async def test_a_session_that_is_closed_while_its_image_is_built_has_the_build_given_up(deck: Deck) -> None:
    async with working(deck.worker(driver=BuildingForEver(deck.scripts, host=deck.host))):
        session_id = await deck.open()
        await eventually(lambda: _said(deck, session_id, ImageBuildStarted))

        await deck.close(session_id)

        await eventually(lambda: _said(deck, session_id, ImageBuildFailed))
        await eventually(lambda: _has_no_files(deck, session_id))


async def _said(deck: Deck, session_id: UUID, kind: type) -> bool:
    return any(isinstance(each, kind) for each in await deck.events(image_build_id(session_id)))


async def _has_no_files(deck: Deck, session_id: UUID) -> bool:
    return await deck.workspaces.find_prepared(session_id) is None
