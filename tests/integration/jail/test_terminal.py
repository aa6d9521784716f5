"""Commands on a terminal of the jail's own."""

from tests.support.jails import finish, read_until, run, start

from quarterdeck.application.frames import FrameKind
from quarterdeck.domain.command import EndReason, Terminal
from quarterdeck.jail.standing import StandingJail

SIZE = Terminal(columns=100, rows=30)


async def test_a_terminal_has_a_name_a_size_and_is_in_the_foreground(shared_jail: StandingJail) -> None:
    done = await run(
        shared_jail, "tty; stty size; test -t 0 -a -t 1 -a -t 2 && echo all; ps -o tpgid= -p $$; echo $$", terminal=SIZE
    )

    name, size, streams, foreground, pid = done.text.replace("\r", "").splitlines()
    assert name.startswith("/dev/pts/")
    assert (size, streams) == ("30 100", "all")
    assert foreground.strip() == pid


async def test_a_resize_reaches_the_foreground_program(shared_jail: StandingJail) -> None:
    text = "trap 'stty size; exit' WINCH; echo ready; while :; do sleep 0.05; done"
    command_id = await start(shared_jail, text, terminal=SIZE)
    await read_until(shared_jail, command_id, b"ready")

    await shared_jail.resize(command_id, Terminal(columns=132, rows=43))

    assert "43 132" in (await finish(shared_jail, command_id)).text


async def test_an_interactive_shell_has_job_control(shared_jail: StandingJail) -> None:
    command_id = await start(shared_jail, "PS1='$ ' bash --norc -i", terminal=SIZE)
    await read_until(shared_jail, command_id, b"$ ")

    await shared_jail.write_input(command_id, b"sh -c 'echo begun; exec sleep 1000'\n")
    await read_until(shared_jail, command_id, b"begun\r\n")
    await shared_jail.write_input(command_id, b"\x1a")
    await read_until(shared_jail, command_id, b"Stopped")
    await shared_jail.write_input(command_id, b"kill -9 %1; disown; exit 5\n")
    done = await finish(shared_jail, command_id)

    assert "no job control" not in done.text
    assert done.exit.exit_code == 5


async def test_ctrl_c_interrupts_the_foreground_program_only(shared_jail: StandingJail) -> None:
    text = "trap 'echo caught' INT; sh -c 'echo ready; exec sleep 1000'; echo after"
    command_id = await start(shared_jail, text, terminal=SIZE)
    await read_until(shared_jail, command_id, b"ready")

    await shared_jail.write_input(command_id, b"\x03")
    done = await finish(shared_jail, command_id)

    assert "caught" in done.text
    assert "after" in done.text


async def test_the_end_of_input_ends_a_reading_program(shared_jail: StandingJail) -> None:
    command_id = await start(shared_jail, "cat; echo done", terminal=SIZE)

    await shared_jail.write_input(command_id, b"line\n", end=True)

    assert (await finish(shared_jail, command_id)).text.endswith("done\r\n")


async def test_a_signal_goes_to_the_foreground_group(shared_jail: StandingJail) -> None:
    command_id = await start(shared_jail, "sh -c 'echo ready; exec sleep 1000'; echo ended $?", terminal=SIZE)
    await read_until(shared_jail, command_id, b"ready")

    await shared_jail.signal(command_id, "SIGKILL")

    assert (await finish(shared_jail, command_id)).exit.signal == "KILL"


async def test_full_screen_programs_run(shared_jail: StandingJail) -> None:
    command_id = await start(shared_jail, "top -d 0.1", terminal=SIZE)
    await read_until(shared_jail, command_id, b"PID")

    await shared_jail.write_input(command_id, b"q")

    assert (await finish(shared_jail, command_id)).exit.exit_code == 0


async def test_background_children_keep_the_terminal_when_the_command_has_ended(shared_jail: StandingJail) -> None:
    done = await run(
        shared_jail, "(sleep 0.3; echo late; tty <&1 > where.new; mv where.new where) & echo early", terminal=SIZE
    )

    assert done.exit.exit_code == 0
    assert "early" in done.text
    assert "late" not in done.text
    seen = await run(shared_jail, "while [ ! -s where ]; do sleep 0.05; done; cat where")
    assert seen.text.startswith("/dev/pts/")


async def test_the_end_of_a_terminal_command_is_told_with_all_it_printed(shared_jail: StandingJail) -> None:
    for _ in range(20):
        done = await run(shared_jail, "head -c 20000 /dev/zero | tr '\\0' x; printf end", terminal=SIZE)
        assert len(done.output) == 20003
        assert done.frames[-1].kind == FrameKind.END
        assert done.exit.reason == EndReason.EXITED


HOLD = """
use Fcntl;
my @open;
while (sysopen my $file, '/dev/ptmx', O_RDWR | O_NOCTTY) { push @open, $file }
$| = 1;
print scalar(@open), " $!\n";
<STDIN>;
"""


async def test_a_session_that_takes_all_terminals_has_none_left_and_says_so(shared_jail: StandingJail) -> None:
    holder = await start(shared_jail, 'perl -e "$HOLD"', HOLD=HOLD)
    taken = (await read_until(shared_jail, holder, b"\n")).decode()

    refused = await run(shared_jail, "tty", terminal=SIZE)
    without = await run(shared_jail, "echo on")
    await shared_jail.write_input(holder, b"\n", end=True)
    await finish(shared_jail, holder)

    assert taken == "64 No space left on device\n"
    assert refused.exit.reason == EndReason.NOT_STARTED
    assert b"The session has no terminal left" in refused.errors
    assert without.text == "on\n"
    assert (await run(shared_jail, "tty", terminal=SIZE)).text.startswith("/dev/pts/")
