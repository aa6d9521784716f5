"""Earlier versions of events of sessions."""

from dataclasses import dataclass
from uuid import UUID

from quarterdeck.adapters.postgres.history.earlier import Earlier, Versions
from quarterdeck.domain.limits import NOTHING_ASKED, LimitsAsked
from quarterdeck.domain.reopening import SessionReopened
from quarterdeck.domain.session_events import SessionCloseRequested, SessionOpened, SessionProvisioned


@dataclass(frozen=True, kw_only=True)
class SessionProvisionedV1:
    worker_id: str
    jail_driver: str
    base_commit: str
    limits_note: str


def _provisioned_v2(event: SessionProvisionedV1) -> SessionProvisioned:
    """Limits were prose, and every workspace was an overlay."""
    return SessionProvisioned(
        worker_id=event.worker_id,
        jail_driver=event.jail_driver,
        workspace_kind="overlay",
        base_commit=event.base_commit,
        limits=(),
    )


@dataclass(frozen=True, kw_only=True)
class SessionCloseRequestedV1:
    pass


def _close_requested_v2(_: SessionCloseRequestedV1) -> SessionCloseRequested:
    """It was always somebody's wish."""
    return SessionCloseRequested()


@dataclass(frozen=True, kw_only=True)
class SessionOpenedV1:
    project_id: UUID
    owner_id: UUID
    ref: str
    title: str = ""


@dataclass(frozen=True, kw_only=True)
class SessionOpenedV2:
    project_id: UUID
    owner_id: UUID
    ref: str
    title: str = ""
    limits: LimitsAsked = NOTHING_ASKED


def _opened_v2(event: SessionOpenedV1) -> SessionOpenedV2:
    """Sessions had no limits of their own."""
    return SessionOpenedV2(**vars(event))


def _opened_v3(event: SessionOpenedV2) -> SessionOpened:
    """There were no personas."""
    return SessionOpened(**vars(event))


@dataclass(frozen=True, kw_only=True)
class SessionReopenedV1:
    project_id: UUID
    owner_id: UUID
    ref: str
    title: str
    worker_id: str
    reason: str
    limits: LimitsAsked = NOTHING_ASKED


def _reopened_v2(event: SessionReopenedV1) -> SessionReopened:
    return SessionReopened(**vars(event))


EARLIER: Versions = {
    ("SessionCloseRequested", 1): Earlier(shape=SessionCloseRequestedV1, upcast=_close_requested_v2),
    ("SessionOpened", 1): Earlier(shape=SessionOpenedV1, upcast=_opened_v2),
    ("SessionOpened", 2): Earlier(shape=SessionOpenedV2, upcast=_opened_v3),
    ("SessionProvisioned", 1): Earlier(shape=SessionProvisionedV1, upcast=_provisioned_v2),
    ("SessionReopened", 1): Earlier(shape=SessionReopenedV1, upcast=_reopened_v2),
}
