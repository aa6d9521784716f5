"""What `quarterdeck doctor` finds of mail."""

from collections.abc import Callable

from quarterdeck.application.ports.delivery import Mailer, NotConfiguredError
from quarterdeck.domain.errors import QuarterdeckError
from quarterdeck.host.finding import Finding


async def mail(mailer: Callable[[], Mailer]) -> Finding:
    """Whether the mail server lets us in. No mail is sent."""
    try:
        place = await mailer().check()
    except NotConfiguredError:
        return Finding(
            area="delivery",
            name="mail",
            on=True,
            detail="none is sent: QD_SMTP_URL and QD_MAIL_FROM are not both set",
        )
    except QuarterdeckError as error:
        return Finding(area="delivery", name="mail", on=False, detail=error.message, next_step=error.next_step)
    return Finding(area="delivery", name="mail", on=True, detail=f"{place} lets us in")
