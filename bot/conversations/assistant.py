"""The real assistant inside one process: the trained model, our store, and the actions.

What tests, ``wise dialogue run``, ``wise understand`` and simulations talk to. The only thing
that differs from ``wise run`` is that actions are called in the process, with their JSON.
"""

from __future__ import annotations

import json
import logging
from pathlib import Path
from typing import Any

from rasa.core.agent import Agent
from rasa.core.channels.channel import UserMessage
from rasa.utils.endpoints import EndpointConfig
from rasa.utils.log_utils import configure_structlog

from bot.conversations.action_answers import check_with_a_schema_read_once
from bot.conversations.action_calls import OnceExecutor
from bot.conversations.saving import go_on_if_nothing_is_missed, miss
from bot.conversations.tracker_store import WindowedTrackerStore
from bot.conversations.turns import Turns
from bot.store.base import STORE_AWAY


class ActionsInProcess(EndpointConfig):
    """An action server without a server: the same JSON in and out."""

    def __init__(self, package: str = "actions") -> None:
        super().__init__(url="in-process")
        self._executor = OnceExecutor()
        self._executor.register_package(package)

    @property
    def names(self) -> set[str]:
        """Names of all actions in the package."""
        return set(self._executor.actions)

    async def request(self, method: str = "post", subpath: str | None = None, **kwargs: Any) -> Any:
        """Run one action."""
        go_on_if_nothing_is_missed()
        call = json.loads(json.dumps(kwargs["json"], default=str))
        try:
            result = await self._executor.run(call)
        except STORE_AWAY:
            miss("action server")
            raise
        return json.loads(json.dumps(result, default=str))


class Assistant:
    """A loaded assistant; ``turns`` takes what a patient sends."""

    def __init__(self, agent: Agent) -> None:
        self.agent = agent
        self.turns = Turns(self.handle)

    @classmethod
    def load(cls, model: Path) -> Assistant:
        """Load a trained model (some 15 seconds); the store is that of the settings."""
        # Without this Rasa prints what patients say at debug level.
        configure_structlog(logging.WARNING)
        check_with_a_schema_read_once()
        store = WindowedTrackerStore()
        agent = Agent.load(str(model), tracker_store=store, action_endpoint=ActionsInProcess())
        store.domain = agent.domain
        return cls(agent)

    async def handle(self, message: UserMessage) -> None:
        """Take one message, as Rasa's server would."""
        await self.agent.handle_message(message)

    async def parse(self, text: str) -> dict[str, Any]:
        """What the pipeline makes of a text, outside any conversation."""
        return await self.agent.parse_message(text)
