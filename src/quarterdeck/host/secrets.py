"""Generated passwords and other files that only one user may read."""

import json
import os
import secrets
import tempfile
from collections.abc import Sequence
from pathlib import Path

from quarterdeck.host.accounts import Account


def write_private(path: Path, content: str, owner: Account | None = None) -> None:
    """Replaces a file as a whole; mode 0600 from its first byte on, owned by `owner`."""
    descriptor, partial = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    try:
        with os.fdopen(descriptor, "w") as file:
            file.write(content)
            file.flush()
            if owner is not None and owner.uid != os.geteuid():
                os.fchown(file.fileno(), owner.uid, owner.gid)
            os.fsync(file.fileno())
        Path(partial).replace(path)
    except BaseException:
        Path(partial).unlink(missing_ok=True)
        raise


def passwords(path: Path, names: Sequence[str]) -> dict[str, str]:
    """A password for each name, made at the first call and kept in `path`."""
    known: dict[str, str] = {}
    if path.exists():
        known = json.loads(path.read_text())
    missing = [name for name in names if name not in known]
    if missing:
        known |= {name: secrets.token_urlsafe(32) for name in missing}
        write_private(path, json.dumps(known, indent=2))
    return {name: known[name] for name in names}
