"""Looking at alerts, counted."""

from dataclasses import dataclass

from quarterdeck.application.alert_watch import AlertWatch
from quarterdeck.conductor import metrics
from quarterdeck.domain.errors import UnavailableError


@dataclass(frozen=True)
class WatchedAlerts:
    watch: AlertWatch

    async def once(self) -> None:
        try:
            looked = await self.watch.once()
        except UnavailableError:
            metrics.ALERT_LOOKS.labels("late").inc()
            raise
        except Exception:
            metrics.ALERT_LOOKS.labels("failed").inc()
            raise
        if looked:
            metrics.ALERT_LOOKS.labels("done").inc()
        metrics.ALERTS.set(self.watch.firing)
