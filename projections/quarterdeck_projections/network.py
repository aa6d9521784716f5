"""What sessions may reach by a list of their own, and what their proxies let through and refused."""

from collections.abc import Sequence
from dataclasses import asdict
from typing import assert_never, cast

from quarterdeck.domain.network_access import NetworkAccessDecided
from quarterdeck.domain.session_network import SessionNetworkChanged
from quarterdeck_projections.changes import Changes, Row
from quarterdeck_projections.logged import Logged
from quarterdeck_projections.projection import RowProjection
from quarterdeck_projections.tables import NetworkAccess, SessionNetwork


def project(batch: Sequence[Logged]) -> Changes:
    changes = Changes()
    lists, decided = changes.of(SessionNetwork), changes.of(NetworkAccess)
    for logged in batch:
        event = cast("SessionNetworkChanged | NetworkAccessDecided", logged.event)
        match event:
            case SessionNetworkChanged(session_id=session_id, rules=None):
                lists.delete((session_id,))
            case SessionNetworkChanged(session_id=session_id):
                row: Row = {"session_id": session_id, "rules": event.rules, "beyond_project": event.beyond_project}
                lists.replace((session_id,), row)
            case NetworkAccessDecided():
                decided.insert((logged.position,), _decided(logged, event))
            case _:
                assert_never(event)
    return changes


def _decided(logged: Logged, event: NetworkAccessDecided) -> Row:
    columns = {name: value for name, value in asdict(event).items() if name != "number"}
    return {"position": logged.position, **columns}


NETWORK = RowProjection(
    name="network",
    tables=(SessionNetwork, NetworkAccess),
    topics=frozenset((SessionNetworkChanged.TOPIC, NetworkAccessDecided.TOPIC)),
    project=project,
)
