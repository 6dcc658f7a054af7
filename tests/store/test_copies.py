"""A person's copy, however little is kept."""

from __future__ import annotations

import json

from bot.store.base import unit_of_work
from bot.store.copies import copy_of
from bot.store.people import begin, remember_address
from tests.store.conftest import Store


def test_who_has_only_agreed_gets_a_copy(store: Store) -> None:
    with unit_of_work() as session:
        begin(session, "p" * 32).give_consent("use")
        remember_address(session, "telegram", "77", "p" * 32)
    as_json, page = copy_of("telegram", "77")
    assert json.loads(as_json)["consent"] and "keeping what you tell me" in page
