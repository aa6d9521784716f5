"""The zygote of shims.

Run as a script with `python -I -S`, as root or as the worker's user, with the number of a socket's descriptor; see
`forking.serve`. A shim is given the session's shim folder and the worker's first connection.
"""

import os
import socket
import sys


def main() -> None:
    sys.path.append(os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__)))))  # noqa: PTH100, PTH120
    from quarterdeck.jail import forking
    from quarterdeck.jail.shim.entry import become_shim

    forking.serve(socket.socket(fileno=int(sys.argv[1])), "zygote", become_shim)


if __name__ == "__main__":
    main()
