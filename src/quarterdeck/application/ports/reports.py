"""What reports are made from, and into."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol
from uuid import UUID

from quarterdeck.application.ports.delivery import MailPart
from quarterdeck.application.report_figures import Asked, Figures, ReportContent


class FigureSource(Protocol):
    """The read models."""

    async def figures(self, asked: Asked) -> Figures: ...

    async def projects_of(self, user_id: UUID | None) -> Sequence[UUID]:
        """Those that a user is a member of; None: all. It may be a moment old: whether it holds, the log says."""
        ...

    async def wait_for(self, position: int) -> None:
        """Returns when all that figures are made from has come as far in the log. Raises UnavailableError."""
        ...


@dataclass(frozen=True, kw_only=True)
class Rendered:
    """A report in every form."""

    subject: str
    text: str
    html: str
    """Shows its images as `cid:<name>`."""
    page: str
    """The same, with its images in it: a file of its own."""
    images: tuple[MailPart, ...]
    sheets: tuple[MailPart, ...]
    """CSV."""
    payload: bytes
    """The figures as JSON."""


class Renderer(Protocol):
    def render(self, content: ReportContent) -> Rendered:
        """Takes a tenth of a second of processor time: call it in a thread."""
        ...


class ReportBook(Protocol):
    """What the read model knows of reports that have to be looked at. The log decides."""

    async def due(self, now: datetime) -> Sequence[UUID]:
        """Reports of which a period's issue is due."""
        ...

    async def concluded(self) -> Sequence[UUID]:
        """Issues that are open although all their deliveries have ended."""
        ...
