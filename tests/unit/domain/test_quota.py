"""What is said when a session's quota is reached."""

from uuid import uuid4

import pytest

from quarterdeck.domain.limits import GIB, MIB
from quarterdeck.domain.quota import LargestPath, QuotaExceeded, QuotaLimit, amount, said


@pytest.mark.parametrize(
    ("count", "text"), [(0, "0 B"), (1023, "1023 B"), (1536, "1.5 KiB"), (48 * MIB, "48 MiB"), (10 * GIB, "10 GiB")]
)
def test_an_amount_is_written_as_people_read_it(count: int, text: str) -> None:
    assert amount(count) == text


def test_the_largest_files_are_named_with_what_happened_and_what_to_do() -> None:
    largest = tuple(LargestPath(path=f"f{n}", bytes=n * GIB, files=0) for n in (4, 3, 2, 1))
    event = QuotaExceeded(
        command_id=uuid4(), limit=QuotaLimit.BYTES, allowed=10 * GIB, used=10 * GIB, ended=False, largest=largest
    )

    assert said(event) == (
        "The session's files reached their quota of 10 GiB. The largest: f4 (4 GiB), f3 (3 GiB), f2 (2 GiB). What it "
        "still wrote failed. Remove what is not needed, or open a session with more: "
        "`qd session open --workspace SIZE`, as far as the project's and the persona's limits go."
    )


def test_too_many_files_name_folders() -> None:
    largest = (LargestPath(path="node_modules", bytes=0, files=12_000),)
    event = QuotaExceeded(
        command_id=uuid4(), limit=QuotaLimit.FILES, allowed=10_000, used=12_010, ended=True, largest=largest
    )

    assert "quota of 10,000 files and folders. The largest: node_modules (12,000 entries). The command was ended." in (
        said(event)
    )


def test_a_full_disk_of_the_host_is_for_its_operator() -> None:
    event = QuotaExceeded(command_id=None, limit=QuotaLimit.DISK, allowed=256 * MIB, used=3 * MIB, ended=True)

    assert said(event) == (
        "The disk of the worker's host is all but full: 3 MiB are left. The command was ended. "
        "Have its operator make room there."
    )
