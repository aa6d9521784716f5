"""A session as a trajectory, ATIF v1.8: Harbor's Agent Trajectory Interchange Format
(https://github.com/harbor-framework/harbor/blob/main/rfcs/0001-trajectory-format.md).

A command is a step with one tool call and its observation, where it ended; a call of a model is a step with metrics;
whatever else happened is a step of the system. What has no field of the format is in `extra`. Costs are missing: the
record holds tokens, and prices are applied when it is read.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

import msgspec

from quarterdeck import __version__
from quarterdeck.application.ports.log import RawEvent
from quarterdeck.audit.excerpt import Excerpt, excerpt
from quarterdeck.audit.records.entry import Entry
from quarterdeck.audit.words import words
from quarterdeck.domain.command import CommandEvent, CommandFinished, CommandLost, CommandRefused, CommandRequested
from quarterdeck.domain.session_events import SessionOpened
from quarterdeck.domain.usage import ModelUsageRecorded

VERSION = "ATIF-v1.8"
MOST_OUTPUT = 64 * 1024
"""Bytes of a command's output in an observation, from its beginning and its end."""
TOOL = "bash"
_encode = msgspec.json.Encoder().encode
Step = dict[str, Any]


def document(entries: Iterator[Entry], session: UUID) -> Iterator[bytes]:
    """The parts of one JSON document, written as the entries come."""
    told, steps = _Trajectory(), 0
    yield b'{"schema_version":' + _encode(VERSION) + b',"session_id":' + _encode(str(session)) + b',"steps":['
    for step in _steps(entries, told):
        steps += 1
        yield (b",\n" if steps > 1 else b"\n") + _encode({"step_id": steps, **step})
    rest = {"agent": told.agent(), "final_metrics": told.metrics(steps)}
    yield b"\n]," + _encode(rest).removeprefix(b"{") + b"\n"


@dataclass
class _Trajectory:
    """What is known at the end."""

    persona: str = ""
    model: str = ""
    prompt: int = 0
    cached: int = 0
    completion: int = 0
    calls: int = 0
    requested: dict[UUID, RawEvent] = field(default_factory=dict[UUID, RawEvent])
    """Of commands that have not ended."""

    def agent(self) -> dict[str, Any]:
        told = {
            "name": self.persona or "quarterdeck",
            "version": __version__,
            "tool_definitions": [_DEFINITION],
        }
        return told | ({"model_name": self.model} if self.model else {})

    def metrics(self, steps: int) -> dict[str, Any]:
        used = {
            "total_prompt_tokens": self.prompt,
            "total_completion_tokens": self.completion,
            "total_cached_tokens": self.cached,
        }
        return {"total_steps": steps} | (used if self.calls else {})


_DEFINITION = {
    "type": "function",
    "function": {
        "name": TOOL,
        "description": "Runs shell source in the session's jail.",
        "parameters": {"type": "object", "properties": {"command": {"type": "string"}}, "required": ["command"]},
    },
}


def _steps(entries: Iterator[Entry], told: _Trajectory) -> Iterator[Step]:
    for entry in entries:
        row, event = entry.row, entry.event
        match event:
            case CommandRequested():
                told.requested[row.stream_id] = row
            case CommandFinished() | CommandLost() | CommandRefused():
                printed = None if entry.frames is None else excerpt(entry.frames, MOST_OUTPUT)
                yield _command(told.requested.pop(row.stream_id, None), row, event, printed)
            case ModelUsageRecorded():
                yield _model_call(row, event, told)
            case _:
                if isinstance(event, SessionOpened) and event.persona:
                    told.persona = event.persona.name
                yield _system(row, words(row.topic, event))
    for command, row in told.requested.items():
        yield _step(row, "agent", "", **_call(command, row), observation=_observed(command, "(it still runs)"))


def _command(asked: RawEvent | None, row: RawEvent, ended: CommandEvent, printed: Excerpt | None) -> Step:
    """`asked`: None where the request is not in the record."""
    command, began = row.stream_id, asked or row
    match ended:
        case CommandFinished():
            content = text_of(printed) if printed else ""
        case CommandLost() | CommandRefused():
            content = f"({words(ended.TOPIC, ended)})"
        case _:
            content = ""
    outcome = _payload(row)
    outcome["ended_at"] = row.envelope.recorded_at.isoformat()
    return _step(began, "agent", "", **_call(command, began), observation=_observed(command, content, outcome))


def _call(command: UUID, row: RawEvent) -> dict[str, Any]:
    asked = _payload(row)
    arguments = {"command": str(asked.pop("text", "(not in the record)"))}
    call = {"tool_call_id": str(command), "function_name": TOOL, "arguments": arguments, "extra": asked}
    return {"tool_calls": [call], "llm_call_count": 0}


def _observed(command: UUID, content: str, extra: dict[str, Any] | None = None) -> dict[str, Any]:
    result = {"source_call_id": str(command), "content": content}
    return {"results": [result | ({"extra": extra} if extra else {})]}


def text_of(printed: Excerpt) -> str:
    """As text, whatever bytes it is; what is left out is told between the two ends."""
    gaps = "".join(f"(output is missing: {why})\n" for why in printed.gaps)
    if not printed.left_out:
        return gaps + printed.head.decode("utf-8", "replace")
    note = f"\n… {printed.left_out:,} bytes left out; SHA-256 of all {printed.size:,}: {printed.sha256} …\n"
    return gaps + printed.head.decode("utf-8", "replace") + note + printed.tail.decode("utf-8", "replace")


def _model_call(row: RawEvent, used: ModelUsageRecorded, told: _Trajectory) -> Step:
    tokens = used.tokens
    told.model, told.calls = used.model, told.calls + 1
    told.prompt += tokens.input_tokens
    told.cached += tokens.cache_read_input_tokens
    told.completion += tokens.output_tokens
    metrics = {
        "prompt_tokens": tokens.input_tokens,
        "completion_tokens": tokens.output_tokens,
        "cached_tokens": tokens.cache_read_input_tokens,
        "extra": {
            "cache_creation_tokens": tokens.cache_creation_input_tokens,
            "reasoning_tokens": tokens.reasoning_output_tokens,
            "provider": used.provider,
        },
    }
    return _step(row, "agent", "", model_name=used.model, metrics=metrics, llm_call_count=1)


def _system(row: RawEvent, message: str) -> Step:
    return _step(row, "system", message)


def _step(row: RawEvent, source: str, message: str, **more: Any) -> Step:
    envelope = row.envelope
    extra: dict[str, Any] = {
        "event": row.event_id,
        "position": row.position,
        "topic": row.topic,
        "actor": {"kind": envelope.actor.kind.value, "id": envelope.actor.id},
    }
    if source == "system" and row.payload is not None:
        extra["payload"] = _payload(row)
    return {
        "timestamp": envelope.recorded_at.isoformat(),
        "source": source,
        "message": message,
        **more,
        "extra": extra,
    }


def _payload(row: RawEvent) -> dict[str, Any]:
    """Empty for what was erased or is no object."""
    try:
        return msgspec.json.decode(row.payload or b"{}", type=dict[str, Any])
    except (msgspec.DecodeError, UnicodeDecodeError):
        return {}
