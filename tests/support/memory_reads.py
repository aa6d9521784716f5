"""The read models' twin: every answer folded from the memory log when it is asked."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any, TypeVar
from uuid import UUID

from tests.support import usage_facts
from tests.support.memory_alerts import MemoryAlertReads
from tests.support.memory_budgets import budgets_of, reservations_of
from tests.support.memory_happenings import MemoryHappenings
from tests.support.memory_reports import MemoryReportReads
from tests.support.memory_search import MemorySearch

from quarterdeck.application.ports.log import LoggedEvent
from quarterdeck.domain import command, identity, persona, project, session_events, session_network, workspace
from quarterdeck.domain.base import ActorKind, fold
from quarterdeck.domain.command import ChangedFile
from quarterdeck.domain.erasure import PayloadErased
from quarterdeck.domain.identity import TokenKind
from quarterdeck.domain.network_access import NetworkAccessDecided
from quarterdeck.domain.session_network import SessionNetwork, SessionNetworkChanged
from quarterdeck.domain.session_task import SessionTaskGiven
from quarterdeck_projections.paging import Keyed, Page, Window
from quarterdeck_projections.queries.alerts import AlertRow
from quarterdeck_projections.queries.budgets import BudgetRow, ReservationRow
from quarterdeck_projections.queries.commands import CommandRow
from quarterdeck_projections.queries.findings import FindingRow
from quarterdeck_projections.queries.id_endings import Ended
from quarterdeck_projections.queries.network import NetworkAccessRow
from quarterdeck_projections.queries.output_erasures import OutputErasureRow
from quarterdeck_projections.queries.personas import PersonaRow
from quarterdeck_projections.queries.positions import PositionRow
from quarterdeck_projections.queries.projects import ProjectRow
from quarterdeck_projections.queries.queue import QueuePlace
from quarterdeck_projections.queries.read_model_checks import CheckRow, CheckState, DifferenceRow
from quarterdeck_projections.queries.sessions import SessionRow
from quarterdeck_projections.queries.tokens import TokenRow
from quarterdeck_projections.queries.usage import UsageCallRow, UsagePoint
from quarterdeck_projections.queries.usage_funnel import Dropped, FunnelQuestion, FunnelStep
from quarterdeck_projections.queries.usage_kept import Kept
from quarterdeck_projections.queries.usage_pages import After, FactRow
from quarterdeck_projections.queries.usage_percentiles import PercentilePoint, PercentileQuestion
from quarterdeck_projections.queries.usage_question import Selection, UsageQuestion
from quarterdeck_projections.queries.usage_top import TopList, TopQuestion
from quarterdeck_projections.queries.workers import WorkerRow
from quarterdeck_projections.states import CommandState, FindingKind, SessionState

RowT = TypeVar(
    "RowT",
    BudgetRow,
    ReservationRow,
    ProjectRow,
    PersonaRow,
    SessionRow,
    CommandRow,
    TokenRow,
    NetworkAccessRow,
    FindingRow,
    UsageCallRow,
)


class MemoryReads(MemoryAlertReads, MemoryReportReads, MemoryHappenings, MemorySearch):
    kept = Kept()
    """Since when usage is."""
    _checks: frozenset[UUID] | set[UUID] = frozenset()

    async def projects(self, ids: Collection[UUID], /) -> Mapping[UUID, ProjectRow]:
        return _among(_projects(await self._events()), ids)

    async def personas(self, ids: Collection[UUID], /) -> Mapping[UUID, PersonaRow]:
        return _among(_personas(await self._events()), ids)

    async def budgets(self, ids: Collection[UUID], /) -> Mapping[UUID, BudgetRow]:
        return _among(budgets_of(await self._events()), ids)

    async def list_budgets(self, project_id: UUID | None, window: Window) -> Page[BudgetRow]:
        rows = budgets_of(await self._events()).values()
        wanted = (row for row in rows if row.project_id == project_id and row.removed_at is None)
        return _page(wanted, window, newest_first=False)

    async def list_reservations(self, budget_id: UUID, window: Window) -> Page[ReservationRow]:
        return _page(reservations_of(await self._events(), budget_id), window, newest_first=False)

    async def sessions(self, ids: Collection[UUID], /) -> Mapping[UUID, SessionRow]:
        return _among(_sessions(await self._events()), ids)

    async def commands(self, ids: Collection[UUID], /) -> Mapping[UUID, CommandRow]:
        return _among(_commands(await self._events()), ids)

    async def files_changed(self, ids: Collection[UUID], /) -> Mapping[UUID, tuple[ChangedFile, ...]]:
        return {
            logged.stream_id: logged.event.files_changed
            for logged in await self._events()
            if isinstance(logged.event, command.CommandFinished) and logged.stream_id in ids
        }

    async def output_erasures(self, ids: Collection[UUID], /) -> Mapping[UUID, Sequence[OutputErasureRow]]:
        rows = [
            OutputErasureRow(
                command_id=output.command_id,
                position=logged.position,
                first=output.first,
                until=output.until,
                output_sha256=output.output_sha256,
                reason=logged.event.reason,
                erased_at=logged.envelope.recorded_at,
            )
            for logged in await self._events()
            if isinstance(logged.event, PayloadErased)
            for output in logged.event.output
        ]
        return {each: [row for row in rows if row.command_id == each] for each in ids}

    async def tokens(self, ids: Collection[UUID], /) -> Mapping[UUID, TokenRow]:
        return _among(_tokens(await self._events()), ids)

    async def waiting_sessions(self, ids: Collection[UUID], /) -> Mapping[UUID, QueuePlace]:
        rows = sorted(_sessions(await self._events()).values(), key=_position)
        waiting = [row.id for row in rows if row.state is SessionState.QUEUED]
        return _places(waiting, ids, "no worker is running")

    async def waiting_commands(self, ids: Collection[UUID], /) -> Mapping[UUID, QueuePlace]:
        rows = sorted(_commands(await self._events()).values(), key=_position)
        waiting = [row.id for row in rows if row.state is CommandState.QUEUED]
        return _places(waiting, ids, "the session is not ready yet")

    async def session_network(self, session_id: UUID) -> SessionNetwork:
        events = [logged.event for logged in await self._events()]
        changes = [each for each in events if isinstance(each, SessionNetworkChanged) and each.session_id == session_id]
        return fold(session_network.evolve, SessionNetwork(), changes)

    async def list_network_access(self, session_id: UUID, window: Window) -> Page[NetworkAccessRow]:
        rows = [_access(each) for each in await self._events() if _is_access_of(each, session_id)]
        return _page(rows, window, newest_first=False)

    async def list_projects(self, visible_to: UUID | None, window: Window) -> Page[ProjectRow]:
        roles = await self.roles(visible_to) if visible_to else None
        rows = _projects(await self._events()).values()
        return _page((row for row in rows if roles is None or row.id in roles), window, newest_first=True)

    async def list_personas(self, project_id: UUID, window: Window, *, retired: bool) -> Page[PersonaRow]:
        rows = _personas(await self._events()).values()
        wanted = (row for row in rows if row.project_id == project_id and (retired or row.retired_at is None))
        return _page(wanted, window, newest_first=False)

    async def list_sessions(
        self,
        visible_to: UUID | None,
        window: Window,
        *,
        project_id: UUID | None = None,
        states: Sequence[SessionState] = (),
        task_id: UUID | None = None,
    ) -> Page[SessionRow]:
        roles = await self.roles(visible_to) if visible_to else None

        def wanted(row: SessionRow) -> bool:
            seen = roles is None or row.project_id in roles
            named = project_id in {None, row.project_id} and task_id in {None, row.task_id}
            return seen and named and (not states or row.state in states)

        rows = _sessions(await self._events()).values()
        return _page(filter(wanted, rows), window, newest_first=True)

    async def list_commands(self, session_id: UUID, window: Window) -> Page[CommandRow]:
        rows = _commands(await self._events()).values()
        return _page((row for row in rows if row.session_id == session_id), window, newest_first=False)

    async def list_tokens(self, user_id: UUID, window: Window) -> Page[TokenRow]:
        rows = _tokens(await self._events()).values()
        return _page(
            (row for row in rows if row.user_id == user_id and row.kind is TokenKind.API), window, newest_first=True
        )

    async def list_findings(
        self, visible_to: UUID | None, window: Window, *, worker_id: str | None
    ) -> Page[FindingRow]:
        rows = [
            FindingRow(
                position=logged.position,
                found_at=logged.envelope.recorded_at,
                worker_id=logged.event.worker_id,
                kind=FindingKind.REBUILT if logged.event.rebuilt else FindingKind.ADOPTED,
                session_id=logged.stream_id,
                detail=logged.event.detail,
            )
            for logged in await self._events()
            if isinstance(logged.event, session_events.SessionAdopted) and worker_id in {None, logged.event.worker_id}
        ]
        return _page(rows if visible_to is None else [], window, newest_first=True)

    async def ask_read_model_check(self, check_id: UUID) -> None:
        """Folded from the log at each question, it is what the log gives."""
        self._checks = {*self._checks, check_id}

    async def read_model_check(self, check_id: UUID) -> CheckRow | None:
        if check_id not in self._checks:
            return None
        position = (await self._events())[-1].position
        return CheckRow(
            id=check_id,
            state=CheckState.ENDED,
            step="compared",
            done=0,
            total=0,
            position=position,
            rows=0,
            differences=0,
            tables={},
            failure=None,
            next_step=None,
        )

    async def read_model_differences(self, check_id: UUID, after: int, limit: int) -> Sequence[DifferenceRow]:
        return ()

    async def workers(self) -> Sequence[WorkerRow]:
        expires = datetime(2100, 1, 1, tzinfo=UTC)
        return [WorkerRow(worker_id="w1", host="here", capacity=4, sessions=1, expires_at=expires, alive=True)]

    async def usage(self, asked: UsageQuestion, limit: int) -> Sequence[UsagePoint]:
        return usage_facts.series(usage_facts.of(await self._events()), asked)[:limit]

    async def usage_percentiles(self, asked: PercentileQuestion, limit: int, facts: int) -> Sequence[PercentilePoint]:
        return usage_facts.percentiles(usage_facts.of(await self._events()), asked)[:limit]

    async def usage_kept(self) -> Kept:
        return self.kept

    async def usage_top(self, asked: TopQuestion) -> TopList:
        return usage_facts.top(usage_facts.of(await self._events()), asked)

    async def task_funnel(self, asked: FunnelQuestion, limit: int) -> tuple[Sequence[FunnelStep], Sequence[Dropped]]:
        return usage_facts.funnel(usage_facts.of(await self._events()), asked)

    async def page_of_facts(self, asked: Selection, after: After | None, limit: int) -> Sequence[FactRow]:
        return usage_facts.page_of_facts(usage_facts.of(await self._events()), asked, after)[:limit]

    async def list_model_calls(self, asked: Selection, window: Window) -> Page[UsageCallRow]:
        rows = usage_facts.calls(usage_facts.of(await self._events()), asked)
        return _page(rows, window, newest_first=True)

    async def ids_ending_with(self, kind: Ended, suffix: str, project_id: UUID | None, limit: int) -> Sequence[UUID]:
        rows = await self._ended(kind)
        wanted = [row for row in rows if row.id.hex.endswith(suffix) and project_id in {None, row.project_id}]
        return [row.id for row in sorted(wanted, key=_position, reverse=True)][:limit]

    async def _ended(self, kind: Ended) -> Sequence[Any]:
        match kind:
            case Ended.SESSION:
                return list(_sessions(await self._events()).values())
            case Ended.COMMAND:
                return list(_commands(await self._events()).values())
            case Ended.BUDGET:
                return list(budgets_of(await self._events()).values())
            case Ended.REPORT:
                return await self._reports()
            case Ended.ALERT:
                return await self._told("alerts", AlertRow)

    async def positions(self) -> Sequence[PositionRow]:
        return [PositionRow(name="sessions", position=await self._log.head(), failed_at=None, failure=None)]

    async def wait_for(self, position: int, *projections: str) -> None:
        """Always there."""


def _places(waiting: Sequence[UUID], ids: Collection[UUID], reason: str) -> Mapping[UUID, QueuePlace]:
    """In one queue: that of the only project or session there is."""
    return {
        key: QueuePlace(position=number, reason=reason) for number, key in enumerate(waiting, start=1) if key in ids
    }


def _among(rows: Mapping[UUID, RowT], ids: Collection[UUID]) -> Mapping[UUID, RowT]:
    return {key: row for key, row in rows.items() if key in ids}


def _is_access_of(logged: LoggedEvent, session_id: UUID) -> bool:
    return isinstance(logged.event, NetworkAccessDecided) and logged.event.session_id == session_id


def _access(logged: LoggedEvent) -> NetworkAccessRow:
    told = vars(logged.event)
    kept = {name: value for name, value in told.items() if name not in {"session_id", "number"}}
    return NetworkAccessRow(position=logged.position, **kept)


def _page(rows: Iterable[RowT], window: Window, *, newest_first: bool) -> Page[RowT]:
    ordered = sorted(rows, key=_position, reverse=newest_first)
    sign = -1 if newest_first else 1
    after = [row for row in ordered if window.after is None or sign * row.position > sign * window.after]
    inside = [row for row in after if window.before is None or sign * row.position < sign * window.before]
    if window.backward:
        start = max(0, len(inside) - window.limit)
        return Page(rows=inside[start:], has_next=window.before is not None, has_previous=start > 0)
    return Page(rows=inside[: window.limit], has_next=len(inside) > window.limit, has_previous=window.after is not None)


def _position(row: Keyed) -> int:
    return row.position


def _projects(events: Sequence[LoggedEvent]) -> dict[UUID, ProjectRow]:
    rows: dict[UUID, ProjectRow] = {}
    for logged in events:
        if isinstance(logged.event, project.ProjectCreated):
            rows[logged.stream_id] = ProjectRow(
                id=logged.stream_id,
                position=logged.position,
                name=logged.event.name,
                repository=logged.event.repository,
                default_branch=logged.event.default_branch,
                archived=False,
                created_at=logged.envelope.recorded_at,
                settings=logged.event.settings,
            )
        elif isinstance(logged.event, project.ProjectSettingsChanged):
            rows[logged.stream_id] = replace(rows[logged.stream_id], settings=logged.event.settings)
    return rows


def _personas(events: Sequence[LoggedEvent]) -> dict[UUID, PersonaRow]:
    rows: dict[UUID, PersonaRow] = {}
    states: dict[UUID, persona.PersonaState] = {}
    for logged in events:
        event, key, at = logged.event, logged.stream_id, logged.envelope.recorded_at
        if not isinstance(event, persona.PersonaDefined | persona.PersonaRevised | persona.PersonaRetired):
            continue
        states[key] = known = persona.existing(persona.evolve(states.get(key, persona.NoPersona()), event))
        defined = isinstance(event, persona.PersonaDefined)
        rows[key] = PersonaRow(
            id=key,
            position=logged.position if defined else rows[key].position,
            project_id=known.project_id,
            name=known.name,
            revision=known.revision,
            settings=known.settings,
            defined_at=at if defined else rows[key].defined_at,
            revised_at=rows[key].revised_at if isinstance(event, persona.PersonaRetired) else at,
            retired_at=at if known.retired else None,
        )
    return rows


def _names(events: Sequence[LoggedEvent]) -> dict[UUID, str]:
    return {e.stream_id: e.event.name for e in events if isinstance(e.event, identity.UserRegistered)}


def _sessions(events: Sequence[LoggedEvent]) -> dict[UUID, SessionRow]:
    rows: dict[UUID, SessionRow] = {}
    names = _names(events)
    for logged in events:
        key, at = logged.stream_id, logged.envelope.recorded_at
        match logged.event:
            case session_events.SessionOpened() as opened:
                rows[key] = SessionRow(
                    id=key,
                    position=logged.position,
                    project_id=opened.project_id,
                    owner_id=opened.owner_id,
                    owner_name=names.get(opened.owner_id, str(opened.owner_id)),
                    title=opened.title,
                    ref=opened.ref,
                    state=SessionState.QUEUED,
                    reason=None,
                    next_step=None,
                    worker_id=None,
                    jail_driver=None,
                    workspace_kind=None,
                    base_commit=None,
                    limits=(),
                    forked_from=None,
                    forked_at=None,
                    forked_before=False,
                    notes=(),
                    persona=opened.persona,
                    task_id=None,
                    opened_at=at,
                    ready_at=None,
                    ended_at=None,
                )
            case session_events.SessionAdmitted():
                rows[key] = replace(rows[key], state=SessionState.OPENING)
            case SessionTaskGiven() as given:
                rows[key] = replace(rows[key], task_id=given.task_id)
            case session_events.SessionForked() as fork:
                rows[key] = replace(
                    rows[key],
                    forked_from=fork.source_session_id,
                    forked_at=fork.point.command_id,
                    forked_before=fork.point.before,
                )
            case session_events.SessionProvisioned() as made:
                rows[key] = replace(
                    rows[key],
                    state=SessionState.READY,
                    worker_id=made.worker_id,
                    jail_driver=made.jail_driver,
                    workspace_kind=made.workspace_kind,
                    base_commit=made.base_commit,
                    limits=made.limits,
                    ready_at=at,
                )
            case workspace.WorkspacePrepared() as prepared:
                rows[prepared.session_id] = replace(rows[prepared.session_id], notes=prepared.notes)
            case session_events.SessionCloseRequested():
                rows[key] = replace(rows[key], state=SessionState.CLOSING)
            case session_events.SessionClosed() as closed:
                rows[key] = replace(rows[key], state=SessionState.CLOSED, reason=closed.detail, ended_at=at)
            case _:
                pass
    return rows


def _commands(events: Sequence[LoggedEvent]) -> dict[UUID, CommandRow]:
    rows: dict[UUID, CommandRow] = {}
    for logged in events:
        key, at = logged.stream_id, logged.envelope.recorded_at
        match logged.event:
            case command.CommandRequested() as asked:
                rows[key] = _asked(logged, asked)
            case command.CommandStarted() as started:
                rows[key] = replace(rows[key], state=CommandState.RUNNING, started_at=at, worker_id=started.worker_id)
            case command.CommandCancelRequested():
                rows[key] = replace(rows[key], cancelling=True)
            case command.CommandFinished() as finished:
                rows[key] = replace(
                    rows[key],
                    state=CommandState.FINISHED,
                    end_reason=finished.reason,
                    exit_code=finished.exit_code,
                    output_bytes=finished.output_bytes,
                    output_sha256=finished.output_sha256,
                    tree_before=finished.tree_before,
                    tree_after=finished.tree_after,
                    ended_at=at,
                )
            case command.CommandLost() as lost:
                rows[key] = replace(rows[key], state=CommandState.LOST, reason=lost.reason, ended_at=at)
            case _:
                pass
    return rows


def _asked(logged: LoggedEvent, asked: command.CommandRequested) -> CommandRow:
    actor = logged.envelope.actor
    return CommandRow(
        id=logged.stream_id,
        position=logged.position,
        session_id=asked.session_id,
        project_id=asked.project_id,
        text=asked.text,
        terminal=asked.terminal,
        background=asked.background,
        timeout_seconds=asked.timeout_seconds,
        state=CommandState.QUEUED,
        end_reason=None,
        exit_code=None,
        signal=None,
        reason=None,
        next_step=None,
        cancelling=False,
        requested_at=logged.envelope.recorded_at,
        started_at=None,
        ended_at=None,
        requested_by=actor.id,
        requested_by_user=UUID(actor.id) if actor.kind is ActorKind.USER else None,
        worker_id=None,
        wall_ms=None,
        cpu_ms=None,
        peak_memory_bytes=None,
        output_bytes=None,
        output_sha256=None,
        tree_before=None,
        tree_after=None,
        files_changed_total=0,
    )


def _tokens(events: Sequence[LoggedEvent]) -> dict[UUID, TokenRow]:
    rows: dict[UUID, TokenRow] = {}
    for logged in events:
        match logged.event:
            case identity.TokenIssued() as issued:
                rows[logged.stream_id] = TokenRow(
                    id=logged.stream_id,
                    position=logged.position,
                    user_id=issued.user_id,
                    name=issued.name,
                    kind=issued.kind,
                    scopes=issued.scopes,
                    created_at=logged.envelope.recorded_at,
                    expires_at=issued.expires_at,
                    revoked=False,
                    used=False,
                )
            case identity.TokenRevoked():
                rows[logged.stream_id] = replace(rows[logged.stream_id], revoked=True)
            case _:
                pass
    return rows
