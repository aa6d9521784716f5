"""qd budget: what may be spent, on what, and what is done when it is."""

from contextlib import aclosing
from enum import StrEnum
from typing import Annotated, Any
from uuid import uuid4

import typer

from quarterdeck_cli import budget_words, ids, resolve, task_words
from quarterdeck_cli.api import access, events, read
from quarterdeck_cli.api import budgets as api
from quarterdeck_cli.client import Client
from quarterdeck_cli.command_line import Json, ProjectName, SessionRef
from quarterdeck_cli.errors import NotFoundError, ServerFailure, UsageError
from quarterdeck_cli.qd import Qd
from quarterdeck_cli.resume import Cursor, Subscription, resuming
from quarterdeck_cli.text import plain, when

WIDE, NARROW = 40, 16


class Every(StrEnum):
    DAY = "day"
    WEEK = "week"
    MONTH = "month"
    ALL_TIME = "all-time"


class Answers(StrEnum):
    RAISE = "raise"
    LET_ON = "let-on"
    KEEP_CLOSED = "keep-closed"


Id = Annotated[str, typer.Argument(metavar="BUDGET", help="Its id, or the end of it.")]
Dollars = Annotated[str | None, typer.Option("--usd", metavar="N", help="Dollars, as 20 or 0.5.")]
Tokens = Annotated[int | None, typer.Option("--tokens", metavar="N", help="Tokens of all kinds.")]
Period = Annotated[Every, typer.Option("--every", help="How long it is for; then it begins anew.")]
TimeZone = Annotated[str, typer.Option("--time-zone", metavar="ZONE", help="Whose midnight it is: Europe/Berlin.")]
User = Annotated[str | None, typer.Option("--user", metavar="USER", help="Of a user: `me`, or an id.")]
Persona = Annotated[str | None, typer.Option("--persona", metavar="NAME", help="Of a persona.")]
Task = Annotated[str | None, typer.Option("--task", metavar="TASK", help="Of a task, as T-17.")]
Everywhere = Annotated[bool, typer.Option("--all-projects", help="Over all projects; for admins.")]
WarnOnly = Annotated[bool, typer.Option("--warn-only", help="At the limit, say so and pause nothing.")]
WarnAt = Annotated[int, typer.Option("--warn-at", metavar="PERCENT", help="From when on it is called near.")]
Given = Annotated[
    Answers, typer.Argument(metavar="ANSWER", help="raise (with --usd, --tokens), let-on or keep-closed.")
]
Reason = Annotated[str, typer.Option("--reason", help="Why; it is kept.")]
Request = Annotated[str | None, typer.Option("--request", metavar="ID", help="The same again is answered as before.")]
Purpose = Annotated[str, typer.Option("--for", metavar="TEXT", help="What the call is for.")]
Lease = Annotated[int, typer.Option("--lease", metavar="SECONDS", min=1, help="Then it is given back by itself.")]
Held = Annotated[str, typer.Argument(metavar="RESERVATION", help="The id that `qd budget reserve` printed.")]
After = Annotated[int | None, typer.Option("--after", min=0, help="What came after this position, too.")]


async def set_budget(
    qd: Qd,
    *,
    usd: Dollars = None,
    tokens: Tokens = None,
    every: Period = Every.MONTH,
    user: User = None,
    persona: Persona = None,
    session: SessionRef = None,
    task: Task = None,
    time_zone: TimeZone = "UTC",
    warn_only: WarnOnly = False,
    warn_at: WarnAt = 80,
    everywhere: Everywhere = False,
    project: ProjectName = None,
    as_json: Json = False,
) -> None:
    """Set what may be spent: of a project, or of a user, persona, session or task of it.

    Setting the same again revises it; what is spent stays spent. It counts from when it is set.
    """
    if everywhere and project:
        raise UsageError("A budget is of one project or of all.", "Leave --project or --all-projects out.")
    client = await qd.client()
    asked: dict[str, Any] = {
        "projectId": None if everywhere else await resolve.project_or_here(client, project),
        "userId": await _user(client, user) if user else None,
        "persona": persona,
        "sessionId": await resolve.session_id(client, session) if session else None,
        "taskId": (await task_words.task_of(client, task, project)).id if task else None,
        "every": every.name,
        "timeZone": time_zone,
        "usd": usd,
        "tokens": tokens,
        "atLimit": "WARN" if warn_only else "PAUSE",
        "warnPercent": warn_at,
    }
    _tell(qd, await api.set_budget(client, asked), as_json=as_json)


async def list_budgets(
    qd: Qd, *, everywhere: Everywhere = False, project: ProjectName = None, as_json: Json = False
) -> None:
    """List a project's budgets, with how much of each is used in its period of now."""
    client = await qd.client()
    project_id = None if everywhere else await resolve.project_or_here(client, project)
    found = [each async for each in api.budgets(client, project_id)]
    if as_json:
        qd.out.json(found)
        return
    qd.out.table(
        ["ID", "COVERS", "EVERY", "USED", "", "SPENT", "OF", "LEFT", ""],
        [_row(each, unit) for each in found for unit in _units(each)],
        nothing="It has no budgets. Set one: `qd budget set --usd 20 --every month`",
    )
    for each in found:
        if each.asks:
            qd.out.note(f"{_name(each)} is used up: what it covers stands still. {_answer_it(each)}")


async def show_budget(qd: Qd, budget: Id, *, project: ProjectName = None, as_json: Json = False) -> None:
    """Show one budget: how it is used, what is reserved in it, and how it went in the periods before."""
    client = await qd.client()
    found = await api.budget(client, await _budget_id(client, budget, project))
    if as_json:
        qd.out.json(found)
        return
    _tell(qd, found, as_json=False)
    reserved = [edge.node for edge in found.reservations.edges]
    if reserved:
        qd.out.line()
        qd.out.table(["RESERVED", "AMOUNT", "FOR", "UNTIL"], [_reserved(each) for each in reserved], nothing="")
    before = [each for each in found.periods if each.begins != found.now.begins]
    if before:
        qd.out.line()
        rows = [_past(each) for each in before]
        qd.out.table(["PERIOD OF", "USED", "", "SPENT", "OF", "CALLS"], rows, nothing="")


async def remove_budget(qd: Qd, budget: Id, *, project: ProjectName = None, as_json: Json = False) -> None:
    """Remove a budget. What it holds goes on; what was spent is not forgotten, should it be set again."""
    client = await qd.client()
    found = await api.remove_budget(client, await _budget_id(client, budget, project))
    if as_json:
        qd.out.json(found)
        return
    qd.out.note(f"{_name(found)} is removed.")


async def answer_budget(
    qd: Qd,
    budget: Id,
    answer: Given,
    *,
    usd: Dollars = None,
    tokens: Tokens = None,
    reason: Reason = "",
    project: ProjectName = None,
    as_json: Json = False,
) -> None:
    """Answer a budget that is used up: raise it, let this period go on without a limit, or keep it closed.

    What it has paused, and nobody else, goes on.
    """
    client = await qd.client()
    asked = {"answer": answer.name, "usd": usd, "tokens": tokens, "reason": reason}
    found = await api.answer_budget(client, await _budget_id(client, budget, project), asked)
    _tell(qd, found, as_json=as_json)


async def reserve_budget(
    qd: Qd,
    *,
    usd: Dollars = None,
    tokens: Tokens = None,
    request: Request = None,
    purpose: Purpose = "",
    session: SessionRef = None,
    task: Task = None,
    persona: Persona = None,
    lease: Lease = 600,
    project: ProjectName = None,
    as_json: Json = False,
) -> None:
    """Reserve what a call of a model may take at most, before it is made, and print the reservation's id.

    `qd usage record --reservation ID` settles it with what the call took.
    """
    client = await qd.client()
    asked: dict[str, Any] = {
        "projectId": await resolve.project_or_here(client, project),
        "requestId": request or str(uuid4()),
        "usd": usd,
        "tokens": tokens,
        "purpose": purpose,
        "persona": persona or "",
        "sessionId": await resolve.session_id(client, session) if session else None,
        "taskId": (await task_words.task_of(client, task, project)).id if task else None,
        "leaseSeconds": lease,
    }
    reserved = await api.reserve(client, asked)
    if as_json:
        qd.out.json(reserved)
        return
    qd.out.line(str(ids.uuid_of(reserved.reservation_id)))


async def release_budget(qd: Qd, reservation: Held, *, as_json: Json = False) -> None:
    """Give back what was reserved for a call that is not made."""
    released = await api.release(await qd.client(), resolve.reservation_id(reservation))
    if as_json:
        qd.out.json(released)
        return
    qd.out.note(f"It is {released.fate.lower()}.")


async def tail_budgets(qd: Qd, *, project: ProjectName = None, after: After = None, as_json: Json = False) -> None:
    """Print what happens to a project's budgets, one a line, until Ctrl-C."""
    client = await qd.client()
    project_id = await resolve.project_or_here(client, project)
    cursor = Cursor((await events.log_status(client)).position if after is None else after)
    subscription = Subscription("budget_changed", {"projectId": project_id})
    async with aclosing(resuming(client, subscription, cursor, qd.out.note)) as messages:
        async for message in messages:
            changed = read(api.Changed, message)
            cursor.after = changed.position
            if as_json:
                qd.out.json_line(changed)
                continue
            known = changed.budget
            cells = [str(changed.position), changed.topic, budget_words.covered(known)]
            used = [f"{drawn} {share} of {unit}" for unit, drawn, share in budget_words.bars(known.now, NARROW)]
            qd.out.line("  ".join(plain(cell) for cell in (*cells, *used, budget_words.state(known))).rstrip())


async def _user(client: Client, text: str) -> str:
    if text == "me":
        return (await access.viewer(client)).id
    parsed, uuid = ids.parse_global_id(text), ids.parse_uuid(text)
    if parsed and parsed[0] == "User":
        return text
    if uuid is None:
        raise UsageError(f"{plain(text)!r} is no id of a user.", "Write `me`, or the whole id.")
    return ids.global_id("User", uuid)


async def _budget_id(client: Client, text: str, project: str | None) -> str:
    """A whole id, or the end of one: of the project's budgets, or of those over all where one may see them."""
    parsed, uuid = ids.parse_global_id(text), ids.parse_uuid(text)
    if parsed and parsed[0] == "Budget":
        return text
    if uuid:
        return ids.global_id("Budget", uuid)
    suffix = ids.parse_suffix(text)
    if suffix is None:
        raise UsageError(f"{plain(text)!r} is no id of a budget.", "`qd budget list` shows them.")
    found = [each async for each in api.budgets(client, await resolve.project_or_here(client, project))]
    matching = [each for each in found if ids.ends_with(each.id, suffix)]
    if not matching:
        matching = [each for each in await _over_all(client) if ids.ends_with(each.id, suffix)]
    if len(matching) > 1:
        raise UsageError(f"{plain(text)} could be any of {len(matching)} budgets.", "Give more of its digits.")
    if not matching:
        raise NotFoundError(f"There is no budget whose id ends with {suffix}.", "`qd budget list` shows them.")
    return matching[0].id


async def _over_all(client: Client) -> list[api.Budget]:
    try:
        return [each async for each in api.budgets(client, None)]
    except ServerFailure as failure:
        if failure.code == "FORBIDDEN":
            return []
        raise


def _units(found: api.Budget) -> list[tuple[str, str, str]]:
    return budget_words.bars(found.now, NARROW)


def _row(found: api.Budget, unit: tuple[str, str, str]) -> list[str]:
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


def _reserved(each: api.Reservation) -> list[str]:
    return [each.request_id, budget_words.amount(each.amount), each.purpose, when(each.expires_at)]


def _past(period: api.Period) -> list[str]:
    drawn = budget_words.bar(period.share, 0, NARROW)
    spent, limit = budget_words.amount(period.spent, period.limit), budget_words.amount(period.limit)
    return [(period.begins or "")[:10], drawn, f"{period.share:.0%}", spent, limit, f"{period.calls:,}"]


def _name(found: api.Budget) -> str:
    every = budget_words.EVERY[found.every]
    span = every if found.every == "ALL_TIME" else f"a {every}"
    return f"The budget of {plain(budget_words.covered(found))} for {span}"


def _answer_it(found: api.Budget) -> str:
    limit = "--tokens" if found.limit.usd is None else "--usd"
    return f"Answer it: `qd budget answer {ids.short(found.id)} raise {limit} N`, `let-on` or `keep-closed`."


def _tell(qd: Qd, found: api.Budget, *, as_json: bool) -> None:
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
        qd.out.note(_answer_it(found))


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
