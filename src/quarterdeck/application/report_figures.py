"""What a report tells: plain figures, which the read models give and which every form of it is made from.

Names in it are what people and agents wrote: whoever shows them makes them safe. It has no command's text and no
output.
"""

from dataclasses import dataclass, field
from datetime import date, datetime
from uuid import UUID


@dataclass(frozen=True, kw_only=True)
class Tokens:
    """Apart: none is part of another."""

    input: int = 0
    cache_read: int = 0
    cache_creation: int = 0
    output: int = 0
    reasoning: int = 0

    @property
    def total(self) -> int:
        return self.input + self.cache_read + self.cache_creation + self.output + self.reasoning


@dataclass(frozen=True, kw_only=True)
class Totals:
    """Of one span of time. Money is whole nano-dollars, times are milliseconds."""

    sessions_opened: int = 0
    sessions_ended: int = 0
    sessions_lost: int = 0
    """Of those that ended: were lost, or never became ready."""
    commands: int = 0
    """That ended."""
    commands_failed: int = 0
    """Of those: neither exited with 0 nor cancelled."""
    command_ms: int = 0
    calls: int = 0
    """Of models."""
    calls_unpriced: int = 0
    tokens: Tokens = field(default_factory=Tokens)
    cost: int = 0
    """Of the calls whose price is known."""
    tasks_created: int = 0
    tasks_done: int = 0
    tasks_dropped: int = 0
    tasks_reopened: int = 0
    lead_ms: int | None = None
    """Median, from creation to done; None: none was done."""
    cycle_ms: int | None = None
    """Median, from the first claim or start to done."""


@dataclass(frozen=True, kw_only=True)
class Slot:
    """An hour or a day of it."""

    begin: datetime
    cost: int = 0
    tokens_input: int = 0
    tokens_cached: int = 0
    tokens_output: int = 0
    commands: int = 0
    commands_failed: int = 0


@dataclass(frozen=True, kw_only=True)
class Share:
    """What one model, persona, user or project had of it; an empty name: none."""

    name: str
    calls: int = 0
    calls_unpriced: int = 0
    tokens: int = 0
    cost: int = 0
    cost_before: int = 0
    commands: int = 0
    commands_failed: int = 0


@dataclass(frozen=True, kw_only=True)
class TaskLine:
    """A task that was done in the time, or that cost something."""

    project: str
    number: int
    title: str
    status: str
    done: bool
    """In this time."""
    lead_ms: int | None = None
    cost: int = 0
    tokens: int = 0


@dataclass(frozen=True, kw_only=True)
class AlertLine:
    project: str
    name: str
    severity: str
    raised: int
    """In this time."""
    open: int
    """That nobody or nothing has resolved by its end."""


@dataclass(frozen=True, kw_only=True)
class BudgetLine:
    project: str
    name: str
    unit: str
    """`usd`: whole nano-dollars; `tokens`."""
    spent: int
    limit: int


@dataclass(frozen=True, kw_only=True)
class Figures:
    totals: Totals = field(default_factory=Totals)
    before: Totals = field(default_factory=Totals)
    """Of the period before."""
    slots: tuple[Slot, ...] = ()
    models: tuple[Share, ...] = ()
    personas: tuple[Share, ...] = ()
    users: tuple[Share, ...] = ()
    projects: tuple[Share, ...] = ()
    """Where it is about more than one."""
    failures: tuple[tuple[str, int], ...] = ()
    """How commands failed, and how many did, the most first."""
    tasks: tuple[TaskLine, ...] = ()
    alerts: tuple[AlertLine, ...] = ()
    budgets: tuple[BudgetLine, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Asked:
    """Which figures."""

    project_ids: tuple[UUID, ...]
    before: datetime
    """Where the period before begins; it ends where this one does begin."""
    since: datetime
    until: datetime
    """Not in it."""
    slots: tuple[datetime, ...]


@dataclass(frozen=True, kw_only=True)
class ReportContent:
    """Everything that is shown of one report."""

    name: str
    """Empty: a preview of none that is set up."""
    scope: str
    """The project's name, or how many projects it is about."""
    cadence: str
    zone: str
    first: date
    last: date
    since: datetime
    until: datetime
    before_first: date
    before_last: date
    figures: Figures
    complete: bool = True
    """False: the period still runs."""
    missed: int = 0
    url: str = ""
    """Of the server."""
