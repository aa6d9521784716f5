"""What a worker asks of a proxy, on a unix socket in the proxy's folder, in the shim's message format.

- `policy`: from now on this one, as `policies.told` writes it.
- `decisions`: the lines of the ledger after a number, once there are any. Asking for them says that those up to the
  number are in the log.
"""

import asyncio
import os
import socket
import struct

from quarterdeck.jail.egress.ledger import Ledger
from quarterdeck.jail.egress.policies import policy_of
from quarterdeck.jail.egress.proxy import Proxy
from quarterdeck.jail.shim.wire import BrokenMessageError, Head, Unpacker, pack

SOCKET = "sock"


class Control:
    def __init__(self, proxy: Proxy, ledger: Ledger, owner: int) -> None:
        self._proxy = proxy
        self._ledger = ledger
        self._allowed = {0, os.getuid(), owner}

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """One worker's connection."""
        asked: set[asyncio.Task[None]] = set()
        unpacker = Unpacker()
        try:
            if _user_of(writer) not in self._allowed:
                return
            while data := await reader.read(65536):
                for head, _ in unpacker.feed(data):
                    task = asyncio.create_task(self._answer(head, writer))
                    asked.add(task)
                    task.add_done_callback(asked.discard)
        except (OSError, BrokenMessageError, ValueError):
            # it begins anew with another connection
            pass
        finally:
            for task in asked:
                task.cancel()
            writer.close()

    async def _answer(self, head: Head, writer: asyncio.StreamWriter) -> None:
        answer: Head = {"id": head["id"]}
        if head["do"] == "policy":
            self._proxy.change(policy_of(head))
        elif head["do"] == "decisions":
            answer["lines"] = await self._ledger.after(int(head["after"]))
        else:
            answer["error"] = f"{head['do']!r} is nothing that a proxy can do"
        writer.write(pack(answer))
        await writer.drain()


def _user_of(writer: asyncio.StreamWriter) -> int:
    peer: socket.socket = writer.get_extra_info("socket")
    _, uid, _ = struct.unpack("3i", peer.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, 12))
    return int(uid)
