"""How jobs look in traces: the span of who sends one, and below it that of who does it."""

from contextlib import AbstractContextManager

from quarterdeck.application import tracing
from quarterdeck.application.ports.jobs import Delivery, Job
from quarterdeck.application.ports.tracing import Attributes, Span, SpanKind


def destination(job: Job) -> str:
    return f"jobs.{job.kind.value}"


def job_attributes(job: Job, operation: str) -> Attributes:
    return {
        "messaging.system": "nats",
        "messaging.operation.type": operation,
        "messaging.operation.name": operation,
        "messaging.destination.name": destination(job),
        "messaging.message.id": f"{job.event_id}:{job.kind.value}",
        "quarterdeck.subject.id": str(job.subject_id),
    }


def processing(delivery: Delivery) -> AbstractContextManager[Span]:
    """The span of a worker that does the job."""
    job = delivery.job
    attributes = {**job_attributes(job, "process"), "quarterdeck.job.attempt": delivery.attempt}
    return tracing.span(f"process {destination(job)}", SpanKind.CONSUMER, parent=job.traceparent, attributes=attributes)
