"""Signing in with the organisation's own accounts, by OpenID Connect, where that is set up.

The provider says who somebody is and looks after the second factor; what they may do stays
here. An account is made beforehand with ``wise staff add NAME --elsewhere``, by the name that
the provider gives as verified e-mail address, or as ``WISE_OIDC_CLAIM`` says.
Nobody is let in without one.
"""

from __future__ import annotations

import logging
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

import httpx
from authlib.integrations.httpx_client import OAuth2Client  # type: ignore[import-untyped]
from itsdangerous import BadSignature, URLSafeTimedSerializer
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet
from starlette.responses import RedirectResponse, Response

from bot.console import accounts
from bot.console.sign_in import enter, next_of
from bot.console.web import ROOT, NotSo, NotThere, Page, Visit, is_ours
from bot.secret import derived_key
from bot.settings import Settings
from bot.store import audit

_COOKIE = "wise_staff_oidc"
_PATIENCE = 600  # seconds between going to the provider and coming back
_TIMEOUT = 10.0  # seconds for one call of the provider
_ALGORITHMS = ["RS256", "PS256", "ES256"]
_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Provider:
    """The addresses that a provider publishes."""

    issuer: str
    authorize: str
    token: str
    keys: str


def is_on(settings: Settings) -> bool:
    """Whether sign-on elsewhere is set up."""
    return bool(settings.wise_oidc_issuer and settings.wise_oidc_client_id)


def discover(settings: Settings) -> Provider:
    """Ask the provider for its addresses.

    Raises:
        httpx.HTTPError: it does not answer.
        ValueError: what it says is not usable.
    """
    issuer = settings.wise_oidc_issuer.rstrip("/")
    said = _get(f"{issuer}/.well-known/openid-configuration")
    if str(said.get("issuer", "")).rstrip("/") != issuer:
        raise ValueError("the provider names another issuer")
    found = Provider(
        str(said["issuer"]),
        str(said["authorization_endpoint"]),
        str(said["token_endpoint"]),
        str(said["jwks_uri"]),
    )
    for address in (found.authorize, found.token, found.keys):
        parts = urlsplit(address)
        if parts.scheme != "https" and parts.hostname not in ("127.0.0.1", "localhost"):
            raise ValueError("the provider names an address without HTTPS")
    return found


def _get(address: str) -> dict[str, Any]:
    answer = httpx.get(address, timeout=_TIMEOUT, follow_redirects=False)
    answer.raise_for_status()
    data = answer.json()
    if not isinstance(data, dict):
        raise ValueError("the provider's answer is no object")
    return data


def _client(visit: Visit) -> Any:
    settings = visit.settings
    return OAuth2Client(
        settings.wise_oidc_client_id,
        settings.wise_oidc_client_secret or None,
        scope="openid email profile",
        redirect_uri=f"{str(visit.request.base_url).split(ROOT)[0].rstrip('/')}{ROOT}/oidc/back",
        code_challenge_method="S256",
        timeout=_TIMEOUT,
    )


def _signer(settings: Settings) -> URLSafeTimedSerializer:
    return URLSafeTimedSerializer(derived_key("staff oidc", settings))


def go(visit: Visit) -> Response:
    """Send the browser to the provider."""
    if not is_on(visit.settings):
        raise NotThere("Signing in elsewhere is not set up.")
    try:
        provider = discover(visit.settings)
    except (httpx.HTTPError, ValueError, KeyError) as error:
        _log.error("the OpenID Connect provider cannot be used (%s)", type(error).__name__)
        raise NotSo("The other sign-in does not answer. Use your password, or wait.") from error
    verifier, nonce = secrets.token_urlsafe(48), secrets.token_urlsafe(24)
    with _client(visit) as client:
        address, state = client.create_authorization_url(
            provider.authorize, code_verifier=verifier, nonce=nonce
        )
    kept = {"state": state, "verifier": verifier, "nonce": nonce, "next": next_of(visit)}
    response = RedirectResponse(address, status_code=303)
    response.set_cookie(
        _COOKIE,
        str(_signer(visit.settings).dumps(kept)),
        max_age=_PATIENCE,
        path=ROOT,
        secure=visit.request.url.scheme == "https",
        httponly=True,
        samesite="lax",
    )
    return response


def come_back(visit: Visit) -> Response:
    """Let in whoever the provider names, where they have an account."""
    if not is_on(visit.settings):
        raise NotThere("Signing in elsewhere is not set up.")
    try:
        kept = _signer(visit.settings).loads(
            visit.request.cookies.get(_COOKIE, ""), max_age=_PATIENCE
        )
    except BadSignature as error:
        raise NotSo("That took too long, or began in another browser. Begin again.") from error
    state = visit.request.query_params.get("state", "")
    code = visit.request.query_params.get("code", "")
    if not code or not secrets.compare_digest(state.encode(), str(kept["state"]).encode()):
        raise NotSo("The other sign-in did not let you in. Begin again.")
    try:
        claims = _claims(visit, code, kept)
    except (httpx.HTTPError, JoseError, ValueError, KeyError) as error:
        _log.error("an OpenID Connect sign-on failed (%s)", type(error).__name__)
        raise NotSo("What the other sign-in said cannot be used. Begin again.") from error
    name = _name_in(claims, visit.settings.wise_oidc_claim)
    row = accounts.find(visit.db, name) if name else None
    if row is None or row.disabled_at is not None or row.password:
        # An account with a password is entered with it, and not by whoever bears its name there.
        audit.note(visit.db, row.username if row else "unknown", "sign_in_failed", target="oidc")
        return visit.show(
            "refusal.html",
            403,
            title="No account here",
            words="You are known there, and have no account here that goes with it. Ask an "
            "administrator.",
            back=f"{ROOT}/sign-in",
        )
    there = str(kept.get("next", ""))
    response = enter(visit, row, there if is_ours(there) else f"{ROOT}/")
    response.delete_cookie(_COOKIE, path=ROOT)
    return response


def _name_in(claims: Mapping[str, Any], claim: str) -> str:
    """By what the provider names an account; "" where it does not, or did not verify it.

    At many providers people choose their user name (OpenID Connect Core, 5.7), so another claim
    than the verified address is taken only where the operator says so.
    """
    if claim == "email" and claims.get("email_verified") is not True:
        return ""
    return str(claims.get(claim) or "")


def _claims(visit: Visit, code: str, kept: dict[str, Any]) -> dict[str, Any]:
    """What the provider's signed token says, checked.

    Raises:
        JoseError, ValueError, httpx.HTTPError: it cannot be trusted, read or had.
    """
    provider = discover(visit.settings)
    with _client(visit) as client:
        token = client.fetch_token(
            provider.token,
            code=code,
            code_verifier=str(kept["verifier"]),
            grant_type="authorization_code",
        )
    keys = KeySet.import_key_set(_get(provider.keys))  # type: ignore[arg-type]
    signed = jwt.decode(str(token["id_token"]), keys, algorithms=_ALGORITHMS)
    jwt.JWTClaimsRegistry(
        iss={"essential": True, "value": provider.issuer},
        aud={"essential": True, "value": visit.settings.wise_oidc_client_id},
        exp={"essential": True},
        nonce={"essential": True, "value": str(kept["nonce"])},
    ).validate(signed.claims)
    return dict(signed.claims)


PAGES = (
    Page("GET", "/oidc", go, None),
    Page("GET", "/oidc/back", come_back, None),
)
