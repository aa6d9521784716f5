"""The repository one stands in, and the project that was made from it."""

import re
import subprocess
from pathlib import Path

from quarterdeck_cli import ids
from quarterdeck_cli.api.projects import Project, projects
from quarterdeck_cli.client import Client
from quarterdeck_cli.errors import NotSetUpError, UsageError
from quarterdeck_cli.text import plain

_URL = re.compile(r"[A-Za-z][A-Za-z0-9+.-]+://|[^/\s]+@[^/\s]+:|[^/\s]+:[^/\\]")
"""`scheme://…`, and git's `user@host:path` and `host:path`."""
_COMMIT = re.compile(r"[0-9a-f]{40}|[0-9a-f]{64}")


def absolute_repository(source: str) -> str:
    """A URL as it is; a path made absolute from here, since the server stands elsewhere."""
    if not source.strip():
        raise UsageError("No repository was given.", "Give its folder or its URL, as in `qd project add .`.")
    if _URL.match(source) and not Path(source).exists():
        return source
    path = Path(source).expanduser().absolute()
    if not path.exists():
        raise UsageError(f"There is no folder {plain(str(path))}.", "Give a repository's folder or its URL.")
    return _git(path, "rev-parse", "--show-toplevel") or str(path.resolve())


async def project_here(client: Client) -> Project:
    """The project of the repository in the working directory, by its path, else by its `origin`."""
    here = _repository_here()
    if here is None:
        raise NotSetUpError(
            f"{plain(str(Path.cwd()))} is in no git repository.",
            "Go to one, or name a project with -p (see `qd project list`).",
        )
    top, origin = here
    known = [project async for project in projects(client) if not project.archived]
    found = [p for p in known if _same_path(p.repository, top)] or [p for p in known if _same_url(p.repository, origin)]
    if not found:
        raise NotSetUpError(
            f"No project was made from {plain(top)}.",
            "Make one with `qd project add .`, or name another with -p.",
        )
    if len(found) > 1:
        names = ", ".join(f"{plain(project.name)} ({ids.short(project.id)})" for project in found)
        raise UsageError(f"Several projects are made from {plain(top)}: {names}.", "Give the id of one with -p.")
    return found[0]


def _repository_here() -> tuple[str, str | None] | None:
    """Its folder, and its `origin`. One of another user is not opened by git, which may run what lies in it: of that,
    only the entry of one file is read."""
    if top := _git(Path.cwd(), "rev-parse", "--show-toplevel"):
        return top, _git(Path(top), "remote", "get-url", "origin")
    for folder in (Path.cwd(), *Path.cwd().parents):
        if (folder / ".git").is_dir():
            file = str(folder / ".git" / "config")
            return str(folder), _git(Path("/"), "config", "--file", file, "--get", "remote.origin.url")
    return None


async def project_of(client: Client, source: str) -> Project | None:
    """The project that was made from a repository, given as `absolute_repository` gives it."""
    same = _same_url if _URL.match(source) else _same_path
    async for project in projects(client):
        if not project.archived and same(project.repository, source):
            return project
    return None


def commit_here(text: str) -> str:
    """The whole name of a commit: as it is where it is one, else what git in the working directory makes of it."""
    if _COMMIT.fullmatch(text.lower()):
        return text.lower()
    found = None if text.startswith("-") else _git(Path.cwd(), "rev-parse", "--verify", "--quiet", f"{text}^{{commit}}")
    if found is None:
        raise UsageError(
            f"There is no commit {plain(text)!r} in this folder's repository.", "Give its whole name of 40 hex digits."
        )
    return found


def _same_path(repository: str, top: str) -> bool:
    return not _URL.match(repository) and Path(repository).resolve() == Path(top).resolve()


def _same_url(repository: str, origin: str | None) -> bool:
    return origin is not None and _bare(repository) == _bare(origin)


def _bare(url: str) -> str:
    """Without the user, who is not part of where it is, and the usual endings."""
    return re.sub(r"^(\w+://)[^@/]*@", r"\1", url).rstrip("/").removesuffix(".git")


def _git(folder: Path, *arguments: str) -> str | None:
    """What git prints, or None where it fails."""
    try:
        done = subprocess.run(["git", *arguments], cwd=folder, capture_output=True, check=True, timeout=10)
    except (OSError, subprocess.SubprocessError):
        return None
    return done.stdout.decode(errors="surrogateescape").removesuffix("\n") or None
