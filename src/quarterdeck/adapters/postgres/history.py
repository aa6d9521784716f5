"""Shapes that events had in earlier versions, and how each becomes the next. Nothing here is ever removed."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from quarterdeck.domain.session import SessionProvisioned


@dataclass(frozen=True, kw_only=True)
class Earlier:
    """A version that is no longer written: its shape, and the step to the version after it."""

    shape: type
    upcast: Callable[[Any], object]


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


EARLIER: dict[tuple[str, int], Earlier] = {
    ("SessionProvisioned", 1): Earlier(shape=SessionProvisionedV1, upcast=_provisioned_v2),
}
"""By topic and version. Every version before an event's current one is here; a test checks it."""
