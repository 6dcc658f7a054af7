"""Papers from the record: whose they are, and what of a plan others may read."""

from __future__ import annotations

import io
from datetime import date

import pytest
from icalendar import Calendar
from pypdf import PdfReader

from bot.network.model import Kind, Member, Network, Relationship
from bot.papers.of_person import NoPaper, openly, paper_for
from bot.papers.words import CALENDAR_FILE, PAGE_FILE
from bot.store.base import unit_of_work
from bot.store.record import Record
from bot.support.discreet import Activity
from tests.store.conftest import Store, postgres_template, sqlite_template, store
from tests.store.filled import ADDRESS, CHANNEL, fill

__all__ = ["postgres_template", "sqlite_template", "store"]


@pytest.fixture
def filled(store: Store) -> Store:
    with unit_of_work() as session:
        record = fill(session, "1" * 32)
        record.plans()[0].when_date = date(2026, 12, 2)
    return store


def events(data: bytes) -> dict[str, str]:
    made = Calendar.from_ical(data)
    found = [*made.walk("VEVENT"), *made.walk("VTODO")]
    return {str(e["uid"]): str(e["summary"]) for e in found}


def test_a_calendar_has_each_active_plan_under_a_name_that_stays(filled: Store) -> None:
    first = events(paper_for(CHANNEL, ADDRESS, CALENDAR_FILE).data)
    with unit_of_work() as session:
        record = Record.of(session, "1" * 32)
        record.plans()[0].when_date = date(2026, 12, 9)
        record.add_plan("see the consultant about my sarcoidosis")
    later = events(paper_for(CHANNEL, ADDRESS, CALENDAR_FILE).data)
    assert len(first) == 1 and len(later) == 2
    assert set(first) < set(later)
    assert "Something I planned" in later.values()
    assert not any("sarcoidosis" in title or "consultant" in title for title in later.values())


def test_what_makes_things_harder_is_in_no_title(filled: Store) -> None:
    with unit_of_work() as session:
        Record.of(session, "1" * 32).add_plan("a day away from Quetzalina")
    text = paper_for(CHANNEL, ADDRESS, CALENDAR_FILE).data.decode()
    assert "Quetzalina" not in text


@pytest.fixture
def others(filled: Store) -> Store:
    """With people whose labels say more than a name."""
    people = (
        Member("m1", "Zebediah", relationship=Relationship.CHILD),
        Member("m2", "Quetzalina", relationship=Relationship.FRIEND, strain=True),
        Member("m3", "Sue from dialysis", relationship=Relationship.FRIEND),
        Member("m4", "Sponsor", relationship=Relationship.OTHER),
        Member("m5", "Grace stoma nurse", Kind.PROFESSIONAL, Relationship.NURSE),
        Member("m6", "Lupus ladies", Kind.GROUP, Relationship.GROUP),
        Member("m7", "Parkinson", relationship=Relationship.NEIGHBOUR),
        Member("m8", "Carer", relationship=Relationship.FRIEND),
    )
    with unit_of_work() as session:
        Record.of(session, "1" * 32).write_network(Network(people))
    return filled


@pytest.mark.parametrize(
    ("plan", "company", "tells"),
    [
        ("bingo with Zebediah on Tuesday", "", False),
        ("join the knitting group at the library", "", False),
        ("tea with Sue", "", False),
        ("tea with Beryl", "with Beryl from dialysis", False),
        ("tea with Beryl", "", True),
        ("tea at dialysis", "with Beryl from dialysis", True),
        ("tea with Sue from dialysis", "", True),
        ("tea with Quetzalina", "with Quetzalina", True),
        ("ring my sponsor", "", True),
        ("see Grace", "", True),
        ("tea at the lupus group", "", True),
        ("tea at the Parkinson's group", "", True),
        ("see my carer", "", True),
        ("try the bipolar drop-in on Mondays", "", True),
    ],
)
def test_names_of_the_map_and_of_the_company_may_be_read_and_no_more(
    others: Store, plan: str, company: str, tells: bool
) -> None:
    with unit_of_work() as session:
        record = Record.of(session, "1" * 32)
        made = record.add_plan(plan)
        made.with_words = company
        said = openly(record, made)
    assert isinstance(said, Activity) if tells else said == plan
    titles = events(paper_for(CHANNEL, ADDRESS, CALENDAR_FILE).data).values()
    assert (plan in titles) is not tells


def test_a_service_that_the_directory_no_longer_knows_is_not_named(filled: Store) -> None:
    with unit_of_work() as session:
        record = Record.of(session, "1" * 32)
        assert openly(record, record.add_plan("The Open House", "999999")) is Activity.SOMETHING
        assert openly(record, record.add_plan("The Open House")) == "The Open House"


def test_the_page_is_ones_own(filled: Store) -> None:
    with unit_of_work() as session:
        other = fill(session, "2" * 32, "another")
        other.write_network(Network((Member("m1", "Hortensia", circle=1),)))
    mine = paper_for(CHANNEL, ADDRESS, PAGE_FILE)
    text = " ".join(p.extract_text() for p in PdfReader(io.BytesIO(mine.data)).pages)
    assert "Zebediah" in text and "Hortensia" not in text
    assert mine.media_type == "application/pdf"


@pytest.mark.parametrize(("address", "name"), [("nobody", PAGE_FILE), (ADDRESS, "../passwd")])
def test_no_paper_for_a_stranger_or_of_another_name(filled: Store, address: str, name: str) -> None:
    with pytest.raises(NoPaper):
        paper_for(CHANNEL, address, name)
