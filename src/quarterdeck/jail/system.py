"""What a jail sees of the host: the arguments bubblewrap is called with, and the files made up for it."""

from pathlib import Path

from quarterdeck.application.ports.workspaces import PreparedWorkspace
from quarterdeck.jail.abstract import DOCUMENTS_PATH, WORKSPACE_PATH
from quarterdeck.jail.errors import JailError
from quarterdeck.jail.limits import JailLimits

UID = 1000
USER = "agent"
HOME = "/home/agent"
HOST_NAME = "quarterdeck"
STATE_FOLDER = DOCUMENTS_PATH
STATE_BYTES = 8 * 1024**2

MERGED = ("bin", "sbin", "lib", "lib32", "lib64", "libx32")
FROM_ETC = (
    "alternatives",
    "ca-certificates.conf",
    "crypto-policies",
    "debian_version",
    "fonts",
    "ld.so.cache",
    "ld.so.conf",
    "ld.so.conf.d",
    "localtime",
    "magic",
    "magic.mime",
    "mime.types",
    "os-release",
    "pki/ca-trust/extracted",
    "pki/tls/certs",
    "protocols",
    "services",
    "ssl/certs",
    "ssl/openssl.cnf",
    "terminfo",
)
"""Public parts of /etc that programs look for. Nothing of the host's own settings, users or keys."""


def made_up(uid: int) -> dict[str, str]:
    """Files of /etc made for a jail whose user has this id."""
    return {
        "/etc/passwd": f"root:x:0:0:root:/root:/usr/sbin/nologin\n{USER}:x:{uid}:{uid}:{USER}:{HOME}:/bin/bash\n"
        "nobody:x:65534:65534:nobody:/nonexistent:/usr/sbin/nologin\n",
        "/etc/group": f"root:x:0:\ntty:x:5:\n{USER}:x:{uid}:\nnogroup:x:65534:\n",
        "/etc/hosts": f"127.0.0.1 localhost {HOST_NAME}\n::1 localhost\n",
        "/etc/hostname": f"{HOST_NAME}\n",
        "/etc/nsswitch.conf": "passwd: files\ngroup: files\nhosts: files\n",
    }


MADE_UP = made_up(UID)

FIRST_ENVIRONMENT = {
    "PATH": "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
    "HOME": HOME,
    "LANG": "C.UTF-8",
    "TERM": "xterm-256color",
    "USER": USER,
    "SHELL": "/bin/bash",
}


def arguments(workspace: PreparedWorkspace, limits: JailLimits) -> list[str]:
    """What the jail is made of, in bubblewrap's words, without the descriptors that the shim adds."""
    return [
        *("--unshare-all", "--unshare-user", "--disable-userns", "--clearenv", "--cap-drop", "ALL", "--new-session"),
        *("--die-with-parent", "--uid", str(UID), "--gid", str(UID), "--hostname", HOST_NAME),
        *("--ro-bind", "/usr", "/usr", "--proc", "/proc", "--dev", "/dev"),
        *_merged(),
        *(part for path in _from_etc(files=False) for part in ("--ro-bind-try", path, path)),
        *_sized("/dev/shm", limits.shared_memory_bytes, "1777"),  # noqa: S108 - the jail's own
        *_sized("/tmp", limits.temporary_bytes, "1777"),  # noqa: S108 - the jail's own
        *_sized(HOME, limits.home_bytes, "0700"),
        *_sized(STATE_FOLDER, STATE_BYTES, "0700"),
        *("--dir", "/var", "--symlink", "../tmp", "/var/tmp", "--symlink", "../run", "/var/run"),  # noqa: S108
        *(part for folder in workspace.read_only for part in ("--ro-bind", str(folder), str(folder))),
        *_workspace(workspace),
        *("--chdir", WORKSPACE_PATH),
    ]


def copied() -> list[str]:
    """Files of the host's that a jail gets as they are now. Bubblewrap reads all of the host's mounts for each one it
    makes, and a file that was mounted would stay as it was as well when the host's is replaced."""
    return _from_etc(files=True)


def _from_etc(*, files: bool) -> list[str]:
    return [f"/etc/{name}" for name in FROM_ETC if Path("/etc", name).is_file() is files]


def _sized(path: str, size: int, mode: str) -> tuple[str, ...]:
    return ("--perms", mode, "--size", str(size), "--tmpfs", path)


def _merged() -> list[str]:
    """/bin and its like: links into /usr where the host has links, else the host's folders."""
    listed: list[str] = []
    for name in MERGED:
        path = Path("/", name)
        if path.is_symlink():
            listed += ["--symlink", str(path.readlink()), str(path)]
        elif path.is_dir():
            listed += ["--ro-bind", str(path), str(path)]
    return listed


def _workspace(workspace: PreparedWorkspace) -> tuple[str, ...]:
    if workspace.kind == "clone":
        return ("--bind", str(workspace.upper), WORKSPACE_PATH)
    if workspace.kind == "overlay" and workspace.lower and workspace.work:
        upper, work, lower = str(workspace.upper), str(workspace.work), str(workspace.lower)
        return ("--overlay-src", lower, "--overlay", upper, work, WORKSPACE_PATH)
    raise JailError(
        f"A workspace of kind {workspace.kind!r} cannot be put into a jail.",
        "Prepare it as an overlay with its lower and work folders, or as a clone.",
    )
