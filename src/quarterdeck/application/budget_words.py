"""What is said of budgets: which one, how far it is used, and what to do."""

from uuid import UUID
from zoneinfo import ZoneInfo

from quarterdeck.domain.budget import Budget, Covers, Scope
from quarterdeck.domain.budget_ledger import Account, Amount, Standing
from quarterdeck.domain.budget_period import Every, Period
from quarterdeck.domain.errors import BudgetExhaustedError, LimitExceededError

NANO = 10**9
_EVERY = {
    Every.DAY: "daily budget",
    Every.WEEK: "weekly budget",
    Every.MONTH: "monthly budget",
    Every.ALL_TIME: "budget",
}


def name_of(scope: Scope, every: Every, identifier: UUID) -> str:
    """As `The daily budget of persona reviewer (…1f2e3d4c)`."""
    return f"The {_EVERY[every]} of {_covered(scope)} (…{identifier.hex[-8:]})"


def _covered(scope: Scope) -> str:
    match scope.covers:
        case Covers.EVERYTHING:
            return "this project" if scope.project_id else "all projects"
        case Covers.PERSONA:
            return f"persona {scope.subject}"
        case Covers.USER | Covers.SESSION | Covers.TASK:
            return f"{scope.covers} …{scope.subject[-8:]}"


def dollars(nano: int) -> str:
    """Exactly, with at least two decimals."""
    whole, rest = divmod(abs(nano), NANO)
    decimals = f"{rest:09}".rstrip("0").ljust(2, "0")
    return f"{'-' if nano < 0 else ''}${whole:,}.{decimals}"


def amount_text(amount: Amount) -> str:
    told = [dollars(amount.nano_dollars)] if amount.nano_dollars else []
    if amount.tokens:
        told.append(f"{amount.tokens:,} tokens")
    return " and ".join(told) or "nothing"


def usage_text(account: Account) -> str:
    """As `$4.20 of $5.00 and 1,200 of 5,000 tokens are spent`."""
    terms, told = account.terms, list[str]()
    if terms.nano_dollars is not None:
        told.append(f"{dollars(account.spent.nano_dollars)} of {dollars(terms.nano_dollars)}")
    if terms.tokens is not None:
        told.append(f"{account.spent.tokens:,} of {terms.tokens:,} tokens")
    return f"{' and '.join(told)} {'is' if len(told) == 1 and terms.tokens is None else 'are'} spent"


def _figures(account: Account) -> str:
    """What all projects have spent is for admins."""
    return f": {usage_text(account)}" if account.scope.project_id or account.scope.covers is Covers.USER else ""


def until_text(period: Period, time_zone: str) -> str:
    if period.ends is None:
        return "It has no further period"
    local = period.ends.astimezone(ZoneInfo(time_zone))
    return f"Its period ends {local:%Y-%m-%d %H:%M} {time_zone}"


def held_text(account: Account) -> str:
    """Why what it covers stands still."""
    name = name_of(account.scope, account.every, account.budget_id)
    return f"{name} is used up{_figures(account)}. {until_text(account.period, account.time_zone)}."


def exhausted(account: Account) -> BudgetExhaustedError:
    limit = "--usd" if account.terms.nano_dollars is not None else "--tokens"
    higher = f"`qd budget answer {account.budget_id.hex[-8:]} raise {limit} N`"
    if account.standing is Standing.CLOSED:
        step = f"It was decided to keep it closed: {higher} or `let-on` opens it again."
    else:
        step = f"Ask who owns it to answer: {higher}, or `let-on`."
    return BudgetExhaustedError(held_text(account), step)


def does_not_fit(account: Account, amount: Amount) -> BudgetExhaustedError:
    """The hit of a reservation."""
    error = exhausted(account)
    return BudgetExhaustedError(f"{error.message} {amount_text(amount)} does not fit.", error.next_step)


def no_room_now(account: Account, amount: Amount) -> LimitExceededError:
    name = name_of(account.scope, account.every, account.budget_id)
    return LimitExceededError(
        f"{name} has no room for {amount_text(amount)} beside what is reserved now{_figures(account)}.",
        "Try again when what is reserved is settled or released, or reserve less.",
    )


def too_much(account: Account, amount: Amount) -> LimitExceededError:
    name = name_of(account.scope, account.every, account.budget_id)
    return LimitExceededError(
        f"{name} is less than {amount_text(amount)} in all{_figures(account)}.",
        "Reserve less, or have it raised.",
    )


def unit_missing(budget: Budget, unit: str) -> str:
    return f"{name_of(budget.scope, budget.every, budget.id)} limits {unit}, and none are reserved."
