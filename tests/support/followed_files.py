"""A repository of a product whose task file is followed, edited as people do."""

import os
import subprocess
from pathlib import Path

from tests.support.product import Product


def commit_tasks(product: Product, path: Path, text: str) -> None:
    """Writes docs/TASKS.md: by a person, on main, which is checked out nowhere afterwards."""
    uid, gid = product.account.uid, product.account.gid

    def git(*words: str) -> None:
        who = ("-c", "user.name=Ada", "-c", "user.email=ada@example.invalid")
        subprocess.run(["git", *who, *words], cwd=path, user=uid, group=gid, extra_groups=[], check=True)

    git("checkout", "-q", "main")
    (path / "docs").mkdir(exist_ok=True)
    (path / "docs" / "TASKS.md").write_text(text)
    for each in (path / "docs", path / "docs" / "TASKS.md"):
        os.chown(each, uid, gid)
    git("add", "docs")
    git("commit", "-q", "-m", "Tasks")
    git("checkout", "-q", "--detach")


def tasks_on_main(path: Path) -> str:
    shown = ["git", "-c", "safe.directory=*", "show", "main:docs/TASKS.md"]
    return subprocess.run(shown, cwd=path, check=True, capture_output=True, text=True).stdout
