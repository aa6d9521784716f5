"""`qd audit rebuild`: has the server compare its read models with its log, and prints what it found."""

import asyncio
from collections.abc import Callable, Sequence
from time import monotonic

from quarterdeck_cli.api.paging import first
from quarterdeck_cli.api.read_model_checks import (
    ReadModelCheck,
    ReadModelDifference,
    check_read_models,
    differences,
    read_model_check,
)
from quarterdeck_cli.client import Client
from quarterdeck_cli.errors import CliError
from quarterdeck_cli.exitcodes import ExitCode
from quarterdeck_cli.qd import Qd
from quarterdeck_cli.text import plain

LOOK_SECONDS = 0.2
BEGUN_SECONDS = 15.0
"""So long it may take until the projector has begun."""


class NotComparedError(CliError):
    """The server did not come to an end with it."""

    exit_code = ExitCode.UNAVAILABLE


async def compare(qd: Qd, limit: int, *, as_json: bool) -> ExitCode:
    client = await qd.client()
    with qd.out.status("Comparing the read models …") as say:
        check = await _ended(client, await check_read_models(client), say)
    if check.state == "FAILED":
        raise NotComparedError(check.failure or "The comparison failed.", check.next_step or "")
    found = await first(differences(client, check.id), limit)
    _tell(qd, check, found, as_json=as_json)
    return ExitCode.CHECK_FAILED if check.difference_count else ExitCode.OK


async def _ended(client: Client, check_id: str, say: Callable[[str], None]) -> ReadModelCheck:
    until = monotonic() + BEGUN_SECONDS
    while True:
        check = await read_model_check(client, check_id)
        if check and check.state != "RUNNING":
            return check
        if check is None and monotonic() > until:
            raise NotComparedError(
                "The projector, which compares, has not begun.", "See that it runs: `quarterdeck status`."
            )
        if check:
            say(f"{check.step}: {check.done:,} of {check.total:,} …")
        await asyncio.sleep(LOOK_SECONDS)


def _tell(qd: Qd, check: ReadModelCheck, found: Sequence[ReadModelDifference], *, as_json: bool) -> None:
    if as_json:
        qd.out.json({"check": check, "differences": found})
        return
    for each in found:
        _print(qd, each)
    count = check.difference_count or 0
    if count > len(found):
        qd.out.line(f"… and {count - len(found):,} more: " + ", ".join(_by_table(check)))
    compared = f"{len(check.tables):,} tables with {check.rows or 0:,} rows at position {check.position or 0:,}"
    if count:
        qd.out.line(f"{compared}: {count:,} difference{'s' if count > 1 else ''} from what the log gives.")
        qd.out.note("Put them right on the server: quarterdeck projections rebuild")
    else:
        qd.out.line(f"{compared} are what the log gives.")


def _print(qd: Qd, each: ReadModelDifference) -> None:
    if each.column is not None:
        qd.out.line(f"{plain(each.table)} {plain(each.key)}: {plain(each.column)}")
        qd.out.line(f"  log   {plain(each.logged or '')}")
        qd.out.line(f"  live  {plain(each.live or '')}")
    elif each.live is None:
        qd.out.line(f"{plain(each.table)} {plain(each.key)}: the row is missing")
        qd.out.line(f"  log   {plain(each.logged or '')}")
    else:
        qd.out.line(f"{plain(each.table)} {plain(each.key)}: the log gives no such row")
        qd.out.line(f"  live  {plain(each.live)}")


def _by_table(check: ReadModelCheck) -> list[str]:
    return [f"{plain(each.name)} {each.differences:,}" for each in check.tables if each.differences]
