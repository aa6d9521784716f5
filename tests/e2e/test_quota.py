"""A session that writes more than it may, as its user sees it: kept by the kernel for root, counted for others."""

import pytest
from tests.support.product import Product

pytestmark = pytest.mark.asyncio(loop_scope="module")

HIDDEN = "exec 3> hidden; rm hidden; head -c 100M /dev/zero >&3; sleep 1000"
BOMB = "mkdir d; head -c 100M /dev/zero > d/bomb; sleep 1000"


async def test_a_user_is_told_what_filled_a_session_and_goes_on_in_it(product: Product, account: str) -> None:
    session = product.ask("session", "open", "-p", "deck", "--workspace", "48M")["id"]
    limits = product.ask("session", "show", session)["limits"]
    [kept] = [limit for limit in limits if limit["name"] == "workspace"]
    assert kept["asked"] == "48 MiB"

    if kept["enforcedBy"] == "mount":
        filled = product.qd("run", "-s", session, "--", BOMB.replace("sleep 1000", "exit 7"))
        assert (filled.returncode, b"No space left on device" in filled.stderr) == (7, True)
    else:
        assert kept["enforcedBy"] == "watcher"
        assert product.qd("run", "-s", session, "--", HIDDEN).returncode == 123
        filled = product.qd("run", "-s", session, "--", BOMB)
        assert filled.returncode == 123
    said = filled.stderr.decode()
    assert "reached their quota of 48 MiB. The largest: d/bomb" in said
    assert "qd session open --workspace SIZE" in said

    done = product.qd("run", "-s", session, "--", "rm -r d; head -c 20M /dev/zero > fits; echo fine")
    assert (done.returncode, done.stdout) == (0, b"fine\n"), done.stderr.decode()
    assert product.qd("session", "close", session).returncode == 0
