"""What is missing or wrong on this machine, in words that a newcomer understands."""

from __future__ import annotations

import re
import socket
import sys
from collections.abc import Iterator
from dataclasses import dataclass

from sqlalchemy import inspect, text
from sqlalchemy.engine import make_url
from sqlalchemy.exc import SQLAlchemyError

from bot.alerting import LOOPBACK, is_safe_address
from bot.safety.routes import not_yet_confirmed
from bot.settings import Settings
from bot.store.base import engine_for
from bot.store.migrate import is_current
from bot.support.scales import NoScale, scale_named
from bot.training import is_trained


@dataclass(frozen=True)
class Finding:
    """One thing that was looked at.

    Attributes:
        state: ``ok``, ``note`` (works, but know this) or ``wrong``.
        what: what is so.
        mend: what to do, where there is something.
    """

    state: str
    what: str
    mend: str = ""


def examine(settings: Settings) -> list[Finding]:
    """Look at everything that ``wise run`` needs."""
    return [
        *_python(),
        *_database(settings),
        *_model(settings),
        *_ports(settings),
        *_telegram(settings),
        *_service(settings),
    ]


def _python() -> Iterator[Finding]:
    found = ".".join(map(str, sys.version_info[:3]))
    if sys.version_info[:2] == (3, 10):
        yield Finding("ok", f"Python {found}")
    else:
        yield Finding("wrong", f"Python {found}: Rasa 3.6 needs 3.10", "Run: make run")


def _database(settings: Settings) -> Iterator[Finding]:
    # Never the password.
    shown = make_url(settings.store_url).render_as_string(hide_password=True)
    try:
        with engine_for(settings.store_url).connect() as connection:
            connection.execute(text("SELECT 1"))
            empty = not inspect(connection).get_table_names()
        if empty:
            yield Finding("note", f"Database {shown} is new", "wise run makes its tables")
        elif is_current(settings.store_url):
            yield Finding("ok", f"Database {shown}")
        else:
            yield Finding("note", f"Database {shown} has older tables", "wise run brings them up")
    except SQLAlchemyError as error:
        yield Finding(
            "wrong",
            f"Database {shown} does not answer ({type(error).__name__})",
            "Check DATABASE_URL, and that the database is running",
        )


def _model(settings: Settings) -> Iterator[Finding]:
    if is_trained(settings):
        yield Finding("ok", "The model is trained")
    else:
        yield Finding("note", "The model is not trained yet", "Run: uv run wise train")


def _ports(settings: Settings) -> Iterator[Finding]:
    ports = {
        "WISE_PORT_RASA": settings.wise_port_rasa,
        "WISE_PORT_ACTIONS": settings.wise_port_actions,
        "WISE_PORT_WEB": settings.wise_port_web,
    }
    if len(set(ports.values())) < len(ports):
        yield Finding("wrong", "Two servers have the same port", "Give each WISE_PORT_… its own")
    for name, port in ports.items():
        with socket.socket() as probe:
            probe.settimeout(0.5)
            taken = probe.connect_ex(("127.0.0.1", port)) == 0
        if taken:
            yield Finding(
                "note",
                f"Port {port} ({name}) is in use",
                f"Fine if WISE Companion is running; else set {name} to another",
            )
        else:
            yield Finding("ok", f"Port {port} ({name}) is free")


def _telegram(settings: Settings) -> Iterator[Finding]:
    if not settings.telegram_bot_token:
        yield Finding("note", "Telegram is off", "Set TELEGRAM_BOT_TOKEN to talk there")
    elif settings.telegram_webhook_url and not settings.telegram_webhook_secret:
        yield Finding(
            "wrong",
            "Telegram's webhook has no secret, so anyone could send messages as a patient",
            "Set TELEGRAM_WEBHOOK_SECRET to a long random text",
        )
    else:
        way = "webhook" if settings.telegram_webhook_url else "long polling"
        yield Finding("ok", f"Telegram is on, by {way}")


def _service(settings: Settings) -> Iterator[Finding]:
    if not settings.wise_service_contact:
        yield Finding(
            "note",
            "Patients are not told how to reach a person at the service",
            "Set WISE_SERVICE_CONTACT, like: Call us on 01632 960000, Monday to Friday.",
        )
    yield from _keys(settings)
    unconfirmed = [r for r in not_yet_confirmed() if settings.wise_region in r.nations]
    if unconfirmed:
        yield Finding(
            "note",
            f"{len(unconfirmed)} contact routes of this nation have not been confirmed by anyone",
            "Ring each number of bot/safety/routes.yml and write the day down as last_checked",
        )
    try:
        scale_named(settings.wise_outcome_scale)
    except NoScale as error:
        yield Finding("wrong", f"Outcome scale: {error}", "Mend WISE_OUTCOME_SCALE, or empty it")
    if not settings.wise_alert_webhook and not settings.wise_alert_email:
        yield Finding(
            "note",
            "Nobody is told when a risk is seen; somebody has to look at the queue",
            "Set WISE_ALERT_WEBHOOK or WISE_ALERT_EMAIL",
        )
    if settings.wise_alert_webhook and not is_safe_address(settings.wise_alert_webhook):
        yield Finding(
            "wrong", "The alert webhook is not HTTPS", "Set WISE_ALERT_WEBHOOK to https://…"
        )
    if settings.wise_alert_email and not settings.wise_smtp_url:
        yield Finding("wrong", "Alerts by e-mail have no mail server", "Set WISE_SMTP_URL")


WEAK = re.compile(
    r"(?:change|changeme|secret|password|default|example|test|demo|letmein|12345|abcde|qwert|todo|xxxx)",
    re.I,
)


def is_weak(key: str) -> bool:
    """Whether a key is one that can be guessed: short, a word everybody uses, or few characters."""
    return len(key) < 32 or len(set(key)) < 10 or bool(WEAK.search(key))


def is_public(settings: Settings) -> bool:
    """Whether anything of this installation is meant to be reached from beyond this machine."""
    store = make_url(settings.store_url)
    far_store = store.host not in (None, "", *LOOPBACK)
    far_servers = settings.wise_bind not in LOOPBACK
    return bool(
        settings.telegram_webhook_url or settings.wise_oidc_issuer or far_store or far_servers
    )


def _keys(settings: Settings) -> Iterator[Finding]:
    """Keys: a weak one is wrong where others can reach us, and worth knowing where not."""
    public = is_public(settings)
    if settings.wise_secret_key and is_weak(settings.wise_secret_key):
        yield Finding(
            "wrong",
            "WISE_SECRET_KEY is weak, so sessions could be forged",
            "Make one: python -c 'import secrets; print(secrets.token_hex(32))'",
        )
    elif public and not settings.wise_secret_key:
        yield Finding(
            "wrong",
            "WISE_SECRET_KEY is not set, although others can reach this installation",
            "Make one: python -c 'import secrets; print(secrets.token_hex(32))'",
        )
    hook = settings.telegram_webhook_secret
    if settings.telegram_webhook_url and hook and is_weak(hook):
        yield Finding(
            "wrong", "TELEGRAM_WEBHOOK_SECRET is weak", "Use at least 32 random letters and digits"
        )
    password = make_url(settings.store_url).password
    if public and password is not None and (len(str(password)) < 12 or WEAK.search(str(password))):
        yield Finding(
            "wrong",
            "The database's password is weak",
            "Give the database a long random password, and put it in DATABASE_URL",
        )
