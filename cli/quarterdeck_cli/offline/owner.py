"""Whose file it is that is meant, and where it lies. Light: a shell asks at each Tab. Never connects."""

import hashlib
import os
from pathlib import Path

from quarterdeck_cli.contexts import Context, Contexts, ContextsFile
from quarterdeck_cli.errors import CliError
from quarterdeck_cli.folders import state_dir
from quarterdeck_cli.local_server import DATA_DIR_VARIABLE, client_files, read_client_file


def file_of(named: str | None = None) -> Path:
    """A context's user finds it again after another log-in; a token from elsewhere has a file of its own. Nobody is
    offered what another may see. `named`: the context that a call names."""
    digest = hashlib.sha256("\0".join(_owner(named)).encode()).hexdigest()[:32]
    return state_dir() / "offline" / f"{digest}.sqlite"


def _owner(named: str | None) -> tuple[str, ...]:
    context = _context(_contexts(), named)
    if (token := os.environ.get("QD_TOKEN")) and not named:
        return ("token", _url(context), token)
    # a server on this machine may have another port each time
    return ("user", context.client_file or context.url, context.user) if context else ("nobody",)


def _contexts() -> Contexts:
    try:
        return ContextsFile().read()
    except CliError:
        return Contexts()


def _context(contexts: Contexts, named: str | None) -> Context | None:
    name = named or os.environ.get("QD_CONTEXT") or _local_or_current(contexts)
    return contexts.login_of(name)[1] if name in contexts.contexts else None


def _local_or_current(contexts: Contexts) -> str | None:
    if os.environ.get(DATA_DIR_VARIABLE):
        return next(filter(None, map(contexts.of_client_file, client_files())), None)
    return contexts.current


def _url(context: Context | None) -> str:
    if given := os.environ.get("QD_URL"):
        return given.rstrip("/")
    if context is None:
        return ""
    local = read_client_file(Path(context.client_file)) if context.client_file else None
    return local.url if local else context.url
