"""A repository that needs a password: the worker's git has it, and no session ever sees it."""

import base64
import os
import threading
from collections.abc import Iterator
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from uuid import uuid4

import pytest
from tests.support.boxes import in_workspace
from tests.support.repositories import Repository

from quarterdeck.adapters.git.workspaces import GitWorkspaces

SECRET = "hunter2-correct-horse"
EXPECTED = "Basic " + base64.b64encode(f"ada:{SECRET}".encode()).decode()


class Guarded(SimpleHTTPRequestHandler):
    """Files for those who know the password."""

    def do_GET(self) -> None:
        if self.headers.get("Authorization") == EXPECTED:
            super().do_GET()
            return
        self.send_response(401)
        self.send_header("WWW-Authenticate", 'Basic realm="git"')
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the standard library's name
        pass


@pytest.fixture
def url(repository: Repository, folder: Path) -> Iterator[str]:
    """Served as plain files, which git calls the dumb protocol."""
    repository.git("clone", "--quiet", "--bare", repository.path, str(folder / "app.git"))
    repository.git("--git-dir", str(folder / "app.git"), "update-server-info")
    with ThreadingHTTPServer(("127.0.0.1", 0), partial(Guarded, directory=str(folder))) as server:
        serving = threading.Thread(target=server.serve_forever)
        serving.start()
        try:
            yield f"http://127.0.0.1:{server.server_port}/app.git"
        finally:
            server.shutdown()
            serving.join()


@pytest.fixture
def home(folder: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    made = folder / "home"
    made.mkdir(mode=0o700)
    (made / ".netrc").write_text(f"machine 127.0.0.1 login ada password {SECRET}\n")
    (made / ".netrc").chmod(0o600)
    monkeypatch.setenv("HOME", str(made))
    return made


LOOK = """
git remote -v; git config --list; cat .git/config .git/objects/info/alternates; env
cat /proc/mounts; ls -a ~ / 2>/dev/null || true
"""


@pytest.mark.usefixtures("home")
async def test_a_password_for_the_repository_is_nowhere_in_a_session(
    workspaces: GitWorkspaces, url: str, folder: Path
) -> None:
    with_password = url.replace("http://", f"http://ada:{SECRET}@")
    found = await workspaces.find(with_password)
    assert found.source == url

    workspace = await workspaces.prepare(uuid4(), uuid4(), found.source, found.head_commit)

    seen = in_workspace(workspace, LOOK)
    assert url in seen
    assert SECRET not in seen
    assert in_workspace(workspace, f"grep -r {SECRET} / --exclude-dir proc --exclude-dir usr 2>/dev/null || true") == ""
    assert [path for path in files_below(folder / "state") if SECRET.encode() in path.read_bytes()] == []


def files_below(folder: Path) -> Iterator[Path]:
    for parent, _, names in os.walk(folder):
        yield from (path for name in names if (path := Path(parent, name)).is_file() and not path.is_symlink())
