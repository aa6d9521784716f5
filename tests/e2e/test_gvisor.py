"""A project whose sessions run on gVisor's kernel, as its user sees it."""

import pytest
from tests.support.docker_daemon import CANNOT_GVISOR, OwnDaemon
from tests.support.product import COUNTING, Product
from tests.support.waiting import eventually

pytestmark = [
    pytest.mark.asyncio(loop_scope="module"),
    pytest.mark.root,
    pytest.mark.timeout(300),
    pytest.mark.xdist_group("root"),
]


@pytest.fixture(scope="module")
def product(docker_product: Product) -> Product:
    return docker_product


@pytest.mark.skipif(bool(CANNOT_GVISOR), reason=CANNOT_GVISOR)
async def test_a_session_on_gvisor_goes_on_through_everything_and_leaves_nothing(
    product: Product, docker_daemon: OwnDaemon
) -> None:
    product.ask("project", "set", "-p", "deck", "jail=docker", "image=", "dockerfile=", "runtime=runsc")

    session = product.ask("session", "open", "-p", "deck")["id"]
    done = product.qd("run", "-s", session, "--", "mkdir new; cd new; echo made > made.txt; exit 3")
    assert done.returncode == 3, done.stderr.decode()
    assert product.qd("run", "-s", session, "-t", "--", "tty; pwd").stdout == b"/dev/pts/0\r\n/workspace/new\r\n"
    assert b"+made" in product.qd("session", "diff", session).stdout

    counting = product.ask("run", "-s", session, "--background", "--", COUNTING)["id"]
    await eventually(lambda: product.qd("run", "-s", session, "--", "cat now").stdout)
    assert product.qd("session", "pause", session).returncode == 0
    assert product.ask("session", "show", session)["state"] == "PAUSED"
    assert product.qd("session", "resume", session).returncode == 0
    await product.kill("worker")
    await eventually(lambda: product.qd("run", "-s", session, "--", "cat made.txt").stdout == b"made\n", within=60)
    assert product.ask("command", "show", counting)["state"] == "RUNNING"

    fork = product.ask("session", "fork", session)["id"]
    assert product.qd("run", "-s", fork, "--", "pwd; cat made.txt").stdout == b"/workspace/new\nmade\n"
    before = product.ask("run", "-s", fork, "--background", "--", "true")["id"]
    product.qd("run", "-s", fork, "--", "rm made.txt")
    assert product.qd("session", "restore", fork, "--at", before).returncode == 0
    assert product.qd("run", "-s", fork, "--", "cat made.txt").stdout == b"made\n"
    for each in (session, fork):
        assert product.qd("session", "close", each).returncode == 0
    # a session that is told to close is closed a moment later
    await eventually(lambda: docker_daemon.containers() == [])
    assert [name for name in docker_daemon.volumes() if name.startswith("quarterdeck-")] == []
