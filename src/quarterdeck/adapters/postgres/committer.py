"""Group commit: one thread appends what waits in one transaction; each caller gets its own answer."""

import sys
import time
from collections.abc import Sequence
from queue import Empty, SimpleQueue
from threading import Event, Lock, Thread

from quarterdeck.adapters.postgres.admission import Versions
from quarterdeck.adapters.postgres.appender import Appender
from quarterdeck.adapters.postgres.head import ConnectionLostError
from quarterdeck.adapters.postgres.metrics import COMMIT_SECONDS, COMMITTED_APPENDS
from quarterdeck.adapters.postgres.pace import Pace
from quarterdeck.adapters.postgres.submission import Submission, deliver
from quarterdeck.audit.chain import Head
from quarterdeck.domain.errors import QuarterdeckError, UnavailableError

MAX_BATCH_BYTES = 16 * 1024 * 1024
RECONNECT_INTERVAL = 0.05
SWITCH_SECONDS = 0.0002
"""How long a thread may keep the interpreter while others want it. With Python's own 5 ms an event loop that prepares
what comes next keeps this thread from answering and sending for as long as it likes."""


class Committer:
    """Its thread starts with the first submission and ends with `close`."""

    def __init__(self, url: str) -> None:
        self.versions = Versions()
        self._appender = Appender(url, self.versions)
        self._waiting: SimpleQueue[Submission | None] = SimpleQueue()
        self._pace = Pace()
        self._closed = Event()
        self._thread: Thread | None = None
        self._starting = Lock()

    def submit(self, submission: Submission) -> None:
        if self._closed.is_set():
            raise UnavailableError("This process is stopping and writes no more.", "Try again in a moment.")
        self._waiting.put(submission)
        if self._thread is None:
            self._start()

    def observe(self, head: Head, *, quiet: bool = False) -> None:
        """Tells of a head that a reader saw; see `Appender.observe`."""
        self._appender.observe(head, quiet=quiet)

    def close(self) -> None:
        """Commits what waits, if PostgreSQL answers, and ends the thread."""
        self._closed.set()
        self._waiting.put(None)
        with self._starting:
            thread = self._thread
        if thread is not None:
            thread.join()

    def _start(self) -> None:
        with self._starting:
            if self._thread is None:
                sys.setswitchinterval(min(sys.getswitchinterval(), SWITCH_SECONDS))
                self._thread = Thread(target=self._run, name="log committer", daemon=True)
                self._thread.start()

    def _run(self) -> None:
        try:
            while batch := self._take():
                began = time.monotonic()
                self._commit(batch)
                took, spread = time.monotonic() - began, batch[-1].deadline - batch[0].deadline
                COMMIT_SECONDS.observe(took)
                COMMITTED_APPENDS.inc(len(batch))
                self._pace.committed(len(batch), self._waiting.qsize(), took, spread)
        finally:
            self._appender.close()

    def _take(self) -> list[Submission]:
        """What waits, at least one; empty at the end."""
        batch: list[Submission] = []
        rows = size = 0
        first = None
        while rows < self._pace.share() and size < MAX_BATCH_BYTES:
            submission = self._next(None if first is None else first + self._pace.linger(len(batch)))
            if submission is None:
                break
            first = first or time.monotonic()
            batch.append(submission)
            rows += len(submission.rows)
            size += submission.size
        return batch

    def _next(self, until: float | None) -> Submission | None:
        """The next that waits, or comes before `until` (None: for ever). None where there is none, or no more."""
        try:
            if until is None or not self._waiting.empty():
                submission = self._waiting.get()
            else:
                submission = self._waiting.get(timeout=max(0.0, until - time.monotonic()))
        except Empty:
            return None
        if submission is None:
            self._waiting.put(None)
        return submission

    def _commit(self, batch: Sequence[Submission]) -> None:
        """Until each has its answer."""
        while batch:
            try:
                self._appender.append(batch)
            except ConnectionLostError as error:
                self._expire(batch, error)
            except QuarterdeckError as error:
                _fail(batch, error)
            except Exception as error:  # noqa: BLE001 - this thread serves every caller: none may end it
                _fail(batch, UnavailableError(f"The log's writer failed: {error!r}", "This is a bug; report it."))
            deliver(submission for submission in batch if submission.outcome is not None)
            if batch := [submission for submission in batch if submission.outcome is None]:
                self._closed.wait(RECONNECT_INTERVAL)

    def _expire(self, batch: Sequence[Submission], error: ConnectionLostError) -> None:
        now = time.monotonic()
        for submission in batch:
            if submission.outcome is None and (submission.deadline <= now or self._closed.is_set()):
                submission.outcome = self._unavailable(submission, error)

    def _unavailable(self, submission: Submission, error: ConnectionLostError) -> UnavailableError:
        reason = str(error).strip().partition("\n")[0]
        if self._appender.doubts(submission):
            return UnavailableError(
                f"PostgreSQL went away in the middle of an append; whether it is stored is unknown ({reason}).",
                "Load it again and look before you repeat it.",
            )
        return UnavailableError(f"PostgreSQL does not answer; nothing was stored ({reason}).", "Try again later.")


def _fail(batch: Sequence[Submission], error: QuarterdeckError) -> None:
    for submission in batch:
        if submission.outcome is None:
            submission.outcome = error
