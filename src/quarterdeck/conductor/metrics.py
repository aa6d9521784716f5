"""What the conductor counts, for Prometheus."""

from collections.abc import Callable

from prometheus_client import Counter, Gauge

from quarterdeck.conductor.open_work import OpenWork

POSITION = Gauge("quarterdeck_conductor_position", "Position in the log up to which the conductor has read.")
JOBS = Counter("quarterdeck_conductor_jobs", "Jobs that the conductor sent, by kind.", ["kind"])
FAILURES = Counter("quarterdeck_conductor_failures", "Events that could not be relayed; the sweep tries again.")
DELIVERIES = Counter(
    "quarterdeck_conductor_deliveries", "Attempts to deliver a message out of the house, by outcome.", ["outcome"]
)
ALERT_LOOKS = Counter(
    "quarterdeck_conductor_alert_looks", "Looks at the alert rules: done, late read models, or failed.", ["outcome"]
)
ALERTS = Gauge(
    "quarterdeck_conductor_alerts_open",
    "Alerts that are firing, as the last look found them; 0 in a conductor while another one looks.",
)
WAITING = Gauge("quarterdeck_conductor_sessions_waiting", "Sessions that wait for a place.")
PLACED = Gauge("quarterdeck_conductor_sessions_placed", "Sessions that have a place, all workers together.")
COMMANDS = Gauge("quarterdeck_conductor_commands_open", "Commands that were asked for and have not ended.")

CHECKPOINT = Gauge("quarterdeck_conductor_checkpoint_position", "Position of the last checkpoint signed here.")
CHAIN_BROKEN = Gauge(
    "quarterdeck_conductor_chain_broken_position", "First bad position of the log's chain; 0 where it is intact."
)
HELD = Gauge("quarterdeck_conductor_sessions_held", "Sessions that stand still since a budget is used up.")
RESERVED = Gauge("quarterdeck_conductor_reservations_open", "Reservations in budgets that were not settled yet.")


def watch(work: OpenWork, position: Callable[[], int]) -> None:
    """From now on the gauges tell of this, each time they are asked."""
    POSITION.set_function(position)
    WAITING.set_function(lambda: len(work.waiting()))
    PLACED.set_function(lambda: len(work.placed()))
    COMMANDS.set_function(lambda: len(work.commands))
    HELD.set_function(work.count_held)
    RESERVED.set_function(lambda: len(work.reserved.open))
