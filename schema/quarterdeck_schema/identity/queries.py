"""Asking who one is."""

import strawberry

from quarterdeck_schema.context import Info
from quarterdeck_schema.identity.types import Viewer, viewer_of
from quarterdeck_schema.requires import ANYBODY, query


@strawberry.type
class IdentityQueries:
    @query(ANYBODY, "The caller.")
    def viewer(self, info: Info) -> Viewer:
        return viewer_of(info.context.caller)
