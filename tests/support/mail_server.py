"""A real mail server in the test's own loop: STARTTLS or TLS from the beginning, with a login, and what it took."""

import asyncio
import ssl
import warnings
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from functools import cache
from typing import Any, cast

import trustme
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session

USER, PASSWORD = "ship@example.org", "s3cr3t/and:odd"


@dataclass
class MailServer:
    port: int = 0
    taken: list[tuple[str, list[str], EmailMessage]] = field(default_factory=list[tuple[str, list[str], EmailMessage]])
    """Sender and recipients of the envelope, and the mail."""
    refuse: dict[str, str] = field(default_factory=dict[str, str])
    """Answers to recipients that are not taken."""

    async def handle_RCPT(  # noqa: N802 - the library's name
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        if address in self.refuse:
            return self.refuse[address]
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802
        mail = cast("EmailMessage", message_from_bytes(cast("bytes", envelope.content), policy=cast("Any", default)))
        self.taken.append((envelope.mail_from or "", [str(each) for each in envelope.rcpt_tos], mail))
        return "250 taken"


@cache
def authority() -> Any:
    return trustme.CA()


def trusting() -> ssl.SSLContext:
    """A client that trusts the servers of tests alone."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    authority().configure_trust(context)
    return context


def certified() -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority().issue_cert("localhost", "127.0.0.1").configure_cert(context)
    return context


def _login(server: SMTP, session: Session, envelope: Envelope, mechanism: str, data: Any) -> AuthResult:
    fine = isinstance(data, LoginPassword) and (data.login, data.password) == (USER.encode(), PASSWORD.encode())
    return AuthResult(success=fine, handled=False)


@asynccontextmanager
async def mail_server(mode: str = "none", port: int = 0) -> AsyncGenerator[MailServer]:
    """`starttls`, `tls` (both with a login that has to be made), or `none`. `port` 0: any."""
    handler = MailServer()

    def connected() -> SMTP:
        if mode == "none":
            return SMTP(handler, enable_SMTPUTF8=True)
        with warnings.catch_warnings(action="ignore"):
            # over a connection that is TLS from the beginning it sees none, and warns
            return SMTP(
                handler,
                tls_context=certified() if mode == "starttls" else None,
                require_starttls=mode == "starttls",
                auth_required=True,
                auth_require_tls=mode == "starttls",
                authenticator=_login,
            )

    server = await asyncio.get_running_loop().create_server(
        connected, "127.0.0.1", port, ssl=certified() if mode == "tls" else None
    )
    handler.port = server.sockets[0].getsockname()[1]
    try:
        yield handler
    finally:
        server.close()
