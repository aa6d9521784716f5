"""A jail's way to the network: real programs in a real jail, through the real proxy, to real servers elsewhere."""

import asyncio
import os
import shutil
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from uuid import UUID

import psutil
import pytest
from tests.support.internet import Internet, internet
from tests.support.jails import JAIL_UID, Done, Place, Standing, read_until, run, start
from tests.support.launchers import SHARED_OF_PROXIES
from tests.support.waiting import eventually

from quarterdeck.domain.command import EndReason
from quarterdeck.domain.network import NetworkRule
from quarterdeck.domain.network_access import NetworkAccessDecided, Verdict
from quarterdeck.domain.network_policy import NetworkPolicy, PersonaRules
from quarterdeck.jail.egress import keeper as keeping
from quarterdeck.jail.egress.__main__ import LOG
from quarterdeck.jail.egress.abstract import ENVIRONMENT, PORT
from quarterdeck.jail.egress.keeper import FOLDER, PROXIES, EgressSettings, ProcessEgress, ProcessEgressKeeper
from quarterdeck.jail.errors import JailError
from quarterdeck.jail.folders import SESSIONS
from quarterdeck.jail.launcher import Launcher
from quarterdeck.jail.shim.changes import FILE, encode
from quarterdeck.jail.standing import StandingJail

pytestmark = pytest.mark.skipif(
    os.geteuid() != 0 or shutil.which("ip") is None,
    reason="servers with an address of their own need root and iproute2",
)
MIRROR = (NetworkRule(host="mirror.test", port=443), NetworkRule(host="mirror.test", port=80))
TRUSTING = ENVIRONMENT | {
    "GIT_SSL_CAINFO": "/workspace/ca.pem",
    "PIP_CERT": "/workspace/ca.pem",
    "NODE_EXTRA_CA_CERTS": "/workspace/ca.pem",
    "npm_config_cafile": "/workspace/ca.pem",
    "CURL_CA_BUNDLE": "/workspace/ca.pem",
}


@pytest.fixture(scope="module")
def net() -> Iterator[Internet]:
    with internet() as made:
        yield made


@dataclass
class Session:
    jail: StandingJail
    egress: ProcessEgress
    keeper: ProcessEgressKeeper
    seen: list[NetworkAccessDecided] = field(default_factory=list[NetworkAccessDecided])

    @property
    def id(self) -> UUID:
        return self.jail.session_id

    async def run(self, text: str) -> Done:
        return await run(self.jail, text, variables=TRUSTING)

    async def decision(self, which: Callable[[NetworkAccessDecided], bool]) -> NetworkAccessDecided:
        """The first that is so, once there is one."""
        async with asyncio.timeout(20):
            while not any(map(which, self.seen)):
                self.seen += await self.egress.decisions(self.seen[-1].number if self.seen else 0)
        return next(filter(which, self.seen))


Opens = Callable[..., Awaitable[Session]]


def keeper_for(net: Internet, where: Place) -> ProcessEgressKeeper:
    """Allows the little internet's private address."""
    return keeper_of(where, EgressSettings(private_networks=(net.network,), dns=net.dns))


def keeper_of(where: Place, settings: EgressSettings, launcher: Launcher = SHARED_OF_PROXIES) -> ProcessEgressKeeper:
    return ProcessEgressKeeper(where.state, JAIL_UID, settings, launcher=launcher)


@pytest.fixture
async def opens(net: Internet, standing: Standing, emptied_jail: StandingJail) -> AsyncIterator[Opens]:
    """The standing jail with a network: each test has a proxy of its own."""
    made: list[Session] = []

    async def open_session(
        *rules: NetworkRule, keeper: ProcessEgressKeeper | None = None, persona: PersonaRules | None = None
    ) -> Session:
        await emptied_jail.change_files(encode(FILE, b"ca.pem", net.authority))
        keeper = keeper or keeper_for(net, standing.where)
        policy = NetworkPolicy(rules=rules, persona=persona)
        made.append(Session(emptied_jail, await keeper.start(emptied_jail.session_id, policy, 0), keeper))
        return made[-1]

    yield open_session
    for session in made:
        await _end(session)


async def _end(session: Session) -> None:
    session.egress.close()
    await session.keeper.end(session.id)
    await session.keeper.discard(session.id)


@pytest.fixture
async def own_session(net: Internet, where: Place, jail: StandingJail) -> AsyncIterator[Session]:
    """Whose jail goes."""
    keeper = keeper_for(net, where)
    session = Session(jail, await keeper.start(jail.session_id, NetworkPolicy(rules=MIRROR), 0), keeper)
    yield session
    await jail.destroy()
    await _end(session)


async def test_git_clones_from_an_allowed_host(opens: Opens) -> None:
    session = await opens(*MIRROR)

    done = await session.run("git clone -q https://mirror.test/git/tool.git /tmp/tool && cat /tmp/tool/tool.txt")

    assert (done.text, done.exit.exit_code) == ("a tool\n", 0), done.errors
    told = await session.decision(lambda each: each.host == "mirror.test")
    assert (told.port, told.verdict, told.rule, told.count) == (443, Verdict.ALLOWED, "mirror.test:443", 1)
    assert told.bytes_up > 100
    assert told.bytes_down > 100
    assert told.address.startswith("198.1")


async def test_pip_installs_from_an_allowed_host(opens: Opens) -> None:
    session = await opens(*MIRROR)

    done = await session.run(
        "python3 -m pip install -q --disable-pip-version-check --index-url https://mirror.test/simple/ "
        "--target /tmp/lib tiny && PYTHONPATH=/tmp/lib python3 -c 'import tiny; print(tiny.WORD)'"
    )

    assert (done.text, done.exit.exit_code) == ("tiny works\n", 0), done.errors


@pytest.mark.skipif(shutil.which("npm", path="/usr/bin:/bin") is None, reason="this host's system has no npm")
async def test_npm_installs_from_an_allowed_host(opens: Opens) -> None:
    session = await opens(*MIRROR)

    done = await session.run(
        "mkdir /tmp/it && cd /tmp/it && npm install --no-audit --no-fund --silent "
        "--registry https://mirror.test/npm/ tiny && node -p 'require(\"tiny\")'"
    )

    assert done.text.endswith("tiny works\n"), (done.text, done.errors)


async def test_plain_http_is_sent_on_without_what_concerns_the_proxy_only(opens: Opens) -> None:
    session = await opens(*MIRROR)

    done = await session.run(
        "curl -s -H 'Proxy-Authorization: Basic c2VjcmV0' -H 'Connection: X-Mine' -H 'X-Mine: 1' -H 'X-Kept: 2' "
        "http://mirror.test/headers; curl -s --data-binary @/bin/sh -H 'Transfer-Encoding: chunked' "
        "http://mirror.test/upload"
    )

    assert '["Host", "mirror.test"]' in done.text
    assert '["X-Kept", "2"]' in done.text
    assert '["Connection", "close"]' in done.text
    assert "X-Mine" not in done.text
    assert "c2VjcmV0" not in done.text
    assert done.text.endswith(f"{Path('/bin/sh').stat().st_size} bytes")


async def test_what_is_not_allowed_says_how_to_allow_it(opens: Opens, net: Internet) -> None:
    session = await opens(NetworkRule(host="mirror.test", port=443))

    plain = await session.run("curl -s http://elsewhere.test/x")
    tunnel = await session.run("curl -sv https://mirror.test:8443/ 2>&1")
    pip = await session.run("python3 -m pip download --retries 1 -i https://elsewhere.test/simple/ x 2>&1")

    assert "elsewhere.test:80 is not on this session's network list" in plain.text
    assert "qd project set network+=elsewhere.test:80" in plain.text
    assert "qd project set network+=mirror.test:8443" in tunnel.text
    assert "qd project set network+=elsewhere.test:443" in pip.text
    told = await session.decision(lambda each: each.host == "elsewhere.test" and each.port == 80)
    assert (told.verdict, told.rule, told.bytes_up, told.address) == (Verdict.REFUSED, "", 0, "")
    assert "elsewhere.test" not in net.queries()


@pytest.mark.parametrize("name", ["private", "loopback", "metadata"])
async def test_a_name_that_leads_to_a_forbidden_address_is_refused(opens: Opens, name: str) -> None:
    session = await opens(NetworkRule(host=f"{name}.test", port=80))

    done = await session.run(f"curl -s http://{name}.test/")

    assert f"{name}.test:80 leads to" in done.text
    told = await session.decision(lambda each: each.host == f"{name}.test")
    assert (told.verdict, told.rule) == (Verdict.REFUSED, f"{name}.test:80")


async def test_a_name_that_is_bound_anew_is_checked_anew(opens: Opens) -> None:
    session = await opens(NetworkRule(host="*.rebind.test", port=80))
    name = f"{session.id.hex}.rebind.test"

    first = await session.run(f"curl -s http://{name}/large/3")
    second = await session.run(f"curl -s http://{name}/large/3")

    assert first.text == "xxx"
    assert "leads to a private network" in second.text


async def test_of_several_addresses_only_those_that_may_be_are_tried(opens: Opens) -> None:
    session = await opens(NetworkRule(host="mixed.test", port=80))

    assert (await session.run("curl -s http://mixed.test/large/3")).text == "xxx"


async def test_a_private_address_needs_the_administrator(opens: Opens, net: Internet, standing: Standing) -> None:
    strict = keeper_of(standing.where, EgressSettings(dns=net.dns))
    session = await opens(*MIRROR, keeper=strict)

    done = await session.run("curl -s http://mirror.test/")

    assert "mirror.test:80 leads to a reserved network" in done.text
    assert "QD_EGRESS_PRIVATE_NETWORKS" in done.text


async def test_an_address_needs_a_rule_that_names_it(opens: Opens, net: Internet) -> None:
    session = await opens(*MIRROR, NetworkRule(host="*.test", port=80))
    refused = await session.run(f"curl -s http://{net.address}/large/3")

    await session.egress.change(NetworkPolicy(rules=(NetworkRule(host=net.address, port=80),)))
    allowed = await session.run(f"curl -s http://{net.address}/large/3")

    assert "is not on this session's network list" in refused.text
    assert allowed.text == "xxx"


async def test_only_the_proxy_can_be_reached_and_no_name_leaks(opens: Opens, net: Internet) -> None:
    session = await opens(*MIRROR)
    before = len(net.queries())

    done = await session.run(
        f"""python3 - <<'END'
import socket
for port in (53, 80, 443):
    try:
        socket.create_connection(("{net.address}", port), 2); print("reached", port)
    except OSError as error: print(error.strerror)
udp = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
try: udp.sendto(bytes(20), ("{net.address}", 53)); print("sent")
except OSError as error: print(error.strerror)
try: print(socket.getaddrinfo("leak.mirror.test", 80))
except OSError: print("no name")
END
ls /sys/class/net 2>/dev/null; cat /proc/net/dev | tail -n +3 | cut -d: -f1"""
    )

    assert done.text.split("\n") == ["Network is unreachable"] * 4 + ["no name", "    lo", ""]
    assert len(net.queries()) == before


async def test_a_connection_is_cut_when_its_rule_is_removed(opens: Opens) -> None:
    session = await opens(*MIRROR)
    command = await start(session.jail, "curl -sN https://mirror.test/endless; echo curl ended: $?", variables=TRUSTING)
    await read_until(session.jail, command, b"tick")

    await session.egress.change(NetworkPolicy(rules=(NetworkRule(host="mirror.test", port=80),)))

    assert b"curl ended: " in await read_until(session.jail, command, b"curl ended")
    await session.jail.wait(command)
    told = await session.decision(lambda each: each.port == 443)
    assert (told.verdict, told.reason) == (Verdict.ALLOWED, "its rule was removed")
    assert "network list" in (await session.run("curl -sv https://mirror.test/ 2>&1")).text


def reviewer(*rules: NetworkRule) -> PersonaRules:
    return PersonaRules(persona="reviewer", rules=rules)


async def test_only_what_the_persona_allows_too_is_reached(opens: Opens) -> None:
    session = await opens(
        NetworkRule(host="*.test", port=443), NetworkRule(host="*.test", port=80), persona=reviewer(MIRROR[1])
    )

    allowed = await session.run("curl -s http://mirror.test/large/3")
    refused = await session.run("curl -s http://other.test/large/3")
    tunnel = await session.run("curl -sv https://mirror.test/large/3 2>&1")

    assert allowed.text == "xxx"
    assert "persona reviewer does not allow other.test:80" in refused.text
    assert "qd persona revise reviewer network+=other.test:80" in refused.text
    assert "persona reviewer does not allow mirror.test:443" in tunnel.text
    told = await session.decision(lambda each: each.verdict is Verdict.ALLOWED)
    assert (told.host, told.rule) == ("mirror.test", "mirror.test:80")
    told = await session.decision(lambda each: each.host == "other.test")
    assert (told.verdict, told.rule) == (Verdict.REFUSED, "*.test:80")
    assert told.reason == "persona reviewer does not allow other.test:80"


async def test_a_connection_is_cut_when_the_persona_no_longer_allows_it(opens: Opens) -> None:
    session = await opens(*MIRROR, persona=reviewer(*MIRROR))
    command = await start(session.jail, "curl -sN https://mirror.test/endless; echo curl ended: $?", variables=TRUSTING)
    await read_until(session.jail, command, b"tick")

    await session.egress.change(NetworkPolicy(rules=MIRROR, persona=reviewer(MIRROR[1])))

    assert b"curl ended: " in await read_until(session.jail, command, b"curl ended")
    await session.jail.wait(command)
    told = await session.decision(lambda each: each.port == 443)
    assert (told.verdict, told.reason) == (Verdict.ALLOWED, "persona reviewer does not allow mirror.test:443")
    await session.egress.change(NetworkPolicy(rules=MIRROR, persona=reviewer()))
    assert "persona reviewer does not allow" in (await session.run("curl -s http://mirror.test/large/3")).text
    await session.egress.change(NetworkPolicy(rules=MIRROR))
    assert (await session.run("curl -s http://mirror.test/large/3")).text == "xxx"


async def test_a_jail_that_is_made_again_has_its_network_again(own_session: Session) -> None:
    await own_session.run("kill -9 -1; true")

    async def works() -> bool:
        return (await own_session.run("curl -s http://mirror.test/large/3")).text == "xxx"

    await eventually(works, within=20)


async def test_a_proxy_outlives_its_worker_and_ends_with_its_jail(own_session: Session, where: Place) -> None:
    own_session.egress.close()
    later = keeper_of(where, EgressSettings())

    found = await later.find(own_session.id)

    assert found is not None
    assert (await own_session.run("curl -s http://mirror.test/large/3")).text == "xxx"
    await own_session.jail.destroy()

    async def ended() -> bool:
        return await later.find(own_session.id) is None

    await eventually(ended)
    assert [each.host for each in await later.end(own_session.id)] == ["mirror.test"]
    await later.discard(own_session.id)
    assert own_session.id not in await later.sessions()
    found.close()


async def test_proxies_are_forked_from_one_process_and_stay_when_that_goes(
    opens: Opens, standing: Standing, net: Internet
) -> None:
    launcher = Launcher(PROXIES)
    keeper = keeper_of(standing.where, EgressSettings(private_networks=(net.network,), dns=net.dns), launcher)
    session = await opens(*MIRROR, keeper=keeper)

    assert launcher.pid is not None
    [proxy] = psutil.Process(launcher.pid).children()
    assert proxy.cmdline()[0].rstrip("\0") == f"quarterdeck egress {session.id}"
    await keeper.close()

    assert launcher.pid is None
    assert (await session.run("curl -s http://mirror.test/large/3")).text == "xxx"
    assert proxy.is_running()


async def test_a_proxy_that_ends_before_it_is_ready_is_said(standing: Standing, emptied_jail: StandingJail) -> None:
    keeper, session_id = keeper_of(standing.where, EgressSettings()), emptied_jail.session_id
    in_the_way = standing.where.state / SESSIONS / str(session_id) / FOLDER / LOG
    in_the_way.mkdir(parents=True)

    with pytest.raises(JailError, match="The session's proxy cannot be started: it ended"):
        await keeper.start(session_id, NetworkPolicy(rules=MIRROR), 0)

    assert await keeper.find(session_id) is None
    await keeper.discard(session_id)


async def test_a_proxy_that_is_not_ready_in_time_is_ended(
    standing: Standing, emptied_jail: StandingJail, monkeypatch: pytest.MonkeyPatch
) -> None:
    launcher = Launcher(PROXIES)
    keeper = keeper_of(standing.where, EgressSettings(), launcher)
    monkeypatch.setattr(keeping, "START_SECONDS", 0)

    with pytest.raises(JailError, match="The session's proxy cannot be started: it took too long"):
        await keeper.start(emptied_jail.session_id, NetworkPolicy(rules=MIRROR), 0)

    assert launcher.pid is not None
    zygote = psutil.Process(launcher.pid)
    await eventually(lambda: not zygote.children())
    await keeper.end(emptied_jail.session_id)
    await keeper.discard(emptied_jail.session_id)
    await keeper.close()


async def test_a_flood_of_refusals_is_told_in_sums(opens: Opens) -> None:
    session = await opens(*MIRROR)

    await session.run(
        f"""python3 - <<'END'
import socket
for number in range(1000):
    with socket.create_connection(("127.0.0.1", {PORT})) as s:
        host = f"flood-{{number % 5}}.test:443"
        s.sendall(f"CONNECT {{host}} HTTP/1.1\\r\\nHost: {{host}}\\r\\n\\r\\n".encode())
        s.recv(1000)
END"""
    )
    async with asyncio.timeout(20):
        while sum(each.count for each in session.seen) < 1000:
            session.seen += await session.egress.decisions(session.seen[-1].number if session.seen else 0)

    assert sum(each.count for each in session.seen) == 1000
    assert len(session.seen) < 300
    assert [each.number for each in session.seen] == list(range(1, len(session.seen) + 1))


async def test_large_files_pass_both_ways_and_a_slow_reader_costs_no_memory(opens: Opens) -> None:
    session = await opens(*MIRROR)

    down = await session.run(f"curl -s https://mirror.test/large/{64 * 1024 * 1024} | wc -c")
    slow = await session.run(f"curl -s http://mirror.test/large/{64 * 1024 * 1024} | (sleep 1; wc -c)")
    up = await session.run("head -c 33554432 /dev/zero | curl -s --data-binary @- http://mirror.test/upload")

    assert (down.text, slow.text, up.text) == ("67108864\n", "67108864\n", "33554432 bytes")
    told = await session.decision(lambda each: each.port == 443)
    assert told.bytes_down > 64 * 1024 * 1024


async def test_a_port_that_is_taken_in_the_jail_is_said(standing: Standing, emptied_jail: StandingJail) -> None:
    taking = await start(emptied_jail, f"python3 -m http.server {PORT} --bind 127.0.0.1")

    async def listens() -> bool:
        return PORT in await emptied_jail.ports()

    await eventually(listens)
    keeper = keeper_of(standing.where, EgressSettings())

    with pytest.raises(JailError, match=f"Port {PORT} of the session's loopback is in use"):
        await keeper.start(emptied_jail.session_id, NetworkPolicy(rules=MIRROR), 0)

    await keeper.end(emptied_jail.session_id)
    await keeper.discard(emptied_jail.session_id)
    await emptied_jail.kill(taking, EndReason.CANCELLED, grace_seconds=0)
    await emptied_jail.wait(taking)
