"""The web server of the chat page: who may ask what, and what happens when parts are away."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from sqlalchemy import text
from sqlalchemy.exc import OperationalError
from starlette.testclient import TestClient

from bot.settings import Settings
from bot.store.base import unit_of_work
from bot.store.migrate import upgrade
from bot.webchat import app as webchat
from bot.webchat.app import create_app
from bot.webchat.secret import INNER_HEADER, inner_token, is_inner

TURN = {"update_key": "0123456789abcdef", "incoming": {"type": "text", "text": "hello"}}
SVG = '<svg xmlns="http://www.w3.org/2000/svg" width="40" height="40"><circle r="9"/></svg>'


class Inner:
    """The servers behind the page, as a transport."""

    def __init__(self) -> None:
        self.requests: list[httpx.Request] = []
        self.answers: dict[str, Any] = {
            "/webhooks/webchat/turn": httpx.Response(200, json={"replies": [{"text": "Hi"}]}),
            "/webhooks/webchat/ready": httpx.Response(200, json={"model": True}),
            "/webhooks/webchat/metrics": httpx.Response(200, text="wise_turns_total 7.0\n"),
            "/webhooks/telegram/ready": httpx.Response(200, json={"connected": True}),
            "/health": httpx.Response(200, json={"status": "ok"}),
        }

    def __call__(self, request: httpx.Request) -> httpx.Response:
        self.requests.append(request)
        answer = self.answers[request.url.path]
        if isinstance(answer, Exception):
            raise answer
        return answer


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    settings = Settings(_env_file=None, wise_home=tmp_path, wise_secret_key="a secret for tests")
    upgrade(settings.store_url)
    return settings


@pytest.fixture
def inner(monkeypatch: pytest.MonkeyPatch) -> Inner:
    behind = Inner()
    real = httpx.AsyncClient

    def client(**arguments: Any) -> httpx.AsyncClient:
        return real(transport=httpx.MockTransport(behind), **arguments)

    monkeypatch.setattr(webchat.httpx, "AsyncClient", client)
    return behind


@pytest.fixture
def client(settings: Settings, inner: Inner) -> Iterator[TestClient]:
    owners: dict[str, str] = {}

    def map_svg(map_id: str, address: str) -> str | None:
        return SVG if owners.setdefault(map_id, address) == address else None

    with TestClient(create_app(settings, map_svg=map_svg)) as browser:
        yield browser


def test_the_page_gives_an_address_that_scripts_and_other_sites_cannot_use(
    client: TestClient,
) -> None:
    cookie = client.get("/").headers["set-cookie"]
    assert "HttpOnly" in cookie
    assert "SameSite=lax" in cookie
    assert "Secure" not in cookie  # plain HTTP on this machine
    assert "Secure" in client.get("https://testserver/").headers["set-cookie"]


def test_nothing_runs_inline_and_nothing_is_kept_by_the_browser(client: TestClient) -> None:
    page = client.get("/")
    policy = page.headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    assert page.headers["cache-control"] == "no-store"
    assert page.headers["x-content-type-options"] == "nosniff"
    assert not re.search(r"<script(?![^>]*src)|<style|\son\w+=|\sstyle=", page.text)


def test_only_the_files_that_are_the_same_for_everyone_may_be_kept(client: TestClient) -> None:
    script = client.get("/static/chat/chat.js")
    assert script.headers["cache-control"] == "no-cache"
    same = {"If-None-Match": script.headers["etag"]}
    assert client.get("/static/chat/chat.js", headers=same).status_code == 304
    for path in ("/chat/map/m1.svg", "/readyz", "/metrics"):
        assert client.get(path).headers["cache-control"] == "no-store"


def test_every_word_the_scripts_ask_for_is_in_the_template(client: TestClient) -> None:
    static = Path(webchat.__file__).parent / "static"
    scripts = "".join(path.read_text() for path in static.glob("*.js"))
    asked = set(re.findall(r'words\("(\w+)"\)', scripts))
    codes = {"session", "too_long", "unreadable", "refused", "away", "slow", "failed", "offline"}
    given = set(re.findall(r'data-words="(\w+)"', client.get("/").text))
    assert asked and asked | codes <= given


@pytest.mark.parametrize(
    ("region", "expected"), [("england", 'tel:111"'), ("northern_ireland", "out of hours")]
)
def test_urgent_help_is_that_of_the_nation(
    settings: Settings, inner: Inner, region: str, expected: str
) -> None:
    here = settings.model_copy(update={"wise_region": region})
    with TestClient(create_app(here)) as browser:
        page = browser.get("/").text
    assert expected in page
    assert ("tel:111" in page) == (region != "northern_ireland")


def test_a_turn_goes_to_rasa_with_the_address_and_the_proof(
    client: TestClient, inner: Inner, settings: Settings
) -> None:
    client.get("/")
    answer = client.post("/chat/turn", json=TURN)
    assert answer.json() == {"replies": [{"text": "Hi"}]}
    [request] = inner.requests
    assert is_inner(request.headers[INNER_HEADER], settings)
    assert settings.wise_secret_key not in str(request.headers)
    sent = json.loads(request.content)
    assert sent["incoming"] == TURN["incoming"]
    assert 16 <= len(sent["address"]) <= 32


def test_one_browser_is_one_patient_and_another_is_another(
    client: TestClient, inner: Inner
) -> None:
    client.get("/")
    client.post("/chat/turn", json=TURN)
    client.get("/")
    client.post("/chat/turn", json=TURN)
    client.cookies.clear()
    client.get("/")
    client.post("/chat/turn", json=TURN)
    addresses = [json.loads(request.content)["address"] for request in inner.requests]
    assert addresses[0] == addresses[1] != addresses[2]


@pytest.mark.parametrize("cookie", [None, "made-up", "Im1hZGUtdXAi.aaaaaa.bbbbbbbbbbb"])
def test_a_turn_without_a_cookie_of_ours_is_refused(
    client: TestClient, inner: Inner, cookie: str | None
) -> None:
    if cookie:
        client.cookies.set("wise_chat", cookie)
    answer = client.post("/chat/turn", json=TURN)
    assert (answer.status_code, answer.json()["error"]) == (401, "session")
    assert inner.requests == []


@pytest.mark.parametrize(
    "headers",
    [
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
        {"Origin": "https://elsewhere.example"},
        {"Origin": "null"},
        {"Origin": "http://testserver.elsewhere.example"},
    ],
)
@pytest.mark.parametrize("path", ["/chat/turn", "/chat/leave"])
def test_another_site_cannot_speak_for_the_patient(
    client: TestClient, inner: Inner, headers: dict[str, str], path: str
) -> None:
    client.get("/")
    assert client.post(path, json=TURN, headers=headers).status_code == 403
    assert inner.requests == []


@pytest.mark.parametrize(
    "headers", [{"Sec-Fetch-Site": "same-origin"}, {"Origin": "http://testserver"}]
)
def test_the_page_itself_may_speak(client: TestClient, headers: dict[str, str]) -> None:
    client.get("/")
    assert client.post("/chat/turn", json=TURN, headers=headers).status_code == 200


@pytest.mark.parametrize(
    ("body", "status", "error"),
    [
        (b"", 400, "unreadable"),
        (b"\xff\xfe", 400, "unreadable"),
        (b"[]", 422, "unreadable"),
        (b'{"update_key": "0123456789abcdef", "incoming": {"type": "dance"}}', 422, "unreadable"),
        (b" " * 70_000, 413, "too_long"),
        (
            b'{"update_key": "0123456789abcdef", "incoming": {"type": "text", "text": "%s"}}'
            % (b"a" * 4001),
            422,
            "too_long",
        ),
    ],
)
def test_a_turn_that_cannot_be_read_is_not_passed_on(
    client: TestClient, inner: Inner, body: bytes, status: int, error: str
) -> None:
    client.get("/")
    answer = client.post("/chat/turn", content=body)
    assert (answer.status_code, answer.json()) == (status, {"error": error, "retry": False})
    assert inner.requests == []


@pytest.mark.parametrize(
    ("trouble", "status", "error"),
    [
        (httpx.ConnectError("refused"), 503, "away"),
        (httpx.ReadTimeout("slow"), 504, "slow"),
        (httpx.Response(500), 502, "failed"),
        (httpx.Response(200, text="not json"), 502, "failed"),
        (httpx.Response(200, json=["?"]), 502, "failed"),
    ],
)
def test_trouble_behind_the_page_can_be_tried_again(
    client: TestClient, inner: Inner, trouble: Any, status: int, error: str
) -> None:
    client.get("/")
    inner.answers["/webhooks/webchat/turn"] = trouble
    answer = client.post("/chat/turn", json=TURN)
    assert (answer.status_code, answer.json()) == (status, {"error": error, "retry": True})


def test_leaving_makes_the_browser_forget(client: TestClient, inner: Inner) -> None:
    client.get("/")
    assert client.post("/chat/leave").status_code == 204
    assert client.post("/chat/turn", json=TURN).status_code == 401


def test_a_picture_is_for_its_owner_only(client: TestClient) -> None:
    assert client.get("/chat/map/m1.svg").status_code == 404
    client.get("/")
    svg = client.get("/chat/map/m1.svg")
    assert svg.headers["content-type"] == "image/svg+xml"
    assert "script" not in svg.headers["content-security-policy"]
    assert client.get("/chat/map/m1.png").content.startswith(b"\x89PNG")
    client.cookies.clear()
    client.get("/")
    assert client.get("/chat/map/m1.svg").status_code == 404
    assert client.get("/chat/map/m1.png").status_code == 404


def test_ready_when_every_part_answers(client: TestClient) -> None:
    answer = client.get("/readyz")
    assert answer.status_code == 200
    assert answer.json()["ready"] is True
    assert set(answer.json()["parts"]) == {"database", "model", "action_server"}


@pytest.mark.parametrize(
    ("path", "trouble", "part", "words"),
    [
        ("/webhooks/webchat/ready", httpx.ConnectError("refused"), "model", "still be starting"),
        ("/webhooks/webchat/ready", httpx.Response(503), "model", "wise train"),
        ("/webhooks/webchat/ready", httpx.Response(403), "model", "WISE_SECRET_KEY"),
        ("/webhooks/webchat/ready", httpx.Response(404), "model", "credentials.yml"),
        ("/health", httpx.ReadTimeout("slow"), "action_server", "still be starting"),
        ("/health", httpx.Response(500), "action_server", "500"),
    ],
)
def test_not_ready_says_which_part_and_why(
    client: TestClient, inner: Inner, path: str, trouble: Any, part: str, words: str
) -> None:
    inner.answers[path] = trouble
    answer = client.get("/readyz")
    assert answer.status_code == 503
    parts = answer.json()["parts"]
    assert [name for name, state in parts.items() if not state["ok"]] == [part]
    assert words in parts[part]["words"]


def test_not_ready_without_a_database(settings: Settings, inner: Inner, tmp_path: Path) -> None:
    away = f"sqlite:///{tmp_path}"  # a folder is no database
    here = settings.model_copy(update={"database_url": away})
    with TestClient(create_app(here)) as browser:
        answer = browser.get("/readyz")
    assert answer.status_code == 503
    assert answer.json()["parts"]["database"]["ok"] is False
    assert str(tmp_path) not in answer.text


def test_not_ready_with_tables_of_an_older_version(
    settings: Settings, inner: Inner, tmp_path: Path
) -> None:
    older = settings.model_copy(update={"database_url": f"sqlite:///{tmp_path / 'empty.sqlite'}"})
    with TestClient(create_app(older)) as browser:
        answer = browser.get("/readyz")
    assert answer.status_code == 503
    assert "wise run" in answer.json()["parts"]["database"]["words"]


def test_ready_where_the_tables_are_of_a_newer_version(settings: Settings, inner: Inner) -> None:
    with unit_of_work(settings.store_url) as session:
        session.execute(text("UPDATE alembic_version SET version_num = 'of_next_year'"))
    with TestClient(create_app(settings)) as browser:
        assert browser.get("/readyz").status_code == 200


@pytest.mark.parametrize("trouble", [httpx.Response(503), httpx.ConnectError("refused")])
def test_telegram_away_is_seen_and_the_chat_page_goes_on(
    settings: Settings, inner: Inner, trouble: Any
) -> None:
    on_telegram = settings.model_copy(update={"telegram_bot_token": "1000:loopback"})
    with TestClient(create_app(on_telegram)) as browser:
        assert browser.get("/readyz").json()["parts"]["telegram"]["ok"] is True
        inner.answers["/webhooks/telegram/ready"] = trouble
        answer = browser.get("/readyz")
    part = answer.json()["parts"]["telegram"]
    assert (answer.status_code, part["ok"], part["required"]) == (200, False, False)


def test_metrics_hold_those_of_rasa_and_go_on_without_it(
    client: TestClient, inner: Inner, settings: Settings
) -> None:
    page = client.get("/metrics").text
    assert "wise_turns_total 7.0" in page and "wise_rasa_up 1.0" in page
    assert inner.requests[-1].headers[INNER_HEADER] == inner_token(settings)
    for trouble in (httpx.ConnectError("refused"), httpx.Response(403, text="wise_turns_total 8")):
        inner.answers["/webhooks/webchat/metrics"] = trouble
        page = client.get("/metrics").text
        assert "wise_rasa_up 0.0" in page and "wise_turns_total" not in page
        assert 'wise_queue_depth{queue="inbox"} 0.0' in page


def test_live_and_metrics(client: TestClient, inner: Inner) -> None:
    assert client.get("/healthz").json() == {"live": True}
    client.get("/")
    client.post("/chat/turn", json=TURN)
    page = client.get("/metrics").text
    assert 'wise_webchat_turns_total{outcome="ok"}' in page
    assert "wise_webchat_turn_seconds_count" in page
    assert "hello" not in page


def test_the_server_starts_without_rasa() -> None:
    code = "import sys, bot.webchat.app, bot.webchat.__main__; print('rasa' in sys.modules)"
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert ran.stdout.strip() == "False"


def test_the_proof_is_not_the_secret_and_each_installation_has_its_own(
    settings: Settings, tmp_path: Path
) -> None:
    bare = Settings(_env_file=None, wise_home=tmp_path / "other", wise_secret_key="")
    assert is_inner(inner_token(bare), bare)
    assert not is_inner(inner_token(bare), settings)
    assert (tmp_path / "other" / "secret").read_text() not in inner_token(bare)


@pytest.mark.parametrize("token", [None, "", "0" * 64, "é"])
def test_a_wrong_token_is_no_proof(settings: Settings, token: str | None) -> None:
    assert not is_inner(token, settings)


def test_a_paper_is_given_to_whom_it_belongs(
    client: TestClient, settings: Settings, inner: Inner, monkeypatch: pytest.MonkeyPatch
) -> None:
    from bot.papers.words import CALENDAR_FILE
    from bot.settings import get_settings
    from bot.store.base import unit_of_work
    from bot.store.migrate import upgrade
    from bot.store.people import begin, remember_address

    url = f"sqlite:///{settings.wise_home / 'store.sqlite'}"
    monkeypatch.setenv("DATABASE_URL", url)
    get_settings.cache_clear()
    upgrade(url)
    client.get("/")
    client.post("/chat/turn", json=TURN)
    address = json.loads(inner.requests[-1].content)["address"]
    with unit_of_work() as session:
        record = begin(session, "1" * 32)
        remember_address(session, "webchat", address, record.person.id)
        record.add_plan("walk round the park")
    mine = client.get(f"/chat/paper/{CALENDAR_FILE}")
    assert mine.headers["content-type"].startswith("text/calendar")
    assert mine.headers["cache-control"] == "no-store"
    assert CALENDAR_FILE in mine.headers["content-disposition"]
    assert "walk round the park" in mine.text
    assert client.get("/chat/paper/other.pdf").status_code == 404
    client.cookies.clear()
    assert client.get(f"/chat/paper/{CALENDAR_FILE}").status_code == 404
    get_settings.cache_clear()


def test_what_is_not_there_says_so_with_a_way_back(client: TestClient) -> None:
    answer = client.get("/no/such/page")
    assert answer.status_code == 404
    assert 'href="/"' in answer.text and "Not Found" not in answer.text
    assert client.post("/").status_code == 405


def test_a_fault_of_ours_is_plain_and_guarded(settings: Settings, inner: Inner) -> None:
    def broken(map_id: str, address: str) -> str:
        raise RuntimeError("a secret")

    app = create_app(settings, map_svg=broken)
    with TestClient(app, raise_server_exceptions=False) as browser:
        browser.get("/")
        answer = browser.get("/chat/map/m1.svg")
    assert answer.status_code == 500 and "secret" not in answer.text
    assert answer.headers["Cache-Control"] == "no-store"
    assert "default-src 'none'" in answer.headers["Content-Security-Policy"]


def test_a_store_that_is_away_is_said_in_words(settings: Settings, inner: Inner) -> None:
    def away(map_id: str, address: str) -> str:
        raise OperationalError("select", {}, Exception("database is away"))

    with TestClient(create_app(settings, map_svg=away)) as browser:
        browser.get("/")
        assert browser.get("/chat/map/m1.svg").status_code == 503


def test_half_a_character_and_endless_brackets_stop_nobody(
    client: TestClient, inner: Inner
) -> None:
    client.get("/")
    cut = {**TURN, "incoming": {"type": "text", "text": "hi \ud83d"}}
    assert client.post("/chat/turn", content=json.dumps(cut)).status_code == 200
    assert client.post("/chat/turn", content="[" * 30_000).status_code == 400


def test_a_text_that_could_not_be_sent_gets_its_route_and_goes_nowhere(
    client: TestClient, inner: Inner
) -> None:
    told = client.post("/chat/screen", json={"text": "I am going to kill myself tonight"}).json()
    assert "999" in told["replies"][0]["text"]
    assert client.post("/chat/screen", json={"text": "my sister Ann"}).json() == {"replies": []}
    assert client.post("/chat/screen", json={"words": 1}).status_code == 400
    elsewhere = {"Sec-Fetch-Site": "cross-site"}
    assert client.post("/chat/screen", json={"text": "x"}, headers=elsewhere).status_code == 403
    assert inner.requests == []
