"""The audit of `graphql-http`, the reference implementation of GraphQL over HTTP, against the gateway."""

import asyncio
import json
import os
import shutil
import sysconfig
from collections.abc import AsyncGenerator
from pathlib import Path

import pytest_asyncio
from tests.support.gateway import Running, running

CONFORMANCE = Path(__file__).parents[2] / "conformance"
AUDITS = 61


def _program(name: str) -> str:
    """Node's, from the path or from the wheel that the tests install."""
    found = shutil.which(name) or shutil.which(name, path=sysconfig.get_path("scripts"))
    assert found, f"{name} is missing: install the test dependencies"
    return found


async def _run(*command: str, cwd: Path) -> str:
    environment = {**os.environ, "PATH": f"{Path(command[0]).parent}:{os.environ['PATH']}"}
    process = await asyncio.create_subprocess_exec(
        *command, cwd=cwd, env=environment, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE
    )
    try:
        out, err = await process.communicate()
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
    assert process.returncode == 0, err.decode()
    return out.decode()


@pytest_asyncio.fixture
async def gateway() -> AsyncGenerator[Running]:
    # the audit asks for introspection, as development allows it
    async with running(development=True) as served:
        yield served


async def test_every_audit_of_graphql_over_http_passes(gateway: Running, tmp_path: Path) -> None:
    for name in ("package.json", "package-lock.json", "http_audit.mjs"):
        shutil.copy(CONFORMANCE / name, tmp_path)
    await _run(_program("npm"), "ci", "--no-audit", "--no-fund", "--loglevel=error", cwd=tmp_path)

    printed = await _run(
        _program("node"), "http_audit.mjs", f"http://{gateway.host}/graphql", gateway.token, cwd=tmp_path
    )

    results = json.loads(printed)
    assert [each for each in results if each["status"] != "ok"] == []
    assert len(results) == AUDITS
