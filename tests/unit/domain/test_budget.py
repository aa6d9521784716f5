"""Which budgets there are, and what they cover."""

from dataclasses import replace
from uuid import UUID, uuid4

import pytest

from quarterdeck.domain import budget
from quarterdeck.domain.base import fold
from quarterdeck.domain.budget import (
    NO_BUDGETS,
    BudgetRevised,
    Budgets,
    BudgetSet,
    Covers,
    Scope,
    Subject,
    Terms,
)
from quarterdeck.domain.budget_period import Every
from quarterdeck.domain.errors import InvalidInputError, LimitExceededError

PROJECT, ADA, SESSION, TASK = uuid4(), uuid4(), uuid4(), uuid4()
TERMS = Terms(nano_dollars=100)
WHOLE = Subject(
    project_id=PROJECT, users=frozenset({ADA, uuid4()}), persona="reviewer", session_id=SESSION, task_id=TASK
)


def of(covers: Covers, subject: str, project_id: UUID | None = PROJECT) -> Scope:
    return Scope(project_id=project_id, covers=covers, subject=subject)


def known(*scopes: Scope) -> Budgets:
    state = NO_BUDGETS
    for scope in scopes:
        state = fold(budget.evolve, state, budget.set_budget(state, scope, Every.DAY, "UTC", TERMS))
    return state


@pytest.mark.parametrize(
    ("scope", "covered"),
    [
        (of(Covers.EVERYTHING, ""), True),
        (of(Covers.EVERYTHING, "", None), True),
        (of(Covers.EVERYTHING, "", uuid4()), False),
        (of(Covers.USER, str(ADA)), True),
        (of(Covers.USER, str(ADA), None), True),
        (of(Covers.USER, str(uuid4())), False),
        (of(Covers.PERSONA, "reviewer"), True),
        (of(Covers.PERSONA, "writer"), False),
        (of(Covers.SESSION, str(SESSION)), True),
        (of(Covers.SESSION, str(TASK)), False),
        (of(Covers.TASK, str(TASK)), True),
        (of(Covers.TASK, str(SESSION)), False),
    ],
)
def test_a_budget_covers_what_it_names(scope: Scope, covered: bool) -> None:
    assert budget.covers(scope, WHOLE) is covered


def test_nothing_that_is_not_named_is_covered_by_an_empty_name() -> None:
    bare = Subject(project_id=PROJECT, users=frozenset({ADA}))
    for covers in (Covers.PERSONA, Covers.SESSION, Covers.TASK):
        assert not budget.covers(of(covers, ""), bare)


def test_setting_the_same_scope_and_period_again_revises_it() -> None:
    scope = of(Covers.EVERYTHING, "")
    [made] = budget.set_budget(NO_BUDGETS, scope, Every.DAY, "UTC", TERMS)
    assert isinstance(made, BudgetSet)
    state = budget.evolve(NO_BUDGETS, made)
    assert budget.set_budget(state, scope, Every.DAY, "UTC", TERMS) == ()
    [revised] = budget.set_budget(state, scope, Every.DAY, "Europe/Berlin", replace(TERMS, warn_percent=50))
    assert isinstance(revised, BudgetRevised)
    after = budget.evolve(state, revised).by_id[made.budget_id]
    assert (after.time_zone, after.terms.warn_percent, after.every) == ("Europe/Berlin", 50, Every.DAY)
    [other] = budget.set_budget(state, scope, Every.WEEK, "UTC", TERMS)
    assert other.budget_id != made.budget_id
    gone = fold(budget.evolve, state, budget.remove(state, made.budget_id))
    assert gone.by_id == {}
    assert budget.remove(gone, made.budget_id) == ()


@pytest.mark.parametrize(
    ("scope", "terms", "field"),
    [
        (of(Covers.SESSION, str(SESSION), None), TERMS, "projectId"),
        (of(Covers.PERSONA, "No Name"), TERMS, "persona"),
        (of(Covers.EVERYTHING, ""), Terms(), "usd"),
        (of(Covers.EVERYTHING, ""), Terms(nano_dollars=0), "usd"),
        (of(Covers.EVERYTHING, ""), Terms(nano_dollars=10**18), "usd"),
        (of(Covers.EVERYTHING, ""), Terms(tokens=-1), "tokens"),
        (of(Covers.EVERYTHING, ""), Terms(tokens=1, warn_percent=0), "warnPercent"),
    ],
)
def test_what_makes_no_budget_is_refused_and_says_which_field(scope: Scope, terms: Terms, field: str) -> None:
    with pytest.raises(InvalidInputError) as refused:
        budget.set_budget(NO_BUDGETS, scope, Every.DAY, "UTC", terms)
    assert refused.value.field == field


def test_there_is_a_bound_to_how_many_there_are(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(budget, "MAX_BUDGETS", 2)
    state = known(of(Covers.PERSONA, "a"), of(Covers.PERSONA, "b"))
    with pytest.raises(LimitExceededError):
        budget.set_budget(state, of(Covers.PERSONA, "c"), Every.DAY, "UTC", TERMS)
    assert budget.set_budget(state, of(Covers.PERSONA, "a"), Every.DAY, "UTC", replace(TERMS, tokens=1))
