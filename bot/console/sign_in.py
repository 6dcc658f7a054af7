"""Signing in: a password, then a code; and signing out."""

from __future__ import annotations

from urllib.parse import quote

import segno
from starlette.responses import RedirectResponse, Response

from bot.console import accounts
from bot.console.throttle import Throttle
from bot.console.web import ROOT, Cookies, NotSo, Page, Visit, is_ours
from bot.store import audit
from bot.store.staff import Staff

_throttle = Throttle(attempts=30, seconds=600)
"""Failures from one address, over all accounts."""

_WRONG = (
    "That user name and password do not go together, or the account has to wait after wrong "
    "tries. Try again in a little while."
)

_UNREADABLE = (
    "Your second step cannot be read: the key of this installation has changed since it was set "
    "up. Ask an administrator to press “New password and second step” at your account."
)


def _address(visit: Visit) -> str:
    return visit.request.client.host if visit.request.client else ""


def next_of(visit: Visit) -> str:
    """Where to go after signing in: the page that was asked for, or the first."""
    there = visit.asked("next", 500) or visit.text("next", 500)
    return there if is_ours(there) and not there.startswith(f"{ROOT}/sign") else f"{ROOT}/"


def _password_page(visit: Visit, problem: str = "", status: int = 200) -> Response:
    return visit.show(
        "sign_in.html",
        status,
        title="Sign in",
        problem=problem,
        next=next_of(visit),
        username=visit.text("username", 80),
        elsewhere=visit.settings.wise_oidc_name if visit.settings.wise_oidc_issuer else "",
    )


def show_sign_in(visit: Visit) -> Response:
    """The form for user name and password."""
    if visit.staff is not None and visit.staff.verified:
        return RedirectResponse(next_of(visit), status_code=303)
    return _password_page(visit)


def take_password(visit: Visit) -> Response:
    """The first step."""
    if _throttle.is_over(_address(visit)):
        return _password_page(visit, "Too many wrong tries from here. Wait ten minutes.", 429)
    username = visit.text("username", 80).lower()
    password = str(visit.form.get("password") or "")
    row = accounts.check_password(visit.db, username, password)
    if row is None:
        _throttle.count(_address(visit))
        known = accounts.find(visit.db, username)
        audit.note(visit.db, known.username if known else "unknown", "sign_in_failed")
        return _password_page(visit, _WRONG, 401)
    response = RedirectResponse(f"{ROOT}/second-step?next={quote(next_of(visit))}", status_code=303)
    Cookies(visit.settings).keep(
        visit.request, response, accounts.begin(visit.db, row, verified=False)
    )
    return response


def _half_way(visit: Visit) -> Staff:
    row = visit.db.get(Staff, visit.staff.id) if visit.staff else None
    if row is None:
        raise NotSo("Sign in with your password first.")
    return row


def _code_page(visit: Visit, row: Staff, problem: str = "", status: int = 200) -> Response:
    values: dict[str, str] = {"secret": "", "picture": ""}
    if not row.totp:
        sent = visit.text("secret", 64)
        secret = sent if accounts.is_totp_secret(sent) else accounts.new_totp_secret()
        address = accounts.totp_address(row.username, secret, visit.settings.wise_service_name)
        picture = segno.make(address, micro=False).svg_inline(
            scale=5, border=3, svgclass=None, lineclass=None, omitsize=True
        )
        values = {"secret": secret, "picture": picture}
    return visit.show(
        "second_step.html",
        status,
        title="Second step",
        problem=problem,
        next=next_of(visit),
        **values,
    )


def show_second_step(visit: Visit) -> Response:
    """The form for the code; the first time with a picture for the authenticator app."""
    if visit.staff is None:
        return RedirectResponse(f"{ROOT}/sign-in", status_code=303)
    if visit.staff.verified:
        return RedirectResponse(next_of(visit), status_code=303)
    return _code_page(visit, _half_way(visit))


def take_code(visit: Visit) -> Response:
    """The second step; a new session begins, so that the half one is worth nothing."""
    row = _half_way(visit)
    code = visit.text("code", 12)
    if row.totp:
        try:
            right = accounts.check_totp(row, code)
        except accounts.AccountError:
            audit.note(visit.db, row.username, "second_factor_unreadable")
            return _code_page(visit, row, _UNREADABLE, 401)
    else:
        right = accounts.keep_totp(row, visit.text("secret", 64), code)
        if right:
            audit.note(visit.db, row.username, "second_factor_set")
    if not right:
        audit.note(visit.db, row.username, "code_failed")
        words = "That code is not right, or was used already. Wait for the next one."
        return _code_page(visit, row, words, 401)
    return enter(visit, row, next_of(visit))


def enter(visit: Visit, row: Staff, there: str) -> Response:
    """Let somebody in who has shown who they are."""
    cookies = Cookies(visit.settings)
    accounts.end(visit.db, cookies.token(visit.request))
    response = RedirectResponse(there, status_code=303)
    cookies.keep(visit.request, response, accounts.begin(visit.db, row, verified=True))
    audit.note(visit.db, row.username, "signed_in")
    return response


def sign_out(visit: Visit) -> Response:
    """End the session, and let the browser forget what it holds of the console."""
    cookies = Cookies(visit.settings)
    if visit.staff is not None:
        accounts.end(visit.db, cookies.token(visit.request))
        audit.note(visit.db, visit.staff.username, "signed_out")
    response = RedirectResponse(f"{ROOT}/sign-in", status_code=303)
    response.headers["Clear-Site-Data"] = '"cache"'
    cookies.drop(response)
    return response


PAGES = (
    Page("GET", "/sign-in", show_sign_in, None),
    Page("POST", "/sign-in", take_password, None),
    Page("GET", "/second-step", show_second_step, None),
    Page("POST", "/second-step", take_code, None),
    Page("POST", "/sign-out", sign_out, None),
)
