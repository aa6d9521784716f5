"""A persona, as the API shows it."""

from dataclasses import asdict
from datetime import datetime
from typing import TYPE_CHECKING, Annotated

import strawberry

from quarterdeck.domain.errors import NotFoundError
from quarterdeck_projections.queries.personas import PersonaRow
from quarterdeck_schema import ids
from quarterdeck_schema.context import Info
from quarterdeck_schema.node import Node
from quarterdeck_schema.projects.settings import LimitsShown, NetworkRuleShown, shown_rules

if TYPE_CHECKING:
    from quarterdeck_schema.projects.types import Project


@strawberry.type
class Persona(Node):
    row: strawberry.Private[PersonaRow]
    name: str
    description: str
    revision: int = strawberry.field(description="1 when it was defined first, one more for each change.")
    limits: LimitsShown
    network: list[NetworkRuleShown] | None = strawberry.field(
        description="Where its sessions may connect to at most; null: wherever the project allows. Empty: nowhere."
    )
    defined_at: datetime
    revised_at: datetime
    retired_at: datetime | None = strawberry.field(description="Since when no session is opened with it.")

    @strawberry.field
    async def project(self, info: Info) -> Annotated["Project", strawberry.lazy("quarterdeck_schema.projects.types")]:
        from quarterdeck_schema.projects.types import project_of

        row = await info.context.project(self.row.project_id)
        if row is None:
            raise NotFoundError("This persona's project is not in the read model yet.", "Ask again.")
        return project_of(row)


def persona_of(row: PersonaRow) -> Persona:
    settings = row.settings
    return Persona(
        id=ids.encode("Persona", row.id),
        row=row,
        name=row.name,
        description=settings.description,
        revision=row.revision,
        limits=LimitsShown(**asdict(settings.limits)),
        network=None if settings.network is None else shown_rules(settings.network),
        defined_at=row.defined_at,
        revised_at=row.revised_at,
        retired_at=row.retired_at,
    )
