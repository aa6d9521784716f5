"""Users and their roles."""

from collections.abc import Sequence
from typing import assert_never, cast, get_args

from quarterdeck.domain.identity import RoleGranted, RoleRevoked, UserEvent, UserRegistered
from quarterdeck_projections.changes import Changes, Row
from quarterdeck_projections.logged import Logged
from quarterdeck_projections.projection import RowProjection
from quarterdeck_projections.tables import User, UserRole


def project(batch: Sequence[Logged]) -> Changes:
    changes = Changes()
    users, roles = changes.of(User), changes.of(UserRole)
    for logged in batch:
        event = cast("UserEvent", logged.event)
        match event:
            case UserRegistered():
                users.insert((logged.stream_id,), _registered(logged, event))
            case RoleGranted():
                role: Row = {"user_id": logged.stream_id, "role": event.role}
                roles.replace((logged.stream_id, event.role), role)
            case RoleRevoked():
                roles.delete((logged.stream_id, event.role))
            case _:
                assert_never(event)
    return changes


def _registered(logged: Logged, event: UserRegistered) -> Row:
    return {
        "id": logged.stream_id,
        "position": logged.position,
        "name": event.name,
        "registered_at": logged.recorded_at,
    }


USERS = RowProjection(
    name="users",
    tables=(User, UserRole),
    topics=frozenset(cls.TOPIC for cls in get_args(UserEvent)),
    project=project,
)
