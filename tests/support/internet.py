"""A small internet for egress tests: servers in a network namespace of their own, at an address that is nobody's."""

import base64
import hashlib
import io
import json
import os
import shutil
import subprocess
import sys
import tarfile
import tempfile
import zipfile
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import trustme

SERVER = Path(__file__).with_name("internet_server.py")


@dataclass(frozen=True)
class Internet:
    folder: Path
    address: str
    network: str
    namespace: str

    @property
    def dns(self) -> str:
        return f"{self.address}:53"

    @property
    def authority(self) -> bytes:
        """The certificate that programs in a jail have to trust."""
        return (self.folder / "ca.pem").read_bytes()

    def queries(self) -> list[str]:
        """Names that were looked up."""
        path = self.folder / "queries"
        return path.read_text().splitlines() if path.exists() else []


@contextmanager
def internet() -> Generator[Internet]:
    """As root only. Of RFC 2544's range for tests of devices, a /30 that depends on this process."""
    part = os.getpid() % 2**15
    start = f"198.{18 + part // 2**14}.{part // 64 % 256}.{part % 64 * 4}"
    octets, last = start.rpartition(".")[0], part % 64 * 4
    name, ours, theirs = f"qd-net-{os.getpid()}", f"qdo{os.getpid()}", f"qdi{os.getpid()}"
    folder = Path(tempfile.mkdtemp(prefix="qd-internet-"))
    made = Internet(folder, f"{octets}.{last + 2}", f"{start}/30", name)
    _fill(made)
    _ip("netns", "add", name)
    try:
        _ip("link", "add", ours, "type", "veth", "peer", "name", theirs, "netns", name)
        _ip("addr", "add", f"{octets}.{last + 1}/30", "dev", ours)
        _ip("link", "set", ours, "up")
        _ip("-n", name, "addr", "add", f"{made.address}/30", "dev", theirs)
        _ip("-n", name, "link", "set", theirs, "up")
        _ip("-n", name, "link", "set", "lo", "up")
        program = ["ip", "netns", "exec", name, sys.executable, str(SERVER), str(folder), made.address]
        server = subprocess.Popen(program, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        try:
            assert server.stdout is not None
            assert server.stdout.readline() == b"ready\n"
            yield made
        finally:
            server.communicate()
    finally:
        subprocess.run(["ip", "link", "delete", ours], check=False)
        _ip("netns", "delete", name)
        shutil.rmtree(folder)


def _ip(*arguments: str) -> None:
    subprocess.run(["ip", *arguments], check=True)


def _fill(made: Internet) -> None:
    authority = trustme.CA()
    authority.cert_pem.write_to_path(made.folder / "ca.pem")
    certificate = authority.issue_cert("mirror.test", "*.mirror.test")
    certificate.private_key_and_cert_chain_pem.write_to_path(made.folder / "server.pem")
    _repository(made.folder / "git" / "tool.git")
    _wheel(made.folder / "www" / "simple" / "tiny")
    _npm(made.folder / "www" / "npm")


def _repository(path: Path) -> None:
    with tempfile.TemporaryDirectory() as work:
        (Path(work) / "tool.txt").write_text("a tool\n")
        for arguments in (
            ("init", "-q", "-b", "main"),
            ("add", "."),
            ("-c", "user.name=a", "-c", "user.email=a@b", "commit", "-qm", "one"),
        ):
            subprocess.run(["git", "-C", work, *arguments], check=True)
        subprocess.run(["git", "clone", "-q", "--bare", work, path], check=True)


def _wheel(folder: Path) -> None:
    """A package index (PEP 503) of one wheel."""
    folder.mkdir(parents=True)
    name, about = "tiny-1.0-py3-none-any.whl", "tiny-1.0.dist-info"
    with zipfile.ZipFile(folder / name, "w") as wheel:
        wheel.writestr("tiny.py", "WORD = 'tiny works'\n")
        wheel.writestr(f"{about}/METADATA", "Metadata-Version: 2.1\nName: tiny\nVersion: 1.0\n")
        wheel.writestr(f"{about}/WHEEL", "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n")
        wheel.writestr(f"{about}/RECORD", f"tiny.py,,\n{about}/METADATA,,\n{about}/WHEEL,,\n{about}/RECORD,,\n")
    (folder / "index.html").write_text(f'<a href="{name}">{name}</a>\n')


def _npm(folder: Path) -> None:
    """A registry of one package."""
    folder.mkdir(parents=True)
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w:gz") as archive:
        for name, text in {
            "package/package.json": '{"name": "tiny", "version": "1.0.0", "main": "index.js"}',
            "package/index.js": "module.exports = 'tiny works';\n",
        }.items():
            info = tarfile.TarInfo(name)
            info.size = len(text)
            archive.addfile(info, io.BytesIO(text.encode()))
    (folder / "tiny.tgz").write_bytes(packed.getvalue())
    digest = base64.b64encode(hashlib.sha512(packed.getvalue()).digest()).decode()
    distribution = {"tarball": "https://mirror.test/npm/tiny.tgz", "integrity": f"sha512-{digest}"}
    version = {"name": "tiny", "version": "1.0.0", "main": "index.js", "dist": distribution}
    document = {"name": "tiny", "dist-tags": {"latest": "1.0.0"}, "versions": {"1.0.0": version}}
    (folder / "tiny").write_text(json.dumps(document))
