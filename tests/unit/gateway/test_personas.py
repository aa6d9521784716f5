"""Personas over HTTP: defined, listed, used, and seen by members alone."""

from collections.abc import AsyncGenerator
from dataclasses import dataclass
from typing import Any

import pytest_asyncio
from tests.support.gateway import Running, running, uuid_of

from quarterdeck.domain.network import NetworkRule
from quarterdeck.domain.project import MemberAdded, ProjectSettings, ProjectSettingsChanged, Role
from quarterdeck_schema import ids

FIELDS = "id name description revision retiredAt limits { memoryBytes cpus } network { host port } project { id }"


@dataclass
class Office:
    """A project, and what is done with its personas."""

    gateway: Running
    project: str

    async def mutate(self, mutation: str, token: str | None = None, **fields: Any) -> Any:
        kind = mutation[0].upper() + mutation[1:]
        text = (
            f"mutation($input: {kind}Input!) {{ {mutation}(input: $input) {{ "
            f"... on {kind}Payload {{ persona {{ {FIELDS} }} }} ... on Failure {{ code message nextStep field }} }} }}"
        )
        answer = await self.gateway.ask(text, {"input": fields}, token=token)
        assert "errors" not in answer, answer
        found = answer["data"][mutation]
        return found.get("persona", found)

    async def define(self, name: str = "reviewer", **fields: Any) -> Any:
        return await self.mutate("definePersona", projectId=self.project, name=name, **fields)

    async def query(self, text: str, token: str | None = None, **variables: Any) -> Any:
        answer = await self.gateway.ask(text, variables, token=token)
        assert "errors" not in answer, answer
        return answer["data"]

    async def open(self, persona: str) -> Any:
        text = (
            "mutation($input: OpenSessionInput!) { openSession(input: $input) { "
            "... on OpenSessionPayload { session { id persona { name revision limits { memoryBytes } "
            "current { id revision } } } } ... on Failure { code message } } }"
        )
        answer = await self.query(text, input={"projectId": self.project, "persona": persona})
        return answer["openSession"].get("session", answer["openSession"])


@pytest_asyncio.fixture
async def office() -> AsyncGenerator[Office]:
    async with running() as gateway:
        yield Office(gateway, (await gateway.project())["project"]["id"])


async def test_a_persona_is_defined_revised_and_retired(office: Office) -> None:
    made = await office.define(description="Reads.", limits={"memoryBytes": 2**30}, network=[{"host": "pypi.org"}])
    changed = await office.mutate("revisePersona", personaId=made["id"], limits={"cpus": 0.5})
    freed = await office.mutate("revisePersona", personaId=made["id"], network=None, limits={"memoryBytes": None})
    shut = await office.mutate("revisePersona", personaId=made["id"], network=[], limits=None, description=None)
    retired = await office.mutate("retirePersona", personaId=made["id"])

    assert made == {
        "id": made["id"],
        "name": "reviewer",
        "description": "Reads.",
        "revision": 1,
        "retiredAt": None,
        "limits": {"memoryBytes": 2**30, "cpus": None},
        "network": [{"host": "pypi.org", "port": 443}],
        "project": {"id": office.project},
    }
    assert changed == made | {"revision": 2, "limits": {"memoryBytes": 2**30, "cpus": 0.5}}
    assert freed == made | {"revision": 3, "limits": {"memoryBytes": None, "cpus": 0.5}, "network": None}
    assert shut == made | {
        "revision": 4,
        "limits": {"memoryBytes": None, "cpus": None},
        "network": [],
        "description": "",
    }
    assert retired["retiredAt"]
    assert (await office.open("reviewer"))["code"] == "CONFLICT"


async def test_what_is_left_out_restricts_nothing(office: Office) -> None:
    assert (await office.define())["network"] is None


async def test_a_name_that_is_taken_and_one_that_is_none_are_failures(office: Office) -> None:
    await office.define()

    taken, none = await office.define(), await office.define("No Name")

    assert (taken["code"], "qd persona revise reviewer" in taken["nextStep"]) == ("CONFLICT", True)
    assert (none["code"], none["field"]) == ("INVALID_INPUT", "name")
    bounds = await office.define("a", limits={"memoryBytes": 1})
    assert (bounds["code"], bounds["field"]) == ("INVALID_INPUT", "limits.memoryBytes")


async def test_the_same_key_and_request_give_the_same_persona_and_another_request_a_conflict(office: Office) -> None:
    made = await office.define(idempotencyKey="k", network=None)
    head = await office.gateway.house.log.head()

    again = await office.define(idempotencyKey="k", network=None)
    other = await office.define(idempotencyKey="k", network=[])
    left_out = await office.define(idempotencyKey="k")

    assert again == made
    assert other["code"] == left_out["code"] == "CONFLICT"
    assert await office.gateway.house.log.head() == head


async def test_a_project_lists_its_personas_page_by_page_and_retired_ones_on_demand(office: Office) -> None:
    made = [await office.define(name) for name in ("a", "b", "c")]
    await office.mutate("retirePersona", personaId=made[1]["id"])
    text = (
        "query($id: ID!, $first: Int, $after: String, $retired: Boolean! = false) { project(id: $id) { "
        "personas(first: $first, after: $after, retired: $retired) { edges { node { name } } "
        'pageInfo { hasNextPage endCursor } } named: persona(name: "b") { name } none: persona(name: "No") { name } } }'
    )

    async def page(**variables: Any) -> tuple[list[str], Any]:
        found = (await office.query(text, id=office.project, **variables))["project"]
        assert (found["named"], found["none"]) == ({"name": "b"}, None)
        personas = found["personas"]
        return [edge["node"]["name"] for edge in personas["edges"]], personas["pageInfo"]

    assert (await page())[0] == ["a", "c"]
    first, info = await page(first=2, retired=True)
    assert (first, info["hasNextPage"]) == (["a", "b"], True)
    rest, info = await page(after=info["endCursor"], retired=True)
    assert (rest, info["hasNextPage"]) == (["c"], False)


async def test_a_session_shows_the_persona_that_it_was_opened_with(office: Office) -> None:
    made = await office.define(limits={"memoryBytes": 2**30})
    await office.open("reviewer")
    await office.mutate("revisePersona", personaId=made["id"], limits={"memoryBytes": 2**31})

    found = await office.query(
        "{ sessions { edges { node { persona { name revision limits { memoryBytes } "
        "current { id revision limits { memoryBytes } } } } } } }"
    )

    [edge] = found["sessions"]["edges"]
    assert edge["node"]["persona"] == {
        "name": "reviewer",
        "revision": 1,
        "limits": {"memoryBytes": 2**30},
        "current": {"id": made["id"], "revision": 2, "limits": {"memoryBytes": 2**31}},
    }
    assert (await office.open("nobody"))["code"] == "NOT_FOUND"


async def test_a_sessions_network_is_what_its_project_and_its_persona_allow(office: Office) -> None:
    settings = ProjectSettings(network=(NetworkRule(host="*.example.org"), NetworkRule(host="pypi.org")))
    await office.gateway.house.put(uuid_of(office.project), ProjectSettingsChanged(settings=settings))
    await office.define(network=[{"host": "a.example.org"}, {"host": "elsewhere.example"}])
    session = (await office.open("reviewer"))["id"]

    found = await office.query(
        "query($id: ID!) { session(id: $id) { network { own persona rules { host port } } } }", id=session
    )

    assert found["session"]["network"] == {
        "own": False,
        "persona": "reviewer",
        "rules": [{"host": "a.example.org", "port": 443}],
    }


async def test_nobody_else_sees_or_changes_a_projects_personas(office: Office) -> None:
    made = await office.define()
    stranger = await office.gateway.house.another_user("bob")
    unknown = ids.encode("Persona", uuid_of(office.project))
    text = "query($id: ID!) { persona(id: $id) { name } node(id: $id) { id } }"

    for identifier in (made["id"], unknown):
        assert await office.query(text, stranger, id=identifier) == {"persona": None, "node": None}
    project = await office.query(
        "query($id: ID!) { project(id: $id) { personas { edges { cursor } } } }", stranger, id=office.project
    )
    assert project == {"project": None}
    for name in ("revisePersona", "retirePersona"):
        foreign, nobodys = [await office.mutate(name, stranger, personaId=each) for each in (made["id"], unknown)]
        assert foreign == nobodys
        assert foreign["code"] == "NOT_FOUND"
    defined = await office.mutate("definePersona", stranger, projectId=office.project, name="other")
    assert defined["code"] == "NOT_FOUND"


async def test_a_member_sees_personas_and_does_not_change_them(office: Office) -> None:
    made = await office.define()
    guest = await office.gateway.house.another_user("bob")
    viewer = await office.query("{ viewer { id } }", guest)
    added = MemberAdded(user_id=uuid_of(viewer["viewer"]["id"]), role=Role.DEVELOPER)
    await office.gateway.house.put(uuid_of(office.project), added)

    seen = await office.query(
        "query($id: ID!) { persona(id: $id) { name } node(id: $id) { id } }", guest, id=made["id"]
    )
    refused = await office.mutate("retirePersona", guest, personaId=made["id"])

    assert seen == {"persona": {"name": "reviewer"}, "node": {"id": made["id"]}}
    assert refused["code"] == "FORBIDDEN"


async def test_personas_take_the_scopes_of_their_project(office: Office) -> None:
    made = await office.define()
    text = (
        'mutation { issueToken(input: {name: "narrow", scopes: ["session:read", "session:write"]}) '
        "{ ... on IssueTokenPayload { secret } } }"
    )
    narrow = (await office.query(text))["issueToken"]["secret"]

    for field in ("persona", "node"):
        answer = await office.gateway.ask(
            f"query($id: ID!) {{ {field}(id: $id) {{ id }} }}", {"id": made["id"]}, token=narrow
        )
        assert answer["errors"][0]["extensions"]["code"] == "FORBIDDEN"
    assert (await office.mutate("retirePersona", narrow, personaId=made["id"]))["code"] == "FORBIDDEN"
