"""Limits as people write them."""

import pytest

from quarterdeck.domain.errors import InvalidInputError
from quarterdeck.domain.limits import GIB, MIB, NOTHING_ASKED, LimitsAsked
from quarterdeck.domain.written_limits import parse


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", NOTHING_ASKED),
        ("memory=2G", LimitsAsked(memory_bytes=2 * GIB)),
        ("memory=512 MiB, cpus = 1.5", LimitsAsked(memory_bytes=512 * MIB, cpus=1.5)),
        (
            "tmp=64mb,output=1.5g,processes=300",
            LimitsAsked(temporary_bytes=64 * MIB, output_bytes=3 * GIB // 2, processes=300),
        ),
        ("wall-time=12h,idle-time=30m,", LimitsAsked(wall_seconds=43200, idle_seconds=1800)),
        ("file-size=33554432", LimitsAsked(file_bytes=32 * MIB)),
    ],
)
def test_sizes_numbers_and_times_are_read(text: str, expected: LimitsAsked) -> None:
    assert parse(text) == expected


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("memory", "'memory' is no limit"),
        ("colour=blue", "'colour=blue' is no limit"),
        ("memory=lots", "'lots' cannot be read"),
        ("memory=2X", "'2X' cannot be read"),
        ("memory=-2G", "'-2G' cannot be read"),
        ("memory=1k", "memoryBytes is 1024"),
        ("cpus=1.5G", "'1.5G' is no number"),
        ("processes=3", "processes is 3"),
        ("idle-time=5 fortnights", "'5 fortnights' cannot be read"),
    ],
)
def test_what_cannot_be_read_or_kept_is_named(text: str, said: str) -> None:
    with pytest.raises(InvalidInputError) as refused:
        parse(text)

    assert said in refused.value.message
