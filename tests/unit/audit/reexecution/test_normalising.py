"""What differs from run to run and means nothing."""

import pytest

from quarterdeck.audit.patterns import Pattern
from quarterdeck.audit.reexecution.normalising import NAMES, NORMALISERS, chosen, normalised

SAME = [
    ("Thu Nov 26 13:47:17 UTC 2026", "Fri Nov 27 01:02:03 UTC 2026"),
    ("Thu 26 Nov 2026 01:47:17 PM UTC", "Fri 27 Nov 2026 02:00:00 AM UTC"),
    ("2026-11-26T13:47:17.123Z done", "2027-01-01T00:00:00Z done"),
    ("-rw-r--r-- 1 me me 5 Nov 26 13:47 a", "-rw-r--r-- 1 me me 5 Dec  1 09:01 a"),
    ("now 1795700837", "now 1795701999"),
    ("real\t0m0.012s", "real\t0m1.900s"),
    ("3 passed in 0.42s", "3 passed in 0.51s"),
    ("took 12 ms", "took 9.5 ms"),
    ("<object at 0x7f3a5c0b1d90>", "<object at 0x7ffd12345678>"),
    ("[1] 4242", "[1] 99"),
    ("sshd[431]: ready", "sshd[77]: ready"),
    ("pid 13", "pid 4100"),
    ("wrote /tmp/tmp.oQLLnEoNRF", "wrote /tmp/tmp.aaaaaaaaaa"),
    ("id 01a2181c-4460-747a-90ed-f7f93cb3125f", "id 01a2181c-39ea-7055-a652-ad1171996e69"),
    ("69174529fa587ef4f61df41756f28017354c5fff", "557c62aaa8cd30d9dbbf9000b0b68a680d3873a1"),
    ("[main 6917452] first", "[main 557c62a] first"),
    ("\x1b[32mok\x1b[0m", "ok"),
    ("ok  ", "ok"),
    ("ok\r", "ok"),
]
DIFFERENT = [
    ("3 passed", "4 passed"),
    ("exit 1", "exit 2"),
    ("24499", "23360"),
    ("port 8080", "port 8081"),
    ("a deadbeef word", "a decade word"),
    ("version 1.2.3", "version 1.2.4"),
    ("/tmp/x/a.txt: missing", "/tmp/x/a.txt: found"),
    ("100 bytes", "101 bytes"),
]


@pytest.mark.parametrize(("one", "other"), SAME)
def test_what_means_nothing_is_made_the_same(one: str, other: str) -> None:
    assert normalised(one, NORMALISERS) == normalised(other, NORMALISERS)


@pytest.mark.parametrize(("one", "other"), DIFFERENT)
def test_what_means_something_stays_different(one: str, other: str) -> None:
    assert normalised(one, NORMALISERS) != normalised(other, NORMALISERS)


def test_only_what_was_chosen_is_left_out_of_account() -> None:
    used = chosen(["uuid"])

    assert normalised("at 10:00:00", used) == "at 10:00:00"
    assert normalised("at 10:00:00", chosen(NAMES)) == "at <time>"


def test_what_the_user_ignores_is_ignored_too() -> None:
    assert normalised("seed=42 ok", (), [Pattern(r"seed=\d+")]) == "<ignored> ok"


def test_a_name_that_there_is_none_of_is_told() -> None:
    with pytest.raises(KeyError, match="moon"):
        chosen(["moon"])
