"""What a conversation shows of a service: from a real store, without the trained model."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy.orm import Session, sessionmaker

import bot.store.tables  # noqa: F401  (registers the tables)
from actions.about_you import ValidateAboutYouForm
from actions.cards import full_card
from actions.forms import Heard
from actions.options import card_of, nothing, wishes_of
from actions.turn import Answer
from bot.directory.importer import import_source
from bot.network.model import Network
from bot.store.base import Base, engine_for
from bot.store.directory import ServiceRow
from bot.store.people import begin
from bot.store.record import Record
from tests.directory.conftest import make_service
from tests.directory.test_import import page, write

EDINBURGH, ASHFORD = ("EH1", 55.953, -3.189), ("TN24", 51.15, 0.89)


def helpline(key: str, name: str, price: str, area: str = "United Kingdom") -> dict[str, Any]:
    return make_service(
        key,
        name=name,
        description="A national helpline for anyone who feels lonely. Talk and meet new people.",
        service_at_locations=None,
        attending_type="phone",
        service_areas=[{"name": area}],
        cost_options=[{"amount": price}],
    )


@pytest.fixture
def record(tmp_path: Path) -> Iterator[Record]:
    engine = engine_for(f"sqlite:///{tmp_path / 'store.sqlite'}")
    Base.metadata.create_all(engine)
    source = write(
        tmp_path,
        page(
            helpline("free", "Free Friendship Line", "0"),
            helpline("dear", "Costly Friendship Line", "45"),
            helpline("scots", "Scottish Friendship Line", "0", "Scotland"),
            make_service("walk"),
        ),
    )
    import_source(
        source,
        feed="test",
        session_factory=sessionmaker(engine).begin,
        licence="Open Government Licence v3.0.",
        attribution="Chesham Council.",
    )
    with Session(engine) as session, session.begin():
        yield begin(session, "7" * 32)


def live_at(record: Record, home: tuple[str, float, float]) -> None:
    record.person.area, record.person.latitude, record.person.longitude = home


def hush(*_args: object, **_values: object) -> None:
    """For what is said and not looked at."""


def test_the_full_card_says_who_gives_the_details_and_on_what_terms(record: Record) -> None:
    key = record.session.query(ServiceRow.id).filter_by(source_id="walk").scalar()
    card = card_of(record, str(key))
    assert card is not None
    words = full_card(card, Network(()))
    assert "Details from Chesham Council." in words
    assert "Open Government Licence v3.0." in words and ".." not in words


def test_the_nation_comes_from_where_the_person_lives(record: Record) -> None:
    live_at(record, EDINBURGH)
    place = wishes_of(record).place
    assert place is not None and place.nation == "Scotland"


@pytest.mark.parametrize(("limits", "dear"), [([], True), (["free_only"], False)])
def test_help_for_anyone_anywhere_keeps_to_what_has_to_suit(
    record: Record, limits: list[str], dear: bool
) -> None:
    record.keep_preferences(limits, ["free_only"])
    nothing(record, hush)
    shown = {option.name for option in record.options()}
    assert "Free Friendship Line" in shown
    assert ("Costly Friendship Line" in shown) is dear


@pytest.mark.parametrize(("home", "scots"), [(EDINBURGH, True), (ASHFORD, False)])
def test_help_for_another_nation_is_not_help_for_the_whole_country(
    record: Record, home: tuple[str, float, float], scots: bool
) -> None:
    live_at(record, home)
    record.keep_preferences(["free_only"], ["free_only"])
    nothing(record, hush)
    shown = {option.name for option in record.options()}
    assert "Free Friendship Line" in shown
    assert ("Scottish Friendship Line" in shown) is scots


@pytest.mark.parametrize(
    ("text", "languages", "needs"),
    [
        ("my mum speaks Urdu", {"urdu"}, set()),
        ("Polish", {"polish"}, set()),
        ("BSL please, I'm deaf", {"british sign language"}, {"hearing"}),
        ("I don't speak English well, I speak Punjabi", {"punjabi"}, set()),
        ("somewhere without steps", set(), {"step_free"}),
    ],
)
def test_a_language_is_heard_where_access_is_asked(
    record: Record, text: str, languages: set[str], needs: set[str]
) -> None:
    hear = ValidateAboutYouForm.validate_about_access.__wrapped__  # type: ignore[attr-defined]
    assert hear(ValidateAboutYouForm(), record, Answer(text=text), hush) is Heard.DONE
    wishes = wishes_of(record)
    assert (wishes.languages, wishes.access_needs) == (languages, needs)
