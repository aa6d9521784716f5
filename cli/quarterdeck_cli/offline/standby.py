"""What stands in for the server while it does not answer: a client asks here before it gives up."""

import sqlite3
import time
from collections.abc import Callable, Sequence
from functools import cached_property
from typing import TYPE_CHECKING, Any, cast

from quarterdeck_cli.errors import CliError, ConnectionLostError, UsageError
from quarterdeck_cli.exitcodes import ExitCode
from quarterdeck_cli.offline import database
from quarterdeck_cli.offline.answers import answer, answers, whole
from quarterdeck_cli.offline.listings import listed_in
from quarterdeck_cli.offline.memory import Memory
from quarterdeck_cli.offline.nodes import Json, found_in
from quarterdeck_cli.offline.place import Place
from quarterdeck_cli.offline.waiting import (
    QUEUED,
    Waiting,
    is_name,
    moment,
    new_task,
    predecessors,
    status_in,
    with_changes,
)
from quarterdeck_cli.text import plain

if TYPE_CHECKING:
    from quarterdeck_cli.offline.changes import Changes
    from quarterdeck_cli.offline.sending import Sent, Server

SAID_LONGEST = 80


class StillWaitingError(CliError):
    """Changes would be lost."""

    exit_code = ExitCode.TRY_AGAIN


RECORDS = frozenset({"events", "session_record"})
"""Documents whose long answers hold nothing to remember."""


class Standby:
    """Of one server and user. `stale` is told of which server an answer is and from when, None where that does not
    matter; `say` what the user should know."""

    def __init__(
        self, place: Place, user: str, *, stale: Callable[[tuple[str, float] | None], None], say: Callable[[str], None]
    ) -> None:
        self.place, self.user = place, user
        self.memory = Memory(place.path)
        self._stale, self._say = stale, say

    @cached_property
    def changes(self) -> "Changes":
        from quarterdeck_cli.offline.changes import Changes

        return Changes(self.place.path)

    def keep(self, name: str, variables: Json, data: Json) -> Json:
        """Remembers what an answer holds, and marks in it what changes wait for."""
        if not self.remember(name, variables, data):
            return data
        marked: Json = _marked(data, {each.task for each in self.waiting()})
        return marked

    def remember(self, name: str, variables: Json, data: Json) -> bool:
        """False where it cannot: a cache that fails is none."""
        if name in RECORDS:
            return True
        nodes = list(found_in(data, variables.get("projectId")))
        listed = listed_in(name, variables, data)
        try:
            if nodes or listed:
                self.memory.keep(nodes, listed)
        except (sqlite3.Error, OSError):
            return False
        return True

    def answers(self, name: str) -> bool:
        return answers(name)

    def answer(self, name: str, variables: Json, error: ConnectionLostError) -> Json:
        """From what is known. Raises the error where that is nothing."""
        try:
            known = answer(self, name, variables)
        except (sqlite3.Error, OSError):
            raise error from None
        if known is None or known.at is None:
            raise error
        self._stale((self.place.url, known.at))
        return known.data

    def instead(self, name: str, variables: Json) -> Json | None:
        """The answer on a task that the server cannot know yet."""
        if name not in {"task", "task_notes", "task_work"} or not is_name(variables.get("id")):
            return None
        known = answer(self, name, variables)
        return known.data if known else None

    def takes(self, name: str) -> bool:
        return name in QUEUED

    def must_wait(self, name: str, asked: Json) -> bool:
        """Whether a mutation is of a task that the server cannot know yet, or names one."""
        if not is_name(asked.get("taskId")):
            return bool(predecessors(asked))
        if name in QUEUED:
            return True
        raise UsageError(f"{asked['taskId']} has not been sent yet.", "Send it with `qd sync`, then do this.")

    def take(self, name: str, asked: Json, key: str, *, attempted: bool) -> Json:
        """Queues a mutation, and answers as the server may do later."""
        was: Json = {}
        if known := self.task(asked.get("taskId", "")):
            was = {"status": known["status"]} if status_in(name, asked) else {}
            if name == "edit_task" and asked.get("base") is None and not is_name(known["id"]):
                asked = {**asked, "base": known["revision"]}
        change = self.changes.add(
            key=key, document=name, asked=asked, said=_said(name, asked, known), was=was, attempted=attempted
        )
        self._stale(None)
        self._say("It waits to be sent: see `qd pending`.")
        task = self.task(change.task) or {**(known or {}), "pending": True}
        return {"__typename": "Queued", "task": whole(task), "position": 0}

    async def catch_up(self, server: "Server") -> "Sent | None":
        """Sends what waits. None where nothing does."""
        if not self._waits():
            return None
        from quarterdeck_cli.offline.sending import send

        sent = await send(self.changes, self.place.path, server)
        if sent.done:
            self._say(f"Sent {counted(len(sent.done))} made offline: {'; '.join(_tell(each) for each in sent.done)}.")
        for each in sent.troubled:
            self._say(f"Not taken: {_tell(each)}. {plain(each.trouble)} Decide it: `qd pending`.")
        return sent

    def tasks(self, project_id: str | None) -> list[Json]:
        """With what waits: new ones first."""
        waiting = self.waiting()
        added = [each for each in reversed(waiting) if each.document == "create_task"]
        new = [self._new(each) for each in added if project_id in {None, each.input["projectId"]}]
        found = [*new, *self.memory.nodes("Task", project_id)]
        return [with_changes(each, waiting) for each in found]

    def task(self, identifier: str) -> Json | None:
        waiting = self.waiting()
        new = [self._new(each) for each in waiting if each.document == "create_task" and each.task == identifier]
        found = new[0] if new else self.memory.node("Task", identifier)
        return with_changes(found, waiting) if found else None

    def notes(self, task: str) -> list[Json]:
        """Those that wait, the newest first."""
        found = [each for each in self.waiting() if each.task == task and each.document == "note_task_progress"]
        return [
            {"text": each.input["text"], "notedAt": moment(each.made_at), "author": f"{self.user} (pending)"}
            for each in reversed(found)
        ]

    def nodes(self, kind: str, project_id: str | None = None) -> list[Json]:
        return self.memory.nodes(kind, project_id)

    def node(self, kind: str, identifier: str) -> Json | None:
        return self.memory.node(kind, identifier)

    def listed_at(self, kind: str, project_id: str | None = None) -> float | None:
        listed = self.memory.listed_at(kind, project_id)
        if listed is None and kind == "Task" and any(each.document == "create_task" for each in self.waiting()):
            return time.time()
        return listed

    def seen_at(self, kind: str, identifier: str) -> float | None:
        return time.time() if is_name(identifier) else self.memory.seen_at(kind, identifier)

    def real(self, name: str) -> str | None:
        """The global id that a task which was new here has by now."""
        return self.changes.real(name)

    def number(self, name: str) -> int | None:
        """The number that such a task has by now."""
        return self.changes.number(name)

    def waiting(self) -> list[Waiting]:
        return self.changes.all() if self._waits() else []

    def refuse_if_waiting(self) -> None:
        """Before a log-out, which forgets."""
        if count := len(self.waiting()):
            raise StillWaitingError(
                f"{counted(count)} made offline would be lost.",
                "Send them with `qd sync`, or see `qd pending`; --drop-pending lets them go.",
            )

    def forget(self) -> None:
        database.delete(self.place.path)

    def pending(self) -> tuple[int, int]:
        """How many changes the server has not taken, and how many of them somebody must decide. Without SQLModel,
        which most calls then do not import."""
        try:
            return self.memory.waiting() if self.place.path.exists() else (0, 0)
        except (sqlite3.Error, OSError):
            return 0, 0

    def _waits(self) -> bool:
        return self.pending()[0] > 0

    def _new(self, change: Waiting) -> Json:
        return new_task(change, self.memory.node("Project", change.input["projectId"]), self.user)


def _marked(data: Any, tasks: set[str]) -> Any:
    """With `pending` on tasks that changes wait for."""
    if not tasks:
        return data
    if isinstance(data, list):
        return [_marked(each, tasks) for each in cast("Sequence[Any]", data)]
    if isinstance(data, dict):
        whole = cast("Json", data)
        mark = {"pending": True} if whole.get("id") in tasks else {}
        return {name: _marked(value, tasks) for name, value in whole.items()} | mark
    return data


def _said(name: str, asked: Json, known: Json | None) -> str:
    """Without what is foreign in it made safe: that is done where it is printed."""
    whole = f"{known['reference']} " if known else ""
    match name:
        case "create_task":
            told = f"new task: {asked['title']}"
        case "edit_task":
            told = f"{whole}edit {', '.join(asked['changes'])}"
        case "change_task_status":
            told = f"{whole}{asked['status'].lower().replace('_', ' ')}"
        case "block_task":
            told = f"{whole}blocked: {asked['reason']}"
        case _:
            told = f"{whole}note: {asked['text']}"
    return told if len(told) <= SAID_LONGEST else told[: SAID_LONGEST - 1] + "…"


def _tell(change: Waiting) -> str:
    return plain(change.said)


def counted(count: int) -> str:
    return f"{count} change{'' if count == 1 else 's'}"
