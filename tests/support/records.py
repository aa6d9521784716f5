"""A record made by hand: sessions with commands, what these printed, and whatever else happens in one."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from pathlib import Path
from typing import Any
from uuid import UUID

from tests.support.fake_gateway import World

from quarterdeck.adapters.postgres.codec import encode
from quarterdeck.application.frames import OUTPUT_KINDS, Frame
from quarterdeck.application.frames import encode as encode_frame
from quarterdeck.application.ports.log import RawEvent
from quarterdeck.audit.bundle.contents import Scope
from quarterdeck.audit.bundle.writing import BundleWriter
from quarterdeck.audit.chain import GENESIS, digest_after
from quarterdeck.audit.formats.events import shown
from quarterdeck.domain.base import Actor, ActorKind, Envelope
from quarterdeck.domain.command import (
    ChangedFile,
    CommandFinished,
    CommandRequested,
    CommandStarted,
    EndReason,
    Terminal,
)
from quarterdeck.domain.events import Event
from quarterdeck.domain.session_events import SessionClosed, SessionOpened, SessionProvisioned
from quarterdeck_cli.api import plain

PROJECT, SESSION, OWNER = UUID(int=0xA1), UUID(int=0xB1), UUID(int=0xC1)
BEGUN = datetime(2026, 11, 20, 9, 30, 0, 250_000, tzinfo=UTC)
USER = Actor(kind=ActorKind.USER, id=str(OWNER))


@dataclass
class RecordMaker:
    """Events are chained as they are added, half a second apart."""

    session: UUID = SESSION
    rows: list[RawEvent] = field(default_factory=list[RawEvent])
    transcripts: dict[UUID, list[Frame]] = field(default_factory=dict[UUID, list[Frame]])
    versions: dict[UUID, int] = field(default_factory=dict[UUID, int])

    def add(
        self, stream: UUID, event: Event, *, actor: Actor = USER, elsewhere: bool = False, project: UUID = PROJECT
    ) -> RawEvent:
        """`elsewhere`: an event of no session."""
        payload, version = encode(event), self.versions.get(stream, 0) + 1
        self.versions[stream] = version
        row = RawEvent(
            position=len(self.rows) + 1,
            stream_id=stream,
            version=version,
            topic=event.TOPIC,
            schema_version=event.SCHEMA_VERSION,
            envelope=Envelope(
                recorded_at=BEGUN + timedelta(milliseconds=500 * len(self.rows)),
                actor=actor,
                correlation_id=UUID(int=5),
                project_id=project,
                session_id=None if elsewhere else self.session,
            ),
            payload=payload,
            payload_digest=sha256(payload).digest(),
            digest=b"",
        )
        self.rows.append(self.chained(row))
        return self.rows[-1]

    def chained(self, row: RawEvent) -> RawEvent:
        before = self.rows[-1].digest if self.rows else GENESIS
        return replace(row, digest=digest_after(before, row))

    def open(self, title: str = "Mend the parser") -> None:
        self.add(self.session, SessionOpened(project_id=PROJECT, owner_id=OWNER, ref="main", title=title))
        provisioned = SessionProvisioned(
            worker_id="w1", jail_driver="bubblewrap", workspace_kind="overlay", base_commit="c" * 40
        )
        self.add(self.session, provisioned, actor=Actor(kind=ActorKind.SYSTEM, id="worker:w1"))

    def close(self) -> None:
        self.add(self.session, SessionClosed())

    def command(
        self,
        number: int,
        text: str,
        frames: Sequence[Frame] = (),
        *,
        terminal: Terminal | None = None,
        exit_code: int = 0,
        files: tuple[ChangedFile, ...] = (),
    ) -> UUID:
        """A command from its request to its end."""
        stream = UUID(int=0xD000 + number)
        asked = CommandRequested(session_id=self.session, project_id=PROJECT, text=text, terminal=terminal)
        self.add(stream, asked)
        self.add(stream, CommandStarted(worker_id="w1", tree_before="a" * 40))
        printed = b"".join(frame.data for frame in frames if frame.kind in OUTPUT_KINDS)
        self.transcripts[stream] = list(frames)
        self.add(
            stream,
            CommandFinished(
                exit_code=exit_code,
                signal=None,
                reason=EndReason.EXITED,
                wall_ms=1500,
                cpu_ms=700,
                peak_memory_bytes=9_000_000,
                output_bytes=len(printed),
                output_sha256=sha256(printed).hexdigest(),
                tree_before="a" * 40,
                tree_after="b" * 40,
                files_changed=files,
                files_changed_total=len(files),
            ),
            actor=Actor(kind=ActorKind.SYSTEM, id="worker:w1"),
        )
        return stream

    def bundle(
        self, path: Path, *, scope: Scope = Scope.SESSION, rows: Iterable[RawEvent] | None = None, members: int = 7
    ) -> Path:
        """With so many rows in a member."""
        held = [row for row in rows or self.rows if scope is Scope.ALL or row.envelope.session_id == self.session]
        identifier = self.session if scope is Scope.SESSION else None
        with BundleWriter(path, scope, identifier, self.rows[-1].position) as writer:
            for start in range(0, len(held), members):
                some = held[start : start + members]
                writer.add_events(some)
                ended = [row.stream_id for row in some if row.topic == CommandFinished.TOPIC and row.payload]
                printed = [each for each in ended if self.transcripts.get(each)]
                for stream in printed:
                    writer.add_transcript(stream, [b"".join(map(encode_frame, self.transcripts[stream]))])
                writer.keep(some[-1].position, len(some), len(printed))
            writer.finish([])
        return path

    def on(self, world: World, project: dict[str, Any]) -> None:
        """A server that has this record."""
        session = world.add_session(project, uuid=self.session)
        world.events.extend(plain(shown(row)) for row in self.rows)
        for stream, frames in self.transcripts.items():
            command = world.add_command(session, {"text": ""}, stream)
            command.complete = True
            command.chunks = [
                {"kind": each.kind.name, "offset": each.offset, "timeUs": each.time_us, "data": each.data}
                for each in frames
            ]
