"""Preview: a port of a session's jail opened to one person's browser, for a while."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import ClassVar, assert_never
from uuid import UUID

from quarterdeck.domain.errors import ConflictError, InvalidInputError, UnauthenticatedError

OFFER_LIFETIME = timedelta(minutes=10)
VISIT_LIFETIME = timedelta(hours=12)
HOW_TO = "Open the port again with `qd port open SESSION PORT`."


@dataclass(frozen=True, kw_only=True)
class PreviewOpened:
    """A secret was made that can be traded for a visit once."""

    TOPIC: ClassVar[str] = "PreviewOpened"
    SCHEMA_VERSION: ClassVar[int] = 1
    session_id: UUID
    port: int
    user_id: UUID
    token_id: UUID
    """The visit ends with it."""
    secret_sha256: str
    expires_at: datetime


@dataclass(frozen=True, kw_only=True)
class PreviewEntered:
    """The secret was traded for another, which the browser keeps."""

    TOPIC: ClassVar[str] = "PreviewEntered"
    SCHEMA_VERSION: ClassVar[int] = 1
    secret_sha256: str
    expires_at: datetime


PreviewEvent = PreviewOpened | PreviewEntered


@dataclass(frozen=True, kw_only=True)
class NoPreview:
    pass


@dataclass(frozen=True, kw_only=True)
class Preview:
    session_id: UUID
    port: int
    user_id: UUID
    token_id: UUID
    secret_sha256: str
    expires_at: datetime
    entered: bool = False


PreviewState = NoPreview | Preview


def evolve(state: PreviewState, event: PreviewEvent) -> PreviewState:
    match event:
        case PreviewOpened():
            return Preview(
                session_id=event.session_id,
                port=event.port,
                user_id=event.user_id,
                token_id=event.token_id,
                secret_sha256=event.secret_sha256,
                expires_at=event.expires_at,
            )
        case PreviewEntered():
            offered = existing(state)
            return Preview(
                session_id=offered.session_id,
                port=offered.port,
                user_id=offered.user_id,
                token_id=offered.token_id,
                secret_sha256=event.secret_sha256,
                expires_at=event.expires_at,
                entered=True,
            )
        case _:
            assert_never(event)


def existing(state: PreviewState) -> Preview:
    if isinstance(state, NoPreview):
        raise refused()
    return state


def open_preview(
    state: PreviewState,
    *,
    session_id: UUID,
    port: int,
    user_id: UUID,
    token_id: UUID,
    secret_sha256: str,
    now: datetime,
) -> tuple[PreviewEvent, ...]:
    if isinstance(state, Preview):
        raise ConflictError("This preview exists already.")
    if not 1 <= port <= 65535:
        raise InvalidInputError(f"There is no port {port}.", "Use 1 to 65535.", field="port")
    return (
        PreviewOpened(
            session_id=session_id,
            port=port,
            user_id=user_id,
            token_id=token_id,
            secret_sha256=secret_sha256,
            expires_at=now + OFFER_LIFETIME,
        ),
    )


def enter(state: PreviewState, *, secret_matches: bool, secret_sha256: str, now: datetime) -> tuple[PreviewEvent, ...]:
    """Trades the offer's secret for the visit's, once."""
    offer = existing(state)
    if offer.entered or not secret_matches or now >= offer.expires_at:
        raise refused()
    return (PreviewEntered(secret_sha256=secret_sha256, expires_at=now + VISIT_LIFETIME),)


def visited(state: PreviewState, *, secret_matches: bool, now: datetime) -> Preview:
    """The preview, if the browser that asks has entered it."""
    visit = existing(state)
    if not visit.entered or not secret_matches or now >= visit.expires_at:
        raise refused()
    return visit


def refused() -> UnauthenticatedError:
    return UnauthenticatedError("This link was used, has expired, or was taken back.", HOW_TO)
