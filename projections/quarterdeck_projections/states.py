"""Where a session, a command or a delivery stands, as the read models store it."""

from enum import StrEnum


class SessionState(StrEnum):
    QUEUED = "queued"
    OPENING = "opening"
    READY = "ready"
    PAUSED = "paused"
    CLOSING = "closing"
    CLOSED = "closed"
    LOST = "lost"
    FAILED = "failed"


class CommandState(StrEnum):
    QUEUED = "queued"
    RUNNING = "running"
    FINISHED = "finished"
    LOST = "lost"
    REFUSED = "refused"


class FindingKind(StrEnum):
    """What a worker found of a session on its host."""

    ADOPTED = "adopted"
    REBUILT = "rebuilt"
    LOST = "lost"
    ORPHAN_JAIL = "orphan_jail"
    ORPHAN_WORKSPACE = "orphan_workspace"
    SET_ASIDE = "set_aside"


class DeliveryState(StrEnum):
    """Of one message to one place."""

    WAITING = "waiting"
    SENDING = "sending"
    ARRIVED = "arrived"
    GIVEN_UP = "given_up"
