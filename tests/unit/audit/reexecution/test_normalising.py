"""What differs from run to run and means nothing."""

import time

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
    ("e78623f first", "8a90f48 first"),
    ("5b71aca06da8492c8271f8711763aa4f", "0ae4162807c34f6887435159c9524ceb"),
    ("worst 149 nsec, best 13 nsec", "worst 90.2 nsec, best 14.1 nsec"),
    ("Done in 1m 3.2s", "Done in 2m 0.1s"),
    ("3 hours", "2 hours"),
    ("copied, 1.2 GB/s", "copied, 987 MB/s"),
    ("100%|###| 5/5 [00:01<00:00, 4.2it/s]", "100%|###| 5/5 [00:02<00:00, 3.1it/s]"),
    ("load average: 1.02, 2.00, 3.10", "load average: 0.00, 0.01, 0.05"),
    ("<Thread 140089590759488>", "<Thread 139343002218560>"),
    ("http://127.0.0.1:35795/", "http://127.0.0.1:43210/"),
    ("('127.0.0.1', 60001)", "('127.0.0.1', 32990)"),
    ('1.2.3.4 [26/Nov/2026:13:47:17 +0000] "GET /"', '1.2.3.4 [01/Dec/2026:00:00:01 +0000] "GET /"'),
    ("backup-20261126T134717Z", "backup-20261201T000000Z"),
    ("11/26/2026", "12/01/2026"),
    ("shm /dev/shm/sem.x8fk", "shm /dev/shm/sem.a0b1"),
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
    ("1234567 rows", "7654321 rows"),
    ("counted 1234567", "counted 7654321"),
    ("http://127.0.0.1:8080/", "http://127.0.0.1:8081/"),
    ("d41d8cd98f00b204e9800998ecf8427e  a", "900150983cd24fb0d6963f7d28e17f72  a"),
    ("1/2", "1/3"),
    ("5 apples", "6 apples"),
    ("2 sites", "3 sites"),
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


@pytest.mark.parametrize(
    "line", ["1" * 65536, "1." * 32768, "1m " * 20000, "a1" * 32768, "Mon " * 16384, "\x1b]" * 32768]
)
def test_no_line_that_a_jail_prints_takes_long(line: str) -> None:
    begun = time.process_time()
    normalised(line, NORMALISERS)
    assert time.process_time() - begun < 2
