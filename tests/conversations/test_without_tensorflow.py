"""The server reads with TensorFlow left out; in a process of its own, as it cannot come back."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from bot.settings import PROJECT

_READS = """
import asyncio, json, sys
from bot.conversations.without_tensorflow import leave_out_tensorflow

leave_out_tensorflow()
import rasa.core.run
from rasa.core.agent import Agent

agent = Agent.load(sys.argv[1])
read = asyncio.run(agent.parse_message("my sister Bev pops in most days"))
import tensorflow

try:
    tensorflow.keras.Model()
except RuntimeError as error:
    used = str(error)
print(json.dumps([read["members"][0]["name"], hasattr(tensorflow, "__version__"), used]))
"""


def test_a_message_is_read_without_tensorflow(model: Path) -> None:
    run = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", _READS, str(model)],
        cwd=PROJECT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert run.returncode == 0, run.stderr[-2000:]
    last = run.stdout.strip().splitlines()[-1]
    assert last.startswith('["Bev", false, ')
    assert "config.yml may not use it" in last
