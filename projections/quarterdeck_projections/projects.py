"""Projects and their members."""

from collections.abc import Sequence
from dataclasses import asdict
from typing import assert_never, cast, get_args

from quarterdeck.domain.project import (
    MemberAdded,
    MemberRemoved,
    ProjectArchived,
    ProjectCreated,
    ProjectEvent,
    ProjectSettingsChanged,
    Role,
)
from quarterdeck_projections.changes import Changes, Row
from quarterdeck_projections.logged import Logged
from quarterdeck_projections.projection import RowProjection
from quarterdeck_projections.tables import Member, Project


def project(batch: Sequence[Logged]) -> Changes:
    changes = Changes()
    projects, members = changes.of(Project), changes.of(Member)
    for logged in batch:
        event, key = cast("ProjectEvent", logged.event), (logged.stream_id,)
        match event:
            case ProjectCreated():
                projects.insert(key, _created(logged, event))
                owner = (logged.stream_id, str(event.owner_id))
                members.replace(owner, _member(owner, Role.OWNER))
            case ProjectSettingsChanged():
                projects.update(key, {"settings": asdict(event.settings)})
            case MemberAdded():
                member = (logged.stream_id, str(event.user_id))
                members.replace(member, _member(member, event.role))
            case MemberRemoved():
                members.delete((logged.stream_id, str(event.user_id)))
            case ProjectArchived():
                projects.update(key, {"archived": True})
            case _:
                assert_never(event)
    return changes


def _created(logged: Logged, event: ProjectCreated) -> Row:
    return {
        "id": logged.stream_id,
        "position": logged.position,
        "name": event.name,
        "repository": event.repository,
        "default_branch": event.default_branch,
        "archived": False,
        "created_at": logged.recorded_at,
        "settings": asdict(event.settings),
    }


def _member(key: tuple[str, str], role: Role) -> Row:
    return {"project_id": key[0], "user_id": key[1], "role": role}


PROJECTS = RowProjection(
    name="projects",
    tables=(Project, Member),
    topics=frozenset(cls.TOPIC for cls in get_args(ProjectEvent)),
    project=project,
)
