"""A stand-in for a role: says that it is ready, and waits to be stopped.

The public URL of its settings tells it to fail: `http://broken` is for the gateway, which ends with an error,
`http://slow` for the worker, which never says that it is ready, and `http://stubborn` for the projector, which does not
end with its supervisor.
"""

import ctypes
import json
import os
import signal
import socket
import sys
from pathlib import Path
from types import FrameType

PR_SET_PDEATHSIG = 1


def stop(_number: int, _frame: FrameType | None) -> None:
    sys.exit(0)


def say_ready() -> None:
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as sender:
        sender.sendto(b"READY=1", os.environ["NOTIFY_SOCKET"].replace("@", "\0", 1))


def main() -> None:
    role = sys.argv[1]
    settings = json.loads(Path(os.environ["QD_SETTINGS_FILE"]).read_text())
    signal.signal(signal.SIGTERM, stop)
    match role, settings["public_url"]:
        case "gateway", "http://broken":
            sys.exit("the gateway is broken")
        case "worker", "http://slow":
            print("the worker has much to do", flush=True)
        case "projector", "http://stubborn":
            ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, 0)
            say_ready()
        case _:
            say_ready()
    signal.pause()


if __name__ == "__main__":
    main()
