"""Making a report: of which projects, as somebody may see them, and what happened in them."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from quarterdeck.application.access import ADMIN
from quarterdeck.application.ports.log import EventLog
from quarterdeck.application.ports.reports import FigureSource, Rendered, Renderer
from quarterdeck.application.ports.system import Clock
from quarterdeck.application.report_figures import Asked, ReportContent
from quarterdeck.application.streams import PROJECT, USER
from quarterdeck.domain import report_period
from quarterdeck.domain.errors import ForbiddenError
from quarterdeck.domain.identity import User
from quarterdeck.domain.project import Project
from quarterdeck.domain.report_period import Period, Schedule

MAX_PROJECTS = 500


@dataclass(frozen=True, kw_only=True)
class Edition:
    """What one recipient's report is about. `project_id`: None: all that they may see."""

    name: str
    project_id: UUID | None
    schedule: Schedule
    period: Period
    missed: int = 0


@dataclass(frozen=True)
class ReportContents:
    log: EventLog
    clock: Clock
    source: FigureSource
    renderer: Renderer
    url: str = ""

    async def rendered(self, edition: Edition, user_id: UUID) -> Rendered:
        """As this user may see it now. Raises ForbiddenError where they may not see the project."""
        return (await self.both(edition, user_id))[1]

    async def both(self, edition: Edition, user_id: UUID) -> tuple[ReportContent, Rendered]:
        """With what it was made from."""
        content = await self._content(edition, user_id)
        return content, await asyncio.to_thread(self.renderer.render, content)

    async def _content(self, edition: Edition, user_id: UUID) -> ReportContent:
        projects = await self._visible(edition.project_id, user_id)
        schedule, period = edition.schedule, edition.period
        since, until = report_period.limits_of(schedule.zone, period)
        before = report_period.before(schedule, period)
        asked = Asked(
            project_ids=tuple(projects),
            before=report_period.begin_of(schedule.zone, before.first),
            since=since,
            until=until,
            slots=tuple(report_period.slots(schedule.zone, period)),
        )
        return ReportContent(
            name=edition.name,
            scope=_scope(edition.project_id, list(projects.values())),
            cadence=schedule.cadence,
            zone=schedule.zone,
            first=period.first,
            last=period.last,
            since=since,
            until=until,
            before_first=before.first,
            before_last=before.last,
            figures=await self.source.figures(asked),
            complete=until <= self.clock.now(),
            missed=edition.missed,
            url=self.url,
        )

    async def _visible(self, project_id: UUID | None, user_id: UUID) -> dict[UUID, Project]:
        admin = await self._is_admin(user_id)
        if project_id is None:
            return await self._those_of(await self.source.projects_of(None if admin else user_id), user_id, admin=admin)
        found = await self._those_of([project_id], user_id, admin=admin)
        if not found:
            raise ForbiddenError("The recipient may not see the project any more.", "Make them a member of it again.")
        return found

    async def _those_of(self, project_ids: Sequence[UUID], user_id: UUID, *, admin: bool) -> dict[UUID, Project]:
        found: dict[UUID, Project] = {}
        for project_id in project_ids[:MAX_PROJECTS]:
            state = (await PROJECT.load(self.log, project_id)).state
            if isinstance(state, Project) and (admin or user_id in state.members):
                found[project_id] = state
        return found

    async def _is_admin(self, user_id: UUID) -> bool:
        state = (await USER.load(self.log, user_id)).state
        return isinstance(state, User) and ADMIN in state.roles


def _scope(project_id: UUID | None, projects: list[Project]) -> str:
    if project_id is not None:
        return projects[0].name
    return "1 project" if len(projects) == 1 else f"{len(projects)} projects"
