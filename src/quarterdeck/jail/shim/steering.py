"""What a worker can ask of one command."""

from typing import Protocol

from quarterdeck.jail.shim.running import Running
from quarterdeck.jail.shim.wire import Head


class Holder(Protocol):
    """Who has the command."""

    def grown(self, command: Running) -> None: ...
    def forget(self, command: Running) -> None: ...


def steer(holder: Holder, command: Running, fd: int, head: Head, body: bytes) -> Head | None:
    """For the worker at `fd`. Answers at once, or None for later."""
    match head["do"]:
        case "arm":
            command.armed[fd] = head["position"]
            holder.grown(command)
        case "tail":
            return {"body": command.spool.tail(head["position"])}
        case "acknowledge":
            command.spool.acknowledge(head["position"])
            command.resume()
        case "wait":
            if command.exit is None:
                command.waiting.append((fd, head["id"]))
                return None
            return {"exit": command.exit}
        case "input":
            refused = command.write_input(body, end=head["end"])
            return {"error": refused} if refused else {}
        case "resize":
            command.resize(head["columns"], head["rows"])
        case "signal":
            command.signal(head["name"])
        case "kill":
            command.kill(head["reason"], head["grace"])
        case "forget":
            holder.forget(command)
        case _:
            return {"error": f"{head['do']!r} is nothing that this shim can do"}
    return {}
