"""Every setting in one place, read from the environment or a ``.env`` file.

All have defaults, so that a newcomer needs none of them. Names are the contract of
``docs/settings.md``; a test keeps that page and this class the same.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any, Literal, get_args
from zoneinfo import available_timezones

from pydantic import Field, ValidationError, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

PROJECT = Path(__file__).resolve().parent.parent

AlertLevel = Literal["concern", "crisis", "emergency"]
Region = Literal["england", "scotland", "wales", "northern_ireland"]


class Settings(BaseSettings):
    """Settings of one installation; field names in upper case are the variables."""

    model_config = SettingsConfigDict(
        env_file=".env",
        extra="ignore",
        str_strip_whitespace=True,  # a token copied with its line's end is refused by Telegram
    )

    wise_home: Path = Field(
        default=PROJECT / ".wise", description="Folder for the data, model and logs."
    )
    wise_models: str = Field(
        default="", description="Folder of the trained models; empty: `models` in WISE_HOME."
    )
    wise_shared_models: str = Field(
        default="",
        description="Folder where checkouts share trained models; empty: in the user's cache.",
    )
    database_url: str = Field(
        default="", description="SQLAlchemy URL; empty means a SQLite file in WISE_HOME."
    )
    redis_url: str = Field(
        default="", description="Redis, for locks between Rasa processes; empty: there is one."
    )
    rabbitmq_url: str = Field(
        default="",
        description="RabbitMQ, which tells bot.projector of turns; empty: no such worker.",
    )
    rabbitmq_queue: str = Field(
        default="wise_turns",
        description="Name of that queue and its exchange; its own for each installation.",
    )
    telegram_bot_token: str = Field(
        default="", description="Token from @BotFather; empty: no Telegram."
    )
    telegram_api_url: str = Field(
        default="https://api.telegram.org",
        description="Base of the Bot API; an emulator may stand in.",
    )
    telegram_webhook_url: str = Field(
        default="", description="Public HTTPS address for webhooks; empty: long polling."
    )
    telegram_webhook_secret: str = Field(
        default="", description="Secret that Telegram sends with webhooks."
    )
    telegram_rate: float = Field(
        default=30, gt=0, description="Calls a second to Telegram that this process may make."
    )
    telegram_chat_rate: float = Field(
        default=1,
        gt=0,
        description="Messages a second that one chat gets, after a first burst of 20.",
    )
    wise_bind: str = Field(
        default="127.0.0.1", description="Address that the Rasa and action servers listen on."
    )
    wise_rasa_url: str = Field(
        default="", description="Where the web server finds Rasa; empty: on this machine."
    )
    wise_actions_url: str = Field(
        default="", description="Where others find the action server; empty: on this machine."
    )
    wise_port_rasa: int = Field(default=5005, description="Port of the Rasa server.")
    wise_port_actions: int = Field(default=5055, description="Port of the action server.")
    wise_port_web: int = Field(
        default=8080, description="Port of the chat page, health and metrics."
    )
    wise_service_name: str = Field(
        default="the WISE Companion team", description="Name of the service that patients see."
    )
    wise_service_contact: str = Field(
        default="", description="How a patient reaches a person at the service, in words."
    )
    wise_region: Region = Field(
        default="england", description="Nation, for the crisis contact routes."
    )
    wise_time_zone: str = Field(
        default="Europe/London",
        description="Time zone (IANA) of who begins from now on; nobody is written to at night.",
    )
    wise_many_visits: int = Field(
        default=6,
        ge=0,
        description="Visits in a day from which on a person is brought into view; 0: never.",
    )
    wise_outcome_scale: str = Field(
        default="",
        description="Outcome scale offered after a follow-up, as module:NAME; empty: none.",
    )
    wise_alert_webhook: str = Field(
        default="", description="HTTPS address that is told of each risk; empty: none."
    )
    wise_alert_webhook_secret: str = Field(
        default="", description="Signs what the webhook gets (HMAC-SHA256); empty: not signed."
    )
    wise_alert_email: str = Field(
        default="", description="Address that gets an e-mail at each risk; empty: none."
    )
    wise_alert_from: str = Field(default="", description="Sender of those e-mails.")
    wise_smtp_url: str = Field(
        default="", description="Mail server: smtp://user:password@host:587 or smtps://…:465."
    )
    wise_alert_level: AlertLevel = Field(
        default="crisis", description="From which level on staff are alerted."
    )
    wise_keep_chat_days: int = Field(
        default=365, ge=0, description="Days that conversations are kept; 0: until erased."
    )
    wise_keep_record_days: int = Field(
        default=1095, ge=0, description="Days without a visit after which a record goes; 0: never."
    )
    wise_oidc_issuer: str = Field(
        default="", description="OpenID Connect issuer for staff to sign in with; empty: none."
    )
    wise_oidc_client_id: str = Field(default="", description="Our client id there.")
    wise_oidc_client_secret: str = Field(
        default="", description="Our client secret there; empty for a public client."
    )
    wise_oidc_claim: Literal["email", "preferred_username", "upn", "sub"] = Field(
        default="email",
        description="What of the provider's names an account: a verified e-mail address, or a "
        "claim that nobody there can choose for themselves.",
    )
    wise_oidc_name: str = Field(
        default="your work account", description="What the console calls that way to sign in."
    )
    wise_secret_key: str = Field(
        default="", description="Signs sessions and inner calls; empty: made and kept in WISE_HOME."
    )

    @field_validator("wise_time_zone")
    @classmethod
    def _is_a_zone(cls, name: str) -> str:
        if name not in available_timezones():
            raise ValueError(f"{name!r} is no time zone; use an IANA name like Europe/London")
        return name

    @property
    def store_url(self) -> str:
        """The SQLAlchemy URL in force."""
        return self.database_url or f"sqlite:///{self.wise_home / 'companion.sqlite'}"

    @property
    def rasa_base(self) -> str:
        """Base address of the Rasa server, or of what balances several."""
        return self.wise_rasa_url.rstrip("/") or f"http://127.0.0.1:{self.wise_port_rasa}"

    @property
    def actions_base(self) -> str:
        """Base address of the action server, or of what balances several."""
        return self.wise_actions_url.rstrip("/") or f"http://127.0.0.1:{self.wise_port_actions}"

    def alert_ways(self, level: str) -> list[str]:
        """How staff are alerted of a risk of this level; empty where they are not."""
        levels = get_args(AlertLevel)
        if level not in levels or levels.index(level) < levels.index(self.wise_alert_level):
            return []
        ways = {"webhook": self.wise_alert_webhook, "email": self.wise_alert_email}
        return [way for way, to in ways.items() if to]

    @property
    def service(self) -> tuple[Region, str, str]:
        """The nation, the service's name and how to reach it: fixed replies are filled so."""
        return self.wise_region, self.wise_service_name, self.wise_service_contact

    @property
    def models_folder(self) -> Path:
        """Where trained models are cached, named by the fingerprint of what they learnt from."""
        return Path(self.wise_models) if self.wise_models else self.wise_home / "models"

    @property
    def shared_models_folder(self) -> Path:
        """Where the checkouts of one user share trained models."""
        if self.wise_shared_models:
            return Path(self.wise_shared_models)
        caches = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
        return Path(caches) / "wise-companion" / "models"


@lru_cache(maxsize=1)
def get_settings() -> Settings:
    """The settings of this process; tests call ``get_settings.cache_clear()``.

    Raises:
        WrongSetting: a value cannot be used; it ends the program with words that name which.
    """
    try:
        return Settings()
    except ValidationError as error:
        raise WrongSetting("\n".join(_in_words(each) for each in error.errors())) from None


class WrongSetting(SystemExit):
    """A setting cannot be used; says which, and what it may be."""


_SECRET = ("KEY", "TOKEN", "SECRET", "PASSWORD", "URL", "WEBHOOK")


def _in_words(error: Mapping[str, Any]) -> str:
    name = str(error["loc"][0]).upper() if error["loc"] else "A setting"
    value = "" if any(part in name for part in _SECRET) else f' is "{error["input"]}"'
    said = str(error["msg"]).removeprefix("Value error, ")
    return f"✗ {name}{value}: {said[:1].lower()}{said[1:]}. See docs/settings.md."
