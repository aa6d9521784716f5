"""Comparing the read models with the log, over the API."""

from collections.abc import AsyncGenerator
from uuid import UUID

import pytest_asyncio
from tests.support.gateway import Running, running

CHECK = "mutation { checkReadModels(input: {}) { ... on CheckReadModelsPayload { checkId } ... on Failure { code } } }"
ASK = (
    "query($id: ID!) { readModelCheck(id: $id) { state position differenceCount tables { name } } "
    "readModelDifferences(checkId: $id) { edges { node { number } } } }"
)


@pytest_asyncio.fixture
async def gateway() -> AsyncGenerator[Running]:
    async with running() as served:
        yield served


async def test_an_admin_has_them_compared_and_asks_what_was_found(gateway: Running) -> None:
    check_id = (await gateway.ask(CHECK))["data"]["checkReadModels"]["checkId"]
    told = (await gateway.ask(ASK, {"id": check_id}))["data"]
    assert told["readModelCheck"]["state"] == "ENDED"
    assert told["readModelCheck"]["differenceCount"] == 0
    assert told["readModelDifferences"]["edges"] == []


async def test_one_that_has_not_begun_is_null_and_an_id_that_is_none_is_refused(gateway: Running) -> None:
    assert (await gateway.ask(ASK, {"id": str(UUID(int=1))}))["data"]["readModelCheck"] is None
    assert (await gateway.ask(ASK, {"id": "7"}))["errors"][0]["extensions"]["code"] == "INVALID_INPUT"


async def test_whoever_does_not_see_all_is_refused(gateway: Running) -> None:
    token = await gateway.house.another_user("bob")
    assert (await gateway.ask(CHECK, token=token))["data"]["checkReadModels"] == {"code": "FORBIDDEN"}
    refused = await gateway.ask(ASK, {"id": str(UUID(int=1))}, token=token)
    assert {each["extensions"]["code"] for each in refused["errors"]} == {"FORBIDDEN"}
