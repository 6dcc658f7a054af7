"""Rasa's check of what the action server answers, with its schema read once.

Rasa 3.6.21 checks the schema itself before each answer (``jsonschema.validate``), which took three
quarters of the time that a turn kept the server busy; docs/performance.md has the figures.
"""

from __future__ import annotations

from typing import Any

from jsonschema.validators import validator_for
from rasa.core.actions.action import RemoteAction


def check_with_a_schema_read_once() -> None:
    """From now on Rasa checks each answer as before, and its schema no more.

    The check raises ``jsonschema.ValidationError``, as Rasa's own does.
    """
    schema = RemoteAction.action_response_format_spec()
    kind = validator_for(schema)
    kind.check_schema(schema)
    check = kind(schema).validate

    def validate(_action: RemoteAction, result: dict[str, Any]) -> bool:
        check(result)
        return True

    RemoteAction._validate_action_result = validate
