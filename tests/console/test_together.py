"""Staff who work side by side: nothing is read, noted, written or lost behind anybody's back."""

from __future__ import annotations

import re
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta

import pytest
from sqlalchemy import update

from bot.console.names import pseudonym
from bot.console.numbers import FIGURES, Scope, forget
from bot.console.plain import LONDON
from bot.console.roles import Role
from bot.conversations.masking import mask, names_in
from bot.directory.corrections import open_correction
from bot.network.model import Member as Alter
from bot.network.model import Network
from bot.store.base import now, unit_of_work
from bot.store.directory import CorrectionRow
from bot.store.people import begin
from bot.store.record import Record
from bot.store.staff import Mark, ReviewNote, StaffSession
from bot.store.tables import RiskEvent
from tests.store.conftest import Store
from tests.store.test_turns import log, turns, user

from .conftest import ME, OTHER, Join, Member, words_of
from .test_work import one

FIRST, SECOND = "Rang them, and told the crisis team.", "Rang again: all is well."


# --- the queue ------------------------------------------------------------------------------------


def test_the_note_of_an_entry_that_was_opened_again_stays(reviewer: Member, person: str) -> None:
    at = f"/queue/risk/{one(RiskEvent).id}"  # type: ignore[attr-defined]
    reviewer.post(f"{at}/take")
    taken = one(RiskEvent).taken_at  # type: ignore[attr-defined]
    reviewer.post(f"{at}/done", note=FIRST)
    reviewer.post(f"{at}/reopen")
    assert f"{FIRST} (reviewer, " in words_of(reviewer.get("/queue"))
    reviewer.post(f"{at}/take")
    assert one(RiskEvent).taken_at == taken  # type: ignore[attr-defined]
    reviewer.post(f"{at}/done", note=SECOND)
    done = words_of(reviewer.get("/queue?done=1"))
    assert FIRST in done and SECOND in done


def test_of_two_who_end_an_entry_at_once_one_is_told(join: Join, person: str) -> None:
    with unit_of_work() as session:
        record = Record.of(session, person)
        numbers = [record.note_risk("concern", None, "rules", f"x{n}").id for n in range(12)]
    both = (join(Role.REVIEWER, "ann"), join(Role.REVIEWER, "bea"))

    def end(member: Member, number: int) -> int:
        form = {"note": f"Done by {member.username}"}
        path = f"/staff/queue/risk/{number}/done"
        answer = member.client.post(
            path, data=form, headers={"Sec-Fetch-Site": "same-origin"}, follow_redirects=False
        )
        return answer.status_code

    with ThreadPoolExecutor(2) as pool:
        for number in numbers:
            codes = sorted(pool.map(end, both, (number, number)))
            assert codes == [303, 400]


def test_how_many_are_late_does_not_depend_on_the_filter(reviewer: Member, person: str) -> None:
    with unit_of_work() as session:
        session.execute(update(RiskEvent).values(at=now() - timedelta(days=9)))
    assert "1 of these late" in words_of(reviewer.get("/queue"))
    assert "1 of these late" in words_of(reviewer.get("/queue?kind=complaint"))


# --- reading --------------------------------------------------------------------------------------


def test_what_came_after_the_page_was_opened_is_not_read(reviewer: Member, person: str) -> None:
    page = reviewer.get(f"/c/{person}")
    last = page.split('name="turn" value="')[-1].split('"')[0]
    assert '/reviewed"' in page
    log(person, user("I have taken all my tablets", 900))
    reviewer.post(f"/c/{person}/reviewed", turn=str(turns(person)[-2].id))
    assert "there is more since" in words_of(reviewer.get(f"/c/{person}"))
    assert last.isdigit()


def test_a_yes_to_the_gentle_question_is_the_crisis_that_it_is(
    reviewer: Member, person: str
) -> None:
    with unit_of_work() as session:
        Record.of(session, person).note_risk(
            "crisis", "suicide", "answer", "check_x", update_key="web:900"
        )
    log(person, user("yes", 900.0, update_key="web:900"))
    turn = turns(person)[-1]
    assert turn.risk == "crisis"
    assert "by their answer" in words_of(reviewer.get(f"/c/{person}"))
    to = reviewer.client.get(
        f"/staff/c/{person}/jump?to=risk&after={turn.id - 1}", follow_redirects=False
    )
    assert to.headers["location"].endswith(f"#t{turn.id}")
    assert "Crisis" in reviewer.get("/conversations?flag=risk")


def test_a_day_lists_who_wrote_on_it_although_they_wrote_again(
    reviewer: Member, store: Store
) -> None:
    with unit_of_work() as session:
        begin(session, ME)
    first, again = (datetime(2026, 9, d, 12, tzinfo=LONDON).timestamp() for d in (1, 20))
    log(ME, user("cucumbers", first), user("tomatoes", again))
    name = pseudonym(ME)
    assert name in reviewer.get("/conversations?since=2026-08-30&until=2026-09-02")
    assert name not in reviewer.get("/conversations?since=2026-09-05&until=2026-09-10")


# --- names ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("label", "said", "masked"),
    [
        ("Susan's husband", "Susan's husband drives me", "[person 1]'s husband drives me"),
        ("Auntie grace", "my auntie grace rings", "my auntie [person 1] rings"),
        ("nan rose", "My auntie rose rose early", "My auntie [person 2] rose early"),
        ("Rose", "a rose by any name", "a rose by any name"),
    ],
)
def test_names_are_hidden_with_their_possessive_and_after_a_kin_word(
    label: str, said: str, masked: str
) -> None:
    assert mask(said, names_in([label])) == masked


def test_a_name_that_is_learnt_later_cannot_be_searched_for(reviewer: Member, person: str) -> None:
    log(person, user("Thandeka waters the cucumbers", 900))
    with unit_of_work() as session:
        record = Record.of(session, person)
        record.keep_network(Network((Alter("m1", "Thandeka"),)), "add", "web:950")
    log(person, user("she is kind", 950))
    assert pseudonym(person) in reviewer.get("/conversations?q=cucumbers")
    assert pseudonym(person) not in reviewer.get("/conversations?q=thandeka")


def test_no_name_of_the_map_goes_into_training(reviewer: Member, person: str) -> None:
    with unit_of_work() as session:
        record = Record.of(session, person)
        record.keep_network(Network((Alter("m1", "Quetzal's husband"),)), "add", "web:950")
    at = f"/marks/{turns(person)[-1].id}"
    said = reviewer.post(at, 400, intent="add_member", words="quetzal's car is broken")
    assert "has a name" in said


# --- what is written is never lost ----------------------------------------------------------------


def test_a_note_survives_the_end_of_a_session(reviewer: Member, person: str) -> None:
    with unit_of_work() as session:
        session.execute(update(StaffSession).values(seen_at=now() - timedelta(minutes=16)))
    page = reviewer.post(f"/c/{person}/note", 401, words="A long <careful> note")
    assert "You were signed out" in page and "A long &lt;careful&gt; note</textarea>" in page
    with unit_of_work() as session:
        assert session.query(ReviewNote).count() == 0


def test_what_cannot_be_taken_comes_back_to_be_put_right(reviewer: Member, person: str) -> None:
    at = f"/marks/{turns(person)[-1].id}"
    page = reviewer.post(
        at, 400, intent="add_member", words="My son Sam shops", entities="Sam = nonsense"
    )
    assert "My son Sam shops</textarea>" in page and 'value="add_member"' in page
    assert "Sign out" in page


def test_a_password_never_comes_back(reviewer: Member) -> None:
    page = reviewer.post("/me/password", 401, old="secret-one", new="a", again="b")
    assert "secret-one" not in page


def test_a_broken_page_says_so_under_our_headers(
    reviewer: Member, person: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_args: object) -> None:
        raise RuntimeError("broken")

    monkeypatch.setattr("bot.console.transcript.conversation_of", broken)
    answer = reviewer.client.post(
        f"/staff/c/{person}/note",
        data={"words": "my note"},
        headers={"Sec-Fetch-Site": "same-origin"},
    )
    assert answer.status_code == 500 and "my note</textarea>" in answer.text
    assert "default-src" in answer.headers["content-security-policy"]
    assert answer.headers["cache-control"] == "no-store"


def test_a_mark_is_taken_off_only_where_that_is_asked(reviewer: Member, person: str) -> None:
    at = f"/marks/{turns(person)[-1].id}"
    reviewer.post(at, intent="add_member", words="My son Sam shops")
    reviewer.post(at, 400, intent="", words="My son Sam shops")
    assert one(Mark)
    reviewer.post(at, off="1")
    with unit_of_work() as session:
        assert session.query(Mark).count() == 0


# --- the directory --------------------------------------------------------------------------------


def test_a_correction_is_settled_once(join: Join, person: str) -> None:
    with unit_of_work() as session:
        number = open_correction(session, None, words="It moved", person_id=ME)
    editor, lead = join(Role.DIRECTORY), join(Role.LEAD, "lead2")
    editor.post(f"/directory/corrections/{number}", **{"is": "right", "note": "On Tuesdays"})
    said = lead.post(f"/directory/corrections/{number}", 400, **{"is": "wrong"})
    assert "has settled this already" in said
    with unit_of_work() as session:
        assert session.get_one(CorrectionRow, number).note == "On Tuesdays"


def test_only_what_was_in_the_file_is_sent(join: Join, person: str) -> None:
    with unit_of_work() as session:
        numbers = [open_correction(session, None, words=w) for w in ("one", "two")]
    editor = join(Role.DIRECTORY)
    editor.post(f"/directory/corrections/{numbers[0]}", **{"is": "right", "note": "first"})
    page = editor.get("/directory/corrections?state=confirmed")
    until = page.split('name="until" value="')[1].split('"')[0].replace("&#43;", "+")
    editor.post(f"/directory/corrections/{numbers[1]}", **{"is": "right", "note": "second"})
    editor.post("/directory/corrections/sent", until=until)
    sent = editor.get("/directory/corrections?state=sent")
    assert "first" in sent and "second" not in sent


@pytest.mark.parametrize(
    "fields",
    [
        {"name": "TBC"},
        {"postcode": "ZZ99 9ZZ"},
        {"phone": "abc"},
        {"email": "not an email"},
        {"url": "javascript:alert(1)"},
    ],
)
def test_a_local_record_that_says_nothing_is_not_kept(
    join: Join, store: Store, fields: dict[str, str]
) -> None:
    editor = join(Role.DIRECTORY)
    form = {"name": "Chair yoga", "description": "Gentle stretching, sitting down."}
    editor.post("/directory/local", 400, **{**form, **fields})
    assert "Kept, and in the directory" in editor.post("/directory/local", **form)


def test_nobody_writes_over_a_local_record_that_changed(join: Join, store: Store) -> None:
    editor = join(Role.DIRECTORY)
    form = {"name": "Chair yoga", "description": "Gentle stretching, sitting down."}
    page = editor.post("/directory/local", **form)
    key, seen = (page.split(f'name="{n}" value="')[1].split('"')[0] for n in ("id", "seen"))
    editor.post("/directory/local", **form, id=key, seen=seen, phone="01632 960123")
    editor.post("/directory/local", 400, **form, id=key, seen=seen, cost="Free")


# --- figures and the audit ------------------------------------------------------------------------


def test_messages_of_one_week_are_one_row(store: Store) -> None:
    with unit_of_work() as session:
        begin(session, ME)
    start = datetime(2026, 9, 14, 9, tzinfo=LONDON).timestamp()
    log(ME, *(user(f"m{n}", start + n * 3600) for n in range(9)))
    forget()
    with unit_of_work() as session:
        rows = FIGURES["understanding"](Scope(session, None)).rows
    assert [label for label, _ in rows] == ["14 Sep 2026"]


def test_the_audit_is_asked_in_the_words_that_it_shows(
    reviewer: Member, lead: Member, person: str
) -> None:
    reviewer.get(f"/c/{person}")
    shown = words_of(lead.get("/audit?what=Look+transcript"))
    mark = re.findall(r"person ([0-9a-f]{8})…", shown)[0]
    for who in (person, pseudonym(person), f"{mark}…", mark):
        assert "Look transcript" in lead.get(f"/audit?person={who}")
    assert "Nobody is known" in lead.get(f"/audit?person={OTHER}x", 400)
