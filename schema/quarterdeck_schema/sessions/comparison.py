"""Asking how two sessions' files differ."""

import asyncio
from typing import Self

import strawberry

from quarterdeck.application.access import no_session
from quarterdeck.application.comparisons import Comparison, Side
from quarterdeck.application.snapshots import Place
from quarterdeck_projections.queries.sessions import SessionRow
from quarterdeck_schema import ids
from quarterdeck_schema.access import visible_session
from quarterdeck_schema.arguments import given
from quarterdeck_schema.context import Info
from quarterdeck_schema.requires import described, query
from quarterdeck_schema.sessions.types import ForkPoint, Session, fork_point, session_of
from quarterdeck_schema.snapshots.fields import SessionSnapshots, diff_of, page_size
from quarterdeck_schema.snapshots.types import POINTS, Diff, Snapshot, point, snapshot_of


@strawberry.type
class ComparedSession:
    session: Session
    snapshot: Snapshot = strawberry.field(description="Its files, with what is left out of them.")
    left_ancestor_at: ForkPoint | None = strawberry.field(
        description="Where it, or one that it goes back to, was forked from the common ancestor; null for that itself."
    )

    @classmethod
    def of(cls, row: SessionRow, side: Side) -> Self:
        left = side.left
        return cls(
            session=session_of(row),
            snapshot=snapshot_of(side.snapshot),
            left_ancestor_at=fork_point(left.source_session_id, left.point) if left else None,
        )


@strawberry.type(description="Two sessions of one project, each at a point in time.")
class SessionComparison:
    found: strawberry.Private[Comparison]
    a: ComparedSession
    b: ComparedSession
    same_base: bool = strawberry.field(description="Both started from the same commit.")
    ancestor_id: strawberry.ID | None = strawberry.field(
        description="The session that both go back to by forks, or that one of them is; null where there is none."
    )

    @described("What makes the files of `a` those of `b`.")
    async def diff(self, info: Info, first: int | None = 20, after: str | None = strawberry.UNSET) -> Diff:
        comparisons = info.context.services.comparisons
        page = await comparisons.diff(self.found, given(after), page_size(first))
        return diff_of(self.found.a.snapshot.tree, self.found.b.snapshot, page)


@strawberry.type
class ComparisonQueries:
    @query("session:read", f"How the files of two sessions of one project differ, by default the newest. {POINTS}")
    async def compare_sessions(
        self,
        info: Info,
        a: strawberry.ID,
        b: strawberry.ID,
        at_a: str | None = strawberry.UNSET,
        at_b: str | None = strawberry.UNSET,
    ) -> SessionComparison:
        rows = await asyncio.gather(
            visible_session(info.context, ids.decode_as("Session", a, "a")),
            visible_session(info.context, ids.decode_as("Session", b, "b")),
        )
        if rows[0] is None or rows[1] is None:
            raise no_session()
        found = await info.context.services.comparisons.compare(
            _place(info, rows[0]), _place(info, rows[1]), point(given(at_a), "atA"), point(given(at_b), "atB")
        )
        return SessionComparison(
            found=found,
            a=ComparedSession.of(rows[0], found.a),
            b=ComparedSession.of(rows[1], found.b),
            same_base=found.same_base,
            ancestor_id=ids.encode("Session", found.ancestor) if found.ancestor else None,
        )


def _place(info: Info, row: SessionRow) -> Place:
    return SessionSnapshots.of(info, row).place
