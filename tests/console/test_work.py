"""The jobs of staff, on pages: queue, conversations, notes, corrections, people, numbers."""

from __future__ import annotations

import io
import itertools
import json
import zipfile
from datetime import timedelta
from pathlib import Path

import pytest
import yaml
from sqlalchemy import select, text, update
from sqlalchemy.exc import DBAPIError

from bot.console import names
from bot.console.app import PAGES
from bot.console.marks import example_of, nlu_yaml
from bot.console.names import _BIRDS, _COLOURS, _ENDING, _LETTERS, Veil, pseudonym
from bot.console.numbers import HIDDEN, hidden
from bot.console.plain import csv_file, day, plain
from bot.console.queue import MOST
from bot.console.reading import reading_age
from bot.console.roles import Role
from bot.console.web import ROOT
from bot.directory.corrections import open_correction
from bot.store.audit import Audit, about
from bot.store.base import now, unit_of_work
from bot.store.directory import CorrectionRow
from bot.store.people import begin
from bot.store.record import Record
from bot.store.tables import FollowUp, Plan, RiskEvent, StaffRequest
from bot.store.turns import Conversation
from tests.store.conftest import Store
from tests.store.test_turns import bot, log, turns, user

from .conftest import ME, OTHER, Join, Member, words_of
from .test_pages import address

NASTY = "<script>alert(1)</script><img src=x onerror=alert(2)>\u202egnp.exe =1+1 {{7*7}} "


def audit(*what: str) -> list[Audit]:
    with unit_of_work() as session:
        query = select(Audit).order_by(Audit.id)
        return [a for a in session.scalars(query) if not what or a.what in what]


def one(table: type) -> object:
    with unit_of_work() as session:
        return session.scalars(select(table)).one()


# --- queue ---------------------------------------------------------------------------------


def test_risks_come_first_and_nothing_leaves_by_being_looked_at(
    reviewer: Member, person: str
) -> None:
    page = reviewer.get("/queue")
    titles = ("Concern", "Wants to talk to someone", "Nothing suited")
    places = [page.index(f"<h2>{title}</h2>") for title in titles]
    assert places == sorted(places)
    reviewer.get(f"/c/{person}")
    assert words_of(reviewer.get("/queue")).count("Concern") == words_of(page).count("Concern")


def test_an_entry_is_taken_by_one_and_ended_with_a_note(
    reviewer: Member, join: Join, person: str
) -> None:
    number = one(RiskEvent).id  # type: ignore[attr-defined]
    at = f"/queue/risk/{number}"
    reviewer.post(f"{at}/take")
    other = join(Role.REVIEWER, "other")
    assert "reviewer has taken this already" in other.post(f"{at}/take", 400)
    assert "Only reviewer or a lead" in other.post(f"{at}/release", 400)
    assert "Write what was done first" in reviewer.post(f"{at}/done", 400, note="  ")
    reviewer.post(f"{at}/done", note="Rang them. All is well.")
    row = one(RiskEvent)
    assert (row.state, row.reviewed_by) == ("done", "reviewer")  # type: ignore[attr-defined]
    assert "Rang them" in reviewer.get("/queue?done=1")
    assert "Rang them" not in reviewer.get("/queue")
    assert [a.what for a in audit("queue_take", "queue_done")] == ["queue_take", "queue_done"]
    reviewer.post(f"{at}/reopen")
    assert one(RiskEvent).state == "open"  # type: ignore[attr-defined]


def test_an_emergency_goes_before_an_older_concern_and_late_ones_are_said(
    reviewer: Member, person: str
) -> None:
    with unit_of_work() as session:
        Record.of(session, person).note_risk("emergency", "stroke", "rules", "x")
        session.execute(update(RiskEvent).where(RiskEvent.level == "concern").values(
            at=now() - timedelta(days=3)))  # fmt: skip
    page = reviewer.get("/queue")
    assert page.index("<h2>Emergency</h2>") < page.index("<h2>Concern</h2>")
    assert "Was due" in page


def test_reading_an_entry_leads_to_its_turn(reviewer: Member, person: str) -> None:
    log(person, user("I want to end it all", 300, update_key="web:risk"))
    with unit_of_work() as session:
        event = Record.of(session, person).note_risk(
            "crisis", "suicide", "rules", "x", update_key="web:risk"
        )
        session.flush()
        number = event.id
    answer = reviewer.client.get(f"/staff/queue/risk/{number}", follow_redirects=False)
    turn = turns(person)[-1].id
    assert answer.headers["location"] == f"/staff/c/{person}?at={turn}#t{turn}"


@pytest.mark.parametrize(
    ("source", "pressing", "title"),
    [("risk", "emergency", "Emergency"), ("request", "talk", "Wants to talk to someone")],
)
def test_many_old_ones_do_not_hide_a_new_one_that_is_more_pressing(
    reviewer: Member, store: Store, source: str, pressing: str, title: str
) -> None:
    with unit_of_work() as session:
        record = begin(session, ME)
        for _ in range(MOST + 1):
            if source == "risk":
                record.note_risk("concern", None, "rules", "x")
            else:
                record.ask_staff("complaint", "the tea was cold")
        session.flush()
        for table in (RiskEvent, StaffRequest):
            session.execute(update(table).values(at=now() - timedelta(days=9)))
        if source == "risk":
            record.note_risk(pressing, "stroke", "rules", "x")
        else:
            record.ask_staff(pressing)
    assert reviewer.get("/queue").split("<h2>")[1].startswith(title)


def test_wrong_details_are_on_the_queue_until_the_directory_settles_them(
    reviewer: Member, join: Join, person: str
) -> None:
    number = one(CorrectionRow).id  # type: ignore[attr-defined]
    page = reviewer.get("/queue?kind=wrong_details")
    assert page.count('<li class="entry') == 1
    assert "no marquetry there any more" in page and pseudonym(person) in page
    assert "Details are wrong 1" in words_of(page)
    assert "Details are wrong" in reviewer.get(f"/p/{person}")
    there = f"/directory/corrections?id={number}"
    conversation = reviewer.get(f"/queue/correction/{number}")
    assert there in conversation and f"/queue/correction/{number}/done" not in conversation
    reviewer.post(f"/queue/correction/{number}/done", 404, note="Rang them")
    assert there in page and "no marquetry there any more" in reviewer.get(there)
    assert "until a lead or a directory editor settles it" in page
    reviewer.post(f"/directory/corrections/{number}", 403, **{"is": "wrong"})
    lead = join(Role.LEAD)
    assert "Settle it in the directory" in words_of(lead.get("/queue?kind=wrong_details"))
    assert "The record is right" in lead.get(there)
    lead.post(f"/directory/corrections/{number}", **{"is": "wrong"})
    with unit_of_work() as session:
        assert "settle_correction" in [a.what for a in about(session, person)]
    assert "marquetry" not in reviewer.get("/queue?kind=wrong_details")
    assert "Details are wrong" not in words_of(reviewer.get("/queue"))
    reviewer.get("/directory/corrections?id=99999999999", 404)


def test_wrong_details_of_nobody_known_can_be_seen_and_settled(
    reviewer: Member, store: Store
) -> None:
    with unit_of_work() as session:
        number = open_correction(session, None, words="It shut. Ring 07700 900123")
    page = words_of(reviewer.get("/queue"))
    assert "Not known who" in page and "It shut. Ring [number]" in page
    reviewer.get(f"/queue/correction/{number}", 404)


# --- conversations -------------------------------------------------------------------------


def _two(person: str) -> None:
    with unit_of_work() as session:
        other = begin(session, OTHER).person
        other.stage, other.conditions, other.area = "people", "COPD", "Derby"
    log(OTHER, user("my knees ache on the stairs", 5000), bot("I'm sorry."))


def test_filters_narrow_the_list(reviewer: Member, person: str) -> None:
    _two(person)
    mine, other = pseudonym(person), pseudonym(OTHER)
    for query, here, gone in (
        ("", mine, ""),
        ("stage=people", other, mine),
        ("condition=copd", other, mine),
        ("area=DERB", other, mine),
        ("area=100%25", "No conversation fits", mine),
        ("flag=unclear", mine, other),
        ("flag=talk", mine, other),
        ("flag=mine", "No conversation fits", mine),
        ("intent=add_member", mine, ""),
        ("since=2030-01-01", "No conversation fits", mine),
        ("until=1970-01-01", mine, ""),
        ("q=knee", other, mine),
        ("q=knee&stage=open", "No conversation fits", other),
    ):
        page = reviewer.get(f"/conversations?{query}")
        assert here in page, query
        assert not gone or gone not in page, query


def test_paging_shows_everybody_once(reviewer: Member, person: str) -> None:
    for number in range(70):
        with unit_of_work() as session:
            begin(session, f"{number:032}")
        log(f"{number:032}", user("a walking group", 1000 + number // 3))
    for path in ("/conversations", "/conversations?q=walking"):
        seen: list[str] = []
        while path:
            page = reviewer.get(path)
            seen += [x.split('"')[0].split("?")[0] for x in page.split('<a href="/staff/c/')[1:]]
            more = page.split('class="button second" href="/staff/conversations')
            path = (
                ("/conversations" + more[1].split('"')[0]).replace("&amp;", "&")
                if len(more) > 1
                else ""
            )
        assert len(seen) == len(set(seen)) == (71 if "?" not in path and seen[-1] == person else 70)


def test_a_transcript_shows_what_was_said_pressed_and_understood(
    reviewer: Member, person: str
) -> None:
    log(person, user("/choose{}", 300, kind="press", said="Yes, let's start"))
    said = words_of(reviewer.get(f"/c/{person}"))
    for words in ("hello there", "Hello. I&#39;m WISE Companion.", "add_member", "91%", "Pardon?",
                  "Not understood", "Yes, let&#39;s start"):  # fmt: skip
        assert words in said
    (look,) = audit("look_transcript")
    assert look.who == "reviewer" and look.subject and person not in look.subject


def test_a_long_conversation_is_paged_and_a_link_opens_at_its_turn(
    reviewer: Member, person: str
) -> None:
    log(person, *(user(f"word{n}", 1000 + n) for n in range(120)))
    every = turns(person)
    page = reviewer.get(f"/c/{person}")
    assert "word119" in page and "word10<" not in page
    earlier = reviewer.get(f"/c/{person}?before={every[-40].id}")
    assert "word79" in earlier and "word80" not in earlier
    at = reviewer.get(f"/c/{person}?at={every[50].id}#t{every[50].id}")
    assert f'id="t{every[50].id}"' in at and "Earlier" in at and "Later" in at
    assert "word0" in reviewer.get(f"/c/{person}?after={every[0].id}")


def test_notes_tags_and_an_assignment_stay(reviewer: Member, person: str) -> None:
    turn = turns(person)[1].id
    reviewer.post(f"/c/{person}/note", words="Ask about <b>transport</b>", turn=str(turn))
    reviewer.post(f"/c/{person}/tag", word="Call BACK!")
    reviewer.post(f"/c/{person}/assign", to="reviewer")
    reviewer.post(f"/c/{person}/reviewed")
    page = reviewer.get(f"/c/{person}")
    assert "Ask about &lt;b&gt;transport&lt;/b&gt;" in page
    assert "call back" in page and "Read by reviewer" in page
    assert pseudonym(person) in reviewer.get("/conversations?tag=call+back&flag=mine")
    reviewer.post(f"/c/{person}/untag", word="call back")
    assert '<span class="tag">call back</span>' not in reviewer.get(f"/c/{person}")
    reviewer.post(f"/c/{person}/assign", 400, to="nobody.we.know")


def test_jumping_goes_to_the_next_of_a_kind_and_round(reviewer: Member, person: str) -> None:
    unclear = next(t for t in turns(person) if t.unclear)
    for after in (0, unclear.id):
        answer = reviewer.client.get(
            f"/staff/c/{person}/jump?to=unclear&after={after}", follow_redirects=False
        )
        assert answer.headers["location"].endswith(f"?at={unclear.id}#t{unclear.id}")


# --- names ---------------------------------------------------------------------------------


def test_names_are_hidden_without_consent_to_share(reviewer: Member, person: str) -> None:
    for path in (f"/c/{person}", f"/p/{person}", "/conversations", "/queue",
                 f"/p/{person}/map/now.svg", f"/p/{person}/map/then.svg"):  # fmt: skip
        page = reviewer.get(path)
        assert "Zebediah" not in page and "Quetzalina" not in page, path
    assert "my son [person 1] does the shopping" in reviewer.get(f"/c/{person}")


def test_names_in_a_correction_are_hidden_and_the_look_is_kept(
    reviewer: Member, join: Join, person: str
) -> None:
    with unit_of_work() as session:
        open_correction(
            session, None, words="Quetzalina says it shut, ring 07700 900123", person_id=person
        )
    page = reviewer.get("/directory/corrections")
    assert "says it shut" in page
    assert "Quetzalina" not in page and "07700" not in page
    with unit_of_work() as session:
        assert [a.what for a in about(session, person)] == ["look_correction"]
        Record.of(session, person).give_consent("share")
    assert "Quetzalina says it shut" in reviewer.get("/directory/corrections")
    join(Role.DIRECTORY).get("/directory/corrections")
    with unit_of_work() as session:
        # Whoever may not read the words has seen nothing.
        assert {a.who for a in about(session, person)} == {"reviewer"}


def test_names_are_shown_with_consent_and_hidden_again_without(
    reviewer: Member, person: str
) -> None:
    with unit_of_work() as session:
        Record.of(session, person).give_consent("share")
    assert "Zebediah does the shopping" in reviewer.get(f"/c/{person}")
    assert "Zebediah" in reviewer.get(f"/p/{person}/map/now.svg")
    with unit_of_work() as session:
        Record.of(session, person).withdraw_consent("share")
    assert "Zebediah" not in reviewer.get(f"/c/{person}")


def test_names_are_lifted_for_a_risk_with_a_reason_that_is_kept(
    reviewer: Member, join: Join, person: str
) -> None:
    reviewer.post(f"/c/{person}/reveal", 400, reason="because")
    reviewer.post(f"/c/{person}/reveal", reason="To tell the crisis team whom to ring")
    assert "Zebediah does the shopping" in reviewer.get(f"/c/{person}")
    assert "Zebediah" not in join(Role.REVIEWER, "other").get(f"/c/{person}")
    (row,) = audit("reveal_names")
    assert row.reason == "To tell the crisis team whom to ring"


def test_names_cannot_be_lifted_without_a_risk(reviewer: Member, person: str) -> None:
    _two(person)
    page = reviewer.post(f"/c/{OTHER}/reveal", 400, reason="I would like to know who it is")
    assert "only where there is a risk" in page


def test_a_veil_hides_ways_to_reach_somebody_too() -> None:
    veil = Veil(("Jean",))
    said = veil("Jean is on 07700 900123, j@x.org, DE1 2AB. jean's fine")
    assert said == "[person 1] is on [number], [e-mail address], DE1. [person 1]'s fine"


# --- what a patient types ------------------------------------------------------------------


def test_what_a_patient_types_is_shown_as_text_everywhere(lead: Member, person: str) -> None:
    log(person, user(NASTY, 400))
    with unit_of_work() as session:
        record = Record.of(session, person)
        record.ask_staff("complaint", NASTY)
        record.note("missed", NASTY)
        record.person.area = record.person.conditions = NASTY[:80]
        record.note_unmet_need([NASTY])
        record.give_consent("share")
    for path in (f"/c/{person}", f"/p/{person}", "/queue", "/conversations", "/numbers?period=all"):
        page = lead.get(path)
        assert "<script>alert" not in page and "<img src=x" not in page, path
        assert "\u202e" not in page and "49" not in words_of(page).split("{{")[-1][:3], path
    assert "&lt;script&gt;alert(1)" in lead.get(f"/c/{person}")


def test_a_csv_cell_never_starts_a_formula() -> None:
    bad = ["=1+1", "+1", "-1", "@x", "\t=1", " =1", '"=1', "＝1", "|calc", "%x"]
    lines = csv_file(["x"], [[b] for b in bad]).splitlines()[1:]
    assert all(line.lstrip('"').startswith("'") for line in lines)
    assert csv_file(["n"], [[-4.5], [None], [True]]).splitlines() == ["n", "-4.5", '""', "True"]
    assert plain("a\u202eb\x00c") == "abc"


# --- corrections ---------------------------------------------------------------------------


def test_a_misunderstanding_is_marked_and_exported(lead: Member, person: str) -> None:
    turn = turns(person)[1].id
    at = f"/marks/{turn}"
    lead.post(at, 400, intent="no_such_intent", words="x")
    assert "stand-ins" in lead.post(at, 400, intent="add_member", words="my son [person 1]")
    assert "made-up ones" in lead.post(at, 400, intent="add_member", words="my son Zebediah")
    said = "my son Sam does the shopping"
    assert "one on a line" in lead.post(at, 400, intent="add_member", words=said, entities="Sam")
    lead.post(at, intent="add_member", words=said, entities="Sam = child, everyday")
    exported = yaml.safe_load(lead.get("/marks.yml"))
    assert exported["nlu"] == [
        {"intent": "add_member", "examples": "- my son [Sam](member) does the shopping\n"}
    ]
    assert "Meant: add_member" in lead.get(f"/c/{person}")
    assert "Sam = child, everyday\n</textarea>" in lead.get(f"/c/{person}")
    lead.post(at, 400, intent="", words="Nothing chosen")
    lead.post(at, off="1")
    assert yaml.safe_load(lead.get("/marks.yml"))["nlu"] == []


def test_looking_at_corrections_is_in_the_audit_of_whose_words_they_are(
    lead: Member, reviewer: Member, person: str
) -> None:
    at = f"/marks/{turns(person)[1].id}"
    lead.post(at, intent="add_member", words="my son Sam does the shopping")
    assert "my son Sam does the shopping" in reviewer.get("/marks")
    with unit_of_work() as session:
        looks = [(a.who, a.what) for a in about(session, person) if a.what == "look_marks"]
    assert looks == [("reviewer", "look_marks")]


def test_many_corrections_are_paged(lead: Member, person: str) -> None:
    log(person, *(user(f"word{n}", 1000 + n) for n in range(110)))
    for turn in turns(person)[-110:]:
        lead.post(f"/marks/{turn.id}", intent="chitchat", words=f"about {turn.text}")
    page = lead.get("/marks")
    assert "about word109<" in page and "about word5<" not in page
    before = page.split("/marks?before=")[1].split('"')[0]
    assert "about word5<" in lead.get(f"/marks?before={before}")


def test_brackets_and_repeats_in_a_sentence_do_no_harm() -> None:
    assert example_of("see [x](y) {z}", []) == "see (x)(y) (z)"
    two = [
        {"text": "tea", "entity": "a"},
        {"text": "tea", "entity": "b"},
        {"text": "", "entity": "c"},
    ]
    assert example_of("tea", two) == "[tea](a)"
    made = yaml.safe_load(
        nlu_yaml([("greet", "hi", ()), ("greet", "hi ", ()), ("a", "- x: y", ())])
    )
    assert [b["examples"] for b in made["nlu"]] == ["- - x: y\n", "- hi\n"]


# --- people --------------------------------------------------------------------------------


def test_a_person_is_exported_with_a_reason(lead: Member, person: str) -> None:
    lead.post(f"/p/{person}/export", 400, why="shared", reason="by phone")  # they did not agree
    lead.post(f"/p/{person}/export", 400, why="asked", reason="")
    answer = lead.client.post(
        f"/staff/p/{person}/export",
        data={"why": "asked", "reason": "Asked in the chat"},
        headers={"Sec-Fetch-Site": "same-origin"},
    )
    with zipfile.ZipFile(io.BytesIO(answer.content)) as archive:
        assert "Zebediah" in archive.read("record.json").decode()
        assert json.loads(archive.read("record.json"))["turn"]
        assert "network.graphml" in archive.namelist()
    assert [a.reason for a in audit("export")] == ["Asked in the chat"]


def test_erasing_wants_the_pseudonym_and_a_reason_and_leaves_only_the_audit(
    lead: Member, person: str
) -> None:
    at = f"/p/{person}/erase"
    lead.post(at, 400, name="Somebody Else 0001", reason="Asked by phone")
    assert "is erased" in lead.post(at, name=pseudonym(person), reason="Asked by phone")
    lead.get(f"/p/{person}", 404)
    lead.get(f"/c/{person}", 404)
    assert "Nothing here" not in lead.get("/audit?what=erase")
    assert audit("erase")[0].reason == "Asked by phone"


def test_a_pseudonym_leads_back(reviewer: Member, person: str) -> None:
    assert pseudonym(person) in reviewer.get(f"/find?name={pseudonym(person).lower()}")
    reviewer.get("/find?name=Nobody+Bird+1234", 404)


def test_a_million_people_have_a_pseudonym_each() -> None:
    # With n pseudonyms, 200,000 people make 2e10 / n pairs: 480 when there were 41.6 million.
    assert len({pseudonym(str(i)) for i in range(200_000)}) == 200_000
    assert len(_COLOURS) * len(_BIRDS) * 10_000 * len(_LETTERS) ** _ENDING > 2e15


def begun(*people: str) -> None:
    with unit_of_work() as session:
        for i, person_id in enumerate(people):
            begin(session, person_id).person.created_at = now() - timedelta(days=900 + i)


def test_a_pseudonym_without_its_letters_lists_everybody_that_it_fits(reviewer: Member) -> None:
    seen: dict[str, str] = {}
    for i in itertools.count():
        short = pseudonym(f"{i:032x}")[:-_ENDING]
        if short in seen:
            first, other = seen[short], f"{i:032x}"
            break
        seen[short] = f"{i:032x}"
    begun(first, other, ME)
    page = reviewer.get(f"/find?name={short.strip()}")
    assert "2 people go by" in page and "First here" in page
    assert f"/p/{first}" in page and f"/p/{other}" in page and f"/p/{ME}" not in page
    assert f"{now() - timedelta(days=900):%Y}" in page
    assert pseudonym(first) in reviewer.get(f"/find?name={pseudonym(first)}").split("</h1>")[0]
    assert len(audit("find_person")) == 3


def test_two_people_of_one_pseudonym_are_both_found(
    reviewer: Member, monkeypatch: pytest.MonkeyPatch
) -> None:
    begun(ME, OTHER)
    monkeypatch.setattr(names, "pseudonym", lambda person_id: "Quiet Heron 4217 KTRMBX")
    page = reviewer.get("/find?name=quiet heron 4217 ktrmbx")
    assert f"/p/{ME}" in page and f"/p/{OTHER}" in page


def test_the_map_then_and_now_says_what_changed(reviewer: Member, person: str) -> None:
    with unit_of_work() as session:
        record = Record.of(session, person)
        record.keep_network(record.network().without("m2"), "remove", None)
    page = words_of(reviewer.get(f"/p/{person}"))
    assert "Then:" in page and "No longer there" in page


def test_a_plan_is_shown_with_how_sure_and_how_it_went(reviewer: Member, person: str) -> None:
    with unit_of_work() as session:
        plan = session.scalars(select(Plan)).one()
        plan.barrier, plan.and_then, plan.confidence = "if Zebediah is away", "go alone", 7
        row = session.scalars(select(FollowUp)).one()
        row.state, row.tried, row.worth, row.barrier = "answered", "partly", "not_sure", "transport"
        row.words, row.decision = "Zebediah had no car", "go_on"
    page = words_of(reviewer.get(f"/p/{person}"))
    plans = page[page.index("try the marquetry") : page.index("Consents")]
    for words in (
        "How sure: 7 out of 10",
        "What might get in the way: “if [person 1] is away”",
        "What then: “go alone”",
        f"Follow-up, due {day(row.due_at)}: answered",
        "tried: partly, worth it: not sure, what got in the way: transport, decided: go on",
        "“[person 1] had no car”",
    ):
        assert words in plans, words


def test_a_plan_without_more_says_only_when_it_is_asked_about(
    reviewer: Member, person: str
) -> None:
    page = words_of(reviewer.get(f"/p/{person}"))
    plans = page[page.index("try the marquetry") : page.index("Consents")]
    assert "not asked yet" in plans
    assert "How sure" not in plans and "get in the way" not in plans and "tried" not in plans


# --- numbers -------------------------------------------------------------------------------


def test_small_counts_are_hidden_and_cannot_be_worked_out() -> None:
    assert hidden({"a": 12, "b": 3, "c": 7, "d": 0}) == [
        ("a", 12),
        ("b", None),
        ("c", None),
        ("d", 0),
    ]
    assert hidden({"a": 3, "b": 4}) == [("a", None), ("b", None)]
    assert hidden({"a": 12, "b": 3}, parts=False) == [("a", 12), ("b", None)]


def test_the_service_view_and_its_csv_hide_the_same(reviewer: Member, person: str) -> None:
    page = words_of(reviewer.get("/numbers?period=all"))
    for construct in ("Coherence", "Cognitive participation", "Collective action", "Reflexive"):
        assert construct in page
    assert HIDDEN in page
    assert HIDDEN in reviewer.get("/numbers/types.csv?period=all")
    assert reviewer.get("/numbers/unmet_place.csv?period=all").count(HIDDEN) == 1
    # What was typed by one person, or is of few, is no label of anything, hidden or not.
    for words in ("Ravenscar", "Philately", "philately"):
        assert words not in page
    reviewer.get("/numbers/nothing.csv", 404)


# --- set-up and audit ----------------------------------------------------------------------


def test_a_route_is_confirmed_for_its_number(lead: Member, person: str) -> None:
    before = lead.get("/setup/routes?nation=england").count("Nobody has confirmed")
    lead.post("/setup/routes", nation="england", route="to_talk", how="Rang Samaritans")
    page = lead.get("/setup/routes?nation=england")
    assert page.count("Nobody has confirmed") == before - 1 and "by lead" in page
    lead.post("/setup/routes", 404, nation="england", route="nowhere", how="x")


def test_every_response_can_be_read_with_its_reading_age(lead: Member) -> None:
    page = lead.get("/setup/words?q=utter_welcome")
    assert "utter_welcome" in page and "computer program" in page
    assert reading_age("The cat sat on the mat.") == 5
    safety = words_of(lead.get("/setup/words?q=It+sounds+like+life+is+very+painful"))
    assert "bot/safety/replies.yml" in safety and "self.suicide" in safety
    assert "actions/words.yml" in lead.get("/setup/words?q=I+use+a+wheelchair")
    assert "bot/conversations/words.py" in lead.get("/setup/words?q=CANNOT_SAVE")
    hard = "Multidisciplinary coordination necessitates comprehensive documentation."
    assert (reading_age(hard) or 0) > 16
    assert reading_age("123") is None


def test_the_audit_cannot_be_changed_even_in_the_database(lead: Member, person: str) -> None:
    lead.get(f"/c/{person}")
    assert "Look transcript" in lead.get(f"/audit?person={person}")
    for statement in ("UPDATE audit SET who = 'x'", "DELETE FROM audit"):
        with pytest.raises(DBAPIError), unit_of_work() as session:
            session.execute(text(statement))


def test_no_page_shows_what_somebody_said_without_a_row_in_the_audit(
    join: Join, person: str
) -> None:
    said = ("] does the shopping", "widdershins", "marquetry", "sarcoidosis")
    paths = [address(p).removeprefix(ROOT) for p in PAGES if p.method == "GET"]
    paths += ["/conversations?q=shopping", "/queue?done=1", f"/find?name={person}"]
    for number in (one(StaffRequest).id, one(CorrectionRow).id):  # type: ignore[attr-defined]
        paths += [f"/queue/request/{number}", f"/directory/corrections?id={number}"]
    shown = set()
    for number, path in enumerate(paths):
        lead = join(Role.LEAD, f"lead{number}")  # a list is noted once an hour for each of them
        with unit_of_work() as session:
            before = len(about(session, person))
        answer = lead.client.get(ROOT + path, follow_redirects=False)
        with unit_of_work() as session:
            grew = len(about(session, person)) > before
        if any(words in answer.text for words in said):
            shown.add(path)
            assert grew, path
    assert shown >= {
        "/queue", "/conversations", "/conversations?q=shopping", "/directory/corrections",
        f"/c/{person}", f"/p/{person}",
    }  # fmt: skip


def test_a_list_is_a_look_at_each_person_once_an_hour_for_each_member_of_staff(
    reviewer: Member, join: Join, person: str
) -> None:
    _two(person)
    other = join(Role.REVIEWER, "other")
    pages = ("/queue", "/conversations", "/conversations?q=shopping")
    for member in (reviewer, reviewer, other):
        for page in pages:
            member.get(page)

    def looks(person_id: str) -> list[tuple[str, str]]:
        with unit_of_work() as session:
            return sorted((a.who, a.what) for a in about(session, person_id))

    whats = ("look_found", "look_list", "look_queue")
    assert looks(person) == [(who, what) for who in ("other", "reviewer") for what in whats]
    assert looks(OTHER) == [("other", "look_list"), ("reviewer", "look_list")]
    assert len(audit("search")) == 3  # every search is kept all the same


def test_a_role_that_does_not_cover_a_page_is_said_and_kept(join: Join, person: str) -> None:
    page = join(Role.DIRECTORY).get(f"/c/{person}", 403)
    assert "Your role does not cover this" in page
    assert audit("refused")[0].target == f"/staff/c/{person}"


def test_requests_from_conversations_that_went_wrong_reach_the_queue(
    reviewer: Member, person: str
) -> None:
    for number in range(3):
        log(person, user("?", 600 + number), bot("Pardon?", 600.5 + number, "utter_rephrase"))
    with unit_of_work() as session:
        kinds = set(session.scalars(select(StaffRequest.kind)))
        assert "not_understood" in kinds
        assert session.get_one(Conversation, ME).unclear == 4
    assert "Not understood" in reviewer.get("/queue?kind=not_understood")


# --- directory -----------------------------------------------------------------------------


def test_a_local_record_is_found_like_any_other(join: Join, person: str, tmp_path: Path) -> None:
    editor = join(Role.DIRECTORY)
    editor.post("/directory/local", 400, name="Knit and natter", description="")
    page = editor.post(
        "/directory/local", name="Knit and natter", description="Bring wool. Tea at eleven.",
        when="Tuesdays 10am to 12 noon", place="Corn Hall", postcode="DE1 2AB", cost="Free",
        phone="01632 960123",
    )  # fmt: skip
    assert "Kept, and in the directory" in page
    assert "Knit and natter" in words_of(editor.get("/directory?q=wool")).split("Search")[1]
    key = page.split('name="id" value="')[1].split('"')[0]
    editor.post("/directory/local", id=key, name="Knit and natter", description="x y", closed="1")
    assert "Nothing found" in editor.get("/directory?q=knit")
    editor.post("/directory/local", 404, id="no-such-id", name="a", description="b")


def test_corrections_are_settled_and_their_words_are_for_reviewers(join: Join, person: str) -> None:
    with unit_of_work() as session:
        number = open_correction(
            session, None, words="Zorah at the hall said it shut", person_id=ME
        )
    editor, reader = join(Role.DIRECTORY), join(Role.REVIEWER, "reader")
    assert "said it shut" not in editor.get("/directory/corrections")
    assert "said it shut" in reader.get("/directory/corrections")
    at = f"/directory/corrections/{number}"
    editor.post(at, 400)
    editor.post(at, 400, **{"is": "right"})
    editor.post(at, **{"is": "right", "note": "=It has closed"})
    assert "'=It has closed" in editor.get("/directory/corrections.csv")
    editor.post("/directory/corrections/sent")
    assert "It has closed" in editor.get("/directory/corrections?state=sent")
