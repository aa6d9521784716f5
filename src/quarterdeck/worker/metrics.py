"""What a worker counts, for Prometheus."""

from prometheus_client import Counter, Gauge, Histogram

from quarterdeck.domain.command import CommandFinished
from quarterdeck.worker.sessions import Sessions

LONG = (0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300, 900, 3600)
SHORT = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10)

JOBS = Counter("quarterdeck_worker_jobs", "Deliveries of jobs, by kind and how they were settled.", ["kind", "outcome"])
JOB_SECONDS = Histogram("quarterdeck_worker_job_seconds", "Time that a job took.", ["kind"], buckets=LONG)
JAIL_START_SECONDS = Histogram(
    "quarterdeck_worker_jail_start_seconds", "Time until a jail has a command.", buckets=SHORT
)
COMMANDS = Counter("quarterdeck_worker_commands", "Commands that finished here, by reason.", ["reason"])
COMMAND_SECONDS = Histogram("quarterdeck_worker_command_seconds", "Time that commands ran.", buckets=LONG)
OUTPUT_BYTES = Counter("quarterdeck_worker_output_bytes", "Output of commands that finished.")
SESSIONS = Gauge("quarterdeck_worker_sessions", "Sessions that are here or being made here.")
CAPACITY = Gauge("quarterdeck_worker_capacity", "Sessions that this worker takes at most.")
RUNNING = Gauge("quarterdeck_worker_commands_running", "Commands that run.")
WAITING = Gauge("quarterdeck_worker_commands_waiting", "Commands that wait for a slot of their session.")


def watch(sessions: Sessions, capacity: int) -> None:
    """From now on the gauges tell of these, each time they are asked."""
    CAPACITY.set(capacity)
    SESSIONS.set_function(lambda: sessions.count)
    RUNNING.set_function(lambda: sum(len(each.commands.running) for each in sessions))
    WAITING.set_function(lambda: sum(len(each.commands.waiting) for each in sessions))


def count(finished: CommandFinished) -> None:
    COMMANDS.labels(finished.reason.value).inc()
    COMMAND_SECONDS.observe(finished.wall_ms / 1000)
    OUTPUT_BYTES.inc(finished.output_bytes)
