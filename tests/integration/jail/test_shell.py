"""What a command finds, and what it leaves to the next one."""

import pytest
from tests.support.jails import Place, finish, give, run, spec, start

from quarterdeck.domain.command import MAX_TEXT_BYTES, EndReason
from quarterdeck.jail.standing import StandingJail


async def test_the_first_command_starts_in_the_workspace_with_the_sessions_environment(jail: StandingJail) -> None:
    done = await run(jail, 'pwd; echo "$HOME $USER $LANG $FROM_SESSION"; id -un; hostname')

    assert done.text.splitlines() == ["/workspace", "/home/agent agent C.UTF-8 yes", "agent", "quarterdeck"]


@pytest.mark.parametrize("ending", ["true", "exit 3", "set -e; false", "kill -TERM $$"])
async def test_directory_and_exports_last_however_the_shell_ends(emptied_jail: StandingJail, ending: str) -> None:
    await run(emptied_jail, f"mkdir -p 'a b'; cd 'a b'; export COLOUR='blue\n\"green\"' ; unset FROM_SESSION; {ending}")

    done = await run(emptied_jail, 'pwd; printf %s "$COLOUR"; echo "${FROM_SESSION-unset}"; cd -')

    assert done.text == '/workspace/a b\nblue\n"green"unset\n/workspace\n'


async def test_what_a_command_defines_but_does_not_export_ends_with_it(emptied_jail: StandingJail) -> None:
    await run(emptied_jail, "secret=1; f() { :; }; set -f; umask 0")

    assert (await run(emptied_jail, 'echo "${secret-none}"; type f 2>&1; umask; echo $-')).text.startswith("none\n")


async def test_variables_of_one_command_do_not_outlast_it(emptied_jail: StandingJail) -> None:
    await run(emptied_jail, "export KEPT=old")

    during = await run(emptied_jail, 'echo "$TOKEN $KEPT"', TOKEN="t'1", KEPT="new")
    after = await run(emptied_jail, 'echo "${TOKEN-none} $KEPT"')

    assert during.text == "t'1 new\n"
    assert after.text == "none old\n"


async def test_a_directory_that_is_gone_is_said_and_the_workspace_used(emptied_jail: StandingJail) -> None:
    await run(emptied_jail, "mkdir /tmp/gone; cd /tmp/gone; rmdir /tmp/gone")

    done = await run(emptied_jail, "pwd")

    assert done.text == "/workspace\n"
    assert b"/tmp/gone is gone" in done.errors
    assert (await run(emptied_jail, "pwd")).errors == b""


@pytest.mark.parametrize("code", [0, 1, 2, 126, 127, 255])
async def test_exit_codes_are_those_of_the_text(shared_jail: StandingJail, code: int) -> None:
    assert (await run(shared_jail, f"exit {code}")).exit.exit_code == code
    assert (await run(shared_jail, f"(exit {code})")).exit.exit_code == code


async def test_a_text_of_the_greatest_length_runs(shared_jail: StandingJail) -> None:
    printing = "\necho $?"
    text = (": " + "x" * MAX_TEXT_BYTES)[: MAX_TEXT_BYTES - len(printing)] + printing

    done = await run(shared_jail, text)

    assert done.exit.exit_code == 0
    assert done.text == "0\n"


async def test_errors_name_the_line_of_the_text(shared_jail: StandingJail) -> None:
    done = await run(shared_jail, "true\nno-such-program")

    assert done.errors == b"bash: line 2: no-such-program: command not found\n"
    assert done.exit.exit_code == 127


async def test_a_syntax_error_is_told_and_the_state_kept(emptied_jail: StandingJail) -> None:
    await run(emptied_jail, "cd /tmp")

    done = await run(emptied_jail, "if true; then")

    assert b"syntax error" in done.errors
    assert done.exit.exit_code == 2
    assert (await run(emptied_jail, "pwd")).text == "/tmp\n"


async def test_the_upkeep_does_not_show_in_a_trace(shared_jail: StandingJail) -> None:
    done = await run(shared_jail, "set -x; true")

    assert b"__qd" not in done.errors.replace(b"eval", b"")
    assert done.errors.splitlines()[-1].endswith(b"true")


async def test_standard_input_is_the_commands_own(shared_jail: StandingJail) -> None:
    command_id = await start(shared_jail, "read -r line; echo \"got $line\"; ls /proc/self/fd | tr '\\n' ' '")
    await shared_jail.write_input(command_id, b"this\n")

    done = await finish(shared_jail, command_id)

    # the last is that of the listing itself
    assert done.text == "got this\n0 1 2 3 "


async def test_many_commands_run_side_by_side(shared_jail: StandingJail) -> None:
    waiting = [await start(shared_jail, f"read -r x; echo {number} $x") for number in range(20)]
    for command_id in reversed(waiting):
        await shared_jail.write_input(command_id, b"go\n")

    for number, command_id in enumerate(waiting):
        assert (await finish(shared_jail, command_id)).text == f"{number} go\n"


async def test_without_bash_the_system_shell_keeps_the_state_too(where: Place) -> None:
    driver = where.driver(shells=["/bin/none", "/bin/sh"])
    jail = await driver.create(spec(where.workspace()))
    await run(jail, "cd /tmp; export A='1 2'")

    done = await run(jail, 'pwd; echo "$A $B ${BASH_VERSION-no bash}"; exit 4', B="b")

    assert done.text.startswith("/tmp\n1 2 b")
    assert done.exit.exit_code == 4
    await driver.close()


async def test_without_any_shell_a_command_is_reported_as_not_started(where: Place) -> None:
    driver = where.driver(shells=["/bin/none"])
    jail = await driver.create(spec(where.workspace()))

    done = await run(jail, "true")

    assert (done.exit.exit_code, done.exit.signal, done.exit.reason) == (None, None, EndReason.NOT_STARTED)
    assert b"no shell" in done.errors
    await driver.close()


async def test_files_are_written_through_the_overlay_and_kept(where: Place, jail: StandingJail) -> None:
    base = where.root / "lower" / "base"
    base.write_text("from below")
    give(base)

    done = await run(jail, "cat base; echo changed > base; echo new > file")

    assert done.text == "from below"
    upper = where.upper(jail.session_id)
    assert (upper / "base").read_text() == "changed\n"
    assert (upper / "file").read_text() == "new\n"
    assert (where.root / "lower" / "base").read_text() == "from below"


async def test_a_clone_is_the_workspace_itself(where: Place) -> None:
    driver = where.driver()
    workspace = where.workspace(kind="clone")
    jail = await driver.create(spec(workspace))

    await run(jail, "echo here > file")

    assert (workspace.upper / "file").read_text() == "here\n"
    await driver.close()
