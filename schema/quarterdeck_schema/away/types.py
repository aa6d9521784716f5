"""What happened in a project since one has looked, as the API shows it."""

from collections.abc import Iterable, Sequence
from datetime import datetime

import strawberry

from quarterdeck.application.readings import Mark
from quarterdeck.domain.base import ActorKind
from quarterdeck_projections.queries.happenings import MOST, HappeningKind, HappeningRow, TallyRow
from quarterdeck_schema import ids
from quarterdeck_schema.scalars import Long

strawberry.enum(HappeningKind, name="HappeningKind", description="In the order of how much they want attention.")

NODE_OF = {"session": "Session", "command": "Command", "task": "Task", "alert": "Alert"}
"""Types of global ids by the first word of a kind; what others are about is no node of the API."""


@strawberry.type
class HappeningActor:
    name: str = strawberry.field(description="A user's name, or the system's part.")
    count: int


@strawberry.type
class Happening:
    position: Long
    happened_at: datetime
    actor_name: str
    subject_id: strawberry.ID | None = strawberry.field(description="Of the session, command, task or alert.")
    subject: str = strawberry.field(description="What it was about, in a line: as people and jails wrote it.")


@strawberry.type
class HappeningGroup:
    kind: HappeningKind
    count: int = strawberry.field(description=f"At most {MOST}; `more` says whether there are more.")
    more: bool
    actors: list[HappeningActor] = strawberry.field(description="By whom, the busiest first; at most ten.")
    newest: list[Happening]


@strawberry.type
class WhileAway:
    since: Long = strawberry.field(description="What came after this position of the log is told.")
    read_at: datetime | None = strawberry.field(
        description="When the caller last marked this project as read; null where never: then a week is told."
    )
    read_up_to: Long
    up_to: Long = strawberry.field(description="The position of the newest that is told: what to mark as read.")
    groups: list[HappeningGroup]


@strawberry.type
class ReadMark:
    position: Long
    read_at: datetime | None


def mark_of(mark: Mark) -> ReadMark:
    return ReadMark(position=Long(mark.position), read_at=mark.read_at)


def away_of(since: int, mark: Mark, tallies: Sequence[TallyRow], newest: Sequence[HappeningRow]) -> WhileAway:
    kinds = [kind for kind in HappeningKind if any(row.kind is kind for row in tallies)]
    return WhileAway(
        since=Long(since),
        read_at=mark.read_at,
        read_up_to=Long(mark.position),
        up_to=Long(max((row.newest for row in tallies), default=since)),
        groups=[_group(kind, tallies, newest) for kind in kinds],
    )


def _group(kind: HappeningKind, tallies: Iterable[TallyRow], newest: Iterable[HappeningRow]) -> HappeningGroup:
    own = [row for row in tallies if row.kind is kind]
    count = sum(row.count for row in own)
    return HappeningGroup(
        kind=kind,
        count=min(count, MOST),
        more=count > MOST,
        actors=[HappeningActor(name=_name(row), count=row.count) for row in own[:10]],
        newest=[_happening(row) for row in newest if row.kind is kind],
    )


def _happening(row: HappeningRow) -> Happening:
    node = NODE_OF.get(row.kind.value.split("_", 1)[0])
    return Happening(
        position=Long(row.position),
        happened_at=row.happened_at,
        actor_name=_name(row),
        subject_id=ids.encode(node, row.subject_id) if node else None,
        subject=row.subject,
    )


def _name(row: TallyRow | HappeningRow) -> str:
    return row.actor_name or (row.actor_id if row.actor_kind != ActorKind.USER else "somebody")
