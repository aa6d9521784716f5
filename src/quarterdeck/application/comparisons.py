"""Two sessions' files compared, and what the sessions have in common."""

from dataclasses import dataclass
from uuid import UUID

from quarterdeck.application.ports.log import EventLog
from quarterdeck.application.snapshots import Place, Snapshot, Snapshots
from quarterdeck.application.streams import WORKSPACE
from quarterdeck.application.trees import DiffPage
from quarterdeck.domain import workspace
from quarterdeck.domain.errors import InvalidInputError
from quarterdeck.domain.session_events import SessionForked
from quarterdeck.domain.workspace import workspace_id

MOST_GENERATIONS = 100
"""Forks of forks that are looked back on."""


@dataclass(frozen=True, kw_only=True)
class Side:
    """A session at a point in time. `left` is where its line went off the common ancestor's; None: it is that one."""

    place: Place
    snapshot: Snapshot
    left: SessionForked | None = None


@dataclass(frozen=True, kw_only=True)
class Comparison:
    """`ancestor` is the session that both go back to, or that one is; None where neither was forked so."""

    a: Side
    b: Side
    same_base: bool
    ancestor: UUID | None


@dataclass(frozen=True)
class Comparisons:
    """Whether the caller may see both sessions is checked before."""

    log: EventLog
    snapshots: Snapshots

    async def compare(self, a: Place, b: Place, at_a: str | None = None, at_b: str | None = None) -> Comparison:
        """Points as `Snapshots.at` takes them; by default the newest."""
        if a.project_id != b.project_id:
            raise InvalidInputError(
                "These sessions are of two projects: their files come from different repositories.",
                "Compare sessions of one project; `qd session list --project PROJECT` shows them.",
                field="b",
            )
        first, last = await self.snapshots.at(a, at_a), await self.snapshots.at(b, at_b)
        lines = await self._line(a.session_id), await self._line(b.session_id)
        ancestor = next((each for each in lines[0] if each in lines[1]), None)
        return Comparison(
            a=Side(place=a, snapshot=first, left=_left(lines[0], ancestor)),
            b=Side(place=b, snapshot=last, left=_left(lines[1], ancestor)),
            same_base=await self._base(a) == await self._base(b),
            ancestor=ancestor,
        )

    async def diff(self, found: Comparison, path_after: str | None, limit: int) -> DiffPage:
        """What makes the files of `a` those of `b`."""
        a, b = found.a, found.b
        return await self.snapshots.diff(a.place, a.snapshot.tree, b.snapshot.tree, path_after, limit, other=b.place)

    async def _base(self, place: Place) -> str:
        return workspace.existing((await WORKSPACE.load(self.log, workspace_id(place.session_id))).state).base_commit

    async def _line(self, session_id: UUID) -> dict[UUID, SessionForked | None]:
        """The session and those it goes back to, each with how it was forked from the next."""
        line: dict[UUID, SessionForked | None] = {}
        following: UUID | None = session_id
        while following is not None and len(line) < MOST_GENERATIONS:
            events = await self.log.load(following)
            fork = next((each.event for each in events if isinstance(each.event, SessionForked)), None)
            line[following] = fork
            following = fork.source_session_id if fork else None
        return line


def _left(line: dict[UUID, SessionForked | None], ancestor: UUID | None) -> SessionForked | None:
    return next((fork for fork in line.values() if fork and fork.source_session_id == ancestor), None)
