"""How much of its quota a session has used: told by its disk's file system, or counted where it has none."""

import os
from pathlib import Path

from quarterdeck.adapters.disks.disks import SessionDisks
from quarterdeck.adapters.git.layout import Layout
from quarterdeck.adapters.git.measure import measured
from quarterdeck.adapters.git.records import Record
from quarterdeck.application.ports.workspaces import PreparedWorkspace, WorkspaceUse
from quarterdeck.domain.quota import WorkspaceQuota


def use_of(layout: Layout, disks: SessionDisks, workspace: PreparedWorkspace, record: Record) -> WorkspaceUse | None:
    if record.quota is None:
        return None
    host = os.statvfs(layout.root)
    host_left = host.f_bavail * host.f_frsize - disks.on_its_way()
    if record.disk:
        return _told(disks.place(workspace.session_id), record.quota, host_left)
    return _counted(workspace.upper, record.quota, record.base, host_left)


def _told(disk: Path, quota: WorkspaceQuota, host_left: int) -> WorkspaceUse:
    room = os.statvfs(disk)
    return WorkspaceUse(
        quota=quota,
        kept_by="mount",
        bytes=(room.f_blocks - room.f_bfree) * room.f_frsize,
        files=room.f_files - room.f_ffree,
        bytes_left=room.f_bavail * room.f_frsize,
        files_left=room.f_favail,
        host_bytes_left=host_left,
    )


def _counted(layer: Path, quota: WorkspaceQuota, base: tuple[int, int], host_left: int) -> WorkspaceUse:
    found = measured(layer)
    used, files = max(0, found.size - base[0]), max(0, found.files - base[1])
    return WorkspaceUse(
        quota=quota,
        kept_by="watcher",
        bytes=used,
        files=files,
        bytes_left=quota.bytes - used,
        files_left=quota.files - files,
        host_bytes_left=host_left,
    )
