"""Budgets: what there is, what is spent, and reservations."""

from collections.abc import AsyncIterator
from typing import Any

from quarterdeck_cli.api import Answer, read
from quarterdeck_cli.api.paging import pages
from quarterdeck_cli.client import Client
from quarterdeck_cli.errors import NotFoundError


class Amount(Answer, frozen=True):
    usd: str | None
    tokens: int | None


class Period(Answer, frozen=True):
    begins: str | None
    ends: str | None
    standing: str
    limit: Amount
    spent: Amount
    share: float
    calls: int
    unpriced: int


class Now(Period, frozen=True):
    reserved: Amount
    left: Amount
    near: bool
    reservations: int
    exhausted_at: str | None
    answer: str | None
    answered_at: str | None
    answer_reason: str | None


class Question(Answer, frozen=True):
    since: str
    wanted: Amount | None
    answers: tuple[str, ...]


class Home(Answer, frozen=True):
    id: str
    name: str


class Budget(Answer, frozen=True):
    id: str
    covers: str
    subject_id: str | None
    persona: str | None
    every: str
    time_zone: str
    limit: Amount
    at_limit: str
    warn_percent: int
    now: Now
    asks: Question | None
    set_at: str
    revised_at: str
    removed_at: str | None
    project: Home | None


class Reservation(Answer, frozen=True):
    id: str
    request_id: str
    purpose: str
    persona: str
    session_id: str | None
    task_id: str | None
    expires_at: str
    amount: Amount


class _Edge(Answer, frozen=True):
    node: Reservation


class Reservations(Answer, frozen=True):
    edges: tuple[_Edge, ...]


class BudgetDetails(Budget, frozen=True):
    periods: tuple[Period, ...]
    reservations: Reservations


class Reserved(Answer, frozen=True):
    reservation_id: str
    fate: str
    expires_at: str
    budgets: int


class Released(Answer, frozen=True):
    reservation_id: str
    fate: str


class Changed(Answer, frozen=True):
    position: int
    topic: str
    budget_id: str
    budget: Budget


def budgets(client: Client, project_id: str | None) -> AsyncIterator[Budget]:
    """A project's; None: those over all projects, which admins may see."""
    return pages(client, "budgets", "budgets", {"projectId": project_id}, Budget)


async def budget(client: Client, budget_id: str) -> BudgetDetails:
    found = (await client.query("budget", {"id": budget_id}))["budget"]
    if found is None:
        raise NotFoundError("There is no such budget.", "`qd budget list` shows them.")
    return read(BudgetDetails, found)


async def set_budget(client: Client, asked: dict[str, Any]) -> Budget:
    """`asked`: the API's SetBudgetInput."""
    return read(Budget, (await client.mutate("set_budget", asked))["budget"])


async def remove_budget(client: Client, budget_id: str) -> Budget:
    return read(Budget, (await client.mutate("remove_budget", {"budgetId": budget_id}))["budget"])


async def answer_budget(client: Client, budget_id: str, asked: dict[str, Any]) -> Budget:
    """`asked`: the rest of the API's AnswerBudgetInput."""
    return read(Budget, (await client.mutate("answer_budget", {"budgetId": budget_id, **asked}))["budget"])


async def reserve(client: Client, asked: dict[str, Any]) -> Reserved:
    """`asked`: the API's ReserveBudgetInput."""
    return read(Reserved, await client.mutate("reserve_budget", asked))


async def release(client: Client, reservation_id: str) -> Released:
    return read(Released, await client.mutate("release_budget", {"reservationId": reservation_id}))
