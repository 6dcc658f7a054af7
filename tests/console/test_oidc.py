"""Signing in with the organisation's own accounts, at a provider that signs what it says."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from joserfc import jwt
from joserfc.jwk import RSAKey
from starlette.applications import Starlette
from starlette.testclient import TestClient

from bot.console import accounts
from bot.console.app import console_mount
from bot.console.web import ROOT
from bot.settings import Settings
from bot.store.base import now, unit_of_work

CLIENT = "wise"


class Provider:
    """A provider that answers on a loopback address and names whoever it is told to."""

    def __init__(self) -> None:
        self.key = RSAKey.generate_key(2048, parameters={"kid": "one"})
        self.claims: dict[str, Any] = {}
        self.nonce = ""
        provider = self

        class Answers(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                if self.path.endswith("/openid-configuration"):
                    at = provider.issuer
                    pages = {"authorization": "authorize", "token": "token"}
                    ends = {f"{name}_endpoint": f"{at}/{path}" for name, path in pages.items()}
                    self.say({"issuer": at, "jwks_uri": f"{at}/keys", **ends})
                else:
                    self.say({"keys": [provider.key.as_dict(private=False)]})

            def do_POST(self) -> None:
                self.rfile.read(int(self.headers["content-length"]))
                moment = int(now().timestamp())
                claims = {"iss": provider.issuer, "aud": CLIENT, "exp": moment + 60,
                          "iat": moment, "nonce": provider.nonce, "sub": "s1"}  # fmt: skip
                token = jwt.encode(
                    {"alg": "RS256", "kid": "one"}, {**claims, **provider.claims}, provider.key
                )
                self.say({"access_token": "x", "token_type": "Bearer", "id_token": token})

            def say(self, data: dict[str, Any]) -> None:
                body = json.dumps(data).encode()
                self.send_response(200)
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_args: object) -> None: ...

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Answers)
        self.issuer = f"http://127.0.0.1:{self.server.server_port}"


@pytest.fixture
def provider() -> Iterator[Provider]:
    made = Provider()
    thread = threading.Thread(target=made.server.serve_forever, daemon=True)
    thread.start()
    yield made
    made.server.shutdown()
    made.server.server_close()
    thread.join()


def sign_in(settings: Settings, provider: Provider, **changes: Any) -> Any:
    """Go to the provider and come back; the answer to that."""
    ours = settings.model_copy(
        update={"wise_oidc_issuer": provider.issuer, "wise_oidc_client_id": CLIENT, **changes}
    )
    app = Starlette(routes=[console_mount(ours)])
    visitor = TestClient(app, base_url="https://console.test", follow_redirects=False)
    sent = parse_qs(urlsplit(visitor.get(f"{ROOT}/oidc").headers["location"]).query)
    provider.nonce = sent["nonce"][0]
    return visitor.get(f"{ROOT}/oidc/back", params={"state": sent["state"][0], "code": "c"})


@pytest.fixture
def boss(settings: Settings) -> str:
    with unit_of_work() as session:
        accounts.add(session, "boss@trust.example", "Boss", "lead", "")
    return "boss@trust.example"


def test_a_verified_address_opens_its_account(
    settings: Settings, provider: Provider, boss: str
) -> None:
    provider.claims = {"email": boss, "email_verified": True}
    answer = sign_in(settings, provider)
    assert answer.status_code == 303 and answer.headers["location"] == f"{ROOT}/"


@pytest.mark.parametrize(
    "claims",
    [
        {"email": "boss@trust.example", "email_verified": False},
        {"email": "boss@trust.example", "email_verified": "true"},
        {"email": "boss@trust.example"},
        # At many providers people choose this for themselves.
        {"email": "x@evil.example", "preferred_username": "boss@trust.example"},
        {"sub": "boss@trust.example"},
    ],
)
def test_nobody_gets_in_by_what_they_can_choose(
    settings: Settings, provider: Provider, boss: str, claims: dict[str, Any]
) -> None:
    provider.claims = claims
    assert sign_in(settings, provider).status_code == 403


def test_an_operator_may_name_another_claim(
    settings: Settings, provider: Provider, boss: str
) -> None:
    provider.claims = {"preferred_username": boss}
    answer = sign_in(settings, provider, wise_oidc_claim="preferred_username")
    assert answer.status_code == 303


@pytest.mark.parametrize(
    "claims",
    [{"aud": "another"}, {"iss": "https://another.example"}, {"exp": 1}, {"nonce": "another"}],
)
def test_a_token_that_is_not_for_us_now_opens_nothing(
    settings: Settings, provider: Provider, boss: str, claims: dict[str, Any]
) -> None:
    provider.claims = {"email": boss, "email_verified": True, **claims}
    assert sign_in(settings, provider).status_code == 400
