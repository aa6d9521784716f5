"""A project whose sessions are containers, as its user sees it."""

import re
import subprocess
from typing import Any

import pytest
from tests.support.docker_daemon import OwnDaemon
from tests.support.product import COUNTING, Product
from tests.support.waiting import eventually

from quarterdeck_cli import ids

pytestmark = [
    pytest.mark.asyncio(loop_scope="module"),
    pytest.mark.root,
    pytest.mark.timeout(600),
    # the process that has least to do
    pytest.mark.xdist_group("root"),
]


@pytest.fixture(scope="module")
def product(docker_product: Product) -> Product:
    return docker_product


def left(daemon: OwnDaemon, session: str) -> list[str]:
    """What the daemon has of a session, by a GraphQL id."""
    own = str(ids.uuid_of(session))
    with daemon.client() as client:
        containers = [str(each.name) for each in client.containers.list(all=True, ignore_removed=True)]
        volumes = [each.name for each in client.volumes.list()]
        api: Any = client.api
        networks = [str(each["Name"]) for each in api.networks()]
    return [name for name in (*containers, *volumes, *networks) if own in name]


async def test_a_session_in_a_projects_image_runs_pauses_and_leaves_nothing(
    product: Product, docker_daemon: OwnDaemon, debian_image: str
) -> None:
    product.ask("project", "set", "-p", "deck", "jail=docker", f"image={debian_image}")

    session = product.ask("session", "open", "-p", "deck")["id"]
    done = product.qd("run", "-s", session, "--", "command -v git dpkg; echo made > made.txt; exit 3")
    assert (done.returncode, done.stdout) == (3, b"/usr/bin/dpkg\n"), done.stderr.decode()
    assert product.qd("run", "-s", session, "-t", "--", "tty").stdout.startswith(b"/dev/pts/")
    assert left(docker_daemon, session)

    assert b"+made" in product.qd("session", "diff", session).stdout
    assert product.qd("session", "cat", session, "made.txt").stdout == b"made\n"

    counting = product.ask("run", "-s", session, "--background", "--", COUNTING)["id"]
    await eventually(lambda: product.qd("run", "-s", session, "--", "cat now").stdout)
    assert product.qd("session", "pause", session).returncode == 0
    assert product.ask("session", "show", session)["state"] == "PAUSED"
    assert product.qd("session", "resume", session).returncode == 0
    assert product.ask("command", "show", counting)["state"] == "RUNNING"

    assert product.qd("session", "close", session).returncode == 0
    # a session that is told to close is closed a moment later
    await eventually(lambda: product.ask("command", "show", counting)["state"] != "RUNNING")
    await eventually(lambda: left(docker_daemon, session) == [] and docker_daemon.containers() == [])


async def test_a_persona_bounds_a_container(product: Product, debian_image: str) -> None:
    product.ask("project", "set", "-p", "deck", "jail=docker", f"image={debian_image}")
    product.ask("persona", "define", "-p", "deck", "small", "memory=200M", "processes=100")
    session = product.ask("session", "open", "-p", "deck", "--persona", "small")
    told = {limit["name"]: limit["asked"] for limit in session["limits"]}
    assert (told["memory"], told["processes"]) == ("200 MiB", "100")

    hungry = product.qd("run", "-s", session["id"], "--", "perl -e '$x = chr(65) x (500 << 20); print length $x'")

    assert hungry.returncode == 137, hungry.stderr.decode()
    assert product.qd("run", "-s", session["id"], "--", "echo fine").stdout == b"fine\n"
    assert product.qd("session", "close", session["id"]).returncode == 0


async def test_an_image_is_built_from_the_repository_and_its_log_can_be_read(
    product: Product, docker_daemon: OwnDaemon, debian_image: str
) -> None:
    product.ask("project", "set", "-p", "deck", "jail=docker", "image=", "dockerfile=Dockerfile")

    def commit(*lines: str) -> None:
        path = product.home / "deck"
        (path / "Dockerfile").write_text("\n".join([f"FROM {debian_image}", *lines, ""]))
        who = ("-c", "user.name=Ada", "-c", "user.email=ada@example.invalid")
        for arguments in (("add", "-A"), (*who, "commit", "-q", "-m", "Image")):
            subprocess.run(["git", *arguments], cwd=path, check=True, capture_output=True)

    commit("RUN echo $((6 * 7)) > /answer; echo computed")
    session = product.ask("session", "open", "-p", "deck")["id"]
    log = product.qd("session", "log", session).stdout.decode()
    assert ("computed" in log.splitlines(), "---> Using cache" in log) == (True, False)
    assert product.qd("run", "-s", session, "--", "cat /answer").stdout == b"42\n"
    assert product.qd("session", "close", session).returncode == 0

    commit("RUN echo $((6 * 7)) > /answer; echo computed", "RUN echo broken >&2; exit 9")
    failed = product.qd("session", "open", "-p", "deck")
    said = failed.stderr.decode()
    assert failed.returncode != 0
    assert "returned a non-zero code: 9" in said
    (session,) = re.findall(r"qd session log ([0-9a-f-]{8,})", said)
    log = product.qd("session", "log", session).stdout.decode()
    assert "---> Using cache" in log
    assert "broken" in log.splitlines()
    await eventually(lambda: docker_daemon.containers() == [])
