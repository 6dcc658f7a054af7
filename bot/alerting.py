"""Tells staff at once that a risk was seen: by webhook, by e-mail, or both; never in whose words.

An alert is queued in the transaction that records the risk (``bot.store.alerts``) and sent from
there until it has arrived, by any process that runs ``send_for_ever``. The receiver may get one
twice (a crash after it arrived): ``event`` tells them apart.
"""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import json
import logging
import smtplib
from email.message import EmailMessage
from typing import Any
from urllib.parse import unquote, urlsplit

import httpx
from sqlalchemy.exc import SQLAlchemyError

from bot.settings import Settings
from bot.store import alerts
from bot.store.base import unit_of_work

_log = logging.getLogger(__name__)

SIGNATURE = "X-Wise-Signature"
"""Header of the webhook: ``sha256=`` and the HMAC of the body with the webhook's secret."""

PATIENCE = 10.0
LOOPBACK = frozenset({"localhost", "127.0.0.1", "::1"})


class NotDelivered(RuntimeError):
    """An alert did not arrive; the message says of what kind the failure was."""


def is_safe_address(url: str) -> bool:
    """Whether a webhook goes by HTTPS, or no further than this machine."""
    parts = urlsplit(url)
    return parts.scheme == "https" or (parts.scheme == "http" and parts.hostname in LOOPBACK)


def signature(body: bytes, secret: str) -> str:
    """What a receiver compares in constant time to know that we sent it."""
    return "sha256=" + hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()


def by_webhook(payload: dict[str, Any], settings: Settings) -> None:
    """Post an alert; ``NotDelivered`` unless it was taken (2xx)."""
    url = settings.wise_alert_webhook
    if not is_safe_address(url):
        raise NotDelivered("the webhook is not HTTPS")
    body = json.dumps(payload).encode()
    headers = {"Content-Type": "application/json"}
    if settings.wise_alert_webhook_secret:
        headers[SIGNATURE] = signature(body, settings.wise_alert_webhook_secret)
    try:
        answer = httpx.post(url, content=body, headers=headers, timeout=PATIENCE)
    except httpx.HTTPError as error:
        raise NotDelivered(type(error).__name__) from error
    if not answer.is_success:
        raise NotDelivered(f"status {answer.status_code}")


def by_email(payload: dict[str, Any], settings: Settings) -> None:
    """Send an alert by SMTP; ``NotDelivered`` unless the server took it."""
    server = urlsplit(settings.wise_smtp_url)
    secure = server.scheme == "smtps"
    kind = smtplib.SMTP_SSL if secure else smtplib.SMTP
    try:
        host, port = server.hostname or "localhost", server.port or (465 if secure else 587)
        with kind(host, port, timeout=PATIENCE) as mail:
            if not secure and host not in LOOPBACK:
                mail.starttls()
            if server.username:
                mail.login(unquote(server.username), unquote(server.password or ""))
            mail.send_message(letter(payload, settings))
    except (OSError, smtplib.SMTPException) as error:
        raise NotDelivered(type(error).__name__) from error


def letter(payload: dict[str, Any], settings: Settings) -> EmailMessage:
    """The e-mail: how serious, since when, where to look. Nothing that the person said."""
    about = str(payload["category"] or "low mood or strain").replace("_", " ")
    whom = " (about someone else)" if payload["subject"] == "other" else ""
    message = EmailMessage()
    message["Subject"] = f"WISE Companion: {payload['level']} in the queue"
    message["From"] = settings.wise_alert_from or settings.wise_alert_email
    message["To"] = settings.wise_alert_email
    message.set_content(
        f"A risk was seen: {payload['level']}, {about}{whom}.\n"
        f"When: {payload['at']}\n"
        f"Record: {payload['person']}, event {payload['event']}\n\n"
        "The person was given the fixed words with the right numbers. Open the queue of the "
        "staff console to see what was said. This message holds none of it on purpose.\n"
    )
    return message


WAYS = {"webhook": by_webhook, "email": by_email}


def send_next(settings: Settings) -> bool:
    """Send the alert that is due longest; whether there was one."""
    with unit_of_work(settings.store_url) as session:
        row = alerts.claim(session)
        if row is None:
            return False
        number, way, payload = row.id, row.way, dict(row.payload)
    try:
        WAYS[way](payload, settings)
    except NotDelivered as error:
        with unit_of_work(settings.store_url) as session:
            again = alerts.try_later(session, number, str(error))
        _log.error(
            "Alert %s did not arrive by %s (%s)%s",
            number,
            way,
            error,
            "" if again else "; it is given up",
        )
    else:
        with unit_of_work(settings.store_url) as session:
            alerts.arrived(session, number)
    return True


async def send_for_ever(settings: Settings, every: float = 2.0) -> None:
    """Send what is due, and look again every so many seconds, until cancelled."""
    while True:
        try:
            while await asyncio.to_thread(send_next, settings):
                pass
        except SQLAlchemyError as error:
            _log.error("Alerts wait, as the store is away (%s)", type(error).__name__)
        except Exception as error:  # staff must not go untold because of one bad row
            _log.error("Alerts could not be sent (%s)", type(error).__name__)
        await asyncio.sleep(every)
