"""A real S3 server (SeaweedFS) for tests, that can go away and come back."""

import asyncio
import json
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from http.client import HTTPConnection, HTTPException
from pathlib import Path

import pytest
from tests.support.services import service_folder
from tests.support.waiting import eventually

KEY, SECRET, BUCKET = "quarterdeck", "not-so-secret", "deck"
_HIGHEST = 50_000
"""Each server listens at its port plus 10,000 as well."""


class S3Server:
    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._ports = {name: _free_port() for name in ("master", "volume", "filer", "s3")}
        (folder / "s3.json").write_text(
            json.dumps(
                {
                    "identities": [
                        {
                            "name": KEY,
                            "credentials": [{"accessKey": KEY, "secretKey": SECRET}],
                            "actions": ["Admin", "Read", "List", "Tagging", "Write"],
                        }
                    ]
                }
            )
        )
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        """For `QD_OBJECT_STORE_URL`."""
        return (
            f"s3://{BUCKET}/some/prefix?endpoint=http://127.0.0.1:{self._ports['s3']}&region=us-east-1"
            f"&access_key_id={KEY}&secret_access_key={SECRET}"
        )

    def start(self) -> None:
        """Its bucket is made when it is first written to."""
        weed = Path(sys.executable).with_name("weed")
        here = ["-ip=127.0.0.1", "-ip.bind=127.0.0.1", f"-dir={self._folder}"]
        ports = [f"-{name}.port={port}" for name, port in self._ports.items()]
        # by default it listens at fixed places beside
        ports += [f"-{name}.localSocket={self._folder / name}.sock" for name in ("filer", "s3")]
        ports += ["-s3.port.iceberg=0", "-s3.port.lance=0"]
        sizes = ["-volume.max=10", "-master.volumeSizeLimitMB=64", "-master.telemetry=false"]
        with (self._folder / "log").open("ab") as log:
            self._process = subprocess.Popen(
                [weed, "server", "-s3", "-filer", f"-s3.config={self._folder / 's3.json'}", *here, *ports, *sizes],
                stdout=log,
                stderr=log,
                cwd=self._folder,
                # where it keeps logs of its own beside
                env={**os.environ, "TMPDIR": str(self._folder)},
                start_new_session=True,
            )

    async def wait(self) -> None:
        """Until it answers."""
        await eventually(self._answers, within=60)

    def stop(self) -> None:
        """At once: told to stop in good order, it takes its time."""
        if self._process is not None:
            os.kill(self._process.pid, signal.SIGKILL)
            self._process.wait()
            self._process = None
        # killed, it leaves the sockets that it makes at a fixed place
        for name, port in self._ports.items():
            Path(f"/tmp/seaweedfs-{name}-grpc-{port + 10_000}.sock").unlink(missing_ok=True)

    def _answers(self) -> bool:
        with closing(HTTPConnection("127.0.0.1", self._ports["s3"], timeout=1)) as connection:
            try:
                connection.request("GET", "/status")
                return connection.getresponse().status < 500
            except (OSError, HTTPException):
                return False


@pytest.fixture(scope="module")
def s3() -> Iterator[S3Server]:
    with service_folder() as folder:
        server = S3Server(folder)
        server.start()
        try:
            asyncio.run(server.wait())
            yield server
        finally:
            server.stop()


def _free_port() -> int:
    while True:
        with closing(socket.socket()) as taken:
            taken.bind(("127.0.0.1", 0))
            port: int = taken.getsockname()[1]
        if port < _HIGHEST:
            return port
