"""What is measured, and in which unit. `docs/reference/measures.md` has this table."""

from dataclasses import dataclass
from enum import StrEnum


class Measure(StrEnum):
    MODEL_CALLS = "model_calls"
    TOKENS_INPUT = "tokens_input"
    TOKENS_CACHE_READ = "tokens_cache_read"
    TOKENS_CACHE_CREATION = "tokens_cache_creation"
    TOKENS_OUTPUT = "tokens_output"
    TOKENS_REASONING = "tokens_reasoning"
    COST = "cost"
    SESSION_QUEUE = "session_queue"
    SESSION_PROVISIONING = "session_provisioning"
    SESSION_DURATION = "session_duration"
    COMMAND_QUEUE = "command_queue"
    COMMAND_DURATION = "command_duration"
    COMMAND_CPU = "command_cpu"
    COMMAND_MEMORY = "command_memory"
    COMMAND_OUTPUT = "command_output"
    NETWORK_CONNECTIONS = "network_connections"
    NETWORK_UP = "network_up"
    NETWORK_DOWN = "network_down"
    SNAPSHOT_FILES = "snapshot_files"
    SNAPSHOTS_STORED = "snapshots_stored"
    WORKSPACE_BYTES = "workspace_bytes"
    QUOTA_EXCEEDED = "quota_exceeded"
    TASK_LEAD = "task_lead"
    TASK_CYCLE = "task_cycle"
    TASK_REOPENED = "task_reopened"
    TASK_STEP = "task_step"


class Unit(StrEnum):
    COUNT = "count"
    TOKENS = "tokens"
    NANO_DOLLARS = "nano-dollars"
    MILLISECONDS = "milliseconds"
    BYTES = "bytes"
    FILES = "files"


@dataclass(frozen=True)
class Described:
    unit: Unit
    meaning: str
    detail: str = ""
    """What the dimension `detail` says of it; empty: nothing."""


MEASURES: dict[Measure, Described] = {
    Measure.MODEL_CALLS: Described(Unit.COUNT, "Calls of a model", "`gen_ai.operation.name`"),
    Measure.TOKENS_INPUT: Described(Unit.TOKENS, "Input that no cache served or took"),
    Measure.TOKENS_CACHE_READ: Described(Unit.TOKENS, "Input that the provider's cache served"),
    Measure.TOKENS_CACHE_CREATION: Described(Unit.TOKENS, "Input that was written to the provider's cache"),
    Measure.TOKENS_OUTPUT: Described(Unit.TOKENS, "Output without reasoning"),
    Measure.TOKENS_REASONING: Described(Unit.TOKENS, "Output that was reasoning"),
    Measure.COST: Described(Unit.NANO_DOLLARS, "What the calls cost; none is known for a model without a price"),
    Measure.SESSION_QUEUE: Described(Unit.MILLISECONDS, "From a session's opening to its place"),
    Measure.SESSION_PROVISIONING: Described(Unit.MILLISECONDS, "From a session's place to its shell"),
    Measure.SESSION_DURATION: Described(
        Unit.MILLISECONDS, "From a session's opening to its end", "how it ended: `closed`, `lost`, `failed`"
    ),
    Measure.COMMAND_QUEUE: Described(Unit.MILLISECONDS, "From a command's request to its start"),
    Measure.COMMAND_DURATION: Described(
        Unit.MILLISECONDS,
        "How long a command ran; not known of one that never did",
        "how it ended: `exited` with 0, `failed` with another code, `signalled`, `timed_out`, `cancelled`, "
        "`out_of_memory`, `too_many_processes`, `quota`, `output_limit`, `not_started`, `lost`, `refused`",
    ),
    Measure.COMMAND_CPU: Described(Unit.MILLISECONDS, "Processor time of a command"),
    Measure.COMMAND_MEMORY: Described(Unit.BYTES, "A command's memory at its peak: look at the highest"),
    Measure.COMMAND_OUTPUT: Described(Unit.BYTES, "What a command printed"),
    Measure.NETWORK_CONNECTIONS: Described(Unit.COUNT, "Connections asked for", "`allowed` or `refused`"),
    Measure.NETWORK_UP: Described(Unit.BYTES, "Sent out of sessions"),
    Measure.NETWORK_DOWN: Described(Unit.BYTES, "Received by sessions"),
    Measure.SNAPSHOT_FILES: Described(Unit.FILES, "Files that a snapshot found changed"),
    Measure.SNAPSHOTS_STORED: Described(Unit.BYTES, "Put into the object store for snapshots"),
    Measure.WORKSPACE_BYTES: Described(
        Unit.BYTES, "On a session's disk at its end, of what it had written: look at the highest"
    ),
    Measure.QUOTA_EXCEEDED: Described(
        Unit.COUNT, "Times that a session met its quota", "`workspace`, `workspace_files` or `disk`"
    ),
    Measure.TASK_LEAD: Described(
        Unit.MILLISECONDS, "From a task's creation to its end; how many is the throughput", "`done` or `dropped`"
    ),
    Measure.TASK_CYCLE: Described(
        Unit.MILLISECONDS, "From the first claim or start of work to a task's end", "`done` or `dropped`"
    ),
    Measure.TASK_REOPENED: Described(
        Unit.COUNT,
        "Tasks that were opened again after their end; as a share of those that ended (`task_lead`), the reopen rate",
        "what they had been: `done` or `dropped`",
    ),
    Measure.TASK_STEP: Described(
        Unit.MILLISECONDS,
        "From a task's creation, whose time it has, to a step of its way, each time that it makes it",
        "`created`, `claimed`, `session` (linked to one), `in_review`, `exported` (a branch of a session that was "
        "started from it), `done` or `dropped`",
    ),
}


class Dimension(StrEnum):
    """What facts can be told apart by."""

    USER = "user"
    PERSONA = "persona"
    SESSION = "session"
    TASK = "task"
    PROVIDER = "provider"
    MODEL = "model"
    DETAIL = "detail"
