"""Root fields: each is declared with the scope that it takes, which is checked before it is resolved."""

from collections.abc import Awaitable, Callable
from inspect import isawaitable
from typing import Any, TypeVar, cast

import strawberry
from strawberry.extensions import FieldExtension
from strawberry.utils.str_converters import to_camel_case

from quarterdeck.domain.errors import ForbiddenError, InvalidInputError, UnauthenticatedError
from quarterdeck.domain.identity import allows
from quarterdeck_schema.context import Info, RequestContext

ResolverT = TypeVar("ResolverT", bound=Callable[..., Any])

PUBLIC = "nobody's"
"""The scope of a field that needs no token."""
ANYBODY = "anybody's"
"""The scope of a field that every token may ask for."""


def query(scope: str, description: str | None = None) -> Callable[[ResolverT], ResolverT]:
    declare = strawberry.field(extensions=[Requires(scope)], description=description)
    return cast("Callable[[ResolverT], ResolverT]", declare)


def mutation(scope: str, description: str | None = None) -> Callable[[ResolverT], ResolverT]:
    declare = strawberry.mutation(extensions=[Requires(scope), WholeText()], description=description)
    return cast("Callable[[ResolverT], ResolverT]", declare)


def subscription(scope: str, description: str | None = None) -> Callable[[ResolverT], ResolverT]:
    declare = strawberry.subscription(extensions=[Requires(scope)], description=description)
    return cast("Callable[[ResolverT], ResolverT]", declare)


def described(description: str) -> Callable[[ResolverT], ResolverT]:
    """A field below the root, with what the schema says of it."""
    return cast("Callable[[ResolverT], ResolverT]", strawberry.field(description=description))


def check_scope(context: RequestContext, scope: str) -> None:
    """UNAUTHENTICATED without a token, FORBIDDEN without the scope."""
    if scope == PUBLIC:
        return
    if context.known_caller is None:
        raise UnauthenticatedError("This needs a token.", "Log in with `qd login`.")
    if scope != ANYBODY and not allows(context.known_caller.scopes, scope):
        raise ForbiddenError(f"This token lacks the scope {scope}.", "Use a token that has it.")


class Requires(FieldExtension):
    """Refuses a caller whose token lacks `scope`."""

    def __init__(self, scope: str) -> None:
        self.scope = scope

    def resolve(self, next_: Callable[..., Any], source: Any, info: Info, **kwargs: Any) -> Any:
        check_scope(info.context, self.scope)
        return next_(source, info, **kwargs)

    async def resolve_async(self, next_: Callable[..., Awaitable[Any]], source: Any, info: Info, **kwargs: Any) -> Any:
        check_scope(info.context, self.scope)
        result = cast("Any", next_(source, info, **kwargs))
        return await result if isawaitable(result) else result


class WholeText(FieldExtension):
    """Refuses text that no database, file or program takes: with a NUL byte or half a surrogate pair in it."""

    async def resolve_async(self, next_: Callable[..., Awaitable[Any]], source: Any, info: Info, **kwargs: Any) -> Any:
        for name, value in cast("dict[str, object]", vars(kwargs["input"])).items():
            if isinstance(value, str):
                check_text(name, value)
        return await next_(source, info, **kwargs)


def check_text(name: str, text: str) -> None:
    """INVALID_INPUT for text of an argument that nothing takes."""
    field = to_camel_case(name)
    if "\0" in text:
        raise InvalidInputError("There is a NUL byte in it, which nothing can be given.", "Take it out.", field=field)
    try:
        text.encode()
    except UnicodeEncodeError as error:
        raise InvalidInputError(
            f"Character {error.start} is half of a surrogate pair and has no UTF-8 form.", "Take it out.", field=field
        ) from None
