"""Everything a worker works with, in one value that its parts share."""

import asyncio
from dataclasses import dataclass, field

from quarterdeck.application.journal import Journal
from quarterdeck.application.ports.jobs import JobQueue
from quarterdeck.application.ports.output import LiveOutput, TranscriptStore
from quarterdeck.application.ports.system import Clock
from quarterdeck.application.ports.workspaces import Workspaces
from quarterdeck.application.secret_patterns import Patterns
from quarterdeck.jail.abstract import JailDriver
from quarterdeck.worker.archived_trees import Retriever
from quarterdeck.worker.archiving import Archiver
from quarterdeck.worker.networks import Networks
from quarterdeck.worker.setting_aside import Asides
from quarterdeck.worker.settings import WorkerSettings


@dataclass(frozen=True, kw_only=True)
class WorkerPorts:
    settings: WorkerSettings
    journal: Journal
    transcripts: TranscriptStore
    live: LiveOutput
    jobs: JobQueue
    workspaces: Workspaces
    driver: JailDriver
    networks: Networks
    clock: Clock
    patterns: Patterns
    retriever: Retriever
    archiver: Archiver
    asides: Asides
    alarm: asyncio.Event = field(default_factory=asyncio.Event)
    """Set when a jail does not do as it should: reconcile now."""

    @property
    def worker_id(self) -> str:
        return self.settings.worker_id
