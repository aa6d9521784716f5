"""GraphiQL: in development only, and from this server alone."""

import hashlib
import re

from tests.support.gateway import running

from quarterdeck.gateway.graphiql import FOLDER


async def test_graphiql_is_served_in_development_with_all_it_loads() -> None:
    async with running(development=True) as gateway:
        page = await gateway.http.get("/graphiql")
        assert page.status_code == 200
        loaded = re.findall(r'(?:src|href)="([^"]+)"', page.text)
        assert loaded
        for path in loaded:
            assert path.startswith("/graphiql/files/")
            assert (await gateway.http.get(path)).status_code == 200
        assert "script-src 'self'" in page.headers["content-security-policy"]


async def test_there_is_no_graphiql_outside_development() -> None:
    async with running() as gateway:
        assert (await gateway.http.get("/graphiql")).status_code == 404
        assert (await gateway.http.get("/graphiql/files/graphiql.min.js")).status_code == 404


def test_the_files_are_those_of_the_packages() -> None:
    for line in (FOLDER / "SHA256SUMS").read_text().splitlines():
        digest, name = line.split()
        assert hashlib.sha256((FOLDER / name).read_bytes()).hexdigest() == digest, name
