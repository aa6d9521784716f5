"""A small internet in one process, run in a network namespace of its own: DNS, HTTP and HTTPS with a git server, a
package index and an npm registry. What it is to serve is in the folder named by its argument; it writes there to
`queries` each name that was asked for, and `ready` to its standard output.

Names of DNS: `mirror.test` and all below it lead here; all below `rebind.test` leads here when it is first asked for
and to 10.1.2.3 then; `private.test` leads to 10.1.2.3, `loopback.test` to 127.0.0.1, `metadata.test` to
169.254.169.254, `mixed.test` to 10.1.2.3 and here.
"""

import json
import os
import socketserver
import ssl
import subprocess
import sys
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import unquote, urlsplit

import dns.flags
import dns.message
import dns.rrset

FOLDER, ADDRESS = Path(sys.argv[1]), sys.argv[2]
PRIVATE = "10.1.2.3"
asked: list[str] = []


def addresses(name: str) -> list[str]:
    fixed = {
        "private.test": [PRIVATE],
        "loopback.test": ["127.0.0.1"],
        "metadata.test": ["169.254.169.254"],
        "mixed.test": [PRIVATE, ADDRESS],
    }
    if name == "mirror.test" or name.endswith(".mirror.test"):
        return [ADDRESS]
    if name.endswith(".rebind.test"):
        return [ADDRESS if asked.count(name) == 1 else PRIVATE]
    return fixed.get(name, [])


class Dns(socketserver.BaseRequestHandler):
    def handle(self) -> None:
        data, answering = self.request
        query = dns.message.from_wire(data)
        question = query.question[0]
        name = question.name.to_text(omit_final_dot=True).lower()
        answer = dns.message.make_response(query)
        answer.flags |= dns.flags.AA | dns.flags.RA
        if question.rdtype == 1:
            asked.append(name)
            with (FOLDER / "queries").open("a") as file:
                file.write(f"{name}\n")
            for address in addresses(name):
                answer.answer.append(dns.rrset.from_text(question.name, 0, "IN", "A", address))
        answering.sendto(answer.to_wire(), self.client_address)


class Web(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        path = urlsplit(self.path).path
        if path.startswith("/git/"):
            self._git(b"")
        elif path == "/endless":
            self._endless()
        elif path.startswith("/large/"):
            self._give(200, "application/octet-stream", b"x" * int(path.rpartition("/")[2]))
        elif path == "/headers":
            self._give(200, "application/json", json.dumps(self.headers.items()).encode())
        else:
            self._file(path)

    def do_POST(self) -> None:
        body = self._body()
        if self.path.startswith("/git/"):
            self._git(body)
        else:
            self._give(200, "text/plain", f"{len(body)} bytes".encode())

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the library's name
        return

    def _body(self) -> bytes:
        if self.headers.get("Transfer-Encoding") != "chunked":
            return self.rfile.read(int(self.headers.get("Content-Length", 0)))
        body = b""
        while size := int(self.rfile.readline(), 16):
            body += self.rfile.read(size)
            self.rfile.readline()
        self.rfile.readline()
        return body

    def _file(self, path: str) -> None:
        file = FOLDER / "www" / unquote(path).strip("/")
        if file.is_dir():
            file /= "index.html"
        kind = "text/html" if file.suffix == ".html" else "application/octet-stream"
        if file.is_file():
            self._give(200, kind, file.read_bytes())
        else:
            self._give(404, "text/plain", b"not here\n")

    def _endless(self) -> None:
        self.send_response(200)
        self.send_header("Content-Type", "text/plain")
        self.send_header("Connection", "close")
        self.end_headers()
        while True:
            self.wfile.write(b"tick\n")
            self.wfile.flush()
            time.sleep(0.05)

    def _git(self, body: bytes) -> None:
        """By git's own CGI program (git-http-backend(1))."""
        parts = urlsplit(self.path)
        variables = {
            "GIT_PROJECT_ROOT": str(FOLDER),
            "GIT_HTTP_EXPORT_ALL": "1",
            "GIT_PROTOCOL": self.headers.get("Git-Protocol", ""),
            "HTTP_CONTENT_ENCODING": self.headers.get("Content-Encoding", ""),
            "CONTENT_TYPE": self.headers.get("Content-Type", ""),
            "CONTENT_LENGTH": str(len(body)),
            "PATH": os.environ["PATH"],
            "PATH_INFO": parts.path,
            "QUERY_STRING": parts.query,
            "REQUEST_METHOD": self.command,
            "REMOTE_ADDR": self.client_address[0],
        }
        done = subprocess.run(["git", "http-backend"], input=body, env=variables, capture_output=True, check=True)
        head, _, answer = done.stdout.partition(b"\r\n\r\n")
        told = dict(line.split(": ", 1) for line in head.decode().split("\r\n"))
        self._give(int(told.get("Status", "200").split()[0]), told["Content-Type"], answer)

    def _give(self, status: int, kind: str, body: bytes) -> None:
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)


class Udp(socketserver.ThreadingUDPServer):
    allow_reuse_address = True


def serve(server: socketserver.BaseServer) -> None:
    threading.Thread(target=server.serve_forever, daemon=True).start()


context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
context.load_cert_chain(FOLDER / "server.pem")
secure = ThreadingHTTPServer((ADDRESS, 443), Web)
secure.socket = context.wrap_socket(secure.socket, server_side=True)
for each in (Udp((ADDRESS, 53), Dns), ThreadingHTTPServer((ADDRESS, 80), Web), secure):
    serve(each)
print("ready", flush=True)
sys.stdin.read()
