"""What `Webhooks` promises on a real receiver, which checks signatures with the library of Standard Webhooks."""

import ipaddress
import json
from datetime import timedelta
from uuid import UUID

import pytest
from standardwebhooks.webhooks import Webhook, WebhookVerificationError
from tests.support.mail_server import certified, trusting
from tests.support.webhook_receiver import receiver

from quarterdeck.adapters.delivery.signing import DerivedSecrets, hkdf
from quarterdeck.adapters.delivery.webhooks import HttpWebhooks
from quarterdeck.adapters.memory.delivery import MemoryWebhooks
from quarterdeck.adapters.system import SystemClock
from quarterdeck.application.ports.delivery import DeliveryFailedError, NotConfiguredError, WebhookCall, Webhooks

SECRETS = DerivedSecrets("the server's key, which is long enough")
HOOK, OTHER = UUID(int=1), UUID(int=2)
LOCAL = [ipaddress.ip_network("127.0.0.0/8")]
BODY = json.dumps({"type": "alerts", "text": "☂"}).encode()


def call(url: str) -> WebhookCall:
    return WebhookCall(delivery_id=UUID(int=9), webhook_id=HOOK, url=url, body=BODY)


def webhooks(*, named: bool = True) -> HttpWebhooks:
    return HttpWebhooks(SECRETS, SystemClock(), LOCAL if named else (), trusting())


async def failure(hooks: Webhooks, url: str) -> DeliveryFailedError:
    with pytest.raises(DeliveryFailedError) as failed:
        await hooks.send(call(url))
    return failed.value


async def test_a_receiver_can_check_that_a_call_is_ours_and_which_it_is() -> None:
    async with receiver(certified()) as there:
        answer = await webhooks().send(call(there.url))

        [(headers, body)] = there.got
    assert answer == "HTTP 204"
    assert headers["webhook-id"] == str(UUID(int=9))
    assert Webhook(SECRETS.secret(HOOK)).verify(body, dict(headers)) == json.loads(BODY)
    with pytest.raises(WebhookVerificationError):
        Webhook(SECRETS.secret(OTHER)).verify(body, dict(headers))
    with pytest.raises(WebhookVerificationError):
        Webhook(SECRETS.secret(HOOK)).verify(body + b" ", dict(headers))


async def test_a_redirect_is_not_followed() -> None:
    async with receiver() as there, receiver() as elsewhere:
        there.status, there.headers = 307, {"Location": elsewhere.url}
        refused = await failure(webhooks(), there.url)

        assert elsewhere.got == []
    assert "redirect" in refused.message


@pytest.mark.parametrize(
    ("status", "headers", "permanent", "wait"),
    [
        (500, {}, False, None),
        (404, {}, False, None),
        (410, {}, True, None),
        (429, {"Retry-After": "120"}, False, timedelta(minutes=2)),
        (503, {"Retry-After": "soon"}, False, None),
    ],
)
async def test_an_answer_is_known_by_its_status_and_nothing_of_it_is_told(
    status: int, headers: dict[str, str], permanent: bool, wait: timedelta | None
) -> None:
    async with receiver() as there:
        there.status, there.headers, there.body = status, headers, b"a secret of the receiver " * 100_000
        refused = await failure(webhooks(), there.url)

    assert str(status) in refused.message
    assert "secret of the receiver" not in refused.message
    assert (refused.permanent, refused.wait) == (permanent, wait)


async def test_a_twin_in_memory_answers_and_fails_as_it_is_told() -> None:
    hooks = MemoryWebhooks()

    assert await hooks.send(call("https://example.org")) == "HTTP 204"
    hooks.failure = DeliveryFailedError("away")
    assert (await failure(hooks, "https://example.org")).message == "away"
    assert len(hooks.sent) == 1


@pytest.mark.parametrize(
    "host",
    ["127.0.0.1", "localhost", "[::1]", "0.0.0.0", "10.1.2.3", "169.254.169.254", "[::ffff:127.0.0.1]", "[fe80::1]"],
)
async def test_this_host_private_networks_and_metadata_are_not_called(host: str) -> None:
    refused = await failure(webhooks(named=False), f"https://{host}:9/hook")

    assert "is not called" in refused.message


async def test_metadata_is_not_called_even_where_its_network_is_named() -> None:
    named = [ipaddress.ip_network("169.254.0.0/16"), ipaddress.ip_network("fd00::/8")]
    hooks = HttpWebhooks(SECRETS, SystemClock(), named)

    for host in ("169.254.169.254", "[fd00:ec2::254]"):
        assert "metadata" in (await failure(hooks, f"http://{host}/hook")).message


@pytest.mark.parametrize("host", ["0x7f.1", "2130706433", "127.1", "0177.0.0.1", "ex_ample.org", "a..b"])
async def test_other_spellings_of_addresses_are_refused(host: str) -> None:
    refused = await failure(webhooks(), f"https://{host}/hook")

    assert refused.permanent


async def test_without_tls_only_named_networks_are_called() -> None:
    assert "without TLS" in (await failure(webhooks(), "http://1.1.1.1:9/hook")).message


async def test_a_certificate_that_is_not_trusted_and_a_port_that_nobody_listens_on_are_said() -> None:
    async with receiver(certified()) as there:
        untrusting = HttpWebhooks(SECRETS, SystemClock(), LOCAL)
        assert "certificate" in (await failure(untrusting, there.url)).message
        assert there.got == []
        url = there.url
    assert "refused" in (await failure(webhooks(), url)).message


async def test_without_a_key_nothing_is_signed_or_sent() -> None:
    async with receiver() as there:
        with pytest.raises(NotConfiguredError, match="has no key"):
            await HttpWebhooks(DerivedSecrets(""), SystemClock(), LOCAL).send(call(there.url))

        assert there.got == []


def test_secrets_are_derived_as_rfc_5869_has_it() -> None:
    # appendix A.1
    derived = hkdf(
        bytes.fromhex("0b" * 22),
        salt=bytes.fromhex("000102030405060708090a0b0c"),
        info=bytes.fromhex("f0f1f2f3f4f5f6f7f8f9"),
        length=42,
    )

    assert derived.hex() == ("3cb25f25faacd57a90434f64d0362f2a2d2d0a90cf1a5a4c5db02d56ecc4c5bf34007208d5b887185865")
    assert SECRETS.secret(HOOK).startswith("whsec_")
    assert "long enough" not in repr(SECRETS)
