"""What the conductor watches for: a budget that is used up, what is out of order, and a report that is due."""

import asyncio
from typing import Any
from urllib.parse import urlsplit

import pytest
from tests.support.mail_server import MailServer, mail_server
from tests.support.product import Product
from tests.support.waiting import eventually

pytestmark = [pytest.mark.asyncio(loop_scope="module"), pytest.mark.account("user")]

HOME = ("-p", "harbour watch")
OPS, ADA = "ops@example.org", "ada@example.org"


async def test_a_spent_budget_pauses_an_alert_is_mailed_and_a_report_is_sent(product: Product) -> None:
    path = product.repository("watch")
    assert product.qd("project", "add", str(path), "--name", HOME[1]).returncode == 0
    session = product.ask("session", "open", *HOME)["id"]
    budget = product.ask("budget", "set", *HOME, "--tokens", "1000", "--every", "day")["id"]
    rule = ("spending", "--kind", "threshold", "--measure", "tokens-output", "--above", "900", "--by", "model")
    product.ask("alert", "rule", "set", *rule, *HOME, "--gather", "1s", "--mail", OPS)
    product.ask("report", "set", "daily", *HOME, "--every", "day", "--mail", ADA)
    port = urlsplit(product.settings["QD_SMTP_URL"]).port or 0

    async with mail_server(port=port) as server:
        _record(product, session, "r1", 1200)

        await eventually(lambda: _state(product, session) == "PAUSED", within=60)
        refused = product.qd("run", *HOME, "-s", session, "--", "true")
        assert refused.returncode == 75, refused.stderr.decode()
        assert [each["id"] for each in product.ask("budget", "list", *HOME) if each["asks"]] == [budget]

        mail = await _mail_to(server, OPS)
        assert "spending" in str(mail["subject"])
        [alert] = product.ask("alert", "list", *HOME)
        assert (alert["rule"], alert["state"], alert["value"]) == ("spending", "firing", 1200.0)

        sent = await asyncio.to_thread(product.qd, "report", "send", "daily", *HOME)  # the mail server answers here
        assert sent.returncode == 0, sent.stderr.decode()
        report = await _mail_to(server, ADA)
        names = {part.get_filename() for part in report.iter_attachments()}
        assert {"totals.csv", "times.csv"} <= names

        await eventually(lambda: _arrived(product, alert["id"]), within=60)

    assert alert["silencedUntil"] is None
    product.ask("alert", "silence", "--until", "2h", "-m", "seen", "--rule", "spending", *HOME)
    assert product.ask("alert", "show", alert["id"])["silencedUntil"]
    assert product.qd("budget", "answer", budget, "let-on").returncode == 0
    await eventually(lambda: _state(product, session) == "READY", within=60)
    went_on = product.qd("run", *HOME, "-s", session, "--", "echo on")
    assert (went_on.returncode, went_on.stdout) == (0, b"on\n"), went_on.stderr.decode()


def _record(product: Product, session: str, response: str, tokens: int) -> None:
    words = ("--provider", "local", "--model", "m", "--response-id", response, "--output-tokens", str(tokens))
    done = product.qd("usage", "record", *HOME, *words, "-s", session)
    assert done.returncode == 0, done.stderr.decode()


def _state(product: Product, session: str) -> str:
    return str(product.ask("session", "show", session)["state"])


async def _mail_to(server: MailServer, address: str) -> Any:
    def taken() -> Any:
        return next((mail for _, recipients, mail in server.taken if address in recipients), None)

    return await eventually(taken, within=90)


def _arrived(product: Product, alert: str) -> bool:
    shown: Any = product.ask("alert", "show", alert)
    return [each["state"] for each in shown["deliveries"]] == ["arrived"]
