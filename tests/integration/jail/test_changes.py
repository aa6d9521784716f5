"""Changing a session's files from outside, and its shell's state, which goes where the files go."""

import pytest
from tests.support.jails import JAIL_UID, Driver, Place, finish, give, read_until, run, spec, start

from quarterdeck.jail.errors import JailError
from quarterdeck.jail.shim.changes import FILE, MORE, REMOVE, SHELL, encode
from quarterdeck.jail.standing import StandingJail


async def test_what_the_repository_holds_is_removed_and_replaced_for_the_jail_alone(
    where: Place, driver: Driver
) -> None:
    workspace = where.workspace()
    for name in ("gone", "other"):
        (where.root / "lower" / name).write_text("of the repository")
        give(where.root / "lower" / name)
    jail = await driver.create(spec(workspace))

    await jail.change_files(encode(REMOVE, b"gone") + encode(FILE, b"other", b"o") + encode(MORE, b"other", b"wn"))

    assert (await run(jail, "ls; cat other")).text == "other\nown"
    assert (where.root / "lower" / "gone").exists()


async def test_files_belong_to_the_jails_user(jail: StandingJail, where: Place) -> None:
    await jail.change_files(encode(FILE, b"a", b"1"))

    assert (await run(jail, "stat -c %U a; echo more >> a && cat a")).text == "agent\n1more\n"
    if JAIL_UID is not None:
        assert (where.upper(jail.session_id) / "a").stat().st_uid == JAIL_UID


async def test_what_cannot_be_changed_is_said(emptied_jail: StandingJail) -> None:
    await run(emptied_jail, "mkdir shut; chmod 555 shut")

    with pytest.raises(JailError, match="Permission denied"):
        await emptied_jail.change_files(encode(FILE, b"shut/file", b"1"))
    with pytest.raises(JailError, match="no path in a workspace"):
        await emptied_jail.change_files(encode(FILE, b"../outside", b"1"))


async def test_files_are_changed_beside_commands_that_go_on(emptied_jail: StandingJail) -> None:
    waiting = await start(emptied_jail, "printf ready; until [ -e go ]; do sleep 0.01; done; cat go")
    await read_until(emptied_jail, waiting, b"ready")

    await emptied_jail.change_files(encode(FILE, b"go", b"gone"))

    assert (await finish(emptied_jail, waiting)).text == "readygone"


async def test_a_shells_new_state_is_told_and_can_be_given_to_another_jail(
    jail: StandingJail, where: Place, driver: Driver
) -> None:
    moved = await run(jail, "mkdir -p deep/er; cd deep/er; export COLOUR='dark $(blue)'")
    same = await run(jail, "true")
    assert moved.exit.shell_state
    assert same.exit.shell_state is None

    other = await driver.create(spec(where.workspace()))
    await other.change_files(encode(FILE, b"deep/er/x", b"") + encode(SHELL, b"", moved.exit.shell_state))

    assert (await run(other, 'pwd; echo "$COLOUR"; echo "$FROM_SESSION"')).text == (
        "/workspace/deep/er\ndark $(blue)\nyes\n"
    )


async def test_a_shell_can_be_made_a_fresh_one_again(emptied_jail: StandingJail) -> None:
    await run(emptied_jail, "cd /tmp; export COLOUR=blue FROM_SESSION=no")

    await emptied_jail.change_files(encode(SHELL, b""))

    assert (await run(emptied_jail, 'echo "$PWD [$COLOUR] $FROM_SESSION"')).text == "/workspace [] yes\n"


async def test_a_state_too_long_to_be_told_is_said_to_be(emptied_jail: StandingJail) -> None:
    done = await run(emptied_jail, "export LONG=$(head -c 40000 /dev/zero | tr '\\0' x)")

    assert done.exit.shell_state == b""
    assert (await run(emptied_jail, "echo ${#LONG}")).text == "40000\n"
