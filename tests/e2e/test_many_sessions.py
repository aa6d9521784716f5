"""Many sessions at once: each becomes ready, and what exceeds a limit waits where all can see it."""

import asyncio
import time
from collections.abc import AsyncIterator, Sequence
from typing import Any

import httpx2
import pytest
import pytest_asyncio
from tests.support.product import Product
from tests.support.waiting import eventually

pytestmark = [pytest.mark.asyncio(loop_scope="module"), pytest.mark.timeout(600), pytest.mark.account("root")]


@pytest.fixture(scope="module")
def product(own_product: Product) -> Product:
    return own_product


CROWD = "crowd"
MANY = 50
OPEN = """mutation($input: OpenSessionInput!) { openSession(input: $input) {
    ... on OpenSessionPayload { session { id } } ... on Failure { code message } } }"""
CLOSE = """mutation($input: CloseSessionInput!) { closeSession(input: $input) {
    ... on CloseSessionPayload { session { id } } ... on Failure { code message } } }"""

SESSIONS = """query($project: ID!, $state: [SessionState!]) {
    sessions(projectId: $project, state: $state, first: 100) {
    edges { node { id queue { position reason } } } } }"""


class Api:
    def __init__(self, product: Product, http: httpx2.AsyncClient) -> None:
        self._http = http
        token = product.ask("token", "issue", "many", "--scope", "*")["secret"]
        self._project_id = product.ask("project", "show", CROWD)["id"]
        self._headers = {"Authorization": f"Bearer {token}", "Accept": "application/graphql-response+json"}

    async def ask(self, query: str, variables: dict[str, Any]) -> Any:
        body = {"query": query, "variables": variables}
        return (await self._http.post("/graphql", json=body, headers=self._headers)).json()["data"]

    async def open(self) -> str:
        answer = await self.ask(OPEN, {"input": {"projectId": self._project_id}})
        return str(answer["openSession"]["session"]["id"])

    async def sessions(self, state: str) -> list[dict[str, Any]]:
        found = (await self.ask(SESSIONS, {"project": self._project_id, "state": [state]}))["sessions"]["edges"]
        return [each["node"] for each in found]

    async def count(self, state: str, wanted: int) -> bool:
        return len(await self.sessions(state)) == wanted

    async def close(self, session_ids: Sequence[str], *, wait: bool = True) -> None:
        await asyncio.gather(*(self.ask(CLOSE, {"input": {"sessionId": each}}) for each in session_ids))
        if wait:
            await eventually(lambda: self.count("CLOSING", 0), within=60)


@pytest_asyncio.fixture(loop_scope="module", scope="module")
async def api(product: Product) -> AsyncIterator[Api]:
    product.project(CROWD)
    # Let go of before the gateway lets go of it: a request that is on its way just then has no answer.
    limits = httpx2.Limits(keepalive_expiry=1)
    url = f"http://127.0.0.1:{product.port}"
    async with httpx2.AsyncClient(base_url=url, trust_env=False, timeout=60, limits=limits) as http:
        yield Api(product, http)


async def test_fifty_sessions_opened_at_once_all_become_ready(product: Product, api: Api) -> None:
    product.ask("project", "set", "-p", CROWD, f"sessions={MANY}")
    began = time.monotonic()
    opened = await asyncio.gather(*(api.open() for _ in range(MANY)))
    await eventually(lambda: api.count("READY", MANY), within=120)
    print(f"{MANY} sessions ready after {time.monotonic() - began:.1f} s")
    await api.close(opened)


async def test_sessions_beyond_the_limit_wait_in_order_and_follow_at_once(product: Product, api: Api) -> None:
    half = MANY // 2
    product.ask("project", "set", "-p", CROWD, f"sessions={half}")
    opened = await asyncio.gather(*(api.open() for _ in range(MANY)))
    await eventually(lambda: api.count("READY", half), within=120)

    waiting = await api.sessions("QUEUED")
    assert sorted(each["queue"]["position"] for each in waiting) == list(range(1, half + 1))
    assert {each["queue"]["reason"] for each in waiting} == {f"the project has {half} of {half} sessions open"}
    listed = product.qd("session", "list").stdout.decode()
    assert "queued, 1st" in listed
    assert f"queued, {half}th" in listed

    began = time.monotonic()
    ready = [each["id"] for each in await api.sessions("READY")]
    await api.close(ready, wait=False)
    await eventually(lambda: api.count("CLOSING", 0), within=60)
    await eventually(lambda: api.count("READY", half), within=60)
    print(f"the other {half} ready {time.monotonic() - began:.1f} s after the first were told to close")
    await api.close(list(set(opened) - set(ready)))
