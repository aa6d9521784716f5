"""The servers that tests use are those of the product."""

import psycopg
import pytest
from nats.aio.client import Client
from nats.js import JetStreamContext
from tests.support.services import Database


def test_a_fresh_database_lets_each_role_in_with_its_password(database: Database) -> None:
    for url, role in (
        (database.owner_url, "quarterdeck_owner"),
        (database.app_url, "quarterdeck_app"),
        (database.projector_url, "quarterdeck_projector"),
    ):
        with psycopg.connect(url) as connection:
            assert connection.execute("SELECT current_user::text").fetchone() == (role,)


def test_a_wrong_password_is_refused(empty_database: Database) -> None:
    with pytest.raises(psycopg.OperationalError, match="password authentication failed"):
        psycopg.connect(empty_database.app_url, password="wrong")


@pytest.mark.parametrize(
    ("setting", "value"),
    [("fsync", "on"), ("synchronous_commit", "on"), ("full_page_writes", "on"), ("data_checksums", "on")],
)
def test_what_keeps_committed_data_is_on(empty_database: Database, setting: str, value: str) -> None:
    with psycopg.connect(empty_database.app_url) as connection:
        assert connection.execute("SELECT current_setting(%s)", (setting,)).fetchone() == (value,)


async def test_nats_keeps_streams_and_takes_large_messages(nats_url: str) -> None:
    client = Client()
    await client.connect(nats_url)
    try:
        assert client.max_payload >= 1024 * 1024
        assert (await JetStreamContext(client).account_info()).memory == 0
    finally:
        await client.close()
