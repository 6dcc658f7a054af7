"""What a conversation shows of a service: from a real store, without the trained model."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy.orm import Session, sessionmaker

import bot.store.tables  # noqa: F401  (registers the tables)
from actions.cards import full_card
from actions.options import card_of, nothing, wishes_of
from bot.directory.importer import import_source
from bot.network.model import Network
from bot.store.base import Base, engine_for
from bot.store.directory import ServiceRow
from bot.store.people import begin
from bot.store.record import Record
from tests.directory.conftest import make_service
from tests.directory.test_import import page, write

EDINBURGH = (55.953, -3.189)


def helpline(key: str, name: str, price: str) -> dict[str, Any]:
    return make_service(
        key,
        name=name,
        description="A national helpline for anyone who feels lonely. Talk and meet new people.",
        service_at_locations=None,
        attending_type="phone",
        service_areas=[{"name": "United Kingdom"}],
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


def test_the_full_card_says_who_gives_the_details_and_on_what_terms(record: Record) -> None:
    key = record.session.query(ServiceRow.id).filter_by(source_id="walk").scalar()
    card = card_of(record, str(key))
    assert card is not None
    words = full_card(card, Network(()))
    assert "Details from Chesham Council." in words
    assert "Open Government Licence v3.0." in words and ".." not in words


def test_the_nation_comes_from_where_the_person_lives(record: Record) -> None:
    record.person.area = "EH1"
    record.person.latitude, record.person.longitude = EDINBURGH
    place = wishes_of(record).place
    assert place is not None and place.nation == "Scotland"


@pytest.mark.parametrize(("limits", "dear"), [([], True), (["free_only"], False)])
def test_help_for_anyone_anywhere_keeps_to_what_has_to_suit(
    record: Record, limits: list[str], dear: bool
) -> None:
    record.keep_preferences(limits, ["free_only"])
    nothing(record, lambda *_args, **_values: None)
    shown = {option.name for option in record.options()}
    assert "Free Friendship Line" in shown
    assert ("Costly Friendship Line" in shown) is dear
