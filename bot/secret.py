"""The installation's secret, and keys derived from it."""

from __future__ import annotations

import hashlib
import hmac
import os
import secrets
import tempfile
from contextlib import suppress
from functools import lru_cache
from pathlib import Path

from bot.settings import Settings, get_settings


@lru_cache(maxsize=4)
def installation_secret(settings_key: str, home: str) -> bytes:
    """``WISE_SECRET_KEY``, or one made at first use and kept in WISE_HOME, readable by us only."""
    if settings_key:
        return settings_key.encode()
    path = Path(home) / "secret"
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        handle, draft = tempfile.mkstemp(dir=path.parent, prefix=".secret-")  # made with 0600
        with os.fdopen(handle, "w", encoding="ascii") as file:
            file.write(secrets.token_hex(32))
        # The file appears whole or not at all, and of servers that start together one wins.
        with suppress(FileExistsError):
            os.link(draft, path)
        os.unlink(draft)
    return path.read_bytes()


def derived_key(purpose: str, settings: Settings | None = None) -> str:
    """A key for one purpose (64 hexadecimal characters); other purposes cannot be told from it."""
    settings = settings or get_settings()
    root = installation_secret(settings.wise_secret_key, str(settings.wise_home))
    return hmac.new(root, purpose.encode(), hashlib.sha256).hexdigest()
