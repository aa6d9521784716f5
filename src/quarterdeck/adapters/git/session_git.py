"""The part of a workspace's `.git` that is the session's own: its branch, its references, its configuration."""

from bisect import bisect_left
from pathlib import Path

from quarterdeck.adapters.git.checkouts import CONFIG
from quarterdeck.adapters.git.layout import Layout
from quarterdeck.adapters.git.mirror_state import MirrorState
from quarterdeck.adapters.git.refs import Version

_HEADER = b"# pack-refs with: peeled fully-peeled sorted \n"


def write_session_git(
    layout: Layout, upper: Path, state: MirrorState, version: Version, author: tuple[str, str]
) -> None:
    """Writes it into the upper layer, which lies over the checkout's."""
    git = upper / ".git"
    for folder in (git, git / "refs", git / "refs/remotes", git / "refs/remotes/origin"):
        if not folder.exists():
            folder.mkdir()
            layout.give(folder, mode=0o755)
    files = {
        "HEAD": b"ref: refs/heads/%b\n" % version.branch,
        "packed-refs": _packed_refs(state, version),
        "config": _config(state, version, author),
    }
    if state.branch:
        files["refs/remotes/origin/HEAD"] = b"ref: refs/remotes/origin/%b\n" % state.branch
    for name, content in files.items():
        (git / name).write_bytes(content)
        layout.give(git / name, mode=0o644)


def _packed_refs(state: MirrorState, version: Version) -> bytes:
    branches = [(name, target) for name, target, _ in state.refs if name.startswith(b"refs/heads/")]
    lines = [(b"refs/remotes/origin/" + name.removeprefix(b"refs/heads/"), target, b"") for name, target in branches]
    lines += [(name, target, peeled) for name, target, peeled in state.refs if name.startswith(b"refs/tags/")]
    own = (b"refs/heads/" + version.branch, version.commit.encode(), b"")
    lines.insert(bisect_left(lines, own), own)
    return _HEADER + b"".join(
        b"%b %b\n" % (target, name) + (b"^%b\n" % peeled if peeled else b"") for name, target, peeled in lines
    )


def _config(state: MirrorState, version: Version, author: tuple[str, str]) -> bytes:
    name, email = author
    source = state.source.encode()
    lines = [
        b"[user]",
        b"\tname = " + _quoted(name.encode()),
        b"\temail = " + _quoted(email.encode()),
        b'[remote "origin"]',
        b"\turl = " + _quoted(source),
        b"\tfetch = +refs/heads/*:refs/remotes/origin/*",
    ]
    if version.follows:
        lines += [
            b"[branch %b]" % _quoted(version.branch),
            b"\tremote = origin",
            b"\tmerge = " + _quoted(b"refs/heads/" + version.branch),
        ]
    return CONFIG + b"\n".join(lines) + b"\n"


def _quoted(value: bytes) -> bytes:
    escaped = value.replace(b"\\", b"\\\\").replace(b'"', b'\\"').replace(b"\n", b"\\n").replace(b"\t", b"\\t")
    return b'"%b"' % escaped
