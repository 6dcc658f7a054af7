"""Set-up: the service, contact routes, every word the bot says, retention, accounts, the audit."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import asdict
from functools import lru_cache
from typing import Any, NamedTuple

import yaml
from sqlalchemy import select
from sqlalchemy.orm import Session
from starlette.responses import Response

from bot.console import accounts
from bot.console.names import pseudonym, readable
from bot.console.reading import reading_age
from bot.console.roles import RULES, TITLES, May, Role
from bot.console.web import ROOT, NotSo, NotThere, Page, Visit
from bot.conversations import words as conversation_words
from bot.network import phrases as map_phrases
from bot.network.phrases import PictureWords
from bot.papers import words as paper_words
from bot.safety.replies import reviewed_words
from bot.safety.routes import REGIONS, Route, all_routes
from bot.settings import PROJECT
from bot.store.audit import Audit, mark_of
from bot.store.staff import RouteCheck, Staff
from bot.store.tables import Person

AUDIT_PAGE = 100


def show(visit: Visit) -> Response:
    """The service as patients see it, and how long things are kept."""
    return visit.show("setup.html", title="Set-up", settings=visit.settings, region=readable)


# --- contact routes ------------------------------------------------------------------------


def _checks(session: Session) -> dict[tuple[str, str, str], RouteCheck]:
    """The latest confirmation of each route with its number."""
    return {
        (c.route, c.nation, c.number): c
        for c in session.scalars(select(RouteCheck).order_by(RouteCheck.id))
    }


def _routes(nation: str) -> list[Route]:
    return [r for r in all_routes() if nation in r.nations]


def show_routes(visit: Visit) -> Response:
    """Every route of a nation with who confirmed it and when."""
    nation = visit.asked("nation") or visit.settings.wise_region
    if nation not in REGIONS:
        raise NotThere("There is no such nation.")
    checks = _checks(visit.db)
    return visit.show(
        "routes.html",
        title="Contact routes",
        nation=nation,
        nations=REGIONS,
        routes=[(r, checks.get((r.id, nation, r.number or ""))) for r in _routes(nation)],
        readable=readable,
    )


def confirm_route(visit: Visit) -> Response:
    """Somebody asked the owner of a route, and it is right; counts for this number only."""
    nation, route = visit.text("nation", 20), visit.text("route", 40)
    found = next((r for r in _routes(nation) if r.id == route), None)
    if found is None:
        raise NotThere("There is no such route.")
    how = visit.needed("how", "how you confirmed it", 500)
    row = RouteCheck(route=route, nation=nation, number=found.number or "", who=visit.who)
    visit.db.add(row)
    visit.note("route_confirmed", target=f"{nation} {route} {found.number or ''}", reason=how)
    return visit.back(f"{ROOT}/setup/routes?nation={nation}")


# --- words ---------------------------------------------------------------------------------


class Words(NamedTuple):
    """Words that patients read, and where they are written.

    Attributes:
        name: of the response or the constant, or the keys that lead to it: "self.suicide".
        age: in years, at which they are read with ease; ``None`` without words.
    """

    file: str
    name: str
    text: str
    age: int | None


_MODULES = {
    "bot/conversations/words.py": conversation_words,
    "bot/papers/words.py": paper_words,
    "bot/network/phrases.py": map_phrases,
}


@lru_cache(maxsize=1)
def all_words() -> tuple[Words, ...]:
    """Everything that patients read of ours but the chat page's own words and numbers to call."""
    said: list[tuple[str, str, str]] = [
        *(("domain.yml", *pair) for pair in _responses()),
        *(("bot/safety/replies.yml", *pair) for pair in _texts(reviewed_words())),
        *(("actions/words.yml", *pair) for pair in _texts(_yaml("actions/words.yml"))),
    ]
    for file, module in _MODULES.items():
        constants = {name: value for name, value in vars(module).items() if name.isupper()}
        said += [(file, *pair) for pair in _texts(constants)]
    said += [("bot/network/phrases.py", *pair) for pair in _texts(asdict(PictureWords()))]
    return tuple(Words(file, name, text, reading_age(text)) for file, name, text in said)


def _yaml(path: str) -> Any:
    return yaml.safe_load((PROJECT / path).read_text(encoding="utf-8"))


def _responses() -> Iterator[tuple[str, str]]:
    """Texts and buttons of the domain's responses, by name."""
    for name, variants in sorted(_yaml("domain.yml")["responses"].items()):
        for variant in variants:
            buttons = [button["title"] for button in variant.get("buttons") or ()]
            for text in (variant.get("text"), *buttons):
                if text:
                    yield name, str(text).strip()


def _texts(value: Any, *keys: str) -> Iterator[tuple[str, str]]:
    """Words with the keys that lead to them. Lists hold codes; ``alarm`` names another reply."""
    if isinstance(value, str) and keys[-1] != "alarm":
        yield ".".join(keys), value.strip()
    elif isinstance(value, tuple):  # pairs of a command and what it does
        yield from _texts(dict(value), *keys)
    elif isinstance(value, Mapping):
        for key, inner in value.items():
            yield from _texts(inner, *keys, str(key))


def show_words(visit: Visit) -> Response:
    """A preview of all words."""
    wanted = visit.asked("q").casefold()
    hard = visit.asked("hard") == "1"
    rows = [
        words
        for words in all_words()
        if wanted in f"{words.file} {words.name} {words.text}".casefold()
        and (not hard or (words.age or 0) > 11)
    ]
    ages = [words.age for words in all_words() if words.age is not None]
    return visit.show(
        "words.html",
        title="Words",
        rows=rows,
        q=visit.asked("q"),
        hard=hard,
        count=len(all_words()),
        easy=sum(a <= 11 for a in ages),
    )


# --- accounts ------------------------------------------------------------------------------


def show_accounts(visit: Visit, fresh: tuple[str, str] | None = None) -> Response:
    """All accounts; ``fresh`` is a user name with the password that was just made for it."""
    return visit.show(
        "accounts.html",
        title="Accounts",
        rows=accounts.everyone(visit.db),
        roles=[(r, TITLES[r], sorted(m.value for m in RULES[r] - {May.OWN})) for r in Role],
        fresh=fresh,
    )


def list_accounts(visit: Visit) -> Response:
    """All accounts."""
    return show_accounts(visit)


def add_account(visit: Visit) -> Response:
    """A new account with a password that is shown once."""
    password = accounts.generated_password()
    try:
        row = accounts.add(
            visit.db,
            visit.needed("username", "the user name", 80),
            visit.text("name", 80),
            visit.text("role", 20),
            password,
        )
    except accounts.AccountError as error:
        raise NotSo(f"Sorry: {error}.") from error
    visit.note("account_added", target=f"{row.username} {row.role}")
    return show_accounts(visit, (row.username, password))


def change_account(visit: Visit) -> Response:
    """Disable, enable, give another role, or start somebody afresh."""
    row = accounts.find(visit.db, visit.text("username", 80))
    if row is None:
        raise NotThere("There is no such account.")
    if row.username == visit.who:
        raise NotSo("You cannot change your own account here. Ask another administrator.")
    do = visit.text("do", 20)
    fresh = None
    if do == "disable":
        accounts.disable(visit.db, row.username)
    elif do == "enable":
        accounts.enable(visit.db, row.username)
    elif do == "reset":
        fresh = (row.username, accounts.generated_password())
        accounts.reset(row, fresh[1])
        accounts.end_all(visit.db, row.id)
    elif do == "role":
        role = visit.text("role", 20)
        if role not in {r.value for r in Role}:
            raise NotSo("Choose one of the roles.")
        row.role = role
        accounts.end_all(visit.db, row.id)
    else:
        raise NotSo("Choose what to do with the account.")
    visit.note(f"account_{do}", target=f"{row.username} {row.role}")
    visit.db.flush()
    return show_accounts(visit, fresh)


# --- audit ---------------------------------------------------------------------------------


_MARK = re.compile(r"(?:person )?([0-9a-f]{8,31})(?:…|\.\.\.)?", re.IGNORECASE)


def _mark_meant(session: Session, words: str) -> str:
    """The audit's mark of a person, or its beginning, from what staff see of them.

    Their id, what the console calls them, or a mark as the audit shows it; "" for none of these.
    """
    if re.fullmatch(r"[0-9a-f]{32}", words):
        return mark_of(words)
    if found := _MARK.fullmatch(words):
        return found[1].lower()
    called = " ".join(words.casefold().split())
    ids = session.scalars(select(Person.id))
    return next((mark_of(i) for i in ids if pseudonym(i).casefold() == called), "")


def show_audit(visit: Visit) -> Response:
    """Who looked and who changed, the latest first."""
    who, what, person = visit.asked("who"), visit.asked("what"), visit.asked("person", 40)
    before = visit.number("before")
    query = select(Audit).order_by(Audit.id.desc()).limit(AUDIT_PAGE + 1)
    if who:
        query = query.where(Audit.who == who)
    if what:
        query = query.where(Audit.what == what.lower().replace(" ", "_"))
    about = _mark_meant(visit.db, person) if person else ""
    if about:
        query = query.where(Audit.subject.startswith(about, autoescape=True))
    elif person:
        raise NotSo("Nobody is known by this id or name. It may have been erased, or misspelt.")
    if before is not None:
        query = query.where(Audit.id < before)
    rows: list[Any] = list(visit.db.scalars(query))
    people = list(visit.db.scalars(select(Staff.username).order_by(Staff.username)))
    visit.note("look_audit")
    return visit.show(
        "audit.html",
        title="Audit",
        rows=rows[:AUDIT_PAGE],
        who=who,
        what=what,
        person=person,
        people=people,
        more=rows[AUDIT_PAGE - 1].id if len(rows) > AUDIT_PAGE else None,
        readable=readable,
    )


PAGES = (
    Page("GET", "/setup", show, May.SETUP),
    Page("GET", "/setup/routes", show_routes, May.SETUP),
    Page("POST", "/setup/routes", confirm_route, May.ROUTES),
    Page("GET", "/setup/words", show_words, May.SETUP),
    Page("GET", "/setup/accounts", list_accounts, May.ACCOUNTS),
    Page("POST", "/setup/accounts", add_account, May.ACCOUNTS),
    Page("POST", "/setup/accounts/change", change_account, May.ACCOUNTS),
    Page("GET", "/audit", show_audit, May.AUDIT),
)
