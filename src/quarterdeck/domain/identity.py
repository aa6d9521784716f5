"""Identity: users, and the tokens they act with. A user and a token are a stream each."""

from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import StrEnum
from typing import ClassVar, assert_never
from uuid import UUID

from quarterdeck.domain.errors import ConflictError, InvalidInputError, NotFoundError, UnauthenticatedError

SCOPES = (
    "project:read",
    "project:write",
    "session:read",
    "session:write",
    "task:read",
    "task:write",
    "event:read",
    "log:erase",
    "usage:read",
    "usage:write",
    "budget:read",
    "budget:write",
    "alert:read",
    "alert:write",
    "report:read",
    "report:write",
    "token:read",
    "token:write",
    "metrics:read",
)
"""Every `resource:action` there is. `*` in a token stands for all its owner has, but for those that must be named."""
NAMED_SCOPES = frozenset({"log:erase"})
"""What cannot be undone: a token has it by its name alone, which whoever has `*` may give to another token."""


class TokenKind(StrEnum):
    API = "api"
    LOGIN = "login"
    """Good for one log-in, which trades it for an API token."""


@dataclass(frozen=True, kw_only=True)
class UserRegistered:
    TOPIC: ClassVar[str] = "UserRegistered"
    SCHEMA_VERSION: ClassVar[int] = 1
    name: str


@dataclass(frozen=True, kw_only=True)
class RoleGranted:
    TOPIC: ClassVar[str] = "RoleGranted"
    SCHEMA_VERSION: ClassVar[int] = 1
    role: str


@dataclass(frozen=True, kw_only=True)
class RoleRevoked:
    TOPIC: ClassVar[str] = "RoleRevoked"
    SCHEMA_VERSION: ClassVar[int] = 1
    role: str


UserEvent = UserRegistered | RoleGranted | RoleRevoked


@dataclass(frozen=True, kw_only=True)
class TokenIssued:
    TOPIC: ClassVar[str] = "TokenIssued"
    SCHEMA_VERSION: ClassVar[int] = 1
    user_id: UUID
    name: str
    kind: TokenKind
    scopes: tuple[str, ...]
    secret_sha256: str
    """Digest of a secret of 256 random bits: nothing to guess, so no slow hash is needed."""
    expires_at: datetime | None


@dataclass(frozen=True, kw_only=True)
class TokenRevoked:
    TOPIC: ClassVar[str] = "TokenRevoked"
    SCHEMA_VERSION: ClassVar[int] = 1
    reason: str = ""


@dataclass(frozen=True, kw_only=True)
class LoginSucceeded:
    TOPIC: ClassVar[str] = "LoginSucceeded"
    SCHEMA_VERSION: ClassVar[int] = 1
    issued_token_id: UUID


@dataclass(frozen=True, kw_only=True)
class LoginFailed:
    TOPIC: ClassVar[str] = "LoginFailed"
    SCHEMA_VERSION: ClassVar[int] = 1
    reason: str


TokenEvent = TokenIssued | TokenRevoked | LoginSucceeded | LoginFailed


@dataclass(frozen=True, kw_only=True)
class NoUser:
    pass


@dataclass(frozen=True, kw_only=True)
class User:
    name: str
    roles: frozenset[str] = field(default_factory=frozenset[str])


UserState = NoUser | User


def evolve_user(state: UserState, event: UserEvent) -> UserState:
    match event:
        case UserRegistered():
            return User(name=event.name)
        case RoleGranted():
            user = existing_user(state)
            return replace(user, roles=user.roles | {event.role})
        case RoleRevoked():
            user = existing_user(state)
            return replace(user, roles=user.roles - {event.role})
        case _:
            assert_never(event)


def existing_user(state: UserState) -> User:
    if isinstance(state, NoUser):
        raise NotFoundError("There is no such user.")
    return state


def register_user(state: UserState, name: str, roles: tuple[str, ...] = ()) -> tuple[UserEvent, ...]:
    if isinstance(state, User):
        raise ConflictError(f"User {state.name} exists already.")
    return (UserRegistered(name=name), *(RoleGranted(role=role) for role in roles))


@dataclass(frozen=True, kw_only=True)
class NoToken:
    pass


@dataclass(frozen=True, kw_only=True)
class Token:
    user_id: UUID
    name: str
    kind: TokenKind
    scopes: tuple[str, ...]
    secret_sha256: str
    expires_at: datetime | None
    revoked: bool = False
    used: bool = False


TokenState = NoToken | Token


def evolve_token(state: TokenState, event: TokenEvent) -> TokenState:
    match event:
        case TokenIssued():
            return Token(
                user_id=event.user_id,
                name=event.name,
                kind=event.kind,
                scopes=event.scopes,
                secret_sha256=event.secret_sha256,
                expires_at=event.expires_at,
            )
        case TokenRevoked():
            return replace(existing_token(state), revoked=True)
        case LoginSucceeded():
            return replace(existing_token(state), used=True)
        case LoginFailed():
            return state
        case _:
            assert_never(event)


def existing_token(state: TokenState) -> Token:
    if isinstance(state, NoToken):
        raise NotFoundError("There is no such token.", "List yours with `qd token list`.")
    return state


def issue_token(
    state: TokenState,
    *,
    user_id: UUID,
    name: str,
    kind: TokenKind,
    scopes: tuple[str, ...],
    granted: tuple[str, ...],
    secret_sha256: str,
    expires_at: datetime | None,
    now: datetime,
) -> tuple[TokenEvent, ...]:
    """`granted` are the issuer's own scopes, which no token of theirs may exceed."""
    if isinstance(state, Token):
        raise ConflictError("This token exists already.")
    if not name.strip() or len(name) > 100:
        raise InvalidInputError("A token's name is 1 to 100 characters.", field="name")
    unknown = sorted(set(scopes) - {*SCOPES, "*"})
    if unknown or not scopes:
        raise InvalidInputError(
            f"There is no scope {unknown[0]!r}." if unknown else "A token needs a scope.",
            f"Scopes are: {', '.join(SCOPES)}, or * for all.",
            field="scopes",
        )
    above = [scope for scope in scopes if "*" not in granted and scope not in granted]
    if above:
        raise InvalidInputError(f"You do not have the scope {above[0]!r} yourself.", field="scopes")
    if expires_at is not None and expires_at <= now:
        raise InvalidInputError("This time of expiry has passed.", field="expiresAt")
    return (
        TokenIssued(
            user_id=user_id,
            name=name.strip(),
            kind=kind,
            scopes=tuple(sorted(set(scopes))),
            secret_sha256=secret_sha256,
            expires_at=expires_at,
        ),
    )


def revoke_token(state: TokenState, reason: str = "") -> tuple[TokenEvent, ...]:
    return () if existing_token(state).revoked else (TokenRevoked(reason=reason),)


def check_token(state: TokenState, secret_matches: bool, now: datetime) -> Token:  # noqa: FBT001
    """The token if it may be used now. Unknown, wrong, revoked and expired are one answer."""
    if (
        isinstance(state, NoToken)
        or not secret_matches
        or state.revoked
        or state.used
        or (state.expires_at is not None and state.expires_at <= now)
    ):
        raise UnauthenticatedError(
            "This token is not valid: unknown, expired, used or revoked.", "Log in with `qd login`."
        )
    return state


def allows(scopes: tuple[str, ...], wanted: str) -> bool:
    return wanted in scopes or ("*" in scopes and wanted not in NAMED_SCOPES)


def log_in(state: TokenState, *, secret_matches: bool, issued_token_id: UUID, now: datetime) -> tuple[TokenEvent, ...]:
    if check_token(state, secret_matches, now).kind is not TokenKind.LOGIN:
        raise InvalidInputError("This is no log-in token.", "Pass it to `qd login --token` instead.", field="token")
    return (LoginSucceeded(issued_token_id=issued_token_id),)
