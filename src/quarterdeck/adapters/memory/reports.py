"""Figures that a test gives."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from quarterdeck.application.ports.log import EventLog
from quarterdeck.application.report_figures import Asked, Figures
from quarterdeck.application.streams import REPORT, REPORT_ISSUE
from quarterdeck.domain import report
from quarterdeck.domain.errors import UnavailableError
from quarterdeck.domain.project import MemberAdded, MemberRemoved, ProjectCreated
from quarterdeck.domain.report import ReportScheduled
from quarterdeck.domain.report_issue import OpenIssue, ReportPrepared

_ALL = 1_000_000


@dataclass
class MemoryFigures:
    """`FigureSource`: the same figures whatever is asked. Projects are those of the log."""

    log: EventLog
    given: Figures = field(default_factory=Figures)
    asked: list[Asked] = field(default_factory=list[Asked])
    away: bool = False

    async def figures(self, asked: Asked) -> Figures:
        self.asked.append(asked)
        return self.given

    async def projects_of(self, user_id: UUID | None) -> Sequence[UUID]:
        found: dict[UUID, None] = {}
        for logged in await self.log.read(0, _ALL):
            match logged.event:
                case ProjectCreated(owner_id=owner) if user_id in {None, owner}:
                    found[logged.stream_id] = None
                case MemberAdded(user_id=member) if member == user_id:
                    found[logged.stream_id] = None
                case MemberRemoved(user_id=member) if member == user_id:
                    found.pop(logged.stream_id, None)
                case _:
                    pass
        return list(found)

    async def wait_for(self, position: int) -> None:
        if self.away:
            raise UnavailableError("The read model is away.", "Ask again.")


@dataclass
class MemoryReportBook:
    """`ReportBook`, by the whole log each time."""

    log: EventLog

    async def due(self, now: datetime) -> Sequence[UUID]:
        scheduled = {e.stream_id for e in await self.log.read(0, _ALL) if isinstance(e.event, ReportScheduled)}
        return [each for each in scheduled if report.due((await REPORT.load(self.log, each)).state, now)]

    async def concluded(self) -> Sequence[UUID]:
        """All that are open: too many, which does no harm."""
        prepared = [e.stream_id for e in await self.log.read(0, _ALL) if isinstance(e.event, ReportPrepared)]
        return [e for e in prepared if isinstance((await REPORT_ISSUE.load(self.log, e)).state, OpenIssue)]
