"""The ``wise`` command as a newcomer or a script meets it: words, codes, JSON."""

from __future__ import annotations

import json
import secrets
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import click
import pytest
from click.testing import Result
from sqlalchemy import func, select
from typer.main import get_command
from typer.testing import CliRunner

from bot.cli import app
from bot.directory import corrections, sample
from bot.network.exports import from_json
from bot.settings import get_settings
from bot.store.base import engine_for, now, unit_of_work
from bot.store.directory import FeedRow, ServiceRow
from bot.store.migrate import upgrade
from bot.store.people import begin
from tests.directory.conftest import make_service
from tests.directory.loopback_api import Answer, LoopbackApi, serving
from tests.store.filled import SECRETS, fill

SAMPLE = Path(sample.__file__).parent
ME = "a" * 32


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """An installation of its own, with nothing in it."""
    home = tmp_path / "home"
    monkeypatch.setenv("WISE_HOME", str(home))
    monkeypatch.setenv("DATABASE_URL", "")
    monkeypatch.setenv("TELEGRAM_BOT_TOKEN", "")
    monkeypatch.chdir(tmp_path)
    get_settings.cache_clear()
    yield home
    engine_for(get_settings().store_url).dispose()
    engine_for.cache_clear()
    get_settings.cache_clear()


def wise(*arguments: str, typed: str | None = None) -> Result:
    """Run a command; nothing but a plain exit may come of it."""
    result = CliRunner().invoke(app, list(arguments), input=typed)
    assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
    assert "Traceback" not in result.output
    return result


def commands(command: click.Command, path: tuple[str, ...] = ()) -> Iterator[tuple[str, ...]]:
    """Every command, and every group of them."""
    yield path
    for name, inner in getattr(command, "commands", {}).items():
        yield from commands(inner, (*path, name))


@pytest.mark.parametrize("path", list(commands(get_command(app))), ids=" ".join)
def test_every_command_says_what_it_does(path: tuple[str, ...]) -> None:
    result = wise(*path, "--help")
    assert result.exit_code == 0
    assert f"wise {' '.join(path)}".strip() in result.output.replace("root", "wise")


def test_the_contract_names_every_command() -> None:
    found = {" ".join(path) for path in commands(get_command(app))}
    assert found >= {
        "run",
        "train",
        "doctor",
        "understand",
        "directory import",
        "directory report",
        "directory corrections",
        "directory search",
        "export",
        "erase",
        "staff add",
        "staff list",
        "staff disable",
        "dialogue run",
    }


def test_no_command_shows_the_help() -> None:
    assert "doctor" in wise().output


def test_a_wrong_option_is_a_usage_error() -> None:
    assert wise("doctor", "--nonsense").exit_code == 2
    assert wise("erase").exit_code == 2


# --- the directory -------------------------------------------------------------------------


def test_the_sample_is_imported_once() -> None:
    first = wise("directory", "import", str(SAMPLE), "--feed", "sample")
    assert first.exit_code == 0
    numbers = dict(line.split()[:2] for line in first.stdout.splitlines() if line[:1].isalpha())
    assert int(numbers["read"]) >= 80
    assert numbers["added"] == numbers["read"] and numbers["quarantined"] == "0"
    again = wise("directory", "import", str(SAMPLE), "--feed", "sample", "--json")
    report = json.loads(again.stdout)
    assert again.exit_code == 0
    assert (report["added"], report["changed"]) == (0, 0)
    assert report["unchanged"] == report["read"] == int(numbers["read"])


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("broken.json", '{"contents": [{"id": '),
        ("empty.json", ""),
        ("notes.txt", "Dear all, the choir has moved to Thursdays."),
        ("other.json", '{"weather": "fine"}'),
        ("broken.zip", "PK\x03\x04 and then nothing"),
    ],
)
def test_a_file_that_is_no_directory_is_refused_in_clear_words(
    tmp_path: Path, name: str, content: str
) -> None:
    path = tmp_path / name
    path.write_text(content, encoding="utf-8")
    result = wise("directory", "import", str(path))
    assert result.exit_code == 2
    assert "✗ " in result.stderr and name in result.stderr
    assert result.stdout == ""


def test_a_broken_file_does_not_take_the_sample_away(tmp_path: Path) -> None:
    wise("directory", "import", str(SAMPLE), "--feed", sample.FEED)
    broken = tmp_path / "broken.json"
    broken.write_text('{"contents": [{"id": ', encoding="utf-8")
    report = wise("directory", "import", str(broken), "--json")
    assert report.exit_code == 2
    assert json.loads(report.stdout)["added"] == 0
    assert json.loads(wise("directory", "search", "choir", "--json").stdout)


def test_a_file_that_is_not_there_is_said() -> None:
    result = wise("directory", "import", "no-such-folder-of-services")
    assert result.exit_code == 2
    assert "no-such-folder-of-services" in result.stderr


def test_a_crawl_that_stops_says_where_and_why_and_goes_on_the_next_time() -> None:
    services = [make_service(key) for key in "abcde"]
    api = LoopbackApi(services, listed_whole=True)
    api.instead = {2: [Answer(429, headers={"Retry-After": "3600"})]}
    with serving(api):
        stopped = wise("directory", "import", api.url, "--feed", "council")
        assert stopped.exit_code == 1
        assert "nothing was closed: the crawl stopped at page 2 of 3" in stopped.stdout
        assert "Import it again later: it goes on from there." in stopped.stderr
        api.instead = {2: [Answer(429, headers={"Retry-After": "3600"})]}
        again = wise("directory", "import", api.url, "--feed", "council", "--json")
        told = json.loads(again.stdout)
        assert (again.exit_code, told["resumed_at_page"], told["stopped_at_page"]) == (1, 2, 2)
        whole = wise("directory", "import", api.url, "--feed", "council", "--json")
    report = json.loads(whole.stdout)
    assert (whole.exit_code, report["whole"], report["read"]) == (0, True, 5)


def test_the_report_is_a_page_or_json(tmp_path: Path) -> None:
    wise("directory", "import", str(SAMPLE), "--feed", "sample")
    page = wise("directory", "report", "--to", str(tmp_path / "page.html"))
    assert page.exit_code == 0
    written = (tmp_path / "page.html").read_text(encoding="utf-8")
    assert "temporarily closed" in written
    # Who meets online needs no place, and its owner is asked for none.
    assert "No place on the map" not in written
    (feed,) = json.loads(wise("directory", "report", "--json").stdout)
    assert {"code", "what", "do", "records"} == feed["findings"][0].keys()
    assert wise("directory", "report", "--feed", "other").exit_code == 2


def test_confirmed_corrections_are_written_for_each_owner(tmp_path: Path) -> None:
    for feed in ("Council A", "Council B"):
        wise("directory", "import", str(SAMPLE), "--feed", feed)
    with unit_of_work() as session:
        found = session.execute(select(FeedRow.name, func.min(ServiceRow.id))
                                .join(FeedRow).group_by(FeedRow.name)).all()  # fmt: skip
        for feed, service in found:
            key = corrections.open_correction(session, service, words="shut")
            corrections.settle(session, key, right=True, note=f"Shut, says {feed}", by="ann")
    only = wise("directory", "corrections", "--feed", "Council A", "--to", "out", "--sent")
    assert only.exit_code == 0 and "1 for Council A" in only.stdout
    (file,) = (tmp_path / "out").iterdir()
    assert "Shut, says Council A" in file.read_text(encoding="utf-8")
    (left,) = json.loads(wise("directory", "corrections", "--json").stdout)
    assert (left["feed"], len(left["corrections"])) == ("Council B", 1)


def test_searching_near_a_place() -> None:
    wise("directory", "import", str(SAMPLE), "--feed", "sample")
    found = wise("directory", "search", "choir", "--near", "XW1", "--json")
    assert found.exit_code == 0
    services = json.loads(found.stdout)
    assert services
    near = [s["distance_km"] for s in services if s["distance_km"] is not None]
    assert near and max(near) <= 15
    told = wise("directory", "search", "choir", "--near", "XW1")
    assert services[0]["name"] in told.stdout and " km" in told.stdout
    nothing = wise("directory", "search", "zeppelin repairs", "--near", "XW1")
    assert (nothing.exit_code, nothing.stdout) == (0, "Nothing found.\n")


def test_searching_in_an_empty_directory() -> None:
    assert "Nothing found" in wise("directory", "search", "choir").stdout
    assert json.loads(wise("directory", "search", "choir", "--json").stdout) == []


def test_a_place_of_many_is_told_apart() -> None:
    result = wise("directory", "search", "choir", "--near", "Newport")
    assert result.exit_code == 2
    assert "may be" in result.stderr and result.stderr.count("Newport") > 2
    assert "postcode" in result.stderr


def test_a_place_that_is_nowhere_is_said() -> None:
    result = wise("directory", "search", "choir", "--near", "Narnia [Lamp]")
    assert result.exit_code == 2
    assert "Narnia [Lamp]" in result.stderr and "postcode" in result.stderr


# --- a person's record -----------------------------------------------------------------------


@pytest.fixture
def person() -> str:
    """Somebody with a whole record."""
    upgrade()
    with unit_of_work() as session:
        fill(session, ME).give_consent("research")
    return ME


def test_exporting_a_person(person: str, tmp_path: Path) -> None:
    folder = tmp_path / ("a long way down " * 5).strip()
    for form, number in (("json", 1), ("graphml", 1), ("csv", 3)):
        result = wise("export", person, "--format", form, "--to", str(folder))
        assert result.exit_code == 0
        # One path a line, whole however long, for scripts.
        paths = [Path(line) for line in result.stdout.splitlines()]
        assert len(paths) == number and all(path.is_file() for path in paths)
    kept = json.loads((folder / f"{person}.json").read_text(encoding="utf-8"))
    assert kept["person"]["area"] == "Ravenscar"
    [read] = from_json(json.dumps(kept))
    assert read.ego_id == person and "Zebediah" in {m.label for m in read.network}


def test_exporting_for_research(person: str, tmp_path: Path) -> None:
    result = wise("export", "--all", "--research", "--to", str(tmp_path))
    [path] = map(Path, result.stdout.splitlines())
    text = path.read_text(encoding="utf-8")
    assert [word for word in (*SECRETS, ME) if word in text] == []


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["nobody"], "nobody"),
        ([], "--all --research"),
        (["--all"], "--research"),
        ([ME, "--format", "xlsx"], "graphml"),
    ],
)
def test_an_export_that_cannot_be_is_said(arguments: list[str], words: str) -> None:
    result = wise("export", *arguments)
    assert result.exit_code == 2
    assert words in result.stderr


def test_erasing_a_person_reports_what_went(person: str) -> None:
    result = wise("erase", person, "--yes", "--json")
    assert result.exit_code == 0
    gone = json.loads(result.stdout)
    assert gone["person"] == 1 and gone["member"] == 3 and gone["inbox"] == 1
    again = wise("erase", person, "--yes")
    assert again.exit_code == 1 and person in again.stderr


def test_erasing_asks_first(person: str) -> None:
    kept = wise("erase", person, typed="n\n")
    assert kept.exit_code == 1 and "cannot be brought back" in kept.output
    assert wise("export", person).exit_code == 0
    gone = wise("erase", person, typed="y\n")
    assert gone.exit_code == 0 and "person: 1" in gone.output


def test_erasing_in_a_new_installation_finds_nobody() -> None:
    assert wise("erase", ME, "--yes").exit_code == 1


# --- doctor ----------------------------------------------------------------------------------


def test_doctor_speaks_json(home: Path) -> None:
    result = wise("doctor", "--json")
    findings = json.loads(result.stdout)
    assert {f["state"] for f in findings} <= {"ok", "note", "wrong"}
    assert all(f["what"] for f in findings)
    assert all(f["mend"] for f in findings if f["state"] != "ok")
    assert result.exit_code == (1 if "wrong" in {f["state"] for f in findings} else 0)
    told = " ".join(f["what"] for f in findings)
    for part in ("Python", "Database", "model", "Port", "Telegram"):
        assert part in told


def test_doctor_names_what_is_wrong_and_keeps_secrets(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATABASE_URL", "postgresql+psycopg2://postgres:hunter2@127.0.0.1:1/nothing")
    monkeypatch.setenv("TELEGRAM_BOT_TOKEN", "123:a-very-secret-token")
    monkeypatch.setenv("TELEGRAM_WEBHOOK_URL", "https://example.org/webhook")
    monkeypatch.setenv("WISE_SECRET_KEY", "short")
    get_settings.cache_clear()
    result = wise("doctor")
    assert result.exit_code == 1
    assert "does not answer" in result.stdout and "DATABASE_URL" in result.stdout
    assert "TELEGRAM_WEBHOOK_SECRET" in result.stdout
    assert "WISE_SECRET_KEY is weak" in result.stdout
    for secret in ("hunter2", "a-very-secret-token"):
        assert secret not in result.output


def test_doctor_sees_the_tables(home: Path) -> None:
    assert "is new" in wise("doctor").stdout
    upgrade()
    with unit_of_work() as session:
        begin(session, ME)
    assert "is new" not in wise("doctor").stdout


@pytest.mark.parametrize(
    ("settings", "said"),
    [
        ({"WISE_SECRET_KEY": "changeme" * 8}, "WISE_SECRET_KEY is weak"),
        ({"WISE_SECRET_KEY": "a" * 64}, "WISE_SECRET_KEY is weak"),
        ({"TELEGRAM_WEBHOOK_URL": "https://x.example"}, "WISE_SECRET_KEY is not set"),
        ({"WISE_ALERT_WEBHOOK": "http://alerts.example"}, "not HTTPS"),
        ({"WISE_ALERT_EMAIL": "a@b.example"}, "no mail server"),
    ],
)
def test_doctor_refuses_weak_keys(
    monkeypatch: pytest.MonkeyPatch, settings: dict[str, str], said: str
) -> None:
    for name, value in settings.items():
        monkeypatch.setenv(name, value)
    get_settings.cache_clear()
    result = wise("doctor")
    assert said in result.stdout
    assert result.exit_code == 1


def test_doctor_lets_a_strong_key_pass(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WISE_SECRET_KEY", secrets.token_hex(32))
    get_settings.cache_clear()
    assert "WISE_SECRET_KEY" not in wise("doctor").stdout


def test_retention_is_counted_first_and_done_when_asked(home: Path) -> None:
    upgrade()
    with unit_of_work() as session:
        begin(session, ME).person.last_seen_at = now() - timedelta(days=5000)
    counted = json.loads(wise("retention", "run", "--json").stdout)
    assert (counted["applied"], counted["records"]) == (False, 1)
    assert "Nothing was changed" in wise("retention", "run").stdout
    done = json.loads(wise("retention", "run", "--apply", "--json").stdout)
    assert (done["applied"], done["records"]) == (True, 1)
    assert json.loads(wise("retention", "run", "--json").stdout)["records"] == 0


# --- understand and dialogues: what they refuse ------------------------------------------------


def test_scripts_that_cannot_be_read_are_named(tmp_path: Path) -> None:
    bad = tmp_path / "bad.yml"
    bad.write_text("title: x\nturns:\n  - shouts: hello\n", encoding="utf-8")
    result = wise("dialogue", "run", str(bad))
    assert result.exit_code == 2 and "bad.yml" in result.stderr
    assert wise("dialogue", "run", str(tmp_path / "missing.yml")).exit_code == 2
    (tmp_path / "empty").mkdir()
    assert "no scripts" in wise("dialogue", "run", str(tmp_path / "empty")).stderr


# --- staff ---------------------------------------------------------------------------------


def test_the_first_account_is_made_by_command_and_has_no_default_password() -> None:
    made = wise("staff", "add", "Jo.Hill", "--role", "lead", "--generate", "--json")
    account = json.loads(made.stdout)
    assert (account["username"], account["role"]) == ("jo.hill", "lead")
    assert len(account["password"]) >= 20
    (listed,) = json.loads(wise("staff", "list", "--json").stdout)
    assert (listed["username"], listed["disabled"], listed["second_step"]) == (
        "jo.hill",
        False,
        False,
    )
    assert "password" not in listed
    assert wise("staff", "disable", "jo.hill").exit_code == 0
    assert json.loads(wise("staff", "list", "--json").stdout)[0]["disabled"]


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("add", "jo", "--role", "boss", "--generate"), "use one of reviewer, lead"),
        (("add", "!", "--generate"), "user name"),
        (("add", "jo", "--password-stdin"), "a password needs 12 characters"),
    ],
)
def test_an_account_that_cannot_be_is_refused_with_what_to_change(
    arguments: tuple[str, ...], words: str
) -> None:
    refused = wise("staff", *arguments, typed="short\n")
    assert refused.exit_code == 2 and words in refused.stderr


def test_disabling_somebody_unknown_says_so() -> None:
    assert wise("staff", "disable", "nobody").exit_code == 1
