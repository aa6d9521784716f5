"""What carries messages out of the house: mail, webhooks and a folder."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Protocol
from uuid import UUID

from quarterdeck.domain.errors import QuarterdeckError, UnavailableError


class DeliveryFailedError(UnavailableError):
    """It has not arrived. `permanent`: it will not another time either. `wait`: what the receiver asks for.

    The message is bounded, and says nothing secret and nothing of a receiver's answer but its status.
    """

    def __init__(
        self, message: str, next_step: str = "", *, permanent: bool = False, wait: timedelta | None = None
    ) -> None:
        super().__init__(message, next_step)
        self.permanent, self.wait = permanent, wait


class NotConfiguredError(QuarterdeckError):
    """The server has no means for this channel."""

    code = "UNAVAILABLE"


@dataclass(frozen=True, kw_only=True)
class MailPart:
    """An attachment, or an image that the HTML shows as `cid:<name>`."""

    name: str
    """Letters, digits, dots, dashes and underscores."""
    media_type: str
    content: bytes


@dataclass(frozen=True, kw_only=True)
class Mail:
    delivery_id: UUID
    """Makes the `Message-ID`: the same mail sent twice has the same."""
    to: str
    """One address: each recipient has a delivery of their own."""
    subject: str
    text: str
    html: str = ""
    images: Sequence[MailPart] = ()
    attachments: Sequence[MailPart] = ()
    thread: str = ""
    """Mails with the same text are shown as one conversation."""


class Mailer(Protocol):
    async def send(self, mail: Mail) -> str:
        """Returns what the server answered once it has taken it. Raises DeliveryFailedError."""
        ...

    async def check(self) -> str:
        """Where mail goes, once the server has let us in. Raises DeliveryFailedError or NotConfiguredError."""
        ...


@dataclass(frozen=True, kw_only=True)
class WebhookCall:
    delivery_id: UUID
    """`webhook-id`: a receiver may leave aside what it had under it."""
    webhook_id: UUID
    """Whose secret signs it: `domain.delivery.webhook_id`."""
    url: str
    body: bytes
    """JSON."""


class Webhooks(Protocol):
    async def send(self, call: WebhookCall) -> str:
        """Returns the status of a 2xx answer. Raises DeliveryFailedError; redirects are failures."""
        ...


class WebhookSecrets(Protocol):
    def secret(self, webhook_id: UUID) -> str:
        """`whsec_…`, always the same for an id. Raises NotConfiguredError where the server has no key."""
        ...


class Folders(Protocol):
    async def write(self, folder: str, files: Mapping[str, bytes]) -> str:
        """Writes files into a folder below the root, each whole or not at all, replacing those of the same names.

        `folder` as `domain.delivery.destination` takes it. Returns where they are. Raises DeliveryFailedError.
        """
        ...


@dataclass(frozen=True, kw_only=True)
class Message:
    """What is delivered: each channel takes its own."""

    mail: Mail | None = None
    payload: bytes | None = None
    files: Mapping[str, bytes] = field(default_factory=dict[str, bytes])
