"""Making a link that logs a browser in."""

from typing import Annotated

import strawberry

from quarterdeck_schema.context import Info
from quarterdeck_schema.failure import Failure
from quarterdeck_schema.requires import mutation


@strawberry.input
class IssueLoginLinkInput:
    idempotency_key: str | None = strawberry.field(
        default=strawberry.UNSET, description="Takes no effect: each call gives another link."
    )


@strawberry.type
class IssueLoginLinkPayload:
    url: str = strawberry.field(description="Logs one browser in, once, within half an hour.")


IssueLoginLinkResult = Annotated[IssueLoginLinkPayload | Failure, strawberry.union("IssueLoginLinkResult")]


@strawberry.type
class IssueLoginLinkMutation:
    @mutation("token:write", "The browser gets a token of its own, with the scopes of yours.")
    async def issue_login_link(
        self,
        info: Info,
        input: IssueLoginLinkInput,  # noqa: A002 - the argument's name
    ) -> IssueLoginLinkResult:
        services = info.context.services
        return IssueLoginLinkPayload(url=services.login_link(await services.browser_logins.link(info.context.caller)))
