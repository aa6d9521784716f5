"""What every keeper of proxies promises, on real ones and on the scripted one."""

from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from uuid import UUID, uuid4

import pytest
from tests.support.jails import JAIL_UID, place, run, spec
from tests.support.launchers import SHARED_OF_PROXIES

from quarterdeck.domain.network import NetworkRule
from quarterdeck.domain.network_access import NetworkAccessDecided, Verdict
from quarterdeck.domain.network_policy import NetworkPolicy
from quarterdeck.jail.egress.abstract import ENVIRONMENT, EgressKeeper
from quarterdeck.jail.egress.dummy import DummyEgressKeeper
from quarterdeck.jail.egress.keeper import EgressSettings, ProcessEgressKeeper
from quarterdeck.jail.errors import JailError

RULES = (NetworkRule(host="a.example", port=443),)


@dataclass
class Host:
    """With a session whose jail stands."""

    keeper: EgressKeeper
    session_id: UUID
    knock: Callable[[int], Awaitable[None]]
    """Asks so often for a host that no rule allows. Told: numbers so far, for the scripted one."""


@pytest.fixture(params=["dummy", "process"])
async def host(request: pytest.FixtureRequest) -> AsyncIterator[Host]:
    if request.param == "dummy":
        keeper, session_id = DummyEgressKeeper(), uuid4()

        async def decide(times: int) -> None:
            proxy = keeper.proxies[session_id]
            last = max((each.number for each in proxy.unread), default=proxy.last)
            proxy.add(*(refused(session_id, last + step + 1) for step in range(times)))

        yield Host(keeper, session_id, decide)
        return
    async with place() as where:
        driver, workspace = where.driver(), where.workspace()
        jail = await driver.create(spec(workspace))

        async def curl(times: int) -> None:
            await run(jail, f"for i in $(seq {times}); do curl -s http://b.example/; done", variables=ENVIRONMENT)

        real = ProcessEgressKeeper(where.state, JAIL_UID, EgressSettings(), launcher=SHARED_OF_PROXIES)
        yield Host(real, workspace.session_id, curl)
        await jail.destroy()
        await real.end(workspace.session_id)
        await real.discard(workspace.session_id)
        await driver.close()


def refused(session_id: UUID, number: int) -> NetworkAccessDecided:
    return NetworkAccessDecided(
        session_id=session_id,
        number=number,
        decided_at=datetime.now(UTC),
        host="b.example",
        port=80,
        verdict=Verdict.REFUSED,
        rule="",
        reason="not on the list",
        address="",
        bytes_up=0,
        bytes_down=0,
    )


async def test_decisions_are_told_from_any_number_until_they_were_taken(host: Host) -> None:
    egress = await host.keeper.start(host.session_id, NetworkPolicy(rules=RULES), 4)
    await host.knock(3)

    first = await egress.decisions(4)
    again = await egress.decisions(4)
    rest = await egress.decisions(6)

    assert [each.number for each in first] == [each.number for each in again] == [5, 6, 7]
    assert [each.number for each in rest] == [7]
    assert {(each.session_id, each.host, each.port, each.verdict, each.count) for each in first} == {
        (host.session_id, "b.example", 80, Verdict.REFUSED, 1)
    }
    egress.close()


async def test_a_proxy_is_found_again(host: Host) -> None:
    assert await host.keeper.find(host.session_id) is None
    (await host.keeper.start(host.session_id, NetworkPolicy(rules=RULES), 0)).close()
    await host.knock(1)

    found = await host.keeper.find(host.session_id)

    assert found is not None
    await found.change(NetworkPolicy())
    assert [each.number for each in await found.decisions(0)] == [1]
    assert list(await host.keeper.sessions()) == [host.session_id]
    found.close()


async def test_a_proxy_that_is_ended_gives_what_was_not_taken_and_leaves_nothing(host: Host) -> None:
    egress = await host.keeper.start(host.session_id, NetworkPolicy(rules=RULES), 0)
    await host.knock(2)
    await egress.decisions(1)

    left = await host.keeper.end(host.session_id)

    assert [each.number for each in left if each.number > 1] == [2]
    with pytest.raises(JailError):
        await egress.change(NetworkPolicy(rules=RULES))
    assert await host.keeper.find(host.session_id) is None
    await host.keeper.discard(host.session_id)
    assert list(await host.keeper.sessions()) == []
    egress.close()


async def test_to_end_what_is_not_there_is_nothing(host: Host) -> None:
    assert list(await host.keeper.end(uuid4())) == []
    await host.keeper.discard(uuid4())
