"""Sessions told event by event, and bundles of them: what `qd audit replay` plays."""

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import UUID

from tests.support.rows import ENVELOPE, chained, row

from quarterdeck.adapters.postgres.codec import encode
from quarterdeck.application import frames
from quarterdeck.application.frames import Frame, FrameKind
from quarterdeck.application.ports.log import RawEvent
from quarterdeck.audit.bundle.contents import Scope
from quarterdeck.audit.bundle.writing import BundleWriter
from quarterdeck.domain.command import (
    ChangedFile,
    CommandFinished,
    CommandRequested,
    CommandStarted,
    EndReason,
    Terminal,
)
from quarterdeck.domain.events import Event
from quarterdeck.domain.session_events import SessionOpened, SessionProvisioned
from quarterdeck.domain.workspace import SnapshotTaken, WorkspacePrepared, workspace_id

SESSION, PROJECT, OWNER = UUID(int=7), UUID(int=6), UUID(int=8)
BEGAN = datetime(2026, 11, 23, 12, 0, 0, tzinfo=UTC)
Printed = tuple[float, bytes]
"""Seconds after the command's start, and what was printed then."""


@dataclass
class Story:
    """A session; times are seconds after its first event."""

    rows: list[RawEvent] = field(default_factory=list[RawEvent])
    transcripts: dict[UUID, list[Frame]] = field(default_factory=dict[UUID, list[Frame]])
    _commands: int = 0

    def add(self, at: float, stream: UUID, event: Event) -> None:
        envelope = replace(ENVELOPE, recorded_at=BEGAN + timedelta(seconds=at), session_id=SESSION, project_id=PROJECT)
        made = row(len(self.rows) + 1, encode(event), envelope)
        self.rows.append(replace(made, stream_id=stream, topic=event.TOPIC, schema_version=event.SCHEMA_VERSION))

    def opens(self, title: str = "a session") -> None:
        self.add(0, SESSION, SessionOpened(project_id=PROJECT, owner_id=OWNER, ref="main", title=title))
        provisioned = SessionProvisioned(
            worker_id="w1", jail_driver="bubblewrap", workspace_kind="overlay", base_commit="c0"
        )
        self.add(1, SESSION, provisioned)
        prepared = WorkspacePrepared(session_id=SESSION, kind="overlay", base_commit="c0", tree="t0")
        self.add(1, workspace_id(SESSION), prepared)

    def begins(self, at: float, text: str, terminal: Terminal | None = None) -> UUID:
        self._commands += 1
        command_id = UUID(int=0xC0000 + self._commands)
        asked = CommandRequested(session_id=SESSION, project_id=PROJECT, text=text, terminal=terminal)
        self.add(at, command_id, asked)
        self.add(at, command_id, CommandStarted(worker_id="w1", tree_before="t0"))
        return command_id

    def prints(self, command_id: UUID, printed: Iterable[Printed], kind: FrameKind = FrameKind.OUTPUT) -> None:
        told = self.transcripts.setdefault(command_id, [])
        for seconds, data in printed:
            offset = told[-1].end if told else 0
            told.append(Frame(kind, offset, int(seconds * 1e6), data))

    def ends(
        self, at: float, command_id: UUID, code: int = 0, changed: Sequence[ChangedFile] = (), tree: str = "t0"
    ) -> None:
        output = b"".join(
            each.data for each in self.transcripts.get(command_id, []) if each.kind in frames.OUTPUT_KINDS
        )
        if changed:
            taken = SnapshotTaken(command_id=command_id, tree=tree, files_changed=len(changed))
            self.add(at, workspace_id(SESSION), taken)
        finished = CommandFinished(
            exit_code=code,
            signal=None,
            reason=EndReason.EXITED,
            wall_ms=1,
            cpu_ms=1,
            peak_memory_bytes=1,
            output_bytes=len(output),
            output_sha256=hashlib.sha256(output).hexdigest(),
            tree_before="t0",
            tree_after=tree,
            files_changed=tuple(changed),
            files_changed_total=len(changed),
        )
        self.add(at, command_id, finished)

    def runs(self, at: float, text: str, printed: Sequence[Printed] = (), *, until: float, code: int = 0) -> UUID:
        command_id = self.begins(at, text)
        self.prints(command_id, printed)
        self.ends(until, command_id, code)
        return command_id

    def bundle(self, path: Path, *, part_bytes: int = 8 * 1024**2) -> Path:
        """Written as `qd audit export` writes it. `part_bytes`: of a transcript, in one member."""
        rows = chained(self.rows)
        with BundleWriter(path, Scope.SESSION, SESSION, len(rows)) as writer:
            for start in range(0, len(rows), 5000):
                some = rows[start : start + 5000]
                writer.add_events(some)
                ended = [each.stream_id for each in some if each.topic == CommandFinished.TOPIC]
                kept = [each for each in ended if each in self.transcripts]
                for each in kept:
                    writer.add_transcript(each, list(_parts(self.transcripts[each], part_bytes)))
                writer.keep(some[-1].position, len(some), len(kept))
            writer.finish([])
        return path


def _parts(told: Iterable[Frame], size: int) -> Iterable[bytes]:
    part = bytearray()
    for frame in told:
        part += frames.encode(frame)
        if len(part) >= size:
            yield bytes(part)
            part.clear()
    yield bytes(part)
