"""``wise understand``: what the running bot makes of a text, by its own trained model."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any


def understand(texts: Iterable[str], model: Path) -> Iterator[dict[str, Any]]:
    """One object of the contract for each text, in order, lazily.

    Args:
        texts: messages as a patient would type them. A text that begins with ``/`` is read
            as words, as the channels do, never as a command.
        model: trained model archive of the running bot.

    Raises:
        FileNotFoundError: there is no model there; it has to be trained first.
    """
    if not Path(model).is_file():
        raise FileNotFoundError(f"no trained model at {model}: run 'wise train' first")
    from rasa.core.agent import Agent
    from rasa.utils.log_utils import configure_structlog

    # Without this Rasa prints what patients wrote, at debug level, among the results.
    configure_structlog(logging.ERROR)

    agent = Agent.load(str(model))
    if agent.processor is None:
        raise FileNotFoundError(f"the model at {model} could not be read: run 'wise train' again")
    loop = asyncio.new_event_loop()
    try:
        for text in texts:
            yield _contract(text, loop.run_until_complete(agent.parse_message(_plain(text))))
    finally:
        loop.close()


def _plain(text: str) -> str:
    # Typed commands never reach Rasa from a channel, so they must not here.
    return text.lstrip("/ \t") if text.lstrip().startswith("/") else text


def _contract(text: str, parsed: dict[str, Any]) -> dict[str, Any]:
    # The router may replace the intent by what the dialogue needs; this is what was understood.
    intent = parsed.get("understood") or parsed.get("intent") or {}
    return {
        "text": text,
        "intent": intent.get("name") or "out_of_scope",
        "confidence": round(float(intent.get("confidence") or 0.0), 4),
        "members": parsed.get("members") or [],
        "edits": parsed.get("edits") or [],
        "difficulties": parsed.get("difficulties") or [],
        "safety": parsed.get("safety") or {"level": "none", "category": None},
    }
