"""Which part of the record is asked for."""

from dataclasses import dataclass
from uuid import UUID

from quarterdeck.application.ports.log import RawEvent
from quarterdeck.audit.bundle.contents import Scope


@dataclass(frozen=True, kw_only=True)
class Part:
    scope: Scope = Scope.ALL
    id: UUID | None = None
    """Of the project or session."""

    def holds(self, row: RawEvent) -> bool:
        match self.scope:
            case Scope.ALL:
                return True
            case Scope.PROJECT:
                return row.envelope.project_id == self.id
            case Scope.SESSION:
                return row.envelope.session_id == self.id
