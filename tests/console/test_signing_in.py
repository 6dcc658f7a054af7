"""Accounts: two steps, waiting after wrong tries, sessions that end, one's own password."""

from __future__ import annotations

from datetime import timedelta

import pyotp
import pytest
from sqlalchemy import select
from starlette.applications import Starlette
from starlette.testclient import TestClient

from bot.console import accounts
from bot.console.app import console_mount
from bot.console.roles import Role
from bot.console.web import COOKIE, ROOT
from bot.settings import Settings, get_settings
from bot.store.audit import Audit
from bot.store.base import now, unit_of_work
from bot.store.staff import Staff, StaffSession

from .conftest import BROWSER, PASSWORD, Join, Store


@pytest.fixture
def visitor(app: Starlette) -> TestClient:
    return TestClient(app, base_url="https://console.test", headers=BROWSER)


@pytest.fixture
def account(settings: Settings) -> str:
    with unit_of_work() as session:
        accounts.add(session, "Amy.Hill", "Amy Hill", "lead", PASSWORD)
    return "amy.hill"


def row(username: str = "amy.hill") -> Staff:
    with unit_of_work() as session:
        found = accounts.find(session, username)
    assert found is not None
    return found


def secret_on(page: str) -> str:
    return page.split('name="secret" value="')[1].split('"')[0]


def sign_in(visitor: TestClient, password: str = PASSWORD, to: str = "") -> str:
    """The first step; gives the page of the second."""
    answer = visitor.post(
        f"{ROOT}/sign-in", data={"username": "amy.hill", "password": password, "next": to}
    )
    assert answer.status_code == 200, answer.text
    return answer.text


def test_two_steps_lead_to_the_page_that_was_asked_for(visitor: TestClient, account: str) -> None:
    asked = visitor.get(f"{ROOT}/conversations?flag=risk", follow_redirects=False)
    assert asked.headers["location"] == f"{ROOT}/sign-in?next=/staff/conversations%3Fflag%3Drisk"
    secret = secret_on(sign_in(visitor, to="/staff/conversations?flag=risk"))
    inside = visitor.post(
        f"{ROOT}/second-step",
        data={"secret": secret, "code": pyotp.TOTP(secret).now(), "next": "/staff/conversations"},
        follow_redirects=False,
    )
    assert inside.headers["location"] == "/staff/conversations"
    assert "Amy Hill" in visitor.get(f"{ROOT}/conversations").text
    cookie = inside.headers["set-cookie"].lower()
    assert all(x in cookie for x in ("httponly", "secure", "samesite=lax", "path=/staff"))
    assert secret not in row().totp
    with unit_of_work() as session:
        what = list(session.scalars(select(Audit.what).order_by(Audit.id)))
    assert what[:2] == ["second_factor_set", "signed_in"]


def test_the_first_step_alone_opens_nothing(visitor: TestClient, account: str) -> None:
    sign_in(visitor)
    answer = visitor.get(f"{ROOT}/queue", follow_redirects=False)
    assert answer.headers["location"] == f"{ROOT}/second-step"


def test_a_code_counts_once(visitor: TestClient, account: str) -> None:
    secret = secret_on(sign_in(visitor))
    code = pyotp.TOTP(secret).now()
    visitor.post(f"{ROOT}/second-step", data={"secret": secret, "code": code})
    visitor.post(f"{ROOT}/sign-out")
    sign_in(visitor)
    again = visitor.post(f"{ROOT}/second-step", data={"code": code})
    assert again.status_code == 401 and "used already" in again.text


@pytest.mark.parametrize("secret", ["0", "A", "A" * 31, "=" * 32, "£"])
def test_a_secret_that_was_tampered_with_is_replaced(
    visitor: TestClient, account: str, secret: str
) -> None:
    sign_in(visitor)
    data = {"secret": secret, "code": "123456"}
    answer = visitor.post(f"{ROOT}/second-step", data=data)
    assert answer.status_code == 401
    assert secret_on(answer.text) != secret
    assert not row().totp


def test_nobody_chooses_a_second_factor_for_an_account_that_has_one(
    visitor: TestClient, account: str
) -> None:
    secret = secret_on(sign_in(visitor))
    visitor.post(f"{ROOT}/second-step", data={"secret": secret, "code": pyotp.TOTP(secret).now()})
    visitor.post(f"{ROOT}/sign-out")
    page = sign_in(visitor)
    assert 'name="secret"' not in page
    mine = pyotp.random_base32()
    answer = visitor.post(
        f"{ROOT}/second-step", data={"secret": mine, "code": pyotp.TOTP(mine).now()}
    )
    assert answer.status_code == 401


def test_with_another_secret_key_the_page_for_the_code_says_what_to_do(
    store: Store, account: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def browser() -> TestClient:
        app = Starlette(routes=[console_mount(get_settings())])
        return TestClient(app, base_url="https://console.test", headers=BROWSER)

    visitor = browser()
    secret = secret_on(sign_in(visitor))
    visitor.post(f"{ROOT}/second-step", data={"secret": secret, "code": pyotp.TOTP(secret).now()})
    monkeypatch.setenv("WISE_SECRET_KEY", "another key altogether, of 32 letters or more")
    get_settings.cache_clear()
    visitor = browser()
    sign_in(visitor)
    answer = visitor.post(f"{ROOT}/second-step", data={"code": pyotp.TOTP(secret).now()})
    assert answer.status_code == 401 and "New password and second step" in answer.text
    with unit_of_work() as session:
        found = accounts.find(session, account)
        assert found is not None
        accounts.reset(found, PASSWORD)
    fresh = secret_on(sign_in(visitor))
    inside = visitor.post(
        f"{ROOT}/second-step", data={"secret": fresh, "code": pyotp.TOTP(fresh).now()}
    )
    assert inside.status_code == 200 and "Amy Hill" in inside.text


def test_wrong_tries_have_to_wait_longer_and_longer_and_are_locked_out(
    settings: Settings, account: str
) -> None:
    waits = []
    for _ in range(accounts._LOCK_AFTER):
        with unit_of_work() as session:
            assert accounts.check_password(session, account, "wrong") is None
            found = accounts.find(session, account)
            assert found is not None
            waits.append(round(accounts.wait_of(found).total_seconds()))
            found.locked_until = None  # the wait is over
    assert waits[:5] == [0, 0, 5, 10, 20] and waits[-1] == 900
    with unit_of_work() as session:
        accounts.check_password(session, account, "wrong")
    with unit_of_work() as session:
        assert accounts.check_password(session, account, PASSWORD) is None


def test_one_address_cannot_try_many_names(visitor: TestClient, settings: Settings) -> None:
    from bot.console import sign_in as page

    page._throttle.clear()
    for _ in range(page._throttle._attempts):
        page._throttle.count("testclient")
    answer = visitor.post(f"{ROOT}/sign-in", data={"username": "x", "password": "y"})
    assert answer.status_code == 429


def test_an_unknown_name_reads_like_a_wrong_password(visitor: TestClient, account: str) -> None:
    def said(username: str) -> str:
        answer = visitor.post(f"{ROOT}/sign-in", data={"username": username, "password": "no"})
        assert answer.status_code == 401
        return answer.text.replace(username, "")

    assert said("amy.hill") == said("bob.hill")


@pytest.mark.parametrize(
    "after", [accounts.IDLE + timedelta(seconds=1), accounts.LONGEST + timedelta(seconds=1)]
)
def test_a_session_ends_by_itself(settings: Settings, account: str, after: timedelta) -> None:
    with unit_of_work() as session:
        found = accounts.find(session, account)
        assert found is not None
        token = accounts.begin(session, found, verified=True)
        session.flush()
        kept = session.scalars(select(StaffSession)).one()
        if after > accounts.LONGEST:
            kept.seen_at = now() + after  # in use all the time
        assert accounts.signed_in(session, token) is not None
        assert accounts.signed_in(session, token, now() + after) is None
        assert accounts.signed_in(session, token) is None


def test_a_cookie_of_ones_own_making_opens_nothing(visitor: TestClient, account: str) -> None:
    for value in ("", "x", "eyJhIjoxfQ.aaaa.bbbb"):
        visitor.cookies.set(COOKIE, value, path=ROOT)
        assert visitor.get(f"{ROOT}/queue", follow_redirects=False).status_code == 303


@pytest.mark.parametrize(
    "to", ["https://evil.test/", "//evil.test", "/\\evil.test", "/staffx", "/", "javascript:x"]
)
def test_signing_in_leads_nowhere_else(visitor: TestClient, account: str, to: str) -> None:
    secret = secret_on(sign_in(visitor, to=to))
    answer = visitor.post(
        f"{ROOT}/second-step",
        data={"secret": secret, "code": pyotp.TOTP(secret).now(), "next": to},
        follow_redirects=False,
    )
    assert answer.headers["location"] == f"{ROOT}/"


def test_a_disabled_account_is_out_at_once(join: Join) -> None:
    member = join(Role.REVIEWER)
    member.get("/queue")
    with unit_of_work() as session:
        accounts.disable(session, member.username)
    assert "Sign in" in member.get("/queue")


def test_an_administrator_makes_and_resets_accounts_but_not_their_own(join: Join) -> None:
    admin = join(Role.ADMIN)
    page = admin.post("/setup/accounts", username="new.one", name="New One", role="reviewer")
    assert "The password of <strong>new.one</strong> is" in page
    admin.post("/setup/accounts/change", username="new.one", do="role", role="lead")
    assert row("new.one").role == "lead"
    before = row("new.one").password
    admin.post("/setup/accounts/change", username="new.one", do="reset")
    assert row("new.one").password != before
    admin.post("/setup/accounts/change", username="new.one", do="disable")
    assert row("new.one").disabled_at is not None
    admin.post("/setup/accounts/change", 400, username=admin.username, do="role", role="lead")
    assert row(admin.username).role == "admin"


@pytest.mark.parametrize("password", ["short", "aaaaaaaaaaaaaaaa", "amy.hill-amy.hill", "x" * 201])
def test_easy_passwords_are_refused(settings: Settings, password: str) -> None:
    with pytest.raises(accounts.AccountError), unit_of_work() as session:
        accounts.add(session, "amy.hill", "Amy", "lead", password)


def test_a_new_password_ends_every_other_session(visitor: TestClient, account: str) -> None:
    secret = secret_on(sign_in(visitor))
    visitor.post(f"{ROOT}/second-step", data={"secret": secret, "code": pyotp.TOTP(secret).now()})
    with unit_of_work() as session:
        found = accounts.find(session, account)
        assert found is not None
        elsewhere = accounts.begin(session, found, verified=True)
    new = "otter-teapot-violin"
    wrong = visitor.post(f"{ROOT}/me/password", data={"old": "no", "new": new, "again": new})
    assert wrong.status_code == 401
    done = visitor.post(f"{ROOT}/me/password", data={"old": PASSWORD, "new": new, "again": new})
    assert "Your password is changed" in done.text
    with unit_of_work() as session:
        assert accounts.signed_in(session, elsewhere) is None
        assert accounts.check_password(session, account, new) is not None
