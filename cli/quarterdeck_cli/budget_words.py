"""Budgets in words and as bars."""

from decimal import Decimal

from quarterdeck_cli.api.budgets import Amount, Budget, Now
from quarterdeck_cli.ids import short

SPENT, RESERVED, LEFT, OVER = "█", "▒", "·", "▶"
EVERY = {"DAY": "day", "WEEK": "week", "MONTH": "month", "ALL_TIME": "all time"}
STANDING = {
    "OVER": "over",
    "ASKING": "asks",
    "CLOSED": "closed",
    "LET_ON": "let on",
}


def bar(spent: float, reserved: float, width: int) -> str:
    """Shares of the limit, in cells. What is spent at all shows, and so does what is left at all."""
    if spent > 1:
        return SPENT * (width - 1) + OVER
    full = min(width, _cells(spent, width))
    held = min(width - full, _cells(spent + reserved, width) - full)
    if reserved > 0 and not held and full < width:
        held = 1
    return SPENT * full + RESERVED * held + LEFT * (width - full - held)


def _cells(share: float, width: int) -> int:
    if 0 < share < 1 / width:
        return 1
    return width if share >= 1 else min(width - 1, round(share * width))


def bars(now: Now, width: int) -> list[tuple[str, str, str]]:
    """Of each limit: its unit, its bar, and what of it is spent."""
    told: list[tuple[str, str, str]] = []
    if now.limit.usd is not None:
        limit = Decimal(now.limit.usd)
        spent, reserved = Decimal(now.spent.usd or 0), Decimal(now.reserved.usd or 0)
        told.append(("dollars", bar(float(spent / limit), float(reserved / limit), width), f"{spent / limit:.0%}"))
    if now.limit.tokens is not None:
        share, held = (now.spent.tokens or 0) / now.limit.tokens, (now.reserved.tokens or 0) / now.limit.tokens
        told.append(("tokens", bar(share, held, width), f"{share:.0%}"))
    return told


def dollars(usd: str) -> str:
    """With two decimals; up to four below a dollar, and as many as there are where that would show nothing."""
    value = Decimal(usd)
    rounded = value.quantize(Decimal("0.01") if abs(value) >= 1 or not value else Decimal("0.0001"))
    shown = rounded if rounded or not value else value
    whole, _, decimals = f"{abs(shown):,f}".partition(".")
    return f"{'-' if shown < 0 else ''}${whole}.{decimals.rstrip('0').ljust(2, '0')}"


def amount(told: Amount, like: Amount | None = None) -> str:
    """Of what `like` limits; both where it is left out."""
    limited = like or told
    parts = [dollars(told.usd)] if told.usd is not None and limited.usd is not None else []
    if told.tokens is not None and limited.tokens is not None:
        parts.append(f"{told.tokens:,} tokens")
    return ", ".join(parts)


def calls(count: int) -> str:
    return "1 call" if count == 1 else f"{count:,} calls"


def covered(found: Budget) -> str:
    match found.covers:
        case "EVERYTHING":
            return f"project {found.project.name}" if found.project else "all projects"
        case "PERSONA":
            return f"persona {found.persona}"
        case _:
            return f"{found.covers.lower()} {short(found.subject_id or '')}"


def left(now: Now, unit: str) -> str:
    """What is left of one limit: `$0.54 of $1.00`."""
    if unit == "dollars":
        return f"{dollars(now.left.usd or '0')} of {dollars(now.limit.usd or '0')}"
    return f"{now.left.tokens or 0:,} of {now.limit.tokens or 0:,}"


def state(found: Budget) -> str:
    if found.removed_at:
        return "removed"
    return STANDING.get(found.now.standing, "near" if found.now.near else "")
