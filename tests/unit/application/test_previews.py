"""Who gets into a session's port: one browser, once by each link, as long as its opener may."""

from datetime import timedelta
from uuid import UUID

import pytest
from tests.unit.application.conftest import Deck

from quarterdeck.adapters.memory.tunnels import MemoryTunnels
from quarterdeck.application.ports.callers import Caller
from quarterdeck.application.previews import Previews
from quarterdeck.domain.errors import ConflictError, InvalidInputError, NotFoundError, UnauthenticatedError
from quarterdeck.domain.identity import TokenIssued, TokenKind, TokenRevoked, UserRegistered
from quarterdeck.domain.preview import OFFER_LIFETIME, VISIT_LIFETIME
from quarterdeck.domain.session_events import SessionClosed


@pytest.fixture
def previews(deck: Deck) -> Previews:
    return Previews(deck.log, deck.clock, deck.ids, MemoryTunnels())


async def signed_in(deck: Deck, caller: Caller) -> Caller:
    """With a user and a token in the log."""
    await deck.append(caller.user_id, 0, UserRegistered(name=caller.user_name))
    issued = TokenIssued(
        user_id=caller.user_id,
        name="t",
        kind=TokenKind.API,
        scopes=("*",),
        secret_sha256="00",
        expires_at=None,
    )
    await deck.append(caller.token_id, 0, issued)
    return caller


async def offered(deck: Deck, previews: Previews, port: int = 3000) -> tuple[UUID, str]:
    session_id = await deck.session()
    return session_id, str(await previews.open(await signed_in(deck, deck.owner), session_id, port))


async def test_a_link_is_traded_for_a_visit_once(deck: Deck, previews: Previews) -> None:
    session_id, link = await offered(deck, previews)

    cookie = str(await previews.enter(link, session_id, 3000))
    door = await previews.door(cookie, session_id, 3000)

    assert (door.worker_id, door.session_id, door.port) == ("w1", session_id, 3000)
    with pytest.raises(UnauthenticatedError):
        await previews.enter(link, session_id, 3000)
    with pytest.raises(UnauthenticatedError):
        await previews.door(link, session_id, 3000)


async def test_a_link_is_good_for_its_port_and_session_alone(deck: Deck, previews: Previews) -> None:
    session_id, link = await offered(deck, previews)

    for place in ((session_id, 3001), (deck.ids.new(), 3000)):
        with pytest.raises(UnauthenticatedError):
            await previews.enter(link, *place)


@pytest.mark.parametrize("text", ["", "x", "no-uuid.secret", f"{UUID(int=1).hex}.secret", f"{UUID(int=1).hex}"])
async def test_what_is_no_secret_is_refused_like_one_that_is_unknown(deck: Deck, previews: Previews, text: str) -> None:
    with pytest.raises(UnauthenticatedError) as refused:
        await previews.door(text, await deck.session(), 3000)

    assert refused.value.message == "This link was used, has expired, or was taken back."


async def test_links_and_visits_expire(deck: Deck, previews: Previews) -> None:
    session_id, link = await offered(deck, previews)
    late = str(await previews.open(deck.owner, session_id, 3000))
    cookie = str(await previews.enter(link, session_id, 3000))

    deck.clock.pass_time(OFFER_LIFETIME + timedelta(seconds=1))
    with pytest.raises(UnauthenticatedError):
        await previews.enter(late, session_id, 3000)
    await previews.door(cookie, session_id, 3000)
    deck.clock.pass_time(VISIT_LIFETIME)
    with pytest.raises(UnauthenticatedError):
        await previews.door(cookie, session_id, 3000)


async def test_a_visit_ends_with_the_token_that_opened_it(deck: Deck, previews: Previews) -> None:
    session_id, link = await offered(deck, previews)
    cookie = str(await previews.enter(link, session_id, 3000))

    await deck.append(deck.owner.token_id, 1, TokenRevoked())

    with pytest.raises(UnauthenticatedError):
        await previews.door(cookie, session_id, 3000)


async def test_a_visit_ends_with_its_session(deck: Deck, previews: Previews) -> None:
    session_id, link = await offered(deck, previews)
    cookie = str(await previews.enter(link, session_id, 3000))

    await deck.append(session_id, len(await deck.log.load(session_id)), SessionClosed())

    with pytest.raises(ConflictError, match="has ended"):
        await previews.door(cookie, session_id, 3000)


async def test_a_foreign_session_is_not_found(deck: Deck, previews: Previews) -> None:
    with pytest.raises(NotFoundError):
        await previews.open(deck.stranger, await deck.session(), 3000)
    with pytest.raises(NotFoundError):
        await previews.ports(deck.stranger, await deck.session())


async def test_a_port_that_there_is_none_of_is_refused(deck: Deck, previews: Previews) -> None:
    with pytest.raises(InvalidInputError):
        await previews.open(deck.owner, await deck.session(), 70_000)
