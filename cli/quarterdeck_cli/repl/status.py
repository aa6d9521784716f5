"""What the toolbar shows, as a value."""

from enum import StrEnum

import msgspec


class Link(StrEnum):
    """The connection to the server."""

    CONNECTING = "connecting"
    UP = "up"
    RECONNECTING = "reconnecting"
    OFFLINE = "offline"


class Status(msgspec.Struct, frozen=True):
    link: Link = Link.CONNECTING
    position: int | None = None
    """How far the log has come."""
    running: int | None = None
    sessions: int | None = None
    alerts: int = 0
    """Those that nobody sees to."""
    asking: int = 0
    """Budgets of the project in use that are used up, and wait for an answer."""
    spent_today: str | None = None
    """In dollars, in the project in use; since midnight here."""
    waiting: int = 0
    """Changes made offline that will be sent once the server answers."""
    undecided: int = 0
    """Changes made offline that the server did not take."""
    sent: int = 0
    """Changes made offline that were sent since the last line was typed."""
    unread: int = 0
    """What happened in other hands since the last line was typed."""
