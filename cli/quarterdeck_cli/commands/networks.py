"""qd session network: where a session may connect to, and what it asked for."""

from typing import Annotated

import msgspec
import typer

from quarterdeck_cli import resolve, settings
from quarterdeck_cli.api import networks as api
from quarterdeck_cli.api.paging import first
from quarterdeck_cli.client import Client
from quarterdeck_cli.command_line import Json
from quarterdeck_cli.commands.sessions import Limit, Which
from quarterdeck_cli.errors import UsageError
from quarterdeck_cli.qd import Qd
from quarterdeck_cli.text import lately, size

Rules = list[str]
Allow = Annotated[Rules | None, typer.Option("--allow", metavar="HOST[:PORT]", help="Let it connect there, too.")]
Drop = Annotated[Rules | None, typer.Option("--drop", metavar="HOST[:PORT]", help="No longer; what is open is cut.")]
AsProject = Annotated[bool, typer.Option("--as-project", help="Its project's list again, instead of its own.")]


async def network(
    qd: Qd,
    session: Which,
    *,
    allow: Allow = None,
    drop: Drop = None,
    as_project: AsProject = False,
    limit: Limit = 50,
    as_json: Json = False,
) -> None:
    """Show where a session may connect to and what it asked for, or change that while it runs."""
    client = await qd.client()
    session_id = await resolve.session_id(client, session)
    if allow or drop or as_project:
        known = await _changed(client, session_id, allow or [], drop or [], as_project=as_project)
    else:
        known = await api.network(client, session_id)
    asked = await first(api.accesses(client, session_id), limit)
    if as_json:
        qd.out.json({"network": known, "access": asked})
        return
    rules = ", ".join(settings.written(rule.host, rule.port) for rule in known.rules) or "nowhere"
    whose = "its own" if known.own else "its project's"
    narrowed = f", narrowed by persona {known.persona}'s" if known.persona else ""
    qd.out.fields([("network", rules), ("list", whose + narrowed)])
    qd.out.line()
    qd.out.table(
        ["WHEN", "VERDICT", "HOST", "COUNT", "UP", "DOWN", "WHY"],
        [_row(each) for each in asked],
        nothing="It has asked for nothing.",
    )


async def _changed(
    client: Client, session_id: str, allow: Rules, drop: Rules, *, as_project: bool
) -> api.SessionNetwork:
    if as_project and (allow or drop):
        raise UsageError("A session has its project's list or its own.", "Use --as-project alone.")
    if as_project:
        return await api.change(client, session_id, None)
    known = await api.network(client, session_id)
    have = [msgspec.to_builtins(rule) for rule in known.rules]
    for text in drop:
        have = settings.without(have, settings.rule(text))
    added = [each for each in map(settings.rule, allow) if each not in have]
    return await api.change(client, session_id, have + added)


def _row(each: api.NetworkAccess) -> list[str]:
    return [
        lately(each.decided_at),
        each.verdict.lower(),
        settings.written(each.host, each.port) if each.host else "(several)",
        str(each.count),
        size(each.bytes_up),
        size(each.bytes_down),
        each.reason or each.rule,
    ]
