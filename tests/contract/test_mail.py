"""What any `Mailer` promises, on a real mail server with STARTTLS and with TLS, and in memory."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from email.message import EmailMessage
from urllib.parse import quote
from uuid import UUID

import pytest
from tests.support.mail_server import PASSWORD, USER, MailServer, mail_server, trusting

from quarterdeck.adapters.delivery.mail import SmtpMailer, composed
from quarterdeck.adapters.memory.delivery import MemoryMailer
from quarterdeck.adapters.system import SystemClock
from quarterdeck.application.ports.delivery import DeliveryFailedError, Mail, Mailer, MailPart, NotConfiguredError
from quarterdeck.domain.errors import InvalidInputError

SENDER = "deck@example.org"
SCHEMES = {"starttls": "smtp", "tls": "smtps"}
MAIL = Mail(
    delivery_id=UUID(int=7),
    to="ada@example.org",
    subject="Two commands fail: “naïve” ☂",
    text="They fail.\n",
    html="<p>They <img src='cid:chart.png'> fail.</p>",
    images=[MailPart(name="chart.png", media_type="image/png", content=b"\x89PNG")],
    attachments=[MailPart(name="usage.csv", media_type="text/csv", content=b"a,b\r\n1,2\r\n")],
    thread="rule 1",
)


@dataclass
class Office:
    mailer: Mailer
    server: MailServer | None = None
    memory: MemoryMailer | None = None

    def refuse(self, address: str) -> None:
        if self.server:
            self.server.refuse[address] = "550 5.1.1 who is that?"
        elif self.memory:
            self.memory.refused.add(address)


@asynccontextmanager
async def real(mode: str, login: str = f"{quote(USER)}:{quote(PASSWORD, safe='')}@") -> AsyncGenerator[Office]:
    async with mail_server(mode) as server:
        url = f"{SCHEMES[mode]}://{login}localhost:{server.port}"
        yield Office(SmtpMailer(url, SENDER, SystemClock(), trusting()), server)


@pytest.fixture(params=["memory", "starttls", "tls"])
async def office(request: pytest.FixtureRequest) -> AsyncGenerator[Office]:
    if request.param == "memory":
        memory = MemoryMailer()
        yield Office(memory, memory=memory)
    else:
        async with real(request.param) as found:
            yield found


async def test_a_mail_is_taken_and_one_to_an_unknown_address_never_will_be(office: Office) -> None:
    office.refuse("nobody@example.org")

    await office.mailer.check()
    answer = await office.mailer.send(MAIL)
    with pytest.raises(DeliveryFailedError) as refused:
        await office.mailer.send(Mail(delivery_id=UUID(int=8), to="nobody@example.org", subject="", text=""))

    assert "OK" in answer or "taken" in answer
    assert refused.value.permanent
    assert "550" in refused.value.message


async def test_it_arrives_with_text_html_images_attachments_and_an_id_that_never_changes() -> None:
    async with real("starttls") as office:
        for _ in range(2):
            await office.mailer.send(MAIL)

        assert office.server is not None
        (sender, recipients, mail), (_, _, again) = office.server.taken
    assert (sender, recipients) == (SENDER, ["ada@example.org"])
    assert mail["Subject"] == MAIL.subject
    assert mail["Message-ID"] == again["Message-ID"] == f"<{UUID(int=7)}@example.org>"
    assert mail["Auto-Submitted"] == "auto-generated"
    kinds = [part.get_content_type() for part in mail.walk()]
    assert kinds == [
        "multipart/mixed", "multipart/alternative", "text/plain", "multipart/related", "text/html", "image/png",
        "text/csv",
    ]  # fmt: skip
    image = next(part for part in mail.walk() if part.get_content_type() == "image/png")
    assert (image["Content-ID"], image.get_content_disposition()) == ("<chart.png>", "inline")
    [attachment] = [part for part in mail.iter_attachments() if part.get_filename() == "usage.csv"]
    assert isinstance(attachment, EmailMessage)
    assert attachment.get_payload(decode=True) == b"a,b\r\n1,2\r\n"


async def test_a_wrong_login_and_a_certificate_that_is_not_trusted_are_said_without_the_password() -> None:
    async with real("tls", login="someone:hidden@") as office:
        with pytest.raises(DeliveryFailedError, match="refuses the login") as login:
            await office.mailer.check()
    async with mail_server("starttls") as server:
        untrusting = SmtpMailer(f"smtp://someone:hidden@localhost:{server.port}", SENDER, SystemClock())
        with pytest.raises(DeliveryFailedError, match="certificate") as certificate:
            await untrusting.send(MAIL)

        assert server.taken == []
    for error in (login.value, certificate.value):
        assert not error.permanent
        assert "hidden" not in f"{error.message} {error.next_step}"


async def test_a_server_without_starttls_gets_no_mail_unless_that_was_set() -> None:
    async with mail_server() as server:
        with pytest.raises(DeliveryFailedError, match="STARTTLS"):
            await SmtpMailer(f"smtp://localhost:{server.port}", SENDER, SystemClock()).send(MAIL)
        await SmtpMailer(f"smtp://localhost:{server.port}?tls=none", SENDER, SystemClock()).send(MAIL)

        assert len(server.taken) == 1


async def test_a_server_that_is_not_there_is_said_and_tried_again() -> None:
    with pytest.raises(DeliveryFailedError, match="cannot be reached") as away:
        await SmtpMailer("smtp://127.0.0.1:9?tls=none", SENDER, SystemClock()).send(MAIL)

    assert not away.value.permanent


async def test_without_a_server_or_a_sender_no_mail_is_sent() -> None:
    for url, sender in (("", SENDER), ("smtp://localhost", "")):
        with pytest.raises(NotConfiguredError, match="no mail server is set") as refused:
            await SmtpMailer(url, sender, SystemClock()).send(MAIL)
        assert refused.value.next_step == "Set QD_SMTP_URL and QD_MAIL_FROM."


@pytest.mark.parametrize(
    "url",
    [
        "smtp://",
        "smtp://host:99999",
        "smtp://host/path",
        "smtp://host?tls=off",
        "smtps://host?tls=none",
        "smtp://user:password@mail.example.org?tls=none",
    ],
)
def test_an_address_that_cannot_be_used_is_refused_without_showing_it(url: str) -> None:
    with pytest.raises(InvalidInputError) as refused:
        SmtpMailer(url, SENDER, SystemClock())

    assert "password@" not in refused.value.message


def test_a_subject_cannot_add_headers() -> None:
    class Noon:
        def now(self) -> datetime:
            return datetime(2026, 11, 26, 12, tzinfo=UTC)

    mail = composed(
        Mail(delivery_id=UUID(int=7), to="a@example.org", subject="x\r\nBcc: b@example.org", text=""), SENDER, Noon()
    )

    assert mail["Bcc"] is None
    assert mail["Subject"] == "x Bcc: b@example.org"
    assert mail["Date"] == "Thu, 26 Nov 2026 12:00:00 +0000"
