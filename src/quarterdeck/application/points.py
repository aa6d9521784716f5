"""From a point in a session's life to the files it had there."""

from dataclasses import replace
from uuid import UUID

from quarterdeck.application.access import no_command
from quarterdeck.application.ports.log import EventLog
from quarterdeck.application.streams import COMMAND, WORKSPACE
from quarterdeck.domain import workspace
from quarterdeck.domain.command import CommandFinished, EndedCommand, NoCommand, RequestedCommand, RunningCommand
from quarterdeck.domain.errors import ConflictError
from quarterdeck.domain.point import Point
from quarterdeck.domain.workspace import Workspace, workspace_id


async def workspace_at(log: EventLog, session_id: UUID, point: Point) -> Workspace:
    """The session's workspace, with the tree it had there.

    Raises NotFoundError for a command that is not the session's, ConflictError where no files are known of the point.
    """
    known = workspace.existing((await WORKSPACE.load(log, workspace_id(session_id))).state)
    if point.command_id is None:
        return known
    return replace(known, tree=await _tree(log, session_id, point.command_id, before=point.before))


async def _tree(log: EventLog, session_id: UUID, command_id: UUID, *, before: bool) -> str:
    match (await COMMAND.load(log, command_id)).state:
        case NoCommand():
            raise no_command()
        case RequestedCommand(request=request) | RunningCommand(request=request) | EndedCommand(request=request) if (
            request.session_id != session_id
        ):
            raise no_command()
        case EndedCommand(outcome=CommandFinished() as finished):
            tree = finished.tree_before if before else finished.tree_after
        case RunningCommand(tree_before=tree) if before:
            pass
        case EndedCommand():
            tree = ""
        case _:
            raise ConflictError("This command has not ended.", "Wait for its end, or go to before it.")
    if not tree:
        raise ConflictError("No files are known of this point.", "Choose another command.")
    return tree
