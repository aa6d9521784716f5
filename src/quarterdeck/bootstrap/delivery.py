"""What carries messages out of the house."""

import ipaddress

from quarterdeck.adapters.delivery.folders import LocalFolders
from quarterdeck.adapters.delivery.mail import SmtpMailer
from quarterdeck.adapters.delivery.signing import DerivedSecrets
from quarterdeck.adapters.delivery.webhooks import HttpWebhooks
from quarterdeck.adapters.system import SystemClock
from quarterdeck.application.deliveries import Channels
from quarterdeck.config import Settings


def mailer(settings: Settings) -> SmtpMailer:
    url = settings.smtp_url.get_secret_value() if settings.smtp_url else ""
    return SmtpMailer(url, settings.mail_from, SystemClock())


def webhook_secrets(settings: Settings) -> DerivedSecrets:
    return DerivedSecrets(settings.signing_key.get_secret_value() if settings.signing_key else "")


def channels(settings: Settings) -> Channels:
    named = [ipaddress.ip_network(text) for text in settings.webhook_networks]
    return Channels(
        mailer=mailer(settings),
        webhooks=HttpWebhooks(webhook_secrets(settings), SystemClock(), named),
        folders=LocalFolders(settings.reports),
    )
