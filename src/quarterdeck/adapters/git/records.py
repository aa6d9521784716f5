"""What the worker remembers of each session's workspace, in a file that no jail can reach."""

from uuid import UUID

import msgspec

from quarterdeck.adapters.disks.disks import place
from quarterdeck.adapters.git.files import write_atomically
from quarterdeck.adapters.git.layout import Layout
from quarterdeck.application.ports.workspaces import PreparedWorkspace
from quarterdeck.domain.quota import WorkspaceQuota


class Record(msgspec.Struct, frozen=True, kw_only=True):
    project_id: UUID
    kind: str
    base_commit: str
    tree: str
    notes: tuple[str, ...] = ()
    quota: WorkspaceQuota | None = None
    disk: bool = False
    """The layers lie on a disk of the session's own."""
    base: tuple[int, int] = (0, 0)
    """Bytes and files of the copy before the session wrote anything: those of a clone."""


def save(layout: Layout, session_id: UUID, record: Record) -> None:
    write_atomically(layout.record(session_id), msgspec.json.encode(record), durable=True)


def load(layout: Layout, session_id: UUID) -> Record | None:
    try:
        return msgspec.json.decode(layout.record(session_id).read_bytes(), type=Record)
    except FileNotFoundError:
        return None


def remove(layout: Layout, session_id: UUID) -> None:
    layout.record(session_id).unlink(missing_ok=True)


def session_ids(layout: Layout) -> list[UUID]:
    return sorted(UUID(path.stem) for path in (layout.root / "workspaces").glob("[0-9a-f]*.json"))


def workspace(layout: Layout, session_id: UUID, record: Record) -> PreparedWorkspace:
    layers = place(layout.disks, session_id) if record.disk else layout.session(session_id)
    overlay = record.kind == "overlay"
    return PreparedWorkspace(
        session_id=session_id,
        kind=record.kind,
        base_commit=record.base_commit,
        tree=record.tree,
        upper=layers / "upper",
        work=layers / "work" if overlay else None,
        lower=layout.checkouts(record.project_id) / record.base_commit if overlay else None,
        read_only=(layout.mirror(record.project_id) / "objects",),
        notes=record.notes,
        quota=record.quota,
        quota_kept_by="" if record.quota is None else "mount" if record.disk else "watcher",
    )
