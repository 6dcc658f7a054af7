"""A Telegram Bot API of our own on loopback, so that the whole bot can be tried without Telegram.

Start it by hand with ``python -m tests.telegram_api --port 9001`` and give the bot
``TELEGRAM_API_URL=http://127.0.0.1:9001``; then talk to it in the console.
"""

from tests.telegram_api.chat import Chat, Shown
from tests.telegram_api.server import TelegramApi

__all__ = ["Chat", "Shown", "TelegramApi"]
