"""Opening a port of a session in one's browser."""

from typing import Annotated

import strawberry

from quarterdeck_schema import ids
from quarterdeck_schema.context import Info
from quarterdeck_schema.failure import Failure
from quarterdeck_schema.requires import mutation


@strawberry.input
class OpenPortInput:
    session_id: strawberry.ID
    port: int
    idempotency_key: str | None = strawberry.field(
        default=strawberry.UNSET, description="Takes no effect: each call gives another link."
    )


@strawberry.type
class OpenPortPayload:
    url: str = strawberry.field(description="Good for one browser, once, within ten minutes; the visit lasts longer.")


OpenPortResult = Annotated[OpenPortPayload | Failure, strawberry.union("OpenPortResult")]


@strawberry.type
class OpenPortMutation:
    @mutation("session:write")
    async def open_port(self, info: Info, input: OpenPortInput) -> OpenPortResult:  # noqa: A002 - the argument's name
        session_id = ids.decode_as("Session", input.session_id, "sessionId")
        services = info.context.services
        secret = await services.previews.open(info.context.caller, session_id, input.port)
        return OpenPortPayload(url=services.preview_link(session_id, input.port, str(secret)))
