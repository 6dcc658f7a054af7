"""What every page of the console shares: the guard in front of it, and how it is shown.

A page is a plain function of a ``Visit``, run in a thread inside one transaction. It is reached
only through ``Guard``, which denies what ``bot.console.roles`` does not allow.
"""

from __future__ import annotations

import hashlib
import logging
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlencode, urlsplit

from itsdangerous import BadSignature, URLSafeTimedSerializer
from jinja2 import Environment, FileSystemLoader, StrictUndefined, select_autoescape
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session
from starlette.concurrency import run_in_threadpool
from starlette.datastructures import FormData
from starlette.exceptions import HTTPException
from starlette.formparsers import MultiPartException
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response
from starlette.routing import Route

from bot.console import accounts, plain
from bot.console.accounts import SignedIn
from bot.console.roles import TITLES, May, Role, allowed
from bot.secret import derived_key
from bot.settings import Settings
from bot.store import audit
from bot.store.base import now, unit_of_work
from bot.webchat.guards import PAGE_HEADERS, is_from

ROOT = "/staff"
COOKIE = "wise_staff"
HERE = Path(__file__).parent
_log = logging.getLogger(__name__)
BODY_LIMIT = 256 * 1024  # bytes
_FORM_FIELDS = 200

HEADERS = {
    **PAGE_HEADERS,
    "Permissions-Policy": "geolocation=(), camera=(), microphone=()",
    "X-Robots-Tag": "noindex",
}


class NotThere(LookupError):
    """The page is about something that does not exist."""


class NotSo(ValueError):
    """The form cannot be taken as it is; the message tells staff what to change."""


@dataclass
class Visit:
    """One request of somebody who is signed in and may make it.

    Attributes:
        staff: who; ``None`` only on the pages for signing in.
        db: the transaction of this request.
        form: the fields of a form that was sent.
    """

    request: Request
    settings: Settings
    db: Session
    staff: SignedIn | None
    form: FormData = field(default_factory=FormData)

    @property
    def who(self) -> str:
        """The account's name in records and the audit."""
        if self.staff is None:
            raise PermissionError("nobody is signed in")
        return self.staff.username

    def may(self, may: May) -> bool:
        """Whether this member of staff may do something."""
        return self.staff is not None and allowed(self.staff.role, may)

    def text(self, name: str, most: int = 2000) -> str:
        """A field of the form as safe text, cut at ``most`` characters; empty where missing."""
        value = self.form.get(name)
        return plain.plain(value).strip()[:most] if isinstance(value, str) else ""

    def needed(self, name: str, what: str, most: int = 2000) -> str:
        """A field that has to be filled in; ``NotSo`` names ``what`` is missing."""
        value = self.text(name, most)
        if not value:
            raise NotSo(f"Write {what} first.")
        return value

    def asked(self, name: str, most: int = 200) -> str:
        """A part of the address after the question mark."""
        return plain.plain(self.request.query_params.get(name, "")).strip()[:most]

    def number(self, name: str) -> int | None:
        """A whole number after the question mark; ``None`` for anything else."""
        value = self.asked(name)
        return int(value) if value.isascii() and value.isdigit() and len(value) < 18 else None

    def path(self, name: str) -> str:
        """A part of the address itself."""
        return plain.plain(self.request.path_params[name])

    def note(self, what: str, person_id: str = "", *, target: str = "", reason: str = "") -> None:
        """Put it in the audit."""
        about = plain.plain(target)[:120]
        audit.note(self.db, self.who, what, person_id, target=about, reason=reason)

    def show(self, template: str, status: int = 200, **values: Any) -> Response:
        """A page."""
        base = {
            "visit": self,
            "staff": self.staff,
            "service": self.settings.wise_service_name,
            "present": now(),
            "May": May,
            "here": self.request.url.path,
            "is_htmx": self.request.headers.get("hx-request") == "true",
        }
        page = _environment().get_template(template).render({**base, **values})
        return HTMLResponse(page, status_code=status)

    def back(self, default: str, anchor: str = "") -> Response:
        """To the page that the form names in ``back``, where it is one of ours."""
        to = self.text("back", 500)
        target = to if is_ours(to) else default
        return RedirectResponse(target + (f"#{anchor}" if anchor else ""), status_code=303)


Handler = Callable[[Visit], Response]


@dataclass(frozen=True)
class Page:
    """A route: what it answers, and what one must be allowed to do to reach it.

    ``may`` is ``None`` only for the pages by which one signs in.
    """

    method: str
    path: str
    handler: Handler
    may: May | None


def is_ours(path: str) -> bool:
    """Whether a redirect leads to a page of the console; never for an address that is broken."""
    try:
        parts = urlsplit(path)
    except ValueError:
        return False
    clean = not parts.scheme and not parts.netloc and "\\" not in path
    return clean and (path == ROOT or path.startswith(f"{ROOT}/"))


def is_forged(request: Request) -> bool:
    """Whether a request that changes something may come from another site, or from no browser.

    Every browser sends ``Sec-Fetch-Site`` or ``Origin`` with a form. A request with neither is
    turned away.
    """
    site = request.headers.get("sec-fetch-site")
    if site is not None:
        return site != "same-origin"
    origin = request.headers.get("origin")
    return origin is None or not is_from(origin, request)


class Cookies:
    """The signed cookie that holds a session's token."""

    def __init__(self, settings: Settings) -> None:
        self._signer = URLSafeTimedSerializer(derived_key("staff session", settings))

    def token(self, request: Request) -> str:
        """The token; empty for none of ours."""
        try:
            value = self._signer.loads(
                request.cookies.get(COOKIE, ""), max_age=int(accounts.LONGEST.total_seconds())
            )
        except BadSignature:
            return ""
        return value if isinstance(value, str) else ""

    def keep(self, request: Request, response: Response, token: str) -> None:
        """Give the browser a token until it closes."""
        response.set_cookie(
            COOKIE,
            str(self._signer.dumps(token)),
            path=ROOT,
            secure=request.url.scheme == "https",
            httponly=True,
            samesite="lax",
        )

    def drop(self, response: Response) -> None:
        """Take it away."""
        response.delete_cookie(COOKIE, path=ROOT, httponly=True, samesite="lax")


class Guard:
    """Makes routes of pages. The only way to a handler leads through ``_answer``."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self.cookies = Cookies(settings)

    def routes(self, pages: Sequence[Page]) -> list[Route]:
        """Routes of pages, in order."""
        return [
            Route(page.path, self._endpoint(page), methods=[page.method], name=page.path)
            for page in pages
        ]

    def _endpoint(self, page: Page) -> Callable[[Request], Awaitable[Response]]:
        async def endpoint(request: Request) -> Response:
            form = FormData()
            if page.method == "POST":
                if is_forged(request):
                    return self.refusal(request, 403, "This form did not come from this page.")
                try:
                    form = await _read_form(request)
                except (HTTPException, MultiPartException, ValueError):
                    return self.refusal(request, 400, "This form cannot be read.")
            try:
                return await run_in_threadpool(self._answer, page, request, form)
            except Exception as error:
                # A page that says so has our headers, and keeps what somebody wrote.
                _log.exception("%s %s failed (%s)", page.method, page.path, type(error).__name__)
                words = "Something went wrong here. It is in the log; tell whoever runs this."
                return self.refusal(request, 500, words, form)

        return endpoint

    def _answer(self, page: Page, request: Request, form: FormData) -> Response:
        staff: SignedIn | None = None
        try:
            with unit_of_work(self.settings.store_url) as db:
                token = self.cookies.token(request)
                staff = accounts.signed_in(db, token) if token else None
                visit = Visit(request, self.settings, db, staff, form)
                if page.may is not None:
                    if staff is None or not staff.verified:
                        return self._to_sign_in(request, staff, form)
                    if not allowed(staff.role, page.may):
                        visit.note("refused", target=request.url.path)
                        return visit.show("refused.html", 403, may=page.may, title="Not for you")
                try:
                    return page.handler(visit)
                except NotThere as error:
                    return visit.show("missing.html", 404, words=str(error), title="Not found")
        except NotSo as error:
            # Outside the transaction: nothing of a form that cannot be taken is kept.
            return self.refusal(request, 400, str(error), form, staff)
        except IntegrityError:
            words = "Somebody did the same at the same moment. Look again before you send it again."
            return self.refusal(request, 409, words, form, staff)

    def _to_sign_in(self, request: Request, staff: SignedIn | None, form: FormData) -> Response:
        if _written(form):
            words = (
                "You were signed out, so this was not kept. Sign in in a new tab, come back to "
                "this one, and send it again."
            )
            return self.refusal(request, 401, words, form, title="You were signed out")
        if request.headers.get("hx-request") == "true":
            return Response(status_code=401, headers={"HX-Redirect": f"{ROOT}/sign-in"})
        if staff is not None:
            return RedirectResponse(f"{ROOT}/second-step", status_code=303)
        there = request.url.path + (f"?{request.url.query}" if request.url.query else "")
        to = f"?next={quote(there)}" if request.method == "GET" and there != ROOT else ""
        return RedirectResponse(f"{ROOT}/sign-in{to}", status_code=303)

    def refusal(
        self,
        request: Request,
        status: int,
        words: str,
        form: FormData | None = None,
        staff: SignedIn | None = None,
        *,
        title: str = "Not done",
    ) -> Response:
        """A page that says why something was not done, with what was written, to send again."""
        back = plain.plain(form.get("back") if form else "")[:500]
        written = _written(form) if form else []
        page = (
            _environment()
            .get_template("refusal.html")
            .render(
                words=words,
                service=self.settings.wise_service_name,
                title=title,
                back=back if is_ours(back) else ROOT,
                staff=staff,
                # No transaction is left; the page asks only what one may do.
                visit=Visit(request, self.settings, None, staff),  # type: ignore[arg-type]
                May=May,
                here="",
                to=request.url.path,
                written=written,
                hidden=_hidden(form) if form and written else [],
                signed_out=status == 401,
            )
        )
        if request.headers.get("hx-request") != "true":
            return HTMLResponse(page, status_code=status)
        # htmx drops what is no success, and staff would not know that nothing was done.
        part = {"HX-Retarget": "#main", "HX-Reselect": "#main", "HX-Reswap": "outerHTML"}
        return HTMLResponse(page, headers=part)


_WRITTEN = {
    "note": "Your note",
    "words": "What you wrote",
    "reason": "Your reason",
    "entities": "What is in it",
    "name": "Name",
    "organization": "Organisation",
    "description": "Description",
    "when": "When",
    "place": "Place",
    "address": "Address",
    "town": "Town",
    "postcode": "Postcode",
    "phone": "Phone",
    "email": "E-mail",
    "url": "Web",
    "cost": "Cost",
}
"""Fields that somebody writes, by their labels; no password and no code is among them."""
_NEVER_SHOWN = frozenset({"password", "again", "old", "new", "code", "secret", "username"})


def _written(form: FormData) -> list[tuple[str, str, str]]:
    """Name, label and value of what was written in a form, where it was not a form to sign in."""
    if _NEVER_SHOWN & form.keys():
        return []
    values = ((name, label, form.get(name)) for name, label in _WRITTEN.items())
    return [(name, label, v) for name, label, v in values if isinstance(v, str) and v.strip()]


def _hidden(form: FormData) -> list[tuple[str, str]]:
    return [(k, v) for k, v in form.multi_items() if k not in _WRITTEN and isinstance(v, str)]


async def _read_form(request: Request) -> FormData:
    """The fields of a form within ``BODY_LIMIT``; ``ValueError`` beyond."""
    length = request.headers.get("content-length", "")
    if not length.isdigit() or int(length) > BODY_LIMIT:
        raise ValueError("too much")
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > BODY_LIMIT:
            raise ValueError("too much")

    async def receive() -> dict[str, Any]:
        return {"type": "http.request", "body": bytes(body), "more_body": False}

    inner = Request(request.scope, receive)
    return await inner.form(max_files=0, max_fields=_FORM_FIELDS)


def with_query(path: str, values: Mapping[str, Any]) -> str:
    """An address with what is not empty after the question mark."""
    kept = {k: v for k, v in values.items() if v not in (None, "", False)}
    return f"{path}?{urlencode(kept)}" if kept else path


@lru_cache(maxsize=1)
def _environment() -> Environment:
    environment = Environment(
        loader=FileSystemLoader(HERE / "templates"),
        autoescape=select_autoescape(default=True, default_for_string=True),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        # What is put into a page has no marks that turn the direction of text around.
        finalize=_as_it_reads,
    )
    environment.filters.update(plain=plain.plain, ago=plain.ago, day=plain.day, clock=plain.clock)
    environment.globals.update(
        root=ROOT,
        static=f"{ROOT}/static",
        version=_version_of_static(),
        with_query=with_query,
        role_title=lambda role: TITLES.get(Role(role), role),
    )
    return environment


def _as_it_reads(value: Any) -> Any:
    return plain.plain(value) if type(value) is str else value


def _version_of_static() -> str:
    """Changes when a style or script does, so that no browser keeps an old one."""
    digest = hashlib.sha256()
    for path in sorted((HERE / "static").rglob("*.*")):
        digest.update(path.read_bytes())
    return digest.hexdigest()[:10]
