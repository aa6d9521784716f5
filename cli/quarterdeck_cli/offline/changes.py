"""The queue of changes, by SQLModel: what is written here stays until the server has it or the user lets it go."""

import sqlite3
import time
from collections.abc import Generator, Sequence
from contextlib import contextmanager
from pathlib import Path
from uuid import uuid4

import msgspec
from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.pool import NullPool
from sqlmodel import Session, col, delete, select

from quarterdeck_cli.errors import CliError, NotFoundError, UsageError
from quarterdeck_cli.exitcodes import ExitCode
from quarterdeck_cli.offline import database
from quarterdeck_cli.offline.nodes import Json
from quarterdeck_cli.offline.tables import Change, NewTask
from quarterdeck_cli.offline.waiting import Waiting

MOST = 1000
KEPT_NAMES_SECONDS = 90 * 86_400


class QueueError(CliError):
    """The file with the changes cannot be used."""

    exit_code = ExitCode.NOT_SET_UP


class Changes:
    def __init__(self, path: Path) -> None:
        self._path = path
        self._engine = _engine(path)

    def all(self) -> list[Waiting]:
        """In the order they were made in."""
        with self._session() as session:
            return [_waiting(each) for each in session.exec(select(Change).order_by(col(Change.number)))]

    def get(self, number: int) -> Waiting:
        with self._session() as session:
            return _waiting(_found(session, number))

    def add(self, *, key: str, document: str, asked: Json, said: str, was: Json, attempted: bool) -> Waiting:
        """One that is added to an edit of the same task which has not gone out is one with it."""
        with self._session() as session:
            waiting = session.exec(select(Change).order_by(col(Change.number).desc())).all()
            if len(waiting) >= MOST:
                raise UsageError(f"{MOST} changes wait already.", "Send them with `qd sync`, or see `qd pending`.")
            task = asked.get("taskId") or _new_name(session)
            change = _joined(waiting, task, document, asked) if not attempted else None
            if change is None:
                change = Change(
                    key=key,
                    document=document,
                    input=_text(asked),
                    task=task,
                    said=said,
                    made_at=time.time(),
                    was=_text(was),
                    attempted=attempted,
                )
            session.add(change)
            session.flush()
            return _waiting(change)

    def attempting(self, number: int, *, maybe_arrived: bool) -> None:
        with self._session() as session:
            if change := session.get(Change, number):
                change.attempted = maybe_arrived

    def done(self, change: Waiting, task: Json) -> None:
        """The server has it. Later edits go on from what it made of this one, if nobody else came between."""
        with self._session() as session:
            session.exec(delete(Change).where(col(Change.number) == change.number))
            for new in session.exec(select(NewTask).where(NewTask.name == change.task)):
                new.task_id, new.reference = task["id"], task["reference"]
            old = change.input.get("base")
            for later in session.exec(
                select(Change).where(Change.task == change.task, col(Change.attempted).is_(False))
            ):
                asked = msgspec.json.decode(later.input)
                if old is not None and asked.get("base") == old and task["revision"] == old + 1:
                    later.input = _text({**asked, "base": task["revision"]})

    def in_trouble(self, number: int, trouble: str, next_step: str) -> None:
        with self._session() as session:
            if change := session.get(Change, number):
                change.trouble, change.next_step = trouble, next_step

    def again(self, number: int, task: Json | None) -> None:
        """To be sent once more, on what `task` is now: as another request, since its text may be another."""
        with self._session() as session:
            change = _found(session, number)
            asked = msgspec.json.decode(change.input)
            if task is not None and "base" in asked:
                asked["base"] = task["revision"]
            change.input, change.was = _text(asked), "{}"
            change.key, change.trouble, change.next_step, change.attempted = str(uuid4()), "", "", False

    def drop(self, number: int) -> list[Waiting]:
        """And with a task that was never made all that was to be done to it."""
        with self._session() as session:
            change = _found(session, number)
            gone = [change]
            if change.document == "create_task":
                gone = list(session.exec(select(Change).where(Change.task == change.task)))
                session.exec(delete(NewTask).where(col(NewTask.name) == change.task))
            dropped = [_waiting(each) for each in gone]
            for each in gone:
                session.delete(each)
            return dropped

    def real(self, name: str) -> str | None:
        """The global id of a task that had a name here."""
        with self._session() as session:
            found = session.get(NewTask, name)
            return found.task_id if found else None

    def number(self, name: str) -> int | None:
        """The number that such a task has got."""
        with self._session() as session:
            found = session.get(NewTask, name)
            return int(found.reference.removeprefix("T-")) if found and found.reference else None

    @contextmanager
    def _session(self) -> Generator[Session]:
        try:
            with Session(self._engine, expire_on_commit=False) as session, session.begin():
                yield session
        except (SQLAlchemyError, sqlite3.Error, OSError) as error:
            raise QueueError(
                f"What was changed offline is kept in {self._path}, which cannot be used: {_cause(error)}.",
                "Mend or move that file; QD_OFFLINE=off goes without it.",
            ) from error


def _engine(path: Path) -> Engine:
    def connect() -> sqlite3.Connection:
        return database.opened(path)

    engine = create_engine("sqlite://", creator=connect, poolclass=NullPool)

    def begin(connection: Connection) -> None:
        # Another call may write: what is read here is still so when this writes.
        connection.exec_driver_sql("BEGIN IMMEDIATE")

    event.listen(engine, "begin", begin)
    return engine


def _new_name(session: Session) -> str:
    """Numbers are not used again as long as somebody may have one in mind."""
    old = time.time() - KEPT_NAMES_SECONDS
    session.exec(delete(NewTask).where(col(NewTask.made_at) < old, col(NewTask.task_id).is_not(None)))
    taken = [int(name.removeprefix("new-")) for name in session.exec(select(NewTask.name))]
    name = f"new-{max(taken, default=0) + 1}"
    session.add(NewTask(name=name, made_at=time.time()))
    return name


def _joined(waiting: Sequence[Change], task: str, document: str, asked: Json) -> Change | None:
    if document != "edit_task":
        return None
    for each in waiting:
        if each.task == task and each.document == document and not each.attempted and not each.trouble:
            known = msgspec.json.decode(each.input)
            each.input = _text({**known, "changes": {**known["changes"], **asked["changes"]}})
            return each
    return None


def _found(session: Session, number: int) -> Change:
    change = session.get(Change, number)
    if change is None:
        raise NotFoundError(f"No change {number} waits.", "`qd pending` lists them.")
    return change


def _waiting(change: Change) -> Waiting:
    return Waiting(
        number=change.number or 0,
        key=change.key,
        document=change.document,
        input=msgspec.json.decode(change.input),
        task=change.task,
        said=change.said,
        made_at=change.made_at,
        was=msgspec.json.decode(change.was),
        attempted=change.attempted,
        trouble=change.trouble,
        next_step=change.next_step,
    )


def _text(value: Json) -> str:
    return msgspec.json.encode(value).decode()


def _cause(error: BaseException) -> str:
    return str(getattr(error, "orig", None) or error)
