"""What the projector is made of, and rebuilding what it writes."""

import asyncio
from collections.abc import Callable

from quarterdeck.adapters.postgres.codec import decode
from quarterdeck.bootstrap.secrets import secret
from quarterdeck.bootstrap.stopping import unless_stopped
from quarterdeck.config import Settings
from quarterdeck.readiness import announcing
from quarterdeck_projections.catching_up import CatchingUp
from quarterdeck_projections.rebuild import rebuild
from quarterdeck_projections.runner import ProjectorSettings
from quarterdeck_projections.runner import run as run_projector
from quarterdeck_projections.usage.conversion import Found, convert
from quarterdeck_projections.usage.retention import Retention


async def run(settings: Settings, stop: asyncio.Event) -> None:
    url = secret(settings.with_owner_urls().database_projector_url)
    catching_up = CatchingUp(url)
    async with announcing(catching_up.wait(), lambda: catching_up.progress):
        retention = Retention(facts_days=settings.usage_facts_days, sums_days=settings.usage_sums_days)
        await unless_stopped(run_projector(ProjectorSettings(database_url=url, retention=retention), decode), stop)


async def rebuild_projections(settings: Settings, name: str | None, advance: Callable[[str, int, int], None]) -> None:
    """Builds read models anew and switches to them. `advance` is told model, events done, events in all."""
    await rebuild(secret(settings.with_owner_urls().database_projector_url), decode, name, advance)


async def convert_usage(settings: Settings, advance: Callable[[str, int, int], None]) -> Found:
    """Moves facts of usage into TimescaleDB, as `rebuild_projections` does what it does."""
    return await convert(secret(settings.with_owner_urls().database_projector_url), decode, advance)
