"""One's own account: where one begins, what one may do, and a new password."""

from __future__ import annotations

from starlette.responses import RedirectResponse, Response

from bot.console import accounts
from bot.console.roles import RULES, May, Role
from bot.console.web import ROOT, NotSo, Page, Visit
from bot.store.staff import Staff


def _row(visit: Visit) -> Staff:
    row = accounts.find(visit.db, visit.who)
    if row is None:
        raise NotSo("This account has gone.")
    return row


_FIRST = (
    (May.QUEUE, "queue"),
    (May.DIRECTORY_EDIT, "directory"),
    (May.ACCOUNTS, "setup/accounts"),
)


def begin(visit: Visit) -> Response:
    """The page that one's work begins with."""
    to = next((path for may, path in _FIRST if visit.may(may)), "me")
    return RedirectResponse(f"{ROOT}/{to}", status_code=303)


def show(visit: Visit) -> Response:
    """What one may do, and the form for a new password."""
    row = _row(visit)
    may = sorted(m.value for m in RULES[Role(row.role)] if m is not May.OWN)
    return visit.show("own.html", title="Your account", row=row, may=may, done=visit.asked("done"))


def change_password(visit: Visit) -> Response:
    """A new password; every other place where one is signed in is signed out."""
    row = _row(visit)
    if accounts.check_password(visit.db, row.username, str(visit.form.get("old") or "")) is None:
        visit.note("password_change_failed")
        return visit.show(
            "own.html",
            401,
            title="Your account",
            row=row,
            may=[],
            done="",
            problem="The password that you have now is not right.",
        )
    new = str(visit.form.get("new") or "")
    if new != str(visit.form.get("again") or ""):
        raise NotSo("The two new passwords are not the same.")
    try:
        accounts.set_password(row, new)
    except accounts.AccountError as error:
        raise NotSo(f"Sorry: {error}.") from error
    visit.note("password_changed")
    accounts.end_all(visit.db, row.id)
    from bot.console.sign_in import enter

    return enter(visit, row, f"{ROOT}/me?done=1")


PAGES = (
    Page("GET", "/", begin, May.OWN),
    Page("GET", "/me", show, May.OWN),
    Page("POST", "/me/password", change_password, May.OWN),
)
