"""Looks at a jail from the inside, as a doctor does, and does not come to an end: to be killed."""

import asyncio
import os
import sys
from pathlib import Path

from quarterdeck.jail import probes
from quarterdeck.jail.abstract import JailSpec
from quarterdeck.jail.bubblewrap import BubblewrapDriver
from quarterdeck.jail.protections import workspace_of

JAIL_UID = 64100 if os.geteuid() == 0 else None


async def main(state: Path) -> None:
    driver = BubblewrapDriver(state, JAIL_UID)
    with probes.looking(state) as probe:
        workspace = workspace_of(probe, "clone", os.geteuid() if JAIL_UID is None else JAIL_UID)
        await driver.create(JailSpec(session_id=workspace.session_id, workspace=workspace))
        sys.stdout.write(f"{workspace.session_id}\n")
        sys.stdout.flush()
        await asyncio.Event().wait()


if __name__ == "__main__":
    asyncio.run(main(Path(sys.argv[1])))
