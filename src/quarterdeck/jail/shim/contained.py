"""The first process of a container: the agent of the session's jail, which shuts the jail behind itself.

It runs from the runtime folder, in any image. Its channel is the session's shim, which it finds at a socket; it ends,
and the container with it, when the shim does. Nothing else in the container can find the socket afterwards.
"""

import json
import socket
import time

from quarterdeck.jail.shim import kernel, wake
from quarterdeck.jail.shim.agent import Agent, shut
from quarterdeck.jail.shim.relaying import RelayingAgent

CHANNEL = "/run/quarterdeck/channel/agent"
LOOK_SECONDS = 60.0
PAUSE_SECONDS = 0.01
CONFIGURATION_BYTES = 1024 * 1024


def main() -> None:
    channel = _connect()
    if channel is None:
        # nobody needs this container: an exit without an error, after which Docker does not start it again
        return
    config = json.loads(channel.recv(CONFIGURATION_BYTES))
    kernel.close_all_but([channel.fileno()])
    try:
        shut(bytes.fromhex(config["seccomp"]), config["rlimits"])
    except OSError as error:
        # never a weaker jail
        channel.send(json.dumps({"failed": f"it cannot shut the jail: {error}"}).encode())
        raise
    kernel.set_name("agent")
    kernel.set_title("agent")
    wake.ignore()
    kernel.to_null()
    kind = RelayingAgent if config.get("relayed") else Agent
    kind(channel, config).serve()


def _connect() -> socket.socket | None:
    """To the shim, which may begin to listen a little later than we to look."""
    until = time.monotonic() + LOOK_SECONDS
    while time.monotonic() < until:
        channel = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        try:
            channel.connect(CHANNEL)
        except OSError:
            channel.close()
            time.sleep(PAUSE_SECONDS)
        else:
            return channel
    return None
