"""Where what is known of the chosen server and user lies. Light: a shell starts it at each Tab."""

import hashlib
import os
from pathlib import Path

from quarterdeck_cli.contexts import Context, Contexts, ContextsFile
from quarterdeck_cli.errors import CliError
from quarterdeck_cli.folders import cache_dir


def known_file(named: str | None = None) -> Path:
    """Nobody is offered what another may see. `named`: the context that a call names. Never connects."""
    name = hashlib.sha256("\0".join(_owner(named)).encode()).hexdigest()[:24]
    return cache_dir() / "known" / f"{name}.json"


def _owner(named: str | None) -> tuple[str, ...]:
    if (token := os.environ.get("QD_TOKEN")) and not named:
        return ("token", os.environ.get("QD_URL", ""), token)
    try:
        contexts = ContextsFile().read()
    except CliError:
        contexts = Contexts()
    context = _context(contexts, named or os.environ.get("QD_CONTEXT"))
    # a server on this machine may have another port each time
    return ("user", context.client_file or context.url, context.user) if context else ("nobody",)


def _context(contexts: Contexts, named: str | None) -> Context | None:
    name = named or (_local(contexts) if os.environ.get("QD_DATA_DIR") else contexts.current)
    return contexts.contexts.get(name or "")


def _local(contexts: Contexts) -> str | None:
    from quarterdeck_cli.local_server import client_files

    return next(filter(None, map(contexts.of_client_file, client_files())), None)
