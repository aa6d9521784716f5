"""qd budget: what may be spent, on what, and what is done when it is."""

from contextlib import aclosing
from enum import StrEnum
from typing import Annotated, Any

import typer

from quarterdeck_cli import budget_telling, budget_words, ids, resolve, task_words
from quarterdeck_cli.api import access, events, read
from quarterdeck_cli.api import budgets as api
from quarterdeck_cli.client import Client
from quarterdeck_cli.command_line import Json, ProjectName, SessionRef
from quarterdeck_cli.errors import NotFoundError, ServerFailure, UsageError
from quarterdeck_cli.qd import Qd
from quarterdeck_cli.resume import Cursor, Subscription, resuming
from quarterdeck_cli.text import plain


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
    budget_telling.tell(qd, await api.set_budget(client, asked), as_json=as_json)


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
        [budget_telling.row(each, unit) for each in found for unit in budget_telling.units(each)],
        nothing="It has no budgets. Set one: `qd budget set --usd 20 --every month`",
    )
    for each in found:
        if each.asks:
            qd.out.note(budget_telling.asking(each))


async def show_budget(qd: Qd, budget: Id, *, project: ProjectName = None, as_json: Json = False) -> None:
    """Show one budget: how it is used, what is reserved in it, and how it went in the periods before."""
    client = await qd.client()
    found = await api.budget(client, await _budget_id(client, budget, project))
    if as_json:
        qd.out.json(found)
        return
    budget_telling.tell(qd, found, as_json=False)
    reserved = [edge.node for edge in found.reservations.edges]
    if reserved:
        qd.out.line()
        qd.out.table(
            ["RESERVED", "AMOUNT", "FOR", "UNTIL"], [budget_telling.reserved(each) for each in reserved], nothing=""
        )
    before = [each for each in found.periods if each.begins != found.now.begins]
    if before:
        qd.out.line()
        rows = [budget_telling.past(each) for each in before]
        qd.out.table(["PERIOD OF", "USED", "", "SPENT", "OF", "CALLS"], rows, nothing="")


async def remove_budget(qd: Qd, budget: Id, *, project: ProjectName = None, as_json: Json = False) -> None:
    """Remove a budget. What it holds goes on; what was spent is not forgotten, should it be set again."""
    client = await qd.client()
    found = await api.remove_budget(client, await _budget_id(client, budget, project))
    if as_json:
        qd.out.json(found)
        return
    qd.out.note(f"{budget_telling.name(found)} is removed.")


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
    budget_telling.tell(qd, found, as_json=as_json)


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
            used = [f"{drawn} {share} of {unit}" for unit, drawn, share in budget_telling.units(known)]
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
