"""The `Mailer` port by SMTP (RFC 5321), with TLS from the beginning or by STARTTLS."""

import asyncio
import re
import ssl
from dataclasses import dataclass
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime
from urllib.parse import parse_qs, unquote, urlsplit
from uuid import UUID, uuid5

import aiosmtplib

from quarterdeck.application.ports.delivery import DeliveryFailedError, Mail, MailPart, NotConfiguredError
from quarterdeck.application.ports.system import Clock
from quarterdeck.domain.delivery import bounded
from quarterdeck.domain.errors import InvalidInputError

SECONDS = 30.0
"""For one answer of the server."""
SECONDS_IN_ALL = 120.0
"""For one mail; below the time that a sender has (`domain.delivery.LEASE`)."""
PORTS = {"smtp": 587, "smtps": 465}
LOCAL = {"localhost", "127.0.0.1", "::1"}
_PART_NAME = re.compile(r"[A-Za-z0-9._-]{1,100}")


@dataclass(frozen=True, kw_only=True)
class MailServer:
    host: str
    port: int
    tls: bool
    """From the beginning."""
    start_tls: bool
    user: str = ""
    password: str = ""

    def __repr__(self) -> str:
        return f"MailServer({self.place})"

    @property
    def place(self) -> str:
        """Without anything that is secret."""
        how = "TLS" if self.tls else "STARTTLS" if self.start_tls else "no encryption"
        return f"{self.host}:{self.port} ({how}{', with a login' if self.user else ''})"


def mail_server(url: str) -> MailServer:
    """`smtps://user:password@host:465`, `smtp://…` with STARTTLS, or `smtp://host:25?tls=none`.

    A password never goes out unencrypted, but to this host itself.
    """
    try:
        parts = urlsplit(url)
        port, host = parts.port or PORTS[parts.scheme], parts.hostname
        mode = parse_qs(parts.query, keep_blank_values=True, strict_parsing=bool(parts.query))
    except (ValueError, KeyError):
        host, port, mode, parts = None, 0, {}, urlsplit("")
    plain = mode == {"tls": ["none"]}
    if not host or parts.path not in {"", "/"} or (mode and not plain) or (plain and parts.scheme == "smtps"):
        raise InvalidInputError("QD_SMTP_URL is no address of a mail server.", "Write smtps://user:password@host:465.")
    if plain and parts.username and host not in LOCAL:
        raise InvalidInputError("QD_SMTP_URL would send a password unencrypted.", "Leave out ?tls=none.")
    return MailServer(
        host=host,
        port=port,
        tls=parts.scheme == "smtps",
        start_tls=parts.scheme == "smtp" and not plain,
        user=unquote(parts.username or ""),
        password=unquote(parts.password or ""),
    )


class SmtpMailer:
    """A connection for each mail: they are few. `url` and `sender` as the settings have them; empty: none is set."""

    def __init__(self, url: str, sender: str, clock: Clock, tls: ssl.SSLContext | None = None) -> None:
        self._server = mail_server(url) if url else None
        self._sender, self._clock, self._tls = sender, clock, tls

    async def send(self, mail: Mail) -> str:
        server = self._configured()
        message = composed(mail, self._sender, self._clock)
        try:
            async with asyncio.timeout(SECONDS_IN_ALL), self._connection(server) as connection:
                _, answer = await connection.send_message(message, sender=self._sender, recipients=[mail.to])
        except (aiosmtplib.SMTPException, OSError) as error:
            raise _failure(server, error) from None
        return bounded(answer)

    async def check(self) -> str:
        server = self._configured()
        try:
            async with asyncio.timeout(SECONDS), self._connection(server):
                return server.place
        except (aiosmtplib.SMTPException, OSError) as error:
            raise _failure(server, error) from None

    def _configured(self) -> MailServer:
        if self._server is None or not self._sender:
            raise NotConfiguredError("No mail can be sent: no mail server is set.", "Set QD_SMTP_URL and QD_MAIL_FROM.")
        return self._server

    def _connection(self, server: MailServer) -> aiosmtplib.SMTP:
        return aiosmtplib.SMTP(
            hostname=server.host,
            port=server.port,
            use_tls=server.tls,
            start_tls=server.start_tls,
            username=server.user or None,
            password=server.password or None,
            tls_context=self._tls or ssl.create_default_context(),
            timeout=SECONDS,
        )


def composed(mail: Mail, sender: str, clock: Clock) -> EmailMessage:
    """Text, and HTML with its images beside it; attachments around both (RFC 2046, RFC 2392)."""
    message = EmailMessage(policy=SMTP)
    message["From"], message["To"], message["Subject"] = sender, mail.to, bounded(mail.subject)
    message["Date"] = format_datetime(clock.now())
    message["Message-ID"] = _message_id(mail.delivery_id, sender)
    if mail.thread:
        message["References"] = _message_id(uuid5(UUID(int=0), mail.thread), sender)
    message["Auto-Submitted"] = "auto-generated"  # RFC 3834: no answer from an absent reader
    message.set_content(mail.text)
    if mail.html:
        message.add_alternative(mail.html, subtype="html")
        page = message.get_payload()[1]  # type: ignore[index] # after add_alternative it is a list of parts
        assert isinstance(page, EmailMessage)
        for image in mail.images:
            kind, subtype = _kind(image)
            page.add_related(
                image.content, kind, subtype, cid=f"<{image.name}>", disposition="inline", filename=image.name
            )
    for attachment in mail.attachments:
        kind, subtype = _kind(attachment)
        message.add_attachment(attachment.content, kind, subtype, filename=attachment.name)
    return message


def _message_id(of: UUID, sender: str) -> str:
    return f"<{of}@{sender.rpartition('@')[2]}>"


def _kind(part: MailPart) -> tuple[str, str]:
    if not _PART_NAME.fullmatch(part.name):
        raise ValueError(f"{part.name!r} is no name of a part")
    kind, _, subtype = part.media_type.partition("/")
    return kind, subtype


def _failure(server: MailServer, error: Exception) -> DeliveryFailedError:
    """5xx answers about this mail or its recipient stay so; whoever set up the server may mend everything else."""
    match error:
        case aiosmtplib.SMTPRecipientsRefused():
            first = error.recipients[0]
            return _refused(server, first.code, first.message)
        case aiosmtplib.SMTPAuthenticationError():
            return DeliveryFailedError(f"The mail server {server.place} refuses the login.", "Check QD_SMTP_URL.")
        case aiosmtplib.SMTPConnectError() | aiosmtplib.SMTPTimeoutError() | aiosmtplib.SMTPServerDisconnected():
            pass
        case aiosmtplib.SMTPRecipientRefused() | aiosmtplib.SMTPDataError() | aiosmtplib.SMTPSenderRefused():
            return _refused(server, error.code, error.message)
        case _:
            pass
    return DeliveryFailedError(
        f"The mail server {server.place} cannot be reached: {_reason(error, server)}", "See that it is up."
    )


def _refused(server: MailServer, code: int, answer: str) -> DeliveryFailedError:
    return DeliveryFailedError(
        bounded(f"The mail server {server.host} refuses the mail: {code} {answer}"), permanent=500 <= code < 600
    )


def _reason(error: Exception, server: MailServer) -> str:
    cause = error.__cause__ or error
    text = bounded(str(cause)) or bounded(str(error)) or type(error).__name__
    return text.replace(server.password, "***") if server.password else text
