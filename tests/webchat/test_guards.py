"""What a browser says of where a request comes from."""

from __future__ import annotations

import pytest
from starlette.requests import Request

from bot.webchat.guards import is_foreign


@pytest.mark.parametrize(
    ("origin", "foreign"),
    [
        ("https://chat.test", False),
        ("https://evil.test", True),
        ("null", True),
        ("https://[", True),
        ("//a]b", True),
    ],
)
def test_an_origin_that_is_broken_is_foreign(origin: str, foreign: bool) -> None:
    headers = [(b"host", b"chat.test"), (b"origin", origin.encode())]
    assert is_foreign(Request({"type": "http", "headers": headers})) is foreign
