"""Writing a file into a jail that does not want it to be written where it was meant."""

import pytest
from tests.support.jails import finish, read_until, run, start

from quarterdeck.domain.command import EndReason
from quarterdeck.jail.errors import JailError
from quarterdeck.jail.shim import swapping
from quarterdeck.jail.shim.changes import SWAP, encode
from quarterdeck.jail.standing import StandingJail


async def swap(jail: StandingJail, path: bytes, old: bytes | None, new: bytes, mode: bytes = swapping.KEEP) -> None:
    await jail.change_files(encode(SWAP, path, swapping.encode(old, new, mode)))


async def test_a_file_is_made_with_its_folders_and_then_replaced_with_its_mode(emptied_jail: StandingJail) -> None:
    await swap(emptied_jail, b"deep/er/run", None, b"#!/bin/sh\n", swapping.EXECUTABLE)
    await run(emptied_jail, "ln deep/er/run other-name")
    await swap(emptied_jail, b"deep/er/run", b"#!/bin/sh\n", b"#!/bin/sh\necho new\n")

    shown = await run(emptied_jail, "deep/er/run; stat -c '%a %U' deep/er/run; ls -A deep/er; cat other-name")
    assert shown.text == "new\n755 agent\nrun\n#!/bin/sh\n"


@pytest.mark.parametrize(
    ("made", "path", "old", "said"),
    [
        ("echo theirs > f", b"f", b"mine\n", swapping.STALE),
        ("echo theirs > f", b"f", None, swapping.STALE),
        ("true", b"f", b"mine\n", swapping.STALE),
        ("true", b"no/f", b"mine\n", swapping.STALE),
        ("ln -s /etc/passwd f", b"f", None, swapping.NO_FILE),
        ("echo x > t; ln -s t f", b"f", b"x\n", swapping.NO_FILE),
        ("ln -s nowhere f", b"f", None, swapping.NO_FILE),
        ("mkfifo f", b"f", b"", swapping.NO_FILE),
        ("mkdir f", b"f", None, swapping.NO_FILE),
        ("python3 -c 'import socket; socket.socket(1).bind(\"f\")'", b"f", b"", swapping.NO_FILE),
        ("ln -s /tmp d", b"d/f", None, swapping.IN_THE_WAY),
        ("mkdir r; ln -s r d", b"d/f", None, swapping.IN_THE_WAY),
        ("echo x > d", b"d/f", None, swapping.IN_THE_WAY),
        ("mkfifo d", b"d/f", None, swapping.IN_THE_WAY),
    ],
)
async def test_what_is_not_what_its_writer_thinks_is_left_as_it_is(
    emptied_jail: StandingJail, made: str, path: bytes, old: bytes | None, said: str
) -> None:
    before = (await run(emptied_jail, f"{made}; ls -lRA --time-style=+ . /tmp")).text

    with pytest.raises(JailError) as refused:
        await swap(emptied_jail, path, old, b"new\n")

    assert refused.value.message == said
    assert (await run(emptied_jail, "ls -lRA --time-style=+ . /tmp")).text == before


async def test_what_may_not_be_written_is_said(emptied_jail: StandingJail) -> None:
    await run(emptied_jail, "mkdir shut; echo 1 > shut/f; chmod 555 shut")

    with pytest.raises(JailError, match="Permission denied"):
        await swap(emptied_jail, b"shut/f", b"1\n", b"2\n")
    with pytest.raises(JailError, match="no path in a workspace"):
        await swap(emptied_jail, b"../f", None, b"2\n")


async def test_a_folder_that_a_jail_swaps_for_a_link_all_the_time_never_leads_elsewhere(
    emptied_jail: StandingJail,
) -> None:
    """Both files have the same content: only where the link leads tells them apart."""
    racing = await start(
        emptied_jail,
        "mkdir real /tmp/bait; echo 0 | tee real/f > /tmp/bait/f; ln -s /tmp/bait link; printf ready; "
        "while :; do mv -T real d; mv -T d real; mv -T link d; mv -T d link; done",
    )
    await read_until(emptied_jail, racing, b"ready")
    said: set[str] = set()
    for _ in range(60):
        try:
            await swap(emptied_jail, b"d/f", b"0\n", b"0\n", swapping.EXECUTABLE)
        except JailError as refused:
            said.add(refused.message)
    await emptied_jail.kill(racing, EndReason.CANCELLED)
    await finish(emptied_jail, racing)

    assert said <= {swapping.STALE, swapping.IN_THE_WAY}
    assert (await run(emptied_jail, "stat -c %a /tmp/bait/f")).text == "644\n"


async def test_what_cannot_be_written_beside_the_old_leaves_nothing_behind(emptied_jail: StandingJail) -> None:
    await run(emptied_jail, "echo small > f; chmod 555 .")

    with pytest.raises(JailError):
        await swap(emptied_jail, b"f", b"small\n", b"x" * 100_000)

    assert (await run(emptied_jail, "chmod 755 .; cat f; ls -A")).text == "small\nf\n"
