from dataclasses import replace
from datetime import timedelta

import pytest
from tests.unit.application.conftest import Deck

from quarterdeck.application.identity import FIRST_USER, LOGIN_LIFETIME
from quarterdeck.application.requests import IdempotencyKey
from quarterdeck.domain.errors import ConflictError, InvalidInputError, NotFoundError, UnauthenticatedError
from quarterdeck.domain.identity import LoginFailed


async def login_token(deck: Deck) -> str:
    await deck.identity.register_first_user("ada")
    return await deck.identity.issue_login()


async def test_a_login_token_is_traded_for_a_token_that_stands_for_its_owner(deck: Deck) -> None:
    issued = await deck.identity.login(await login_token(deck), "laptop", deck.ids.new())

    caller = await deck.identity.authenticate(issued.secret, deck.ids.new())

    assert (caller.user_id, caller.user_name, issued.user_name) == (FIRST_USER, "ada", "ada")
    assert caller.scopes == ("*",)
    assert "admin" in caller.roles


async def test_a_login_token_works_once(deck: Deck) -> None:
    token = await login_token(deck)
    await deck.identity.login(token, "laptop", deck.ids.new())

    with pytest.raises(UnauthenticatedError):
        await deck.identity.login(token, "laptop", deck.ids.new())


async def test_a_login_token_expires(deck: Deck) -> None:
    token = await login_token(deck)
    deck.clock.pass_time(LOGIN_LIFETIME + timedelta(seconds=1))

    with pytest.raises(UnauthenticatedError):
        await deck.identity.login(token, "laptop", deck.ids.new())


async def test_a_login_token_is_no_api_token(deck: Deck) -> None:
    with pytest.raises(UnauthenticatedError, match="one log-in"):
        await deck.identity.authenticate(await login_token(deck), deck.ids.new())


async def test_a_failed_login_on_a_real_token_is_logged(deck: Deck) -> None:
    token = await login_token(deck)
    wrong = token[:-3] + ("AAA" if not token.endswith("AAA") else "BBB")

    with pytest.raises(UnauthenticatedError):
        await deck.identity.login(wrong, "laptop", deck.ids.new())

    last = (await deck.log.read(0, 1000))[-1]
    assert isinstance(last.event, LoginFailed)
    assert token[-43:] not in repr(last)


async def test_a_made_up_token_leaves_no_trace(deck: Deck) -> None:
    await login_token(deck)
    head = await deck.log.head()

    with pytest.raises(UnauthenticatedError):
        await deck.identity.login(f"qd_{deck.ids.new().hex}_{'A' * 43}", "laptop", deck.ids.new())

    assert await deck.log.head() == head


@pytest.mark.parametrize("text", ["", "qd_", "qd_xyz_abc", "Bearer x", "qd_" + "0" * 32, "qd_" + "g" * 32 + "_x"])
async def test_what_is_no_token_is_refused(deck: Deck, text: str) -> None:
    with pytest.raises(UnauthenticatedError):
        await deck.identity.authenticate(text, deck.ids.new())


async def test_a_revoked_token_ends_at_once(deck: Deck) -> None:
    issued = await deck.identity.login(await login_token(deck), "laptop", deck.ids.new())
    caller = await deck.identity.authenticate(issued.secret, deck.ids.new())

    await deck.identity.revoke(caller, issued.token_id)

    with pytest.raises(UnauthenticatedError):
        await deck.identity.authenticate(issued.secret, deck.ids.new())


async def test_nobody_revokes_a_foreign_token(deck: Deck) -> None:
    issued = await deck.identity.issue(deck.owner, name="ci", scopes=("session:read",))

    with pytest.raises(NotFoundError):
        await deck.identity.revoke(deck.stranger, issued.token_id)


async def test_a_token_has_no_more_than_its_maker(deck: Deck) -> None:
    reader = replace(deck.owner, scopes=("session:read", "token:write"))

    with pytest.raises(InvalidInputError):
        await deck.identity.issue(reader, name="ci", scopes=("session:write",))


async def test_a_secret_is_shown_once(deck: Deck) -> None:
    key = IdempotencyKey(key="k", request_sha256="aa")
    await deck.identity.issue(deck.owner, name="ci", scopes=("session:read",), key=key)

    with pytest.raises(ConflictError, match="shown once"):
        await deck.identity.issue(deck.owner, name="ci", scopes=("session:read",), key=key)


async def test_the_secret_is_nowhere_in_the_log(deck: Deck) -> None:
    issued = await deck.identity.issue(deck.owner, name="ci", scopes=("session:read",))

    assert issued.secret[-43:] not in repr(await deck.log.read(0, 1000))


async def test_the_first_user_is_registered_once(deck: Deck) -> None:
    await deck.identity.register_first_user("ada")
    head = await deck.log.head()

    await deck.identity.register_first_user("eve")

    assert await deck.log.head() == head
