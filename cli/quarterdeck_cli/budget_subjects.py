"""Whose budgets are, in words that people know: `you`, `T-17`, a session's title."""

import asyncio
from collections.abc import Mapping, Sequence
from typing import Final

from quarterdeck_cli.api import access, sessions, tasks
from quarterdeck_cli.api.budgets import Budget
from quarterdeck_cli.client import Client
from quarterdeck_cli.errors import CliError

SUBJECTS: Final = frozenset({"USER", "TASK", "SESSION"})


async def names(client: Client, found: Sequence[Budget]) -> Mapping[str, str]:
    """By the ids of subjects; without those that cannot be told."""
    wanted = list(
        {each.subject_id: each.covers for each in found if each.subject_id and each.covers in SUBJECTS}.items()
    )
    told = await asyncio.gather(*(_name(client, covers, subject) for subject, covers in wanted))
    return {subject: name for (subject, _), name in zip(wanted, told, strict=True) if name}


async def _name(client: Client, covers: str, subject: str) -> str | None:
    try:
        match covers:
            case "TASK":
                return f"task {(await tasks.task(client, subject)).reference}"
            case "SESSION":
                title = (await sessions.session(client, subject)).title
                return f"session {title}" if title else None
            case _:
                return "you" if (await access.viewer(client)).id == subject else None
    except CliError:
        return None
