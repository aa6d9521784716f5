"""A persona of a project, as its users see it."""

from functools import partial
from typing import Any

import pytest
from tests.support.product import Product
from tests.support.waiting import eventually

pytestmark = pytest.mark.asyncio(loop_scope="module")
HOG = "python3 -c 'x = bytearray(500 << 20); print(len(x))'"
LISTED = "network=one.example:80,two.example:80"


async def test_a_persona_bounds_its_sessions_and_no_others(product: Product) -> None:
    made = product.ask("persona", "define", "-p", "deck", "small", "memory=200M", "idle-time=2h")
    again = product.qd("persona", "define", "-p", "deck", "small")
    session = product.ask("session", "open", "-p", "deck", "--persona", "small", "--memory", "1G")

    ended = product.qd("run", "-s", session["id"], "--", HOG)
    free = product.qd("run", "-p", "deck", "--", HOG)

    assert again.returncode != 0
    assert b"qd persona revise small" in again.stderr
    assert session["persona"] == {"name": "small", "revision": made["revision"]}
    told = {limit["name"]: limit["asked"] for limit in session["limits"]}
    assert (told["memory"], told["idle_time"]) == ("200 MiB", "2 hours")
    assert (ended.returncode, ended.stdout) == (137, b"")
    assert (free.returncode, free.stdout) == (0, b"524288000\n")
    shown = product.qd("session", "show", session["id"]).stdout.decode()
    assert f"small, revision {made['revision']}" in shown
    assert product.qd("session", "close", session["id"]).returncode == 0
    product.ask("persona", "retire", "-p", "deck", "small")


async def test_a_sessions_network_follows_its_personas_and_a_retired_one_opens_none(product: Product) -> None:
    product.ask("project", "set", "-p", "deck", LISTED)
    product.ask("persona", "define", "-p", "deck", "narrow", "network=one.example:80")
    session = product.ask("session", "open", "-p", "deck", "--persona", "narrow")["id"]
    curl = ("run", "-s", session, "--", "curl -s http://two.example/")

    refused = product.qd(*curl).stdout
    wider = product.qd("session", "network", session, "--allow", "two.example:80")
    product.ask("persona", "revise", "-p", "deck", "narrow", "network=two.example:80")
    await eventually(partial(_is_looked_up, product, curl), within=20)
    product.ask("persona", "retire", "-p", "deck", "narrow")
    retired = product.qd("session", "open", "-p", "deck", "--persona", "narrow")

    assert b"persona narrow does not allow two.example:80" in refused
    assert b"Persona narrow does not allow two.example:80" in wider.stderr
    assert b"Persona narrow is retired" in retired.stderr
    assert await _is_looked_up(product, curl)
    network = product.ask("session", "network", session)
    assert network["network"]["rules"] == [{"host": "two.example", "port": 80}]
    [first] = [each for each in network["access"] if each["verdict"] == "REFUSED" and "persona" in each["reason"]]
    assert (first["rule"], first["reason"]) == ("two.example:80", "persona narrow does not allow two.example:80")
    assert b"narrowed by persona narrow's" in product.qd("session", "network", session).stdout
    assert product.qd("session", "close", session).returncode == 0
    product.ask("project", "set", "-p", "deck", "network=")


async def _is_looked_up(product: Product, curl: tuple[str, ...]) -> Any:
    """It is allowed: all that is wrong is that there is no such name."""
    said = product.qd(*curl).stdout
    assert b"two.example has no address" in said
    return True
