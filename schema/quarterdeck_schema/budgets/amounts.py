"""Dollars and tokens of budgets, as the API shows and takes them."""

from decimal import Decimal, InvalidOperation

import strawberry

from quarterdeck.domain.budget_ledger import Amount
from quarterdeck.domain.errors import InvalidInputError
from quarterdeck_schema.arguments import given
from quarterdeck_schema.scalars import Long

NANO = Decimal(10**9)
LARGEST = 10**18


@strawberry.type(description="Null: that is not limited.")
class BudgetAmount:
    usd: Decimal | None
    tokens: Long | None


def shown_amount(nano_dollars: int | None, tokens: int | None) -> BudgetAmount:
    return BudgetAmount(
        usd=None if nano_dollars is None else Decimal(nano_dollars) / NANO,
        tokens=None if tokens is None else Long(tokens),
    )


def shown(amount: Amount) -> BudgetAmount:
    return shown_amount(amount.nano_dollars, amount.tokens)


def nano_dollars(usd: Decimal | None, field: str = "usd") -> int | None:
    """Exactly: what has no whole nano-dollars is refused and never rounded."""
    asked = given(usd)
    if asked is None:
        return None
    try:
        nano = asked * NANO
        whole = nano.to_integral_value()
    except InvalidOperation:
        whole = nano = Decimal("NaN")
    if not nano.is_finite() or whole != nano or abs(nano) > LARGEST:
        raise InvalidInputError(
            f"{str(asked)[:40]} is no amount of dollars.", "Write it with up to 9 decimals.", field=field
        )
    return int(whole)
