"""The ledger: each decision as a numbered line in a file, which outlives the proxy, until it is in the log.

What is decided often is told in sums: a jail that knocks ten thousand times a second costs a few lines a minute.
"""

import asyncio
import json
import os
import time
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime
from typing import Any

from quarterdeck.domain.network_access import Verdict

FILE = "decisions"
BURST = 200
LINES_PER_SECOND = 1.0
GATHER_SECONDS = 5.0
MOST_SUMS = 50
MOST_UNREAD = 2000
PAGE = 100


@dataclass(frozen=True, kw_only=True)
class Entry:
    """See `NetworkAccessDecided`."""

    host: str
    port: int
    verdict: Verdict
    rule: str = ""
    reason: str = ""
    address: str = ""
    bytes_up: int = 0
    bytes_down: int = 0
    count: int = 1

    @property
    def kind(self) -> "Entry":
        return replace(self, address="", bytes_up=0, bytes_down=0, count=0)

    def plus(self, other: "Entry") -> "Entry":
        return replace(
            self,
            bytes_up=self.bytes_up + other.bytes_up,
            bytes_down=self.bytes_down + other.bytes_down,
            count=self.count + other.count,
        )


class Ledger:
    """`file` is open for appending and empty; numbers go on after `last`."""

    def __init__(self, file: int, last: int, *, burst: int = BURST) -> None:
        self._file = file
        self._last = last
        self._unread: list[dict[str, Any]] = []
        self._burst = burst
        self._allowance = float(burst)
        self._refilled = time.monotonic()
        self._sums: dict[Entry, Entry] = {}
        self._grown = asyncio.Event()
        self._gathering: asyncio.TimerHandle | None = None

    def add(self, entry: Entry) -> None:
        """An entry for itself while there is an allowance, else in a sum of its kind."""
        if self._takes_one():
            self._write(entry)
            return
        kind = entry.kind
        if kind not in self._sums and len(self._sums) >= MOST_SUMS:
            kind = Entry(host="", port=0, verdict=entry.verdict, reason="various", count=0)
        self._sums[kind] = self._sums.get(kind, kind).plus(entry)
        if self._gathering is None:
            self._gathering = asyncio.get_running_loop().call_later(GATHER_SECONDS, self.settle)

    def settle(self) -> None:
        """Writes the sums, unless far too much is unread; then they grow on."""
        self._gathering = None
        if len(self._unread) < MOST_UNREAD:
            for entry in self._sums.values():
                self._write(entry)
            self._sums.clear()
        else:
            self._gathering = asyncio.get_running_loop().call_later(GATHER_SECONDS, self.settle)

    async def after(self, number: int) -> list[dict[str, Any]]:
        """The next lines after that number, once there are any. Those up to it are in the log: they may go."""
        self._unread = [line for line in self._unread if line["number"] > number]
        if not self._unread:
            os.ftruncate(self._file, 0)
        while not self._unread:
            self._grown.clear()
            await self._grown.wait()
        return self._unread[:PAGE]

    def close(self) -> None:
        if self._gathering is not None:
            self._gathering.cancel()
        for entry in self._sums.values():
            self._write(entry)
        self._sums.clear()

    def _takes_one(self) -> bool:
        now = time.monotonic()
        self._allowance = min(self._burst, self._allowance + (now - self._refilled) * LINES_PER_SECOND)
        self._refilled = now
        if self._allowance < 1 or len(self._unread) >= MOST_UNREAD:
            return False
        self._allowance -= 1
        return True

    def _write(self, entry: Entry) -> None:
        self._last += 1
        line = {"number": self._last, "decided_at": datetime.now(UTC).isoformat(), **asdict(entry)}
        os.write(self._file, json.dumps(line).encode() + b"\n")
        self._unread.append(line)
        self._grown.set()
