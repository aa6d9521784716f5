"""Writing an export: beside where it belongs, and in its place when it is whole."""

import os
import shutil
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from quarterdeck.audit.bundle.contents import Scope
from quarterdeck.audit.formats import cloudevents, events, trajectory
from quarterdeck.audit.formats.casts import CastFolder
from quarterdeck.audit.records.entry import Entry
from quarterdeck.audit.records.part import Part


class Form(StrEnum):
    """Of an export that is no bundle."""

    CLOUDEVENTS = "cloudevents"
    ASCIICAST = "asciicast"
    ATIF = "atif"
    JSONL = "jsonl"


@dataclass(kw_only=True)
class Written:
    events: int = 0
    erased: int = 0
    """Of these, holes that an erasure left."""
    recordings: int = 0
    size: int = 0
    """Bytes."""


def write(
    form: Form, path: Path, entries: Iterable[Entry], part: Part, reasons: Mapping[int, str] | None = None
) -> Written:
    """`reasons`: why what was erased was, by position. Raises OSError where it cannot; whatever it raises, nothing is
    left behind."""
    beside = path.with_name(f"{path.name}.part")
    _remove(beside)
    written = Written()
    try:
        counted = _counted(entries, written)
        if form is Form.ASCIICAST:
            _write_casts(beside, counted, part, written)
        else:
            _write_file(beside, _lines(form, counted, part, reasons or {}), written)
        beside.rename(path)
    finally:
        _remove(beside)
    return written


def _lines(form: Form, entries: Iterator[Entry], part: Part, reasons: Mapping[int, str]) -> Iterator[bytes]:
    match form:
        case Form.CLOUDEVENTS:
            return cloudevents.lines(entries, reasons)
        case Form.JSONL:
            return events.lines(entries)
        case _:
            if part.scope is not Scope.SESSION or part.id is None:
                raise ValueError("a trajectory is of one session")
            return trajectory.document(entries, part.id)


def _counted(entries: Iterable[Entry], written: Written) -> Iterator[Entry]:
    for entry in entries:
        written.events += 1
        written.erased += entry.row.erased
        yield entry


def _write_file(path: Path, lines: Iterator[bytes], written: Written) -> None:
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        for line in lines:
            file.write(line)
            written.size += len(line)
        file.flush()
        os.fsync(file.fileno())


def _write_casts(folder: Path, entries: Iterator[Entry], part: Part, written: Written) -> None:
    folder.mkdir(mode=0o700)
    casts = CastFolder(folder, by_session=part.scope is not Scope.SESSION)
    for entry in entries:
        casts.take(entry)
    written.recordings = casts.count
    written.size = sum(each.stat().st_size for each in folder.rglob("*.cast"))


def _remove(path: Path) -> None:
    """What an earlier export that was killed has left."""
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path)
    else:
        path.unlink(missing_ok=True)
