"""A session's network, as its user sees it."""

from functools import partial
from typing import Any

import pytest
from tests.support.product import Product
from tests.support.waiting import eventually

pytestmark = pytest.mark.asyncio(loop_scope="module")


async def test_a_project_gives_its_sessions_a_network_that_says_no_and_tells(product: Product) -> None:
    product.ask("project", "set", "-p", "deck", "network+=allowed.example:80,*.more.example")
    session = product.ask("session", "open", "-p", "deck")["id"]

    said = product.qd("run", "-s", session, "--", "curl -s http://evil.example/").stdout.decode()

    assert "qd project set network+=evil.example:80" in said
    told = await eventually(partial(_asked_for, product, session))
    assert (told["host"], told["port"], told["verdict"], told["count"]) == ("evil.example", 80, "REFUSED", 1)
    assert product.qd("session", "close", session).returncode == 0


async def test_a_sessions_list_can_be_changed_while_it_runs(product: Product) -> None:
    changed = product.ask("project", "set", "-p", "deck", "network=one.example,two.example:80")
    assert [rule["host"] for rule in changed["settings"]["network"]] == ["one.example", "two.example"]
    session = product.ask("session", "open", "-p", "deck")["id"]

    own = product.ask("session", "network", session, "--drop", "two.example:80", "--allow", "three.example:80")
    unknown = product.qd("session", "network", session, "--drop", "two.example:80")
    again = product.ask("session", "network", session, "--as-project")

    assert own["network"] == {
        "own": True,
        "persona": None,
        "rules": [{"host": "one.example", "port": 443}, {"host": "three.example", "port": 80}],
    }
    assert unknown.returncode != 0
    assert b"There is no rule two.example:80" in unknown.stderr
    assert again["network"]["own"] is False
    assert b"one.example:443, two.example:80" in product.qd("session", "network", session).stdout
    assert product.qd("session", "close", session).returncode == 0


async def test_without_a_list_there_is_no_network(product: Product) -> None:
    product.ask("project", "set", "-p", "deck", "network=")

    done = product.qd("run", "-p", "deck", "--", "env | grep -i proxy; curl -sS http://evil.example/")

    assert done.stdout == b""
    assert b"Could not resolve host" in done.stderr


def _asked_for(product: Product, session: str) -> Any:
    access = product.ask("session", "network", session)["access"]
    return access[0] if access else None
