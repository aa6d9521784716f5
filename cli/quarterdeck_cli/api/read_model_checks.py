"""Comparisons of the server's read models with its log."""

from collections.abc import AsyncIterator

from quarterdeck_cli.api import Answer, read
from quarterdeck_cli.api.paging import pages
from quarterdeck_cli.client import Client

PAGE = 500


class ComparedTable(Answer, frozen=True):
    name: str
    differences: int


class ReadModelCheck(Answer, frozen=True):
    id: str
    state: str
    step: str
    done: int
    total: int
    tables: tuple[ComparedTable, ...]
    position: int | None = None
    rows: int | None = None
    difference_count: int | None = None
    failure: str | None = None
    next_step: str | None = None


class ReadModelDifference(Answer, frozen=True):
    number: int
    table: str
    key: str
    column: str | None = None
    logged: str | None = None
    live: str | None = None


async def check_read_models(client: Client) -> str:
    """Asks for one, and returns its id."""
    return read(str, (await client.mutate("check_read_models", {}))["checkId"])


async def read_model_check(client: Client, check_id: str) -> ReadModelCheck | None:
    """None until it has begun."""
    return read(ReadModelCheck | None, (await client.query("read_model_check", {"id": check_id}))["readModelCheck"])  # type: ignore[arg-type] # a union of types is no type to mypy


def differences(client: Client, check_id: str) -> AsyncIterator[ReadModelDifference]:
    variables = {"checkId": check_id, "first": PAGE}
    return pages(client, "read_model_differences", "readModelDifferences", variables, ReadModelDifference)
