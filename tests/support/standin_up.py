"""`quarterdeck up` with stand-ins for the roles and for the login token: real services, real supervisor."""

import asyncio
import sys
from collections.abc import Sequence
from pathlib import Path

from quarterdeck.config import Settings
from quarterdeck.domain.errors import QuarterdeckError
from quarterdeck.host import settings as settings_files
from quarterdeck.host.errors import HostError
from quarterdeck.host.progress import Progressing
from quarterdeck.host.up import Plan, up

ROLE = Path(__file__).with_name("standin_role.py")


def role(name: str) -> Sequence[str]:
    return (sys.executable, "-I", "-S", str(ROLE), name)


async def token(_settings: Settings) -> str:
    return "qd_stand_in"


def say(text: str) -> None:
    print(text, flush=True)


def main() -> int:
    try:
        plan = Plan(
            issue_login_token=token, arguments=role, migrate=lambda _: None, ready=lambda made: say(f"ready {made}")
        )
        asyncio.run(up(settings_files.load(), plan, Progressing(say)))
    except QuarterdeckError as error:
        say(f"refused: {error.message} {error.next_step}")
        return error.exit_code if isinstance(error, HostError) else 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
