"""What a server knows of a session beside its record: names, costs, and what commands changed in files."""

from datetime import timedelta
from uuid import UUID

from quarterdeck.audit.report.page import FilesDiff, FromServer
from quarterdeck.audit.report.story import Story
from quarterdeck_cli import ids
from quarterdeck_cli.api.sessions import SessionDetails, session
from quarterdeck_cli.api.snapshots import command_diff
from quarterdeck_cli.api.usage import usage
from quarterdeck_cli.client import Client
from quarterdeck_cli.errors import CliError

MOST_DIFFS = 500
"""Commands whose changes are asked for."""


async def from_server(client: Client, story: Story) -> FromServer:
    """What cannot be had is left out: a worker may be away, a snapshot gone."""
    details = await session(client, ids.global_id("Session", story.session))
    return FromServer(
        project=details.project.name,
        owner=details.owner_name,
        task=f"{details.task.reference} {details.task.title}" if details.task else "",
        cost=await _cost(client, story, details),
        diffs=await _diffs(client, story),
    )


async def _cost(client: Client, story: Story, details: SessionDetails) -> str:
    if not story.used or story.begun is None or story.ended is None:
        return ""
    hour = timedelta(hours=1)
    begun, ended = story.begun - hour, story.ended + hour
    asked = {
        "from": begun.isoformat(),
        "to": ended.isoformat(),
        "measures": ["COST"],
        "bucket": "DAY",
        "filters": {"sessions": [details.id]},
    }
    try:
        totals = (await usage(client, details.project.id, asked)).totals
    except CliError:
        return ""
    return next((each.usd for each in totals if each.usd), "")


async def _diffs(client: Client, story: Story) -> dict[UUID, FilesDiff]:
    found: dict[UUID, FilesDiff] = {}
    for command in [each for each in story.commands if each.files_total][:MOST_DIFFS]:
        try:
            diff = await command_diff(client, ids.global_id("Command", command.id))
        except CliError:
            continue
        if diff:
            found[command.id] = FilesDiff(files=diff.files, total=diff.total_files)
    return found
