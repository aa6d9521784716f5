"""What became of a session whose worker was gone, as the API shows it."""

from datetime import datetime

import strawberry

from quarterdeck.application.snapshots import Rebuilt, SetAside
from quarterdeck_schema import ids


@strawberry.type(description="A session was made anew on another worker, from its last snapshot in the object store.")
class Rebuilding:
    rebuilt_at: datetime
    worker_id: str
    from_worker_id: str = strawberry.field(description="The worker that had it, and is gone.")
    tree: str = strawberry.field(description="The snapshot: name of a git tree.")
    taken_at: datetime = strawberry.field(description="When the snapshot was taken.")
    command_id: strawberry.ID | None = strawberry.field(description="After which it was taken, if it was after one.")
    not_carried_over: list[str] = strawberry.field(description="What is not as it was, a sentence each.")


@strawberry.type(description="What a worker that came back had of a session that was made anew elsewhere meanwhile.")
class WorkSetAside:
    found_at: datetime
    worker_id: str
    tree: str = strawberry.field(description="A point in time of the session, beside its others.")
    files_changed: int = strawberry.field(description="From the snapshot that the session was made anew from.")
    detail: str


def rebuilding_of(found: Rebuilt) -> Rebuilding:
    how = found.how
    return Rebuilding(
        rebuilt_at=found.recorded_at,
        worker_id=how.worker_id,
        from_worker_id=how.from_worker_id,
        tree=how.tree,
        taken_at=how.taken_at,
        command_id=strawberry.ID(ids.encode("Command", how.command_id)) if how.command_id else None,
        not_carried_over=list(how.not_carried_over),
    )


def set_aside_of(found: SetAside) -> WorkSetAside:
    return WorkSetAside(
        found_at=found.recorded_at,
        worker_id=found.what.worker_id,
        tree=found.what.tree,
        files_changed=found.what.files_changed,
        detail=found.what.detail,
    )
