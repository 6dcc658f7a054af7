"""A console for talking to a bot through the loopback Bot API."""

import argparse
import asyncio
import sys

from tests.telegram_api.server import TelegramApi

HELP = """Type words to say them, or:
  !1 !2 …      press a button of the newest message that has some
  !Title       press a button by its title
  @51.7,-0.6   share a location      ?voice ?photo ?sticker ?contact ?document   send one
"""


async def talk(port: int, token: str) -> None:
    """Read lines from the console until it ends."""
    api = TelegramApi(token)
    print(f"TELEGRAM_API_URL={await api.start(port)} TELEGRAM_BOT_TOKEN={token}\n{HELP}")
    chat = api.chat(42)
    shown: dict[int, str] = {}

    async def show() -> None:
        while True:
            async with api.changed:
                await api.changed.wait()
            for message in chat.messages:
                buttons = "".join(f"\n   {i}. [{t}]" for i, t in enumerate(message.titles, 1))
                look = f"{'(picture) ' if message.photo else ''}{message.text}{buttons}"
                if shown.get(message.id) != look:
                    print(f"{'bot (changed)' if message.id in shown else 'bot'}: {look}")
                    shown[message.id] = look

    task = asyncio.create_task(show())
    while line := await asyncio.to_thread(sys.stdin.readline):
        line = line.strip()
        try:
            if line.startswith("!") and line[1:].isdigit():
                message = next(m for m in reversed(chat.messages) if m.titles)
                await chat.presses(message.titles[int(line[1:]) - 1], message)
            elif line.startswith("!"):
                await chat.presses(line[1:])
            elif line.startswith("@"):
                latitude, longitude = line[1:].split(",")
                await chat.shares_location(float(latitude), float(longitude))
            elif line.startswith("?"):
                await getattr(chat, f"sends_{line[1:]}")()
            elif line:
                await chat.says(line)
        except (AssertionError, AttributeError, IndexError, StopIteration, ValueError) as error:
            print(f"That did not work: {error}\n{HELP}")
    task.cancel()
    await api.stop()


if __name__ == "__main__":
    parser = argparse.ArgumentParser(prog="python -m tests.telegram_api", description=__doc__)
    parser.add_argument("--port", type=int, default=9001)
    parser.add_argument("--token", default="1000:loopback")
    options = parser.parse_args()
    asyncio.run(talk(options.port, options.token))
