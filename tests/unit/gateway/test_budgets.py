"""Budgets over the API: set, spent, answered, followed, and nobody's but the project's members'."""

from collections.abc import AsyncGenerator
from dataclasses import dataclass
from typing import Any

import pytest
import pytest_asyncio
from tests.support.gateway import Running, running, uuid_of

from quarterdeck.domain.project import MemberAdded, Role

BUDGET = """
    id covers subjectId persona every limit { usd tokens } atLimit removedAt
    now { standing spent { usd tokens } reserved { usd } left { usd } share near reservations calls ends answer }
    asks { answers wanted { usd } }
"""


@dataclass
class Office:
    """A project whose calls cost a dollar for ten tokens."""

    gateway: Running
    project: str
    calls: int = 0

    async def mutate(self, name: str, shown: str, token: str | None = None, **fields: Any) -> Any:
        kind = name[0].upper() + name[1:]
        text = (
            f"mutation($input: {kind}Input!) {{ {name}(input: $input) {{ "
            f"... on {kind}Payload {{ {shown} }} ... on Failure {{ code message nextStep field }} }} }}"
        )
        answer = await self.gateway.ask(text, {"input": fields}, token=token)
        assert "errors" not in answer, answer
        return answer["data"][name]

    async def set(self, token: str | None = None, **fields: Any) -> Any:
        asked = {"projectId": self.project, "every": "DAY", "usd": "10", **fields}
        found = await self.mutate("setBudget", f"budget {{ {BUDGET} }}", token, **asked)
        return found.get("budget", found)

    async def spend(self, dollars: int, **fields: Any) -> Any:
        self.calls += 1
        call = {
            "provider": "p",
            "model": "m",
            "responseId": f"r{self.calls}",
            "inputTokens": 10 * dollars,
            "outputTokens": 0,
            **fields,
        }
        return await self.mutate("recordModelUsage", "calls position", projectId=self.project, calls=[call])

    async def reserve(self, request: str, usd: str, token: str | None = None, **fields: Any) -> Any:
        asked = {"projectId": self.project, "requestId": request, "usd": usd, **fields}
        return await self.mutate("reserveBudget", "reservationId fate budgets position", token, **asked)

    async def ask(self, text: str, token: str | None = None, **variables: Any) -> Any:
        answer = await self.gateway.ask(text, variables, token=token)
        assert "errors" not in answer, answer
        return answer["data"]

    async def budget(self, identifier: str, token: str | None = None) -> Any:
        return (await self.ask(f"query($id: ID!) {{ budget(id: $id) {{ {BUDGET} }} }}", token, id=identifier))["budget"]


@pytest_asyncio.fixture
async def office() -> AsyncGenerator[Office]:
    async with running() as gateway:
        office = Office(gateway, (await gateway.project())["project"]["id"])
        price = {"provider": "p", "model": "m", "input": "100000", "output": "0"}
        await office.mutate("revisePriceTable", "position", projectId=office.project, prices=[price])
        yield office


async def test_a_call_is_reserved_and_settled_and_what_is_left_is_shown(office: Office) -> None:
    made = await office.set()
    reserved = await office.reserve("a", "4")
    again = await office.reserve("a", "4")
    held = await office.budget(made["id"])
    await office.spend(3, reservationId=reserved["reservationId"])
    after = await office.budget(made["id"])

    assert (made["limit"], made["covers"], made["atLimit"]) == ({"usd": "10", "tokens": None}, "EVERYTHING", "PAUSE")
    assert (reserved["fate"], reserved["budgets"], again["position"]) == ("OPEN", 1, 0)
    assert again["reservationId"] == reserved["reservationId"]
    assert held["now"]["reserved"]["usd"] == "4"
    assert held["now"]["left"]["usd"] == "6"
    assert (after["now"]["spent"], after["now"]["calls"]) == ({"usd": "3", "tokens": 30}, 1)
    assert (after["now"]["reservations"], after["now"]["share"], after["now"]["near"]) == (0, 0.3, False)


async def test_one_that_is_used_up_asks_refuses_and_goes_on_when_it_is_answered(office: Office) -> None:
    made = await office.set()
    await office.spend(9)
    refused = await office.reserve("a", "2")
    asking = await office.budget(made["id"])
    session = await office.mutate("openSession", "session { id }", projectId=office.project)
    early = await office.mutate("answerBudget", "position", budgetId=made["id"], answer="RAISE")
    raised = await office.mutate(
        "answerBudget", f"budget {{ {BUDGET} }}", budgetId=made["id"], answer="RAISE", usd="20", reason="go on"
    )
    opened = await office.mutate("openSession", "session { id }", projectId=office.project)

    assert (refused["code"], refused["field"]) == ("BUDGET_EXHAUSTED", None)
    assert "$9.00 of $10.00 is spent" in refused["message"]
    assert "qd budget answer" in refused["nextStep"]
    assert asking["asks"] == {"answers": ["RAISE", "LET_ON", "KEEP_CLOSED"], "wanted": {"usd": "2"}}
    assert (session["code"], early["code"], early["field"]) == ("BUDGET_EXHAUSTED", "INVALID_INPUT", "usd")
    assert (raised["budget"]["asks"], raised["budget"]["now"]["answer"]) == (None, "RAISE")
    assert raised["budget"]["limit"]["usd"] == "20"
    assert opened["session"]["id"]


async def test_budgets_are_listed_removed_and_what_is_reserved_in_them_is_shown(office: Office) -> None:
    daily, weekly = await office.set(), await office.set(every="WEEK", tokens=500, usd=None)
    reserved = await office.reserve("a", "1", tokens=5, purpose="a review")
    listing = """query($p: ID) { budgets(projectId: $p) {
        edges { node { id reservations { edges { node { id requestId purpose fate } } } } } } }"""
    listed = (await office.ask(listing, p=office.project))["budgets"]["edges"]
    assert [edge["node"]["id"] for edge in listed] == [daily["id"], weekly["id"]]
    [held] = listed[0]["node"]["reservations"]["edges"]
    assert held["node"] == {"id": reserved["reservationId"], "requestId": "a", "purpose": "a review", "fate": "OPEN"}

    released = await office.mutate("releaseBudget", "fate", reservationId=reserved["reservationId"])
    removed = await office.mutate("removeBudget", "budget { id removedAt }", budgetId=daily["id"])
    again = await office.mutate("removeBudget", "position", budgetId=daily["id"])
    listed = (await office.ask(listing, p=office.project))["budgets"]["edges"]
    assert released["fate"] == "RELEASED"
    assert removed["budget"]["removedAt"]
    assert again["code"] == "NOT_FOUND"
    assert [edge["node"]["id"] for edge in listed] == [weekly["id"]]


async def test_what_happens_to_budgets_is_followed(office: Office) -> None:
    made = await office.set()
    await office.spend(10)
    changed = "budgetChanged(projectId: $p, after: 0) { topic budgetId budget { asks { answers } } }"
    text = f"subscription($p: ID!) {{ {changed} }}"
    async with office.gateway.socket() as socket:
        await socket.subscribe(text, {"p": office.project})
        heard = [(await socket.receive())["payload"]["data"]["budgetChanged"] for _ in range(4)]
    now = (await office.ask("query($i: ID!) { budget(id: $i) { now { streamId } } }", i=made["id"]))["budget"]["now"]
    of_period = "query($s: String!) { events(streamId: $s) { edges { node { topic } } } }"
    told = (await office.ask(of_period, s=now["streamId"]))["events"]["edges"]
    assert [edge["node"]["topic"] for edge in told] == ["BudgetPeriodOpened", "BudgetCharged", "BudgetExhausted"]
    assert [each["topic"] for each in heard] == ["BudgetPeriodOpened", "BudgetSet", "BudgetCharged", "BudgetExhausted"]
    assert {each["budgetId"] for each in heard} == {made["id"]}
    assert heard[-1]["budget"]["asks"]


async def test_others_see_and_change_nothing(office: Office) -> None:
    made, reserved = await office.set(), await office.reserve("a", "1")
    eve = await office.gateway.house.another_user("eve")
    node = await office.ask("query($id: ID!) { node(id: $id) { id } }", eve, id=made["id"])
    assert (await office.budget(made["id"], eve), node["node"]) == (None, None)
    for answer in (
        await office.set(eve),
        await office.mutate("removeBudget", "position", eve, budgetId=made["id"]),
        await office.mutate("answerBudget", "position", eve, budgetId=made["id"], answer="LET_ON"),
        await office.reserve("b", "1", eve),
        await office.mutate("releaseBudget", "position", eve, reservationId=reserved["reservationId"]),
    ):
        assert answer["code"] == "NOT_FOUND"
    refused = await office.gateway.ask("{ budgets { edges { node { id } } } }", token=eve)
    assert refused["errors"][0]["extensions"]["code"] == "FORBIDDEN"
    over_all = await office.set(eve, projectId=None)
    assert over_all["code"] == "FORBIDDEN"


async def test_a_developer_reserves_and_an_owner_sets(office: Office) -> None:
    made = await office.set()
    dev = await office.gateway.house.another_user("dev")
    viewer = (await office.ask("{ viewer { id } }", dev))["viewer"]["id"]
    added = MemberAdded(user_id=uuid_of(viewer), role=Role.DEVELOPER)
    await office.gateway.house.put(uuid_of(office.project), added, project_id=uuid_of(office.project))

    assert (await office.reserve("a", "1", dev))["fate"] == "OPEN"
    assert (await office.budget(made["id"], dev))["id"] == made["id"]
    assert (await office.set(dev, usd="99"))["code"] == "FORBIDDEN"
    own = await office.set(userId=viewer)
    assert (own["covers"], own["subjectId"]) == ("USER", viewer)


async def test_what_a_budget_covers_has_a_name_where_it_is_of_the_project(office: Office) -> None:
    viewer = (await office.ask("{ viewer { id } }"))["viewer"]["id"]
    eve = await office.gateway.house.another_user("eve")
    stranger = (await office.ask("{ viewer { id } }", eve))["viewer"]["id"]
    opened = await office.mutate("openSession", "session { id }", projectId=office.project, title="Fix the test")
    task = await office.mutate("createTask", "task { id }", projectId=office.project, title="Fix it")
    for fields in (
        {"userId": viewer},
        {"userId": stranger},
        {"sessionId": opened["session"]["id"]},
        {"taskId": task["task"]["id"]},
        {},
    ):
        await office.set(**fields)
    text = """query($p: ID!) {
        budgets(projectId: $p) { edges { node { subjectName } } } project(id: $p) { members { userId name role } } }"""
    found = await office.ask(text, p=office.project)

    [owner] = found["project"]["members"]
    assert (owner["userId"], owner["role"]) == (viewer, "OWNER")
    assert [each["node"]["subjectName"] for each in found["budgets"]["edges"]] == [
        owner["name"],
        None,
        "Fix the test",
        "T-1",
        None,
    ]


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"usd": "0.0000000001"}, "usd"),
        ({"usd": "NaN"}, "usd"),
        ({"usd": "-1"}, "usd"),
        ({"usd": None}, "usd"),
        ({"usd": "1e30"}, "usd"),
        ({"timeZone": "Nowhere"}, "timeZone"),
        ({"warnPercent": 0}, "warnPercent"),
        ({"persona": "No Name"}, "persona"),
        ({"userId": "eA=="}, "userId"),
    ],
)
async def test_what_cannot_be_set_is_refused_with_its_field(office: Office, fields: dict[str, Any], field: str) -> None:
    refused = await office.set(**fields)
    assert (refused["code"], refused["field"]) == ("INVALID_INPUT", field)


async def test_a_budget_of_a_foreign_session_cannot_be_set(office: Office) -> None:
    other = (await office.gateway.project("other"))["project"]["id"]
    session = (await office.gateway.session(other))["session"]["id"]
    assert (await office.set(sessionId=session))["code"] == "NOT_FOUND"
    mine = (await office.gateway.session(office.project))["session"]["id"]
    assert (await office.set(sessionId=mine))["subjectId"] == mine
