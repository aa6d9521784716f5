"""A browser's way in and out, over a real port."""

from collections.abc import AsyncGenerator

import httpx2
import pytest
import pytest_asyncio
from structlog.testing import capture_logs
from tests.support.gateway import Running, running
from tests.support.waiting import eventually
from websockets.exceptions import InvalidStatus

from quarterdeck.application.identity import FIRST_USER
from quarterdeck.application.streams import TOKEN
from quarterdeck.domain.identity import Token

VIEWER = {"query": "{ viewer { name } }"}
CHROMIUM = "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/148.0.0.0 Safari/537.36"


@pytest_asyncio.fixture
async def gateway() -> AsyncGenerator[Running]:
    async with running() as served:
        yield served


def page(gateway: Running, **headers: str) -> dict[str, str]:
    """What a browser adds to the calls of our own page."""
    return {
        "Origin": f"http://{gateway.host}",
        "Sec-Fetch-Site": "same-origin",
        "X-Quarterdeck": "web",
        "User-Agent": CHROMIUM,
        **headers,
    }


async def log_in(gateway: Running, token: str | None = None, **headers: str) -> httpx2.Response:
    given = token or await gateway.house.identity.issue_login()
    return await gateway.http.post("/web/login", json={"token": given}, headers=page(gateway, **headers))


def cookie_of(answer: httpx2.Response) -> str:
    return answer.headers["set-cookie"].partition(";")[0]


async def viewer(gateway: Running, cookie: str, **headers: str) -> httpx2.Response:
    return await gateway.http.post("/graphql", json=VIEWER, headers=page(gateway, Cookie=cookie, **headers))


async def test_a_link_logs_a_browser_in_and_its_token_is_one_of_its_owners(gateway: Running) -> None:
    answer = await log_in(gateway)

    assert (answer.status_code, answer.content) == (204, b"")
    attributes = answer.headers["set-cookie"].split("; ")[1:]
    assert attributes == ["Path=/", "Max-Age=2592000", "HttpOnly", "SameSite=Strict"]
    gateway.http.cookies.clear()
    seen = await viewer(gateway, cookie_of(answer))
    assert seen.json() == {"data": {"viewer": {"name": "ada"}}}
    listed = await gateway.ask("{ viewer { tokens { edges { node { name scopes expiresAt } } } } }")
    tokens = [each["node"] for each in listed["data"]["viewer"]["tokens"]["edges"]]
    [of_browser] = [each for each in tokens if each["name"] == "web: Chromium on Linux"]
    assert of_browser["scopes"] == ["*"]
    assert of_browser["expiresAt"]


async def test_a_used_link_says_so_and_how_to_get_another(gateway: Running) -> None:
    link = await gateway.house.identity.issue_login()
    await log_in(gateway, link)

    again = await log_in(gateway, link)

    assert again.status_code == 401
    [error] = again.json()["errors"]
    assert error["message"] == "This link was used: each logs in once."
    assert "quarterdeck login-link" in error["extensions"]["nextStep"]
    assert "set-cookie" not in again.headers


@pytest.mark.parametrize("token", ["nonsense", "qd_" + "0" * 32 + "_" + "a" * 43])
async def test_a_made_up_token_learns_nothing(gateway: Running, token: str) -> None:
    answer = await log_in(gateway, token)

    assert answer.status_code == 401
    assert "used" not in answer.json()["errors"][0]["message"].replace("used or revoked", "")
    assert token not in answer.text


async def test_a_wrong_secret_of_a_used_link_learns_nothing(gateway: Running) -> None:
    link = await gateway.house.identity.issue_login()
    await log_in(gateway, link)

    answer = await log_in(gateway, link[:-3] + "AAA")

    assert answer.json()["errors"][0]["message"].startswith("This token is not valid")


async def test_an_api_token_gives_the_browser_one_of_its_own_with_no_more(gateway: Running) -> None:
    made = await gateway.ask(
        'mutation { issueToken(input: {name: "mine", scopes: ["token:write", "project:read"], '
        'expiresAt: "2100-01-01T00:00:00Z"}) { ... on IssueTokenPayload { secret } } }'
    )
    answer = await log_in(gateway, made["data"]["issueToken"]["secret"])

    assert answer.status_code == 204
    text = cookie_of(answer).partition("=")[2]
    assert text != made["data"]["issueToken"]["secret"]
    caller = await gateway.house.identity.authenticate(text, FIRST_USER)
    assert set(caller.scopes) == {"token:write", "project:read"}
    state = (await TOKEN.load(gateway.house.log, caller.token_id)).state
    assert isinstance(state, Token)
    assert state.expires_at
    assert state.expires_at.year < 2100


async def test_an_api_token_that_may_issue_none_is_told_what_it_lacks(gateway: Running) -> None:
    made = await gateway.ask(
        'mutation { issueToken(input: {name: "mine", scopes: ["project:read"]}) '
        "{ ... on IssueTokenPayload { secret } } }"
    )
    answer = await log_in(gateway, made["data"]["issueToken"]["secret"])

    assert answer.status_code == 403
    assert "token:write" in answer.json()["errors"][0]["message"]


async def test_who_is_logged_in_makes_a_link_for_a_browser_with_no_more_than_they_have(gateway: Running) -> None:
    made = await gateway.ask(
        'mutation { issueToken(input: {name: "some", scopes: ["token:write", "task:read"]}) '
        "{ ... on IssueTokenPayload { secret } } }"
    )
    asked = "mutation { issueLoginLink(input: {}) { ... on IssueLoginLinkPayload { url } } }"
    answer = await gateway.ask(asked, token=made["data"]["issueToken"]["secret"])
    page, _, token = answer["data"]["issueLoginLink"]["url"].partition("#")

    logged_in = await log_in(gateway, token)

    assert page.endswith("/login")
    caller = await gateway.house.identity.authenticate(cookie_of(logged_in).partition("=")[2], FIRST_USER)
    assert set(caller.scopes) == {"token:write", "task:read"}
    assert (await log_in(gateway, token)).status_code == 401


async def test_a_token_that_may_issue_none_makes_no_link(gateway: Running) -> None:
    made = await gateway.ask(
        'mutation { issueToken(input: {name: "few", scopes: ["task:read"]}) { ... on IssueTokenPayload { secret } } }'
    )
    asked = "mutation { issueLoginLink(input: {}) { __typename ... on Failure { code message } } }"

    answer = await gateway.ask(asked, token=made["data"]["issueToken"]["secret"])

    assert "token:write" in str(answer)
    assert "IssueLoginLinkPayload" not in str(answer)


@pytest.mark.parametrize("body", [b"", b"[]", b"{}", b'{"token": 1}', b'{"token": " "}', b"{" * 100, b"x" * 5000])
async def test_a_malformed_log_in_is_refused(gateway: Running, body: bytes) -> None:
    answer = await gateway.http.post("/web/login", content=body, headers=page(gateway))

    assert answer.status_code in {400, 429}
    assert answer.json()["errors"][0]["message"]


@pytest.mark.parametrize("path", ["/web/login", "/web/logout"])
async def test_another_page_can_log_nobody_in_or_out(gateway: Running, path: str) -> None:
    """Else it could make a victim work in the attacker's name."""
    link, cookie = await gateway.house.identity.issue_login(), cookie_of(await log_in(gateway))
    for headers in (
        page(gateway, **{"Sec-Fetch-Site": "same-site"}),
        {each: value for each, value in page(gateway).items() if each != "X-Quarterdeck"},
        {"X-Quarterdeck": "web"},
    ):
        answer = await gateway.http.post(path, json={"token": link}, headers={**headers, "Cookie": cookie})
        assert (answer.status_code, "set-cookie" in answer.headers) == (403, False)
    assert (await gateway.http.get(path)).status_code == 405
    assert (await viewer(gateway, cookie)).status_code == 200
    assert (await log_in(gateway, link)).status_code == 204


async def test_a_call_by_cookie_without_our_page_is_refused_and_does_nothing(gateway: Running) -> None:
    gateway.http.headers["Cookie"] = cookie_of(await log_in(gateway))
    mutation = 'mutation { issueToken(input: {name: "stolen", scopes: ["*"]}) { __typename } }'

    posted = await gateway.http.post("/graphql", json={"query": mutation}, headers={"Sec-Fetch-Site": "same-origin"})
    got = await gateway.http.get("/graphql", params=VIEWER, headers={"Sec-Fetch-Site": "cross-site"})

    assert (posted.status_code, got.status_code) == (403, 403)
    assert posted.json()["errors"][0]["extensions"]["code"] == "FORBIDDEN"
    del gateway.http.headers["Cookie"]
    listed = await gateway.ask("{ viewer { tokens { edges { node { name } } } } }")
    assert "stolen" not in str(listed)


async def test_a_socket_of_our_page_needs_no_token_and_is_closed_by_logging_out(gateway: Running) -> None:
    cookie = cookie_of(await log_in(gateway))
    own = f"http://{gateway.host}"
    async with gateway.socket(init=False, origin=own, additional_headers={"Cookie": cookie}) as socket:
        await socket.send(type="connection_init")
        assert await socket.receive() == {"type": "connection_ack"}

        out = await gateway.http.post("/web/logout", headers=page(gateway, Cookie=cookie))

        assert out.status_code == 204
        assert "Max-Age=0" in out.headers["set-cookie"]
        assert await socket.closed() == 4403
    assert (await viewer(gateway, cookie)).status_code == 401
    again = await gateway.http.post("/web/logout", headers=page(gateway, Cookie=cookie))
    assert again.status_code == 204


async def test_a_socket_of_another_page_gets_nothing_by_the_cookie(gateway: Running) -> None:
    cookie = {"Cookie": cookie_of(await log_in(gateway))}
    async with gateway.socket(init=False, additional_headers=cookie) as without_origin:
        await without_origin.send(type="connection_init")
        assert await without_origin.closed() == 4403
    with pytest.raises(InvalidStatus):
        async with gateway.socket(init=False, origin="https://evil.example", additional_headers=cookie):
            pass


async def test_a_second_log_in_ends_the_first_of_that_browser(gateway: Running) -> None:
    first = cookie_of(await log_in(gateway))
    second = cookie_of(await log_in(gateway, Cookie=first))

    assert (await viewer(gateway, second)).status_code == 200

    async def is_over() -> bool:
        return (await viewer(gateway, first)).status_code == 401

    await eventually(is_over)


async def test_no_token_is_in_a_log_line_or_an_answer(gateway: Running) -> None:
    link = await gateway.house.identity.issue_login()
    with capture_logs() as lines:
        answer = await log_in(gateway, link)
        cookie = cookie_of(answer)
        refused = await gateway.http.post("/graphql", json=VIEWER, headers={"Cookie": cookie})

    secret = cookie.partition("=")[2]
    assert secret not in str(lines)
    assert link not in str(lines)
    assert secret not in refused.text


async def test_log_ins_are_counted_against_whoever_makes_them() -> None:
    async with running(limit_requests_per_second=1, limit_requests_burst=3) as gateway:
        answers = [await log_in(gateway, "nonsense") for _ in range(4)]

    assert [each.status_code for each in answers] == [401, 401, 401, 429]
