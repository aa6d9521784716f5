"""A stand-in for a role: the gateway answers /readyz on the port of its settings, the others wait to be stopped."""

import json
import os
import signal
import sys
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from types import FrameType


class Ready(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        self.send_response(200 if self.path == "/readyz" else 404)
        self.end_headers()

    def log_request(self, code: int | str = "-", size: int | str = "-") -> None:
        """Says nothing."""


def stop(_number: int, _frame: FrameType | None) -> None:
    sys.exit(0)


def main() -> None:
    settings = json.loads(Path(os.environ["QD_SETTINGS_FILE"]).read_text())
    if settings["public_url"] == "http://broken":
        sys.exit("the gateway is broken")
    signal.signal(signal.SIGTERM, stop)
    if sys.argv[1] == "gateway":
        HTTPServer((settings["host"], settings["port"]), Ready).serve_forever()
    signal.pause()


if __name__ == "__main__":
    main()
