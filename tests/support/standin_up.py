"""`quarterdeck up` with stand-ins for the roles and for the login token: real services, real supervisor."""

import asyncio
import sys
from collections.abc import Sequence
from pathlib import Path

from quarterdeck.config import Settings
from quarterdeck.domain.errors import QuarterdeckError
from quarterdeck.host import detach
from quarterdeck.host import settings as settings_files
from quarterdeck.host.errors import HostError
from quarterdeck.host.progress import Progressing
from quarterdeck.host.roles import READY_SECONDS
from quarterdeck.host.up import Plan, up

ROLE = Path(__file__).with_name("standin_role.py")


def role(name: str) -> Sequence[str]:
    return (sys.executable, "-I", "-S", str(ROLE), name)


async def token(_settings: Settings) -> str:
    return "qd_stand_in"


def say(text: str) -> None:
    print(text, flush=True)


def say_ready(made: str) -> None:
    say(f"ready {made}")


def main() -> int:
    reporting = detach.Report(int(sys.argv[2])) if sys.argv[1:2] == ["--report"] else None
    shown = reporting.say if reporting else say
    ready = reporting.ready if reporting else say_ready
    try:
        settings = settings_files.load()
        patience = 3.0 if settings.public_url == "http://slow" else READY_SECONDS
        plan = Plan(
            issue_login_token=token, arguments=role, migrate=lambda _: None, ready=ready, ready_seconds=patience
        )
        asyncio.run(up(settings, plan, Progressing(shown)))
    except QuarterdeckError as error:
        code = error.exit_code if isinstance(error, HostError) else 1
        if reporting:
            reporting.failed(error, code)
        say(f"refused: {error.message} {error.next_step}")
        return code
    return 0


if __name__ == "__main__":
    sys.exit(main())
