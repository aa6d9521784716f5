"""Networks of sessions."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from quarterdeck.domain.network import NetworkRule
from quarterdeck.domain.network_access import Verdict
from quarterdeck.domain.session_network import SessionNetwork
from quarterdeck_projections.database import Database
from quarterdeck_projections.paging import Page, Window, keyset, page


@dataclass(frozen=True, kw_only=True, slots=True)
class NetworkAccessRow:
    """See `NetworkAccessDecided`."""

    position: int
    decided_at: datetime
    host: str
    port: int
    verdict: Verdict
    rule: str
    reason: str
    address: str
    bytes_up: int
    bytes_down: int
    count: int


def _access(*, verdict: str, **columns: Any) -> NetworkAccessRow:
    return NetworkAccessRow(verdict=Verdict(verdict), **columns)


def _list(*, rules: list[dict[str, Any]], beyond_project: list[dict[str, Any]]) -> SessionNetwork:
    return SessionNetwork(rules=_rules(rules), beyond_project=_rules(beyond_project))


def _rules(told: list[dict[str, Any]]) -> tuple[NetworkRule, ...]:
    return tuple(NetworkRule(**rule) for rule in told)


async def own_list(database: Database, session_id: UUID) -> SessionNetwork:
    """Empty for a session that follows its project."""
    found = await database.rows(
        _list,
        "SELECT rules, beyond_project FROM read.session_networks WHERE session_id = %(session)s",
        {"session": session_id},
    )
    return found[0] if found else SessionNetwork()


async def list_access(database: Database, session_id: UUID, window: Window) -> Page[NetworkAccessRow]:
    """In the order in which it was recorded."""
    keys = keyset(window, newest_first=False)
    parameters: Mapping[str, object] = {"session": session_id, **keys.parameters}
    found = await database.rows(
        _access,
        f"""
        SELECT position, decided_at, host, port, verdict, rule, reason, address, bytes_up, bytes_down, count
        FROM read.network_access
        WHERE session_id = %(session)s AND position > %(low)s AND position < %(high)s
        ORDER BY position {keys.order} LIMIT %(fetch)s
        """,  # noqa: S608 - the order is one of two words
        parameters,
    )
    return page(found, window)
