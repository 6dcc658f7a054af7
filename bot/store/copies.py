"""A person's copy of all that is kept of them: JSON for machines, and a page to read."""

from __future__ import annotations

import json
from functools import lru_cache
from importlib.resources import files
from typing import Any

import jinja2
import yaml
from sqlalchemy import select

from bot.store.base import now, unit_of_work
from bot.store.exports import whole_record
from bot.store.people import tables_of_a_person
from bot.store.record import NoRecord
from bot.store.tables import Address

NAME = "wise-companion"


class NoCopy(LookupError):
    """Nothing is kept at that address."""


def copy_of(channel: str, address: str, store_url: str | None = None) -> tuple[str, str]:
    """The JSON and the page of whoever is reached there; ``NoCopy`` where nothing is kept."""
    with unit_of_work(store_url) as session:
        person_id = session.scalar(
            select(Address.person_id).where(Address.channel == channel, Address.address == address)
        )
        try:
            kept = whole_record(session, person_id or "")
        except NoRecord as error:
            raise NoCopy("nothing is kept there") from error
    return as_json(kept), as_page(kept)


def as_json(kept: dict[str, Any]) -> str:
    """Everything, by table and column."""
    return json.dumps(kept, indent=2, ensure_ascii=False)


def as_page(kept: dict[str, Any]) -> str:
    """The same for a person to read: a page without scripts that can be kept or printed."""
    # A record has only the tables in which there is something.
    whole = {table.name: [] for table in tables_of_a_person()} | kept
    return _template().render(kept=whole, today=now().strftime("%-d %B %Y"))


@lru_cache(maxsize=1)
def _words() -> dict[str, str]:
    words: dict[str, str] = yaml.safe_load(
        files("bot.store").joinpath("copy.yml").read_text("utf-8")
    )
    return words


def _in_words(codes: object) -> str:
    """A code, or several with commas between, as it is said to the person."""
    said = (_words().get(code, code.replace("_", " ")) for code in str(codes).split(", "))
    return ", ".join(said)


@lru_cache(maxsize=1)
def _template() -> jinja2.Template:
    text = files("bot.store").joinpath("copy.html").read_text(encoding="utf-8")
    environment = jinja2.Environment(autoescape=True, undefined=jinja2.StrictUndefined)
    environment.filters["plain"] = _in_words
    environment.filters["day"] = lambda moment: str(moment or "")[:16].replace("T", " ")
    return environment.from_string(text)
