"""What a caller hands to the committer, and how it gets its answer."""

import asyncio
import contextlib
from collections import defaultdict
from collections.abc import Iterable, Sequence
from concurrent.futures import Future
from dataclasses import dataclass

from quarterdeck.adapters.postgres.rows import PreparedRow
from quarterdeck.domain.errors import QuarterdeckError

Ticket = Future[int] | asyncio.Future[int]


@dataclass(eq=False, slots=True)
class Submission:
    """Rows to append, all or nothing. The ticket is given the position of the first, or the error."""

    rows: Sequence[PreparedRow]
    size: int
    """Bytes, about."""
    ticket: Ticket
    deadline: float
    """On the monotonic clock: until when it may wait for PostgreSQL to come back."""
    outcome: int | QuarterdeckError | None = None


def deliver(submissions: Iterable[Submission]) -> None:
    """Answers callers, those of one event loop together: waking a loop costs more than an answer."""
    by_loop: defaultdict[asyncio.AbstractEventLoop, list[Submission]] = defaultdict(list)
    for submission in submissions:
        if isinstance(submission.ticket, Future):
            _answer(submission)
        else:
            by_loop[submission.ticket.get_loop()].append(submission)
    for loop, waiting in by_loop.items():
        with contextlib.suppress(RuntimeError):  # the loop is closed: nobody waits there any more
            loop.call_soon_threadsafe(_answer_all, waiting)


def _answer_all(submissions: Iterable[Submission]) -> None:
    for submission in submissions:
        _answer(submission)


def _answer(submission: Submission) -> None:
    ticket, outcome = submission.ticket, submission.outcome
    if ticket.done():  # its caller was cancelled
        return
    if isinstance(outcome, int):
        ticket.set_result(outcome)
    elif outcome is not None:
        ticket.set_exception(outcome)
