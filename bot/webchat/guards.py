"""What stands between the open web and the page: headers, origin, size, and who is asking."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from urllib.parse import urlsplit

from itsdangerous import BadSignature, URLSafeTimedSerializer
from starlette.datastructures import MutableHeaders
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from bot.secret import derived_key
from bot.settings import Settings

PAGE_POLICY = "; ".join(
    (
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "img-src 'self'",
        "font-src 'self'",
        "connect-src 'self'",
        "form-action 'self'",
        "base-uri 'none'",
        "frame-ancestors 'none'",
    )
)
"""Content Security Policy: nothing from elsewhere, nothing inline."""

PAGE_HEADERS = {
    "Content-Security-Policy": PAGE_POLICY,
    "Cache-Control": "no-store",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Permissions-Policy": "geolocation=(self), camera=(), microphone=()",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
}

_SESSION_DAYS = 90
_COOKIE = "wise_chat"


class SecurityHeaders:
    """ASGI middleware: adds the security headers that a response has not set itself.

    Args:
        headers: of every response.
        static: beginning of the paths of files that are the same for everyone.
        static_cache: ``Cache-Control`` of those: that they are asked about each time, or how long
            they are kept.
    """

    def __init__(
        self,
        app: ASGIApp,
        headers: Mapping[str, str] = PAGE_HEADERS,
        static: str = "/static/",
        static_cache: str = "no-cache",
    ) -> None:
        self.app = app
        self._headers = headers
        self._static = static
        self._static_cache = static_cache

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return

        async def send_guarded(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                if scope["path"].startswith(self._static):
                    headers.setdefault("Cache-Control", self._static_cache)
                for name, value in self._headers.items():
                    headers.setdefault(name, value)
            await send(message)

        await self.app(scope, receive, send_guarded)


def is_from(origin: str, request: Request) -> bool:
    """Whether an ``Origin`` header names the host that was asked; never for one that is broken."""
    try:
        return urlsplit(origin).netloc == request.headers.get("host")
    except ValueError:
        return False


def is_foreign(request: Request) -> bool:
    """Whether a browser says that another site made this request (forgery).

    Browsers send ``Sec-Fetch-Site`` or, older ones, ``Origin`` with every POST. A caller
    that sends neither is no browser, and so has no patient's cookie to misuse.
    """
    site = request.headers.get("sec-fetch-site")
    if site is not None:
        return site not in ("same-origin", "none")
    origin = request.headers.get("origin")
    return origin is not None and not is_from(origin, request)


class BodyTooLarge(Exception):
    """The body of a request is over the limit."""


async def read_body(request: Request, limit: int) -> bytes:
    """The body, read no further than ``limit`` bytes.

    Raises:
        BodyTooLarge: there is more.
    """
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > limit:
            raise BodyTooLarge
    return bytes(body)


class Visitors:
    """Gives each browser an opaque random address, kept in a signed cookie.

    The address says nothing about the patient; it stands where a Telegram chat id stands.
    """

    def __init__(self, settings: Settings) -> None:
        self._signer = URLSafeTimedSerializer(derived_key("webchat visitor", settings))

    def address(self, request: Request) -> str | None:
        """The visitor's address, or None without a cookie of ours that is still good."""
        cookie = request.cookies.get(_COOKIE)
        if not cookie:
            return None
        try:
            address = self._signer.loads(cookie, max_age=_SESSION_DAYS * 86400)
        except BadSignature:
            return None
        return address if isinstance(address, str) else None

    def welcome(self, request: Request, response: Response) -> None:
        """Keep a visitor's address for another 90 days, or give a new visitor one."""
        address = self.address(request) or secrets.token_urlsafe(24)
        response.set_cookie(
            _COOKIE,
            str(self._signer.dumps(address)),
            max_age=_SESSION_DAYS * 86400,
            path="/",
            secure=request.url.scheme == "https",
            httponly=True,
            samesite="lax",
        )

    def forget(self, response: Response) -> None:
        """Make this browser forget whose conversation it was."""
        response.delete_cookie(_COOKIE, path="/", httponly=True, samesite="lax")
