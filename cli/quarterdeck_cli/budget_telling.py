"""A budget as it is shown: its bars, its figures, and what to do about it."""

from quarterdeck_cli import budget_words, ids
from quarterdeck_cli.api import budgets as api
from quarterdeck_cli.qd import Qd
from quarterdeck_cli.text import plain, when

WIDE, NARROW = 40, 16


def units(found: api.Budget) -> list[tuple[str, str, str]]:
    return budget_words.bars(found.now, NARROW)


def row(found: api.Budget, unit: tuple[str, str, str]) -> list[str]:
    """A line for each of its limits."""
    name, drawn, share = unit
    now = found.now
    only = api.Amount(usd="0", tokens=None) if name == "dollars" else api.Amount(usd=None, tokens=0)
    return [
        ids.short(found.id),
        budget_words.covered(found),
        budget_words.EVERY[found.every],
        drawn,
        share,
        *(budget_words.amount(each, only) for each in (now.spent, now.limit, now.left)),
        budget_words.state(found),
    ]


def reserved(each: api.Reservation) -> list[str]:
    return [each.request_id, budget_words.amount(each.amount), each.purpose, when(each.expires_at)]


def past(period: api.Period) -> list[str]:
    drawn = budget_words.bar(period.share, 0, NARROW)
    spent, limit = budget_words.amount(period.spent, period.limit), budget_words.amount(period.limit)
    return [(period.begins or "")[:10], drawn, f"{period.share:.0%}", spent, limit, f"{period.calls:,}"]


def name(found: api.Budget) -> str:
    every = budget_words.EVERY[found.every]
    span = every if found.every == "ALL_TIME" else f"a {every}"
    return f"The budget of {plain(budget_words.covered(found))} for {span}"


def answer_it(found: api.Budget) -> str:
    limit = "--tokens" if found.limit.usd is None else "--usd"
    return f"Answer it: `qd budget answer {ids.short(found.id)} raise {limit} N`, `let-on` or `keep-closed`."


def asking(found: api.Budget) -> str:
    return f"{name(found)} is used up: what it covers stands still. {answer_it(found)}"


def tell(qd: Qd, found: api.Budget, *, as_json: bool) -> None:
    if as_json:
        qd.out.json(found)
        return
    now = found.now
    for unit, drawn, share in budget_words.bars(now, WIDE):
        qd.out.line(f"{drawn}  {share} of {unit}", _style(found))
    legend = f"{budget_words.SPENT} spent  {budget_words.RESERVED} reserved  {budget_words.LEFT} left"
    qd.out.line(legend)
    qd.out.line()
    qd.out.fields(
        [
            ("id", str(ids.uuid_of(found.id) or found.id)),
            ("covers", budget_words.covered(found)),
            ("every", f"{budget_words.EVERY[found.every]}, {found.time_zone}"),
            ("limit", budget_words.amount(found.limit)),
            ("at limit", "pauses and asks" if found.at_limit == "PAUSE" else "warns"),
            ("spent", f"{budget_words.amount(now.spent, found.limit)} by {budget_words.calls(now.calls)}"),
            ("unpriced", f"{budget_words.calls(now.unpriced)}, whose price nobody knows" if now.unpriced else ""),
            ("reserved", budget_words.amount(now.reserved, found.limit) if now.reservations else ""),
            ("left", budget_words.amount(now.left, found.limit)),
            ("until", when(now.ends) if now.ends else "it is removed or raised"),
            ("state", _state(found)),
        ]
    )
    if found.asks:
        qd.out.note(answer_it(found))


def _state(found: api.Budget) -> str:
    now = found.now
    match now.standing:
        case "ASKING":
            return f"used up since {when(now.exhausted_at)}: what it covers stands still, and it asks"
        case "CLOSED":
            return f"used up, and kept closed {_why(now)}".rstrip()
        case "LET_ON":
            return f"let on without a limit {_why(now)}".rstrip()
        case "OVER":
            return f"over since {when(now.exhausted_at)}; it only warns"
        case _:
            return f"near: {found.warn_percent}% and more are spent" if now.near else ""


def _why(now: api.Now) -> str:
    reason = f": {now.answer_reason}" if now.answer_reason else ""
    return f"since {when(now.answered_at)}{reason}"


def _style(found: api.Budget) -> str:
    if found.now.standing in {"ASKING", "CLOSED", "OVER"}:
        return "red"
    return "yellow" if found.now.near else "green"
