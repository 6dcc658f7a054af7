"""Every page, as every role: what is allowed answers, and nothing else does."""

from __future__ import annotations

import re
from urllib.parse import quote, urlencode

import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from starlette.applications import Starlette
from starlette.testclient import TestClient

from bot.console.app import PAGES
from bot.console.roles import RULES, May, Role, allowed
from bot.console.web import ROOT, Page

from .conftest import BROWSER, ME, Join

_VALUES = {
    "person": ME, "source": "risk", "id": "1", "turn": "1", "map": "x", "which": "stale",
    "key": "reached",
}  # fmt: skip


def address(page: Page, **values: str) -> str:
    """The page's address with its parts filled in."""
    return ROOT + re.sub(r"\{(\w+)\}", lambda m: {**_VALUES, **values}[m[1]], page.path)


def ids(page: Page) -> str:
    return f"{page.method} {page.path}"


@pytest.mark.parametrize("role", Role)
def test_a_role_reaches_what_the_table_allows_and_nothing_else(
    role: Role, join: Join, person: str
) -> None:
    member = join(role)
    for page in PAGES:
        if page.may is None or page.path.endswith("/erase"):
            continue
        answer = member.client.request(
            page.method, address(page), headers=BROWSER, follow_redirects=False
        )
        assert answer.status_code < 500, ids(page)
        assert (answer.status_code != 403) == allowed(role.value, page.may), ids(page)


def test_nobody_reaches_anything_without_signing_in(app: Starlette, person: str) -> None:
    stranger = TestClient(app, base_url="https://console.test")
    for page in PAGES:
        if page.may is not None:
            answer = stranger.request(
                page.method, address(page), headers=BROWSER, follow_redirects=False
            )
            assert answer.status_code == 303, ids(page)
            assert answer.headers["location"].startswith(f"{ROOT}/sign-in")


def test_only_the_pages_for_signing_in_are_open() -> None:
    assert {p.path for p in PAGES if p.may is None} <= {
        "/sign-in", "/second-step", "/sign-out", "/oidc", "/oidc/back",
    }  # fmt: skip


def test_what_is_not_in_the_table_is_denied() -> None:
    assert not allowed("visitor", May.OWN)
    assert not any(allowed("", may) for may in May)
    assert May.READ not in RULES[Role.ADMIN] and May.READ not in RULES[Role.DIRECTORY]
    assert {may for page in PAGES if (may := page.may)} == set(May)


@pytest.mark.parametrize(
    "headers",
    [{}, {"Sec-Fetch-Site": "cross-site"}, {"Sec-Fetch-Site": "same-site"},
     {"Sec-Fetch-Site": "none"}, {"Origin": "https://evil.test"}, {"Origin": "null"},
     {"Origin": "https://["}],
    ids=str,
)  # fmt: skip
def test_a_form_of_another_site_changes_nothing(
    headers: dict[str, str], join: Join, person: str
) -> None:
    member = join(Role.LEAD)
    for page in PAGES:
        if page.method == "POST":
            answer = member.client.post(address(page), headers=headers, follow_redirects=False)
            assert answer.status_code == 403, ids(page)
            assert "did not come from this page" in answer.text


def test_a_browser_without_fetch_metadata_may_post_from_the_same_origin(join: Join) -> None:
    member = join(Role.LEAD)
    answer = member.client.post(
        f"{ROOT}/sign-out", headers={"Origin": "https://console.test"}, follow_redirects=False
    )
    assert answer.status_code == 303


@pytest.mark.parametrize("path", ["/queue", "/sign-in", "/nowhere", "/static/console.css", "/"])
def test_every_answer_has_the_headers_of_safety(path: str, join: Join) -> None:
    answer = join(Role.LEAD).client.get(ROOT + path, follow_redirects=False)
    policy = answer.headers["content-security-policy"]
    assert "default-src 'none'" in policy and "unsafe" not in policy
    assert "frame-ancestors 'none'" in policy
    assert answer.headers["x-content-type-options"] == "nosniff"
    if "/static/" not in path:
        assert answer.headers["cache-control"] == "no-store"


def test_a_missing_page_is_a_page(join: Join) -> None:
    answer = join(Role.LEAD).client.get(f"{ROOT}/nowhere")
    assert answer.status_code == 404 and "There is no such page" in answer.text


# What a scanner would try in every part of an address and every field of a form.
_ODD = st.one_of(
    st.text(max_size=60),
    st.sampled_from(
        ["", "0", "-1", "1e9", "9" * 17, "9" * 40, "²", "../../etc/passwd", "%00", "' OR 1=1 --",
         "<script>alert(1)</script>", "2026-11-31", "9999-12-31", "0001-01-01",
         "2026-01-01T00:00:00+00:00~x", '"', '"" ""', "NEAR(", "\u202e", "a" * 5000, ME,
         "//[", "https://[", "/staff//[", "//a\u2100b"]
    ),
)  # fmt: skip
_FIELDS = (
    "q", "since", "until", "flag", "stage", "intent", "condition", "area", "tag", "before", "after",
    "at", "kind", "mine", "done", "name", "period", "feed", "from", "state", "to", "part", "who",
    "what", "person", "nation", "id", "hard", "next",
)  # fmt: skip


_FORM = (
    "back", "note", "words", "word", "to", "reason", "why", "name", "intent", "entities", "is",
    "retired", "id", "username", "password", "role", "do", "code", "secret", "old", "new",
    "again", "nation", "route", "how", "turn",
)  # fmt: skip
_LOCAL = (
    "name", "organization", "description", "when", "place", "address", "town", "postcode",
    "phone", "email", "url", "cost", "closed",
)  # fmt: skip
_STARTS_WORK = {"/directory/import/{id}"}
# What a browser says of where a request comes from, and what it never says.
_FROM = st.one_of(
    st.just(BROWSER),
    st.dictionaries(
        st.sampled_from(["Sec-Fetch-Site", "Origin", "Host"]),
        st.sampled_from(
            ["", "null", "same-origin", "none", "https://console.test", "https://[", "//[", "[",
             "https://[::1", "https://a]b", "console.test:99999", "\u00e9"]
        ),
    ),
)  # fmt: skip


@hypothesis_settings(
    max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(data=st.data())
def test_no_input_breaks_a_page(
    person: str, visitors: dict[str, TestClient], data: st.DataObject
) -> None:
    page = data.draw(st.sampled_from([p for p in PAGES if p.path not in _STARTS_WORK]), "page")
    odd = {
        k: quote(data.draw(_ODD, k).encode("utf-8", "surrogatepass"), safe="") or "x"
        for k in re.findall(r"\{(\w+)\}", page.path)
    }
    some = st.dictionaries(st.sampled_from(_FIELDS), _ODD, max_size=4)
    query = urlencode(
        {k: v.encode("utf-8", "surrogatepass") for k, v in data.draw(some, "query").items()}
    )
    names = _LOCAL if page.path == "/directory/local" else _FORM
    form = data.draw(st.dictionaries(st.sampled_from(names), _ODD, max_size=5), "form")
    if page.path == "/directory/local" and data.draw(st.booleans(), "filled in"):
        form = {"name": "Choir", "description": "We sing.", **form}
    where_from = {k: v.encode("latin-1") for k, v in data.draw(_FROM, "from").items()}
    body = urlencode({k: v.encode("utf-8", "surrogatepass") for k, v in form.items()})
    if page.method == "POST" and page.path == "/sign-out":
        return
    for who, client in visitors.items():
        answer = client.request(
            page.method,
            f"{address(page, **odd)}?{query}",
            headers={**where_from, "Content-Type": "application/x-www-form-urlencoded"},
            content=body if page.method == "POST" else None,
            follow_redirects=False,
        )
        assert answer.status_code < 500, (who, answer.text[:200])
        if "location" in answer.headers:
            assert answer.headers["location"].startswith(ROOT)


@pytest.fixture
def visitors(app: Starlette, join: Join) -> dict[str, TestClient]:
    """A browser of each role that is signed in, and one of nobody."""
    stranger = TestClient(app, base_url="https://console.test")
    return {"stranger": stranger, **{role.value: join(role).client for role in Role}}


@pytest.mark.parametrize("to", ["//[", "https://[", "//a\u2100b"])
def test_a_broken_address_to_go_to_is_not_ours(app: Starlette, to: str) -> None:
    stranger = TestClient(app, base_url="https://console.test")
    answer = stranger.get(f"{ROOT}/sign-in", params={"next": to})
    assert answer.status_code == 200
    assert f'name="next" value="{ROOT}/"' in answer.text
