"""Image build: the image of a session's container, made from a Dockerfile of its repository."""

from dataclasses import dataclass
from typing import ClassVar, assert_never
from uuid import UUID, uuid5


def image_build_id(session_id: UUID) -> UUID:
    """Of the stream of a session's builds, and of the transcript with what they printed."""
    return uuid5(session_id, "image build")


@dataclass(frozen=True, kw_only=True)
class BuildLog:
    """Which part of the session's transcript of builds is this one's."""

    offset: int
    bytes: int
    sha256: str


@dataclass(frozen=True, kw_only=True)
class ImageBuildStarted:
    TOPIC: ClassVar[str] = "ImageBuildStarted"
    SCHEMA_VERSION: ClassVar[int] = 1
    session_id: UUID
    dockerfile: str
    base_commit: str
    network: str
    """Of the daemon's networks, the one that the build may use; `none` where it may use none."""


@dataclass(frozen=True, kw_only=True)
class ImageBuilt:
    TOPIC: ClassVar[str] = "ImageBuilt"
    SCHEMA_VERSION: ClassVar[int] = 1
    image: str
    steps: int
    cached_steps: int
    """Those whose outcome an earlier build had left."""
    wall_ms: int
    log: BuildLog


@dataclass(frozen=True, kw_only=True)
class ImageBuildFailed:
    TOPIC: ClassVar[str] = "ImageBuildFailed"
    SCHEMA_VERSION: ClassVar[int] = 1
    reason: str
    wall_ms: int
    log: BuildLog


ImageBuildEvent = ImageBuildStarted | ImageBuilt | ImageBuildFailed


@dataclass(frozen=True, kw_only=True)
class NoImageBuild:
    pass


@dataclass(frozen=True, kw_only=True)
class RunningImageBuild:
    started: ImageBuildStarted


@dataclass(frozen=True, kw_only=True)
class EndedImageBuild:
    started: ImageBuildStarted
    outcome: ImageBuilt | ImageBuildFailed


ImageBuildState = NoImageBuild | RunningImageBuild | EndedImageBuild


def evolve(state: ImageBuildState, event: ImageBuildEvent) -> ImageBuildState:
    match event:
        case ImageBuildStarted():
            return RunningImageBuild(started=event)
        case ImageBuilt() | ImageBuildFailed():
            if not isinstance(state, RunningImageBuild):
                return state
            return EndedImageBuild(started=state.started, outcome=event)
        case _:
            assert_never(event)


def end(state: ImageBuildState, outcome: ImageBuilt | ImageBuildFailed) -> tuple[ImageBuildEvent, ...]:
    """Nothing where it has ended already."""
    return (outcome,) if isinstance(state, RunningImageBuild) else ()
