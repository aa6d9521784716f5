"""What a session may have written into its workspace at one time, and who keeps it to that."""

from quarterdeck.application.ports.workspaces import PreparedWorkspace
from quarterdeck.domain.limits import GIB, LimitsAsked
from quarterdeck.domain.quota import WorkspaceQuota
from quarterdeck.domain.session_events import Limit
from quarterdeck.jail.limits import size

DEFAULT = WorkspaceQuota(bytes=10 * GIB, files=1_000_000)


def quota_of(asked: LimitsAsked) -> WorkspaceQuota:
    """What is left out is this host's default."""
    return WorkspaceQuota(bytes=asked.workspace_bytes or DEFAULT.bytes, files=asked.workspace_files or DEFAULT.files)


def told(workspace: PreparedWorkspace) -> tuple[Limit, ...]:
    """As the session's list of limits has it."""
    if workspace.quota is None:
        return ()
    return (
        Limit(name="workspace", asked=size(workspace.quota.bytes), enforced_by=workspace.quota_kept_by),
        Limit(name="workspace_files", asked=str(workspace.quota.files), enforced_by=workspace.quota_kept_by),
    )
