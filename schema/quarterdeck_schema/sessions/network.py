"""A session's network, as the API shows it."""

from datetime import datetime

import strawberry

from quarterdeck.domain.network_access import Verdict
from quarterdeck_projections.queries.network import NetworkAccessRow
from quarterdeck_schema.projects.settings import NetworkRuleShown
from quarterdeck_schema.scalars import Long

strawberry.enum(Verdict, name="NetworkVerdict")


@strawberry.type(description="Where a session may connect to.")
class SessionNetwork:
    rules: list[NetworkRuleShown]
    own: bool = strawberry.field(description="It has a list of its own; otherwise this is its project's.")
    persona: str | None = strawberry.field(description="The persona whose list narrows it; null: none does.")


@strawberry.type(description="A connection that a session asked for: refused, or allowed and now at its end.")
class NetworkAccess:
    decided_at: datetime
    host: str = strawberry.field(description="Empty where several are counted together.")
    port: int
    verdict: Verdict
    rule: str = strawberry.field(description="The rule that let it through.")
    reason: str = strawberry.field(description="Why it was refused, or ended early.")
    address: str = strawberry.field(description="What was connected to.")
    bytes_up: Long
    bytes_down: Long
    count: Long = strawberry.field(description="Connections that this stands for.")


def access_of(row: NetworkAccessRow) -> NetworkAccess:
    return NetworkAccess(
        decided_at=row.decided_at,
        host=row.host,
        port=row.port,
        verdict=row.verdict,
        rule=row.rule,
        reason=row.reason,
        address=row.address,
        bytes_up=Long(row.bytes_up),
        bytes_down=Long(row.bytes_down),
        count=Long(row.count),
    )
