"""What the verification of the chain finds."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.support.rows import ENVELOPE, chained, renumbered, row

from quarterdeck.application.ports.log import RawEvent
from quarterdeck.audit.chain import Head
from quarterdeck.audit.tampering import Fault
from quarterdeck.audit.verify import verify

LATER = replace(ENVELOPE, recorded_at=ENVELOPE.recorded_at + timedelta(seconds=1))
Rows = list[RawEvent]


def log(length: int = 9) -> Rows:
    return chained(row(position, b'{"n":%d}' % position) for position in range(1, length + 1))


def test_an_empty_log_is_intact() -> None:
    assert verify([]).intact


@given(st.integers(1, 50))
def test_an_untouched_log_is_intact(length: int) -> None:
    rows = log(length)
    report = verify(rows)
    assert (report.intact, report.checked) == (True, length)
    assert report.head == Head(position=length, digest=rows[-1].digest)


def test_a_part_of_the_log_is_checked_from_a_known_head() -> None:
    rows = log()
    assert verify(rows[4:], start=Head(position=4, digest=rows[3].digest)).checked == 5
    assert not verify(rows[4:], start=Head(position=4, digest=bytes(32))).intact


def test_an_erased_payload_leaves_the_chain_intact_and_is_counted() -> None:
    rows = log()
    rows[3] = replace(rows[3], payload=None)
    report = verify(rows)
    assert (report.intact, report.erased) == (True, 1)


def changed_payload(rows: Rows, at: int) -> Rows:
    rows[at - 1] = replace(rows[at - 1], payload=b'{"n":0}')
    return rows


def changed_envelope(rows: Rows, at: int) -> Rows:
    rows[at - 1] = replace(rows[at - 1], envelope=LATER)
    return rows


def changed_digest(rows: Rows, at: int) -> Rows:
    rows[at - 1] = replace(rows[at - 1], digest=bytes(32))
    return rows


def removed(rows: Rows, at: int) -> Rows:
    return [each for each in rows if each.position != at]


def removed_and_renumbered(rows: Rows, at: int) -> Rows:
    return renumbered(removed(rows, at))


def several_removed_and_renumbered(rows: Rows, at: int) -> Rows:
    return renumbered([each for each in rows if each.position not in {at, at + 1}])


def swapped_in_the_file(rows: Rows, at: int) -> Rows:
    rows[at - 1], rows[at] = rows[at], rows[at - 1]
    return rows


def swapped_and_renumbered(rows: Rows, at: int) -> Rows:
    return renumbered(swapped_in_the_file(rows, at))


def moved_far_and_renumbered(rows: Rows, at: int) -> Rows:
    rows.insert(at + 2, rows.pop(at - 1))
    return renumbered(rows)


def inserted(rows: Rows, at: int) -> Rows:
    return renumbered([*rows[: at - 1], replace(row(77, b"forged"), digest=bytes(32)), *rows[at - 1 :]])


def inserted_with_a_digest_that_fits(rows: Rows, at: int) -> Rows:
    before = rows[at - 2].digest if at > 1 else bytes(32)
    return renumbered([*rows[: at - 1], *chained([row(at, b"forged")], before), *rows[at - 1 :]])


def inserted_twice(rows: Rows, at: int) -> Rows:
    return [*rows[:at], rows[at - 1], *rows[at:]]


@pytest.mark.parametrize(
    ("tamper", "fault"),
    [
        (changed_payload, Fault.CHANGED_PAYLOAD),
        (changed_envelope, Fault.CHANGED_ENVELOPE),
        (changed_digest, Fault.CHANGED_ENVELOPE),
        (removed, Fault.REMOVED),
        (removed_and_renumbered, Fault.REMOVED),
        (several_removed_and_renumbered, Fault.REMOVED),
        (swapped_in_the_file, Fault.REORDERED),
        (swapped_and_renumbered, Fault.REORDERED),
        (moved_far_and_renumbered, Fault.REORDERED),
        (inserted, Fault.INSERTED),
        (inserted_with_a_digest_that_fits, Fault.INSERTED),
        (inserted_twice, Fault.INSERTED),
    ],
)
@pytest.mark.parametrize("at", [1, 2, 5])
def test_tampering_is_found_where_it_was_done_and_called_by_its_name(
    tamper: Callable[[Rows, int], Rows], fault: Fault, at: int
) -> None:
    report = verify(tamper(log(), at))
    assert report.finding is not None
    assert (report.finding.position, report.finding.fault) == (at, fault)
    assert str(report.finding.position) in report.finding.detail


@given(st.data())
def test_any_single_change_of_any_row_is_found(data: st.DataObject) -> None:
    rows = log()
    at = data.draw(st.integers(0, 8))
    field = data.draw(st.sampled_from(["version", "schema_version", "topic", "payload", "digest", "payload_digest"]))
    value = {
        "version": 9,
        "schema_version": 9,
        "topic": "X",
        "payload": b"",
        "digest": b"x",
        "payload_digest": b"y" * 32,
    }
    rows[at] = replace(rows[at], **{field: value[field]})  # type: ignore[arg-type]
    report = verify(rows)
    assert report.finding is not None
    assert report.checked <= at + 1


def test_a_tail_that_was_cut_off_is_found_by_a_head_that_is_known() -> None:
    rows = log()
    known = Head(position=9, digest=rows[-1].digest)
    assert verify(rows, known_head=known).intact
    assert verify(rows[:6]).intact
    finding = verify(rows[:6], known_head=known).finding
    assert finding is not None
    assert (finding.position, finding.fault) == (7, Fault.CUT_OFF)


def test_a_log_written_anew_is_found_by_a_head_that_is_known() -> None:
    known = Head(position=9, digest=log()[-1].digest)
    anew = chained(row(position, b"other") for position in range(1, 12))
    finding = verify(anew, known_head=known).finding
    assert finding is not None
    assert (finding.position, finding.fault) == (9, Fault.CHANGED_ENVELOPE)
