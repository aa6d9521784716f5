"""Who may touch what: every object belongs to a project, and a project has members."""

from uuid import UUID

from quarterdeck.application.ports.callers import Caller
from quarterdeck.domain.errors import ForbiddenError, NotFoundError
from quarterdeck.domain.project import NoProject, Project, ProjectState, Role

ADMIN = "admin"
"""The role of a user who has every project."""

_RANK = {Role.VIEWER: 0, Role.DEVELOPER: 1, Role.OWNER: 2}


def is_member(caller: Caller, members: dict[UUID, Role]) -> bool:
    return ADMIN in caller.roles or caller.user_id in members


def has_role(caller: Caller, project: Project, role: Role) -> bool:
    """Of a member."""
    return ADMIN in caller.roles or _RANK[project.members[caller.user_id]] >= _RANK[role]


def permitted(caller: Caller, state: ProjectState, role: Role, missing: NotFoundError) -> Project:
    """The project, if the caller has `role` in it. To others it does not exist: `missing` is raised."""
    if isinstance(state, NoProject) or not is_member(caller, state.members):
        raise missing
    if not has_role(caller, state, role):
        raise ForbiddenError(f"This needs the role {role.value} in project {state.name}.", "Ask one of its owners.")
    return state


def no_project() -> NotFoundError:
    return NotFoundError("There is no such project.", "List yours with `qd project list`.")


def no_session() -> NotFoundError:
    return NotFoundError("There is no such session.", "List yours with `qd session list`.")


def no_persona() -> NotFoundError:
    return NotFoundError("There is no such persona.", "List a project's with `qd persona list`.")


def no_command() -> NotFoundError:
    return NotFoundError("There is no such command.", "List a session's with `qd command list -s SESSION`.")


def no_task() -> NotFoundError:
    return NotFoundError("There is no such task.", "List a project's with `qd task list`.")


def no_report() -> NotFoundError:
    return NotFoundError("There is no such report.", "List them with `qd report list`.")
