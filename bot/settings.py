"""Every setting in one place, read from the environment or a ``.env`` file.

All have defaults, so that a newcomer needs none of them. Names are the contract of
``docs/settings.md``; a test keeps that page and this class the same.
"""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path
from typing import Literal

from pydantic import Field
from pydantic_settings import BaseSettings, SettingsConfigDict

PROJECT = Path(__file__).resolve().parent.parent

Region = Literal["england", "scotland", "wales", "northern_ireland"]


class Settings(BaseSettings):
    """Settings of one installation; field names in upper case are the variables."""

    model_config = SettingsConfigDict(env_file=".env", extra="ignore")

    wise_home: Path = Field(
        default=PROJECT / ".wise", description="Folder for the data, model and logs."
    )
    database_url: str = Field(
        default="", description="SQLAlchemy URL; empty means a SQLite file in WISE_HOME."
    )
    redis_url: str = Field(
        default="", description="Redis, for Rasa's locks when there are many servers."
    )
    rabbitmq_url: str = Field(
        default="", description="RabbitMQ, for the events when there are many servers."
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
    wise_port_rasa: int = Field(
        default=5005, description="Port of the Rasa server (loopback only)."
    )
    wise_port_actions: int = Field(
        default=5055, description="Port of the action server (loopback only)."
    )
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
    wise_secret_key: str = Field(
        default="", description="Signs sessions and inner calls; empty: made and kept in WISE_HOME."
    )

    @property
    def store_url(self) -> str:
        """The SQLAlchemy URL in force."""
        return self.database_url or f"sqlite:///{self.wise_home / 'companion.sqlite'}"

    @property
    def models_folder(self) -> Path:
        """Where trained models are cached, named by the fingerprint of what they learnt from."""
        return self.wise_home / "models"


@lru_cache(maxsize=1)
def get_settings() -> Settings:
    """The settings of this process; tests call ``get_settings.cache_clear()``."""
    return Settings()
