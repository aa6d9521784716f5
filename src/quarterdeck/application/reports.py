"""Reports: setting them up, taking them away, looking at one, and sending one out of turn."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from quarterdeck.application.access import ADMIN, has_role, no_project, no_report, permitted
from quarterdeck.application.errors import ConcurrencyError
from quarterdeck.application.ports.callers import Caller
from quarterdeck.application.ports.log import EventLog
from quarterdeck.application.ports.reports import Rendered
from quarterdeck.application.ports.system import Clock
from quarterdeck.application.report_contents import Edition, ReportContents
from quarterdeck.application.report_figures import ReportContent
from quarterdeck.application.report_issues import issue_writes
from quarterdeck.application.requests import (
    IdempotencyKey,
    Outcome,
    acceptance,
    answered,
    as_it_is,
    context_of,
    perform,
)
from quarterdeck.application.streams import ATTEMPTS, PROJECT, REPORT, REPORT_ISSUE, USER
from quarterdeck.domain import project, report
from quarterdeck.domain.delivery import Channel, Destination
from quarterdeck.domain.errors import ConflictError, ForbiddenError, InvalidInputError
from quarterdeck.domain.identity import User
from quarterdeck.domain.project import Project, Role
from quarterdeck.domain.report import NoReport, Recipient, Report, ReportEvent, ReportSettings, ReportState
from quarterdeck.domain.report_issue import ReportIssueState
from quarterdeck.domain.report_period import Schedule

ME = "me"


@dataclass(frozen=True, kw_only=True)
class RecipientAsked:
    """`user`: for whom, by name or id, or `me`."""

    destination: Destination
    user: str = ME


@dataclass(frozen=True)
class Reports:
    log: EventLog
    clock: Clock
    contents: ReportContents

    async def put(
        self,
        caller: Caller,
        project_id: UUID | None,
        name: str,
        schedule: Schedule,
        recipients: Sequence[RecipientAsked],
        key: IdempotencyKey | None = None,
    ) -> Outcome[ReportState]:
        """Sets one up, or changes the one of that name. `project_id`: None: of all projects, one of the caller's own.

        A member may have reports sent to themselves; to others, webhooks and folders, owners do.
        """
        home = await self._home(caller, project_id)
        named = tuple([await self._named(caller, home, each, n) for n, each in enumerate(recipients)])
        settings = ReportSettings(schedule=schedule, recipients=named)
        identifier = report.report_id(project_id or caller.user_id, name)
        now = self.clock.now()

        def decide(state: ReportState) -> tuple[ReportEvent, ...]:
            if isinstance(state, Report) and not state.removed:
                _check_owner(caller, home, state)
            return report.put(
                state, name=name, owner_id=caller.user_id, project_id=project_id, settings=settings, now=now
            )

        return await self._write(caller, project_id, identifier, decide, key)

    async def remove(self, caller: Caller, report_id: UUID, key: IdempotencyKey | None = None) -> Outcome[ReportState]:
        if (earlier := await answered(self.log, caller, key)) is not None:
            return await as_it_is(self.log, REPORT, earlier)
        known, _, home = await self._known(caller, report_id)
        _check_owner(caller, home, known)
        return await self._write(caller, known.project_id, report_id, report.remove, key)

    async def send(
        self, caller: Caller, report_id: UUID, day: date | None, key: IdempotencyKey | None = None
    ) -> Outcome[ReportIssueState]:
        """To its recipients, now: of the period that a day is in, by default the last one that has ended."""
        for _ in range(ATTEMPTS):
            if (earlier := await answered(self.log, caller, key)) is not None:
                return await as_it_is(self.log, REPORT_ISSUE, earlier)
            known, version, home = await self._known(caller, report_id)
            _check_owner(caller, home, known)
            period = report.ended_period(known.schedule, day, self.clock.now())
            writes = issue_writes(report_id, known, version, period, asked_by=caller.user_id)
            issue_id = writes[1].stream_id
            try:
                context = context_of(caller, project_id=known.project_id)
                await self.log.append([*writes, *acceptance(caller, key, issue_id)], context)
            except ConcurrencyError:
                continue
            return await as_it_is(self.log, REPORT_ISSUE, issue_id)
        raise ConcurrencyError("This report changes too fast to write to.", "Try again.")

    async def preview(
        self, caller: Caller, project_id: UUID | None, name: str, schedule: Schedule, day: date | None
    ) -> tuple[ReportContent, Rendered]:
        """As it would be sent to the caller. Of the period that a day is in, by default the last that has ended."""
        await self._home(caller, project_id)
        period = report.ended_period(schedule, day, self.clock.now())
        edition = Edition(name=name, project_id=project_id, schedule=schedule, period=period)
        return await self.contents.both(edition, caller.user_id)

    async def _home(self, caller: Caller, project_id: UUID | None) -> Project | None:
        if project_id is None:
            return None
        state = (await PROJECT.load(self.log, project_id)).state
        return project.usable(permitted(caller, state, Role.VIEWER, no_project()))

    async def _known(self, caller: Caller, report_id: UUID) -> tuple[Report, int, Project | None]:
        """The report, where the caller may see it, at which version, and its project."""
        loaded = await REPORT.load(self.log, report_id)
        state = loaded.state
        if isinstance(state, NoReport) or state.removed:
            raise no_report()
        if state.project_id is None:
            if state.owner_id != caller.user_id and ADMIN not in caller.roles:
                raise no_report()
            return state, loaded.version, None
        home = (await PROJECT.load(self.log, state.project_id)).state
        return state, loaded.version, permitted(caller, home, Role.VIEWER, no_report())

    async def _named(self, caller: Caller, home: Project | None, asked: RecipientAsked, number: int) -> Recipient:
        """With the user's id, where the caller may have reports sent to them."""
        user_id = await self._user(caller, home, asked.user, f"recipients.{number}.user")
        alone = not (has_role(caller, home, Role.OWNER) if home else ADMIN in caller.roles)
        if alone and (user_id != caller.user_id or asked.destination.channel is not Channel.MAIL):
            raise ForbiddenError(
                "You may have reports sent to yourself by mail only.",
                "An owner of the project can send them to others, to webhooks and to folders.",
            )
        return Recipient(destination=asked.destination, user_id=user_id)

    async def _user(self, caller: Caller, home: Project | None, text: str, field: str) -> UUID:
        if text in {ME, caller.user_name, str(caller.user_id)}:
            return caller.user_id
        found: list[UUID] = []
        for user_id in home.members if home else ():
            state = (await USER.load(self.log, user_id)).state
            if text == str(user_id) or (isinstance(state, User) and state.name == text):
                found.append(user_id)
        if len(found) == 1:
            return found[0]
        if found:
            raise InvalidInputError(f"{len(found)} members are called {text[:60]!r}.", "Give an id.", field=field)
        where = "is a member of this project" if home else "may be named here"
        raise InvalidInputError(
            f"Nobody called {text[:60]!r} {where}.", "Reports go to who may see what is in them.", field=field
        )

    async def _write(
        self,
        caller: Caller,
        project_id: UUID | None,
        report_id: UUID,
        decide: Callable[[ReportState], tuple[ReportEvent, ...]],
        key: IdempotencyKey | None,
    ) -> Outcome[ReportState]:
        context = context_of(caller, project_id=project_id)
        return await perform(self.log, REPORT, report_id, decide, caller=caller, context=context, key=key)


def _check_owner(caller: Caller, home: Project | None, known: Report) -> None:
    """CONFLICT for a member who would change somebody else's."""
    if known.owner_id != caller.user_id and not (home and has_role(caller, home, Role.OWNER)) and not _is_admin(caller):
        raise ConflictError(f"Report {known.name} is somebody else's.", "Choose another name, or ask an owner.")


def _is_admin(caller: Caller) -> bool:
    return ADMIN in caller.roles
