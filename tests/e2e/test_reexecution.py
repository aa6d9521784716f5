"""A session's commands run again, and what came out differently."""

import json

import pytest
from tests.support.product import Product

pytestmark = pytest.mark.asyncio(loop_scope="module")

SAME, NORMALISED, DRIFTED, NOT = "same", "same after normalizing", "drifted", "not reproducible"


async def test_each_command_that_is_run_again_gets_a_verdict(product: Product) -> None:
    session = product.ask("session", "open", "-p", "deck")["id"]

    def run(*words: str, stdin: bytes = b"") -> None:
        product.qd("run", "-s", session, *words, stdin=stdin)

    run("--", "export COLOUR=teal; cd src; echo $COLOUR; echo oops >&2; exit 3")
    run("--", "pwd; echo $COLOUR; date +%s > when")
    run("--", "tr a-z A-Z", stdin=b"ahoy\n")
    run("--", r"printf '\033]0;owned\007%s' $(tr -dc g-z < /dev/urandom | head -c 12) > chance; cat chance")
    run("--timeout", "1", "--", "od -An -tx8 -N8 /dev/urandom; sleep 60")

    done = product.qd("audit", "reexecute", session, "--json")
    results = [json.loads(line) for line in done.stdout.splitlines()]

    assert [each["verdict"] for each in results] == [SAME, NORMALISED, SAME, DRIFTED, NOT], done.stderr.decode()
    drift, limited = results[3], results[4]
    assert (drift["difference"]["where"], drift["difference"]["line"]) == ("output", 1)
    assert (limited["reason"], limited["difference"]["where"]) == ("it ended by a limit (timed out)", "output")
    assert done.returncode == 1

    told = product.qd("audit", "reexecute", session, "--exact")

    assert b"\x1b" not in told.stdout
    assert told.stdout.startswith(b"= same  ")
    assert b"\\x1b]0;owned\\x07" in told.stdout, told.stdout.decode()


async def test_where_files_were_restored_the_commands_after_it_find_the_restored_ones(product: Product) -> None:
    session = product.ask("session", "open", "-p", "deck")["id"]
    for text in ("echo one > file", "echo two > file"):
        product.qd("run", "-s", session, "--", text)
    first = product.ask("command", "list", "-s", session)[1]["id"]
    assert product.qd("session", "restore", session, "--at", first).returncode == 0
    product.qd("run", "-s", session, "--", "cat file")
    product.qd("session", "close", session)

    done = product.qd("audit", "reexecute", session)

    assert done.returncode == 0, done.stdout.decode()
    assert done.stdout.decode().count("= same") == 3
    assert b"3 commands: 3 same." in done.stderr
    left = [each for each in product.ask("session", "list", "-p", "deck") if each["title"].startswith("Re-execution")]
    assert all(each["state"] in {"CLOSING", "CLOSED"} for each in left)
