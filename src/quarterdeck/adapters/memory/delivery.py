"""Messages that stay in memory, and what a test says of how they fare."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from quarterdeck.application.ports.delivery import DeliveryFailedError, Mail, WebhookCall
from quarterdeck.domain.delivery import Channel, destination


@dataclass
class MemoryMailer:
    sent: list[Mail] = field(default_factory=list[Mail])
    refused: set[str] = field(default_factory=set[str])
    """Addresses that are unknown for good."""
    away: bool = False

    async def send(self, mail: Mail) -> str:
        await self.check()
        if mail.to in self.refused:
            raise DeliveryFailedError("The mail server memory refuses the mail: 550 unknown", permanent=True)
        self.sent.append(mail)
        return "OK"

    async def check(self) -> str:
        if self.away:
            raise DeliveryFailedError("The mail server memory cannot be reached: away")
        return "memory"


@dataclass
class MemoryWebhooks:
    sent: list[WebhookCall] = field(default_factory=list[WebhookCall])
    failure: DeliveryFailedError | None = None
    """What each call fails with."""

    async def send(self, call: WebhookCall) -> str:
        if self.failure is not None:
            raise self.failure
        self.sent.append(call)
        return "HTTP 204"


@dataclass
class MemoryFolders:
    files: dict[str, bytes] = field(default_factory=dict[str, bytes])
    """By path."""

    async def write(self, folder: str, files: Mapping[str, bytes]) -> str:
        destination(Channel.FOLDER, folder)
        self.files |= {f"{folder}/{name}": content for name, content in files.items()}
        return folder
