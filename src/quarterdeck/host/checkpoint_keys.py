"""The keys that `quarterdeck up` signs checkpoints with, and the folder where they are kept."""

import json
import os
from pathlib import Path

from pydantic import SecretStr

from quarterdeck.audit.notes import SigningKey
from quarterdeck.host.accounts import Account
from quarterdeck.host.errors import StorageError
from quarterdeck.host.secrets import write_private

FILE = "checkpoints.json"


def checkpoint_key(secrets: Path) -> SecretStr:
    """As QD_CHECKPOINT_KEY is written; made at the first call and kept."""
    file = secrets / FILE
    if not file.exists():
        _write(file, [new_key()])
    return SecretStr(",".join(json.loads(file.read_text())["keys"]))


def new_key() -> str:
    """Another one. Secret."""
    return SigningKey.generate().written()


def replace_checkpoint_key(secrets: Path) -> None:
    """A new key, for which the one that signed till now vouches. Keys before that one are forgotten.

    Raises StorageError where this data directory has none.
    """
    if not (secrets / FILE).exists():
        raise StorageError(f"There is no checkpoint key in {secrets}.", "One is made at the first `quarterdeck up`.")
    before = checkpoint_key(secrets).get_secret_value().partition(",")[0]
    _write(secrets / FILE, [new_key(), before])


def give_checkpoints(folder: Path, account: Account) -> None:
    """Makes the folder that the conductor keeps checkpoints in, and the gateway reads."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    os.chown(folder, account.uid, account.gid, follow_symlinks=False)


def _write(file: Path, keys: list[str]) -> None:
    write_private(file, json.dumps({"keys": keys}, indent=2))
