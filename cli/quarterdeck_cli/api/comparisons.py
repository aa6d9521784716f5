"""Two sessions' files compared."""

from quarterdeck_cli.api import Answer, read
from quarterdeck_cli.api.sessions import ForkPoint
from quarterdeck_cli.api.snapshots import DIFF_PAGE, Diff, Snapshot
from quarterdeck_cli.client import Client


class ComparedName(Answer, frozen=True):
    id: str
    title: str
    base_commit: str | None = None


class ComparedSession(Answer, frozen=True):
    session: ComparedName
    snapshot: Snapshot
    left_ancestor_at: ForkPoint | None = None


class Comparison(Answer, frozen=True):
    a: ComparedSession
    b: ComparedSession
    same_base: bool
    diff: Diff
    ancestor_id: str | None = None


async def compare(
    client: Client, a: str, b: str, at_a: str | None, at_b: str | None, after: str | None = None
) -> Comparison:
    """A page of the files that differ."""
    variables = {"a": a, "b": b, "atA": at_a, "atB": at_b, "first": DIFF_PAGE, "after": after}
    return read(Comparison, (await client.query("compare_sessions", variables))["compareSessions"])
