"""What is said of the kernel."""

from pathlib import Path

import pytest

from quarterdeck.host.kernel import overlay

MODULES = "kernel/fs/nfs/nfs.ko: kernel/net/sunrpc/sunrpc.ko\nkernel/fs/overlayfs/overlay.ko.xz:\n"


@pytest.mark.parametrize(
    ("filesystems", "modules", "on", "said"),
    [
        ("nodev\toverlay\n\text4\n", "", True, "known to the kernel"),
        ("\text4\n", MODULES, True, "a module"),
        ("\text4\n", "kernel/fs/overlayfs/overlayed.ko:\n", False, "a whole copy"),
        ("\text4\n", None, False, "a whole copy"),
    ],
)
def test_overlays_are_had_where_the_kernel_has_them_or_can_load_them(
    tmp_path: Path, filesystems: str, modules: str | None, on: bool, said: str
) -> None:
    (tmp_path / "filesystems").write_text(filesystems)
    if modules is not None:
        (tmp_path / "modules.dep").write_text(modules)

    found = overlay(tmp_path / "filesystems", tmp_path)

    assert found.on is on
    assert said in found.detail
    assert bool(found.next_step) is not on
