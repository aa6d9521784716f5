from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest

from quarterdeck.domain import identity
from quarterdeck.domain.base import fold
from quarterdeck.domain.errors import ConflictError, InvalidInputError, UnauthenticatedError
from quarterdeck.domain.identity import (
    LoginSucceeded,
    NoToken,
    TokenEvent,
    TokenIssued,
    TokenKind,
    TokenRevoked,
    TokenState,
)

NOW = datetime(2026, 11, 1, tzinfo=UTC)
USER = UUID(int=1)

NO_TOKEN: TokenState = NoToken()
NO_USER: identity.UserState = identity.NoUser()


def issued(kind: TokenKind = TokenKind.API, expires_at: datetime | None = None) -> TokenIssued:
    return TokenIssued(
        user_id=USER, name="ci", kind=kind, scopes=("session:read",), secret_sha256="00", expires_at=expires_at
    )


def after(*events: TokenEvent) -> TokenState:
    return fold(identity.evolve_token, NO_TOKEN, events)


def issue(
    scopes: tuple[str, ...], granted: tuple[str, ...] = ("*",), expires_at: datetime | None = None
) -> tuple[TokenEvent, ...]:
    return identity.issue_token(
        NoToken(),
        user_id=USER,
        name="ci",
        kind=TokenKind.API,
        scopes=scopes,
        granted=granted,
        secret_sha256="00",
        expires_at=expires_at,
        now=NOW,
    )


def test_a_token_never_exceeds_its_issuer() -> None:
    with pytest.raises(InvalidInputError, match="do not have"):
        issue(("session:write",), granted=("session:read",))
    with pytest.raises(InvalidInputError, match="do not have"):
        issue(("*",), granted=("session:read",))
    assert len(issue(("session:read",), granted=("session:read",))) == 1


@pytest.mark.parametrize("scopes", [(), ("everything",)])
def test_a_scope_that_does_not_exist_is_refused(scopes: tuple[str, ...]) -> None:
    with pytest.raises(InvalidInputError) as refused:
        issue(scopes)

    assert refused.value.field == "scopes"


def test_a_token_cannot_be_born_expired() -> None:
    with pytest.raises(InvalidInputError):
        issue(("session:read",), expires_at=NOW)


@pytest.mark.parametrize(
    ("state", "secret_matches"),
    [
        (NoToken(), True),
        (after(issued()), False),
        (after(issued(), TokenRevoked()), True),
        (after(issued(expires_at=NOW)), True),
        (after(issued(TokenKind.LOGIN), LoginSucceeded(issued_token_id=UUID(int=9))), True),
    ],
    ids=["unknown", "wrong secret", "revoked", "expired", "used"],
)
def test_whatever_is_wrong_with_a_token_the_answer_is_the_same(state: TokenState, *, secret_matches: bool) -> None:
    with pytest.raises(UnauthenticatedError, match="unknown, expired, used or revoked"):
        identity.check_token(state, secret_matches, NOW)


def test_a_login_token_is_good_for_one_login() -> None:
    fresh = after(issued(TokenKind.LOGIN, expires_at=NOW + timedelta(minutes=1)))
    used = after(issued(TokenKind.LOGIN), LoginSucceeded(issued_token_id=UUID(int=9)))

    assert identity.log_in(fresh, secret_matches=True, issued_token_id=UUID(int=9), now=NOW)
    with pytest.raises(UnauthenticatedError):
        identity.log_in(used, secret_matches=True, issued_token_id=UUID(int=9), now=NOW)


def test_an_api_token_does_not_log_in() -> None:
    with pytest.raises(InvalidInputError):
        identity.log_in(after(issued()), secret_matches=True, issued_token_id=UUID(int=9), now=NOW)


def test_revoking_twice_is_nothing_new() -> None:
    assert identity.revoke_token(after(issued(), TokenRevoked())) == ()


def test_a_user_is_registered_once() -> None:
    events = identity.register_user(identity.NoUser(), "ada", ("admin",))
    state = fold(identity.evolve_user, NO_USER, events)

    assert state == identity.User(name="ada", roles=frozenset({"admin"}))
    with pytest.raises(ConflictError):
        identity.register_user(state, "ada")
