"""The supervisor is killed: `quarterdeck down` leaves nothing running, and the next start goes on with the files."""

import signal
import subprocess
from uuid import uuid4

import psutil
import pytest
from tests.support.product import Product
from tests.support.waiting import eventually

pytestmark = pytest.mark.asyncio(loop_scope="module")


@pytest.fixture(scope="module")
def product(own_product: Product) -> Product:
    return own_product


def quarterdeck(product: Product, *arguments: str) -> subprocess.CompletedProcess[bytes]:
    process = product.popen(("quarterdeck", *arguments), stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    out, err = process.communicate(timeout=60)
    return subprocess.CompletedProcess(arguments, process.returncode, out, err)


def running_with(mark: str) -> list[psutil.Process]:
    """Processes of this machine with the mark in their arguments, those in jails included."""
    return [p for p in psutil.process_iter(["cmdline"]) if mark in " ".join(p.info["cmdline"] or ())]


async def test_down_ends_the_jails_that_a_killed_supervisor_left(product: Product) -> None:
    mark = f"stays-{uuid4().hex}"
    session = product.ask("session", "open", "-p", "deck")["id"]
    product.qd("run", "-s", session, "--", "echo kept > kept.txt")
    command = product.ask("run", "-s", session, "--background", "--", f"exec -a {mark} sleep 900")["id"]
    await eventually(lambda: running_with(mark))

    product.stop(signal.SIGKILL)
    assert running_with(mark), "jails go on without a supervisor"
    done = quarterdeck(product, "down")

    assert done.returncode == 0, done.stderr.decode()
    assert b"Ended what an earlier start left: " in done.stderr
    assert b"the jail of session " in done.stderr
    await eventually(lambda: not running_with(mark) and not product.processes())
    assert b"left" not in quarterdeck(product, "down").stderr

    product.start()
    await product.ready()
    assert product.qd("run", "-s", session, "--", "cat kept.txt").stdout == b"kept\n"
    assert product.ask("command", "show", command)["state"] == "LOST"
    # its place on the worker is another test's
    assert product.qd("session", "close", session).returncode == 0
