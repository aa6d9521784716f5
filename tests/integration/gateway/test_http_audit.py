"""The audit of `graphql-http`, the reference implementation of GraphQL over HTTP, against the gateway."""

import json
from collections.abc import AsyncGenerator
from pathlib import Path

import pytest_asyncio
from tests.support import node
from tests.support.gateway import Running, running

CONFORMANCE = Path(__file__).parents[2] / "conformance"
AUDITS = 61


@pytest_asyncio.fixture
async def gateway() -> AsyncGenerator[Running]:
    # the audit asks for introspection, as development allows it
    async with running(development=True) as served:
        yield served


async def test_every_audit_of_graphql_over_http_passes(gateway: Running, tmp_path: Path) -> None:
    node.install(CONFORMANCE, tmp_path)

    printed = await node.run(
        node.program("node"), "http_audit.mjs", f"http://{gateway.host}/graphql", gateway.token, cwd=tmp_path
    )

    results = json.loads(printed)
    assert [each for each in results if each["status"] != "ok"] == []
    assert len(results) == AUDITS
