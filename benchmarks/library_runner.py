"""The eventsourcing library's own projection runner, doing what our commands projection does, one event at a time."""

import time
from typing import Any
from uuid import UUID

from eventsourcing.application import Application
from eventsourcing.dispatch import singledispatchmethod
from eventsourcing.domain import Aggregate, event
from eventsourcing.persistence import Tracking
from eventsourcing.postgres import PostgresTrackingRecorder
from eventsourcing.projection import Projection, ProjectionRunner
from psycopg.conninfo import conninfo_to_dict
from psycopg.sql import SQL, Identifier

from benchmarks.database import Disk, execute

COMMANDS = 1_000
SAVED_AT_ONCE = 100
SCHEMA = "library"


class Command(Aggregate):
    @event("Requested")
    def __init__(self, text: str) -> None:
        self.text = text
        self.state = "queued"

    @event("Started")
    def start(self, worker_id: str) -> None:
        self.state = f"running on {worker_id}"

    @event("Finished")
    def finish(self, exit_code: int) -> None:
        self.state = f"exited {exit_code}"


class Commands(Application[UUID]):
    name = "commands"


class View(PostgresTrackingRecorder):
    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self.sql_create_statements.append(
            SQL("CREATE TABLE IF NOT EXISTS {}.commands (id uuid PRIMARY KEY, state text NOT NULL)").format(
                Identifier(SCHEMA)
            )
        )

    def write(self, command_id: UUID, state: str, tracking: Tracking) -> None:
        with self.datastore.transaction(commit=True) as cursor:
            self._insert_tracking(cursor, tracking)
            cursor.execute(
                "INSERT INTO library.commands VALUES (%s, %s) ON CONFLICT (id) DO UPDATE SET state = excluded.state",
                (command_id, state),
            )


class ReadModel(Projection[View]):
    name = "commands_view"

    @singledispatchmethod
    def process_event(self, domain_event: Any, tracking: Tracking) -> None:
        self.view.write(domain_event.originator_id, type(domain_event).__name__, tracking)


def events_per_second(server: Disk) -> float:
    """Of 3,000 events that are in its log when it starts."""
    known = conninfo_to_dict(server.urls.owner)
    environment = {
        "PERSISTENCE_MODULE": "eventsourcing.postgres",
        "POSTGRES_SCHEMA": SCHEMA,
        **{f"POSTGRES_{name.upper()}": str(known[name]) for name in ("dbname", "host", "port", "user", "password")},
    }
    execute(server.urls.owner, f"CREATE SCHEMA {SCHEMA}")
    _fill(environment)
    began = time.perf_counter()
    with ProjectionRunner(
        application_class=Commands, projection_class=ReadModel, view_class=View, env=environment
    ) as runner:
        runner.wait(COMMANDS * 3, timeout=60)
        return COMMANDS * 3 / (time.perf_counter() - began)


def _fill(environment: dict[str, str]) -> None:
    application = Commands(env=environment)
    for _ in range(COMMANDS // SAVED_AT_ONCE):
        commands = [Command("git log --oneline | head") for _ in range(SAVED_AT_ONCE)]
        for command in commands:
            command.start("w1")
            command.finish(0)
        application.save(*commands)
    application.close()
