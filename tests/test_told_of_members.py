"""What is told of people on the map beside a question, and what is put back and what is not."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from rasa_sdk.executor import CollectingDispatcher
from sqlalchemy.orm import Session

import bot.store.tables  # noqa: F401  (registers the tables)
from actions.changes import WHO, offer_after_death, take_anywhere, take_edits, take_names
from actions.company import company, mourned
from actions.details import ValidateDetailsForm
from actions.forms import Done, Heard
from actions.gaps import OWN, ValidateGapsForm
from actions.turn import Answer, Say
from actions.undo import undo
from bot.network.model import Kind, Member, Network, Relationship, Status
from bot.nlu.meaning import EditMention, MemberMention
from bot.nlu.understanding import meaning_of
from bot.rights.consents import Scope
from bot.store.base import Base, engine_for
from bot.store.people import begin
from bot.store.record import Record

R = Relationship
JEAN = Member("m1", "Jean", relationship=R.PARTNER)
BOB = Member("m2", "Bob", relationship=R.CHILD)
NEVILLE = Member("m3", "Neville", relationship=R.NEIGHBOUR)
ANN = Member("m4", "Ann", relationship=R.SIBLING)
OTHER_ANN = Member("m5", "Ann", relationship=R.FRIEND)
MARY = Member("m6", "Mary", relationship=R.PARENT)
GWYN = Member("m7", "Gwyn", relationship=R.PARTNER, status=Status.DIED)
DARREN = Member("m8", "Darren", relationship=R.PARTNER)
PATEL = Member("m9", "Dr Patel", kind=Kind.PROFESSIONAL, relationship=R.GP)


class Talk:
    """One person's record, and what is said to them."""

    def __init__(self, record: Record) -> None:
        self.record = record
        self.dispatcher = CollectingDispatcher()
        self.say = Say(self.dispatcher)

    def with_map(self, *members: Member) -> Talk:
        self.record.write_network(Network(members))
        self.record.keep_progress(members_made=20)
        return self

    def answers(self, slot: str, text: str, *choices: str) -> Heard | Done:
        """What comes of an answer to one of the questions about everyone."""
        form: Any = ValidateGapsForm() if slot.startswith("gaps") else ValidateDetailsForm()
        handler = getattr(form, f"validate_{slot}").__wrapped__
        result = handler(form, self.record, answer_of(text, *choices), self.say)
        assert isinstance(result, Heard | Done)
        return result

    def tells(self, text: str) -> bool:
        """Say something that changes the map, as while it is shown."""
        answer = answer_of(text)
        return take_edits(self.record, answer, self.say) or take_names(
            self.record, answer, self.say
        )

    @property
    def said(self) -> list[str]:
        return [m["response"] for m in self.dispatcher.messages]

    @property
    def names(self) -> str:
        return str([(m.get("name"), m.get("names")) for m in self.dispatcher.messages])

    def member(self, key: str) -> Member:
        return self.record.network()[key]

    def circle(self, number: int) -> list[str]:
        return [m.label for m in self.record.network() if m.circle == number]

    def harder(self) -> list[str]:
        return [m.label for m in self.record.network() if m.strain]


def answer_of(text: str, *choices: str) -> Answer:
    meaning = meaning_of(text)
    return Answer(text=text, choices=choices, members=meaning.members, edits=meaning.edits)


@pytest.fixture
def talk(tmp_path: Path) -> Iterator[Talk]:
    engine = engine_for(f"sqlite:///{tmp_path / 'store.sqlite'}")
    Base.metadata.create_all(engine)
    with Session(engine) as session, session.begin():
        record = begin(session, "7" * 32)
        record.give_consent(Scope.SAVE_MAP)
        yield Talk(record)


# --- undo ---------------------------------------------------------------------------------------


def test_undo_never_takes_the_private_mark_away(talk: Talk) -> None:
    talk.tells("my partner Darren, my sister Julie and my friend Kay")
    talk.answers("details_strain", "", talk.record.network().members[0].key)
    assert talk.harder() == ["Darren"]
    for _ in range(4):
        undo(talk.record, talk.say)
        assert "Darren" not in [m.label for m in company(talk.record)]


def test_undo_takes_back_what_came_before_and_says_nothing_of_the_mark(talk: Talk) -> None:
    talk.with_map(DARREN, JEAN)
    talk.answers("details_inner", "Jean")
    talk.answers("details_strain", "Darren")
    talk.dispatcher.messages.clear()
    undo(talk.record, talk.say)
    assert talk.said == ["utter_undone_changed"]
    assert "Jean" in talk.names and "Darren" not in talk.names
    assert talk.harder() == ["Darren"] and talk.circle(1) == []


def test_who_comes_back_by_undo_has_the_mark_still(talk: Talk) -> None:
    talk.with_map(DARREN, JEAN)
    talk.answers("details_strain", "Darren")
    talk.tells("take Darren off")
    undo(talk.record, talk.say)
    assert talk.harder() == ["Darren"]


def test_where_only_the_mark_was_set_there_is_nothing_to_put_back(talk: Talk) -> None:
    talk.with_map(DARREN, JEAN)
    talk.answers("details_strain", "Darren")
    talk.dispatcher.messages.clear()
    undo(talk.record, talk.say)
    assert talk.said == ["utter_nothing_to_undo"]
    assert talk.harder() == ["Darren"]


# --- typed answers to "tick who" ------------------------------------------------------------------


@pytest.mark.parametrize(
    "text", ["not Jean, she is lovely", "not Jean", "Jean isn't", "not my Jean"]
)
def test_a_name_denied_at_the_private_question_is_not_marked(talk: Talk, text: str) -> None:
    talk.with_map(JEAN, BOB)
    talk.answers("details_strain", text)
    assert talk.harder() == []


@pytest.mark.parametrize(
    ("text", "marked"),
    [
        ("not Jean, but Bob is", ["Bob"]),
        ("Bob never listens to me", ["Bob"]),
        ("Bob and Neville", ["Bob", "Neville"]),
        ("everyone but Jean", ["Bob", "Neville"]),
        ("nobody, only Neville", ["Neville"]),
        ("Neville makes things harder for me", ["Neville"]),
    ],
)
def test_who_is_named_at_the_private_question_is_marked(
    talk: Talk, text: str, marked: list[str]
) -> None:
    talk.with_map(JEAN, BOB, NEVILLE)
    talk.answers("details_strain", text)
    assert talk.harder() == marked


@pytest.mark.parametrize(
    ("text", "inner"),
    [
        ("everyone but Bob", ["Jean", "Neville"]),
        ("not Bob, but Jean is", ["Jean"]),
        ("I don't know what I'd do without Jean", ["Jean"]),
        ("Jean would be, Neville wouldn't", ["Jean"]),
        ("not Neville", []),
    ],
)
def test_a_circle_takes_those_who_are_meant(talk: Talk, text: str, inner: list[str]) -> None:
    talk.with_map(JEAN, BOB, NEVILLE)
    talk.answers("details_inner", text)
    assert talk.circle(1) == inner


def test_nobody_steps_in_who_is_ruled_out(talk: Talk) -> None:
    talk.with_map(JEAN, NEVILLE)
    assert talk.answers("details_step_in", "not Neville") in (Heard.UNCLEAR, Heard.STAY)
    assert not talk.member("m3").potential


def test_strain_told_at_a_circle_is_kept_and_is_no_place(talk: Talk) -> None:
    talk.with_map(JEAN, NEVILLE)
    assert talk.answers("details_inner", "Neville makes things harder for me") is Heard.STAY
    assert talk.harder() == ["Neville"] and talk.circle(1) == []
    assert talk.said == ["utter_strain_kept"]


def test_lost_touch_told_at_a_circle_is_kept_and_the_others_are_placed(talk: Talk) -> None:
    talk.with_map(JEAN, BOB)
    talk.answers("details_inner", "Jean. I've lost touch with Bob")
    assert talk.member("m2").status is Status.LOST_TOUCH
    assert talk.circle(1) == ["Jean"]


@pytest.mark.parametrize("slot", ["details_inner", "details_gives", "details_step_in"])
def test_a_death_told_at_a_question_is_never_its_answer(talk: Talk, slot: str) -> None:
    talk.with_map(JEAN, BOB)
    assert talk.answers(slot, "Bob died last year") is Heard.STAY
    bob = talk.member("m2")
    assert bob.status is Status.DIED
    assert bob.circle is None and not bob.potential and not bob.helped_by_ego


def test_of_two_with_one_name_it_is_asked_which(talk: Talk) -> None:
    talk.with_map(ANN, OTHER_ANN, JEAN)
    assert talk.answers("details_inner", "Ann") is Heard.STAY
    assert talk.said == ["utter_which_of_them"] and talk.circle(1) == []
    talk.answers("details_inner", "my sister Ann and Jean")
    assert [m.key for m in talk.record.network() if m.circle == 1] == ["m4", "m1"]


@pytest.mark.parametrize(
    ("text", "inner"),
    [
        ("my wife and Bob", ["Jean", "Bob"]),
        ("everyone but my sister", ["Jean", "Bob", "Neville"]),
        ("not my wife, but Bob", ["Bob"]),
        ("my friend Bob", ["Bob"]),
    ],
)
def test_a_kin_word_means_who_is_on_the_map(talk: Talk, text: str, inner: list[str]) -> None:
    talk.with_map(JEAN, BOB, NEVILLE, ANN)
    talk.answers("details_inner", text)
    assert talk.circle(1) == inner
    assert len(talk.record.network()) == 4


@pytest.mark.parametrize("slot", ["details_inner", "details_gives", "details_strain"])
def test_who_is_taken_off_at_a_question_is_no_answer(talk: Talk, slot: str) -> None:
    talk.with_map(JEAN, BOB)
    assert talk.answers(slot, "take Bob off") is Heard.STAY
    assert talk.record.network().members == (JEAN,)


def test_lost_touch_told_in_private_is_kept_and_so_is_what_makes_things_harder(
    talk: Talk,
) -> None:
    talk.with_map(JEAN, BOB, NEVILLE)
    talk.answers("details_strain", "Bob winds me up, we don't speak any more")
    assert talk.harder() == ["Bob"]
    talk.record.keep_progress(strain_support=False)
    talk.answers("details_strain", "I've lost touch with Neville")
    assert talk.harder() == ["Bob"]
    assert talk.member("m3").status is Status.LOST_TOUCH


def test_both_of_one_name_may_be_meant(talk: Talk) -> None:
    talk.with_map(ANN, OTHER_ANN, JEAN)
    talk.answers("details_inner", "everyone except Jean")
    assert talk.circle(1) == ["Ann", "Ann"]


# --- who died, and who is taken off ---------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "there"),
    [
        ("my dad died last year", MARY),
        ("my son died in the war", Member("m2", "Sue", relationship=R.CHILD)),
        ("my brother died", ANN),
        ("take my brother off", ANN),
    ],
)
def test_a_kin_word_that_the_map_cannot_confirm_is_asked_about(
    talk: Talk, text: str, there: Member
) -> None:
    talk.with_map(there, JEAN)
    talk.tells(text)
    assert talk.member(there.key) == there
    assert talk.said in (["utter_died_who"], ["utter_do_you_mean"])
    assert there.label in talk.names


def test_a_yes_says_who_it_was(talk: Talk) -> None:
    talk.with_map(MARY, JEAN)
    talk.tells("my dad died last year")
    assert take_anywhere(talk.record, Answer(text="yes"), talk.say)
    assert talk.member("m6").status is Status.DIED
    assert talk.said == ["utter_died_who", "utter_died"]


@pytest.mark.parametrize("no", [Answer(text="no"), Answer(choices=("no",))])
def test_a_no_leaves_the_map_and_is_met_with_sorrow(talk: Talk, no: Answer) -> None:
    talk.with_map(MARY, JEAN)
    talk.tells("my dad died last year")
    assert take_anywhere(talk.record, no, talk.say)
    assert talk.member("m6") == MARY
    assert talk.said[-1] == "utter_died_elsewhere" and "your dad" in talk.names


def test_other_words_never_say_who_died(talk: Talk) -> None:
    talk.with_map(MARY, JEAN)
    talk.tells("my dad died")
    take_anywhere(talk.record, Answer(text="it was in the spring"), talk.say)
    assert talk.member("m6") == MARY


@pytest.mark.parametrize("text", ["Mary died", "my mum Mary died last week", "mary passed away"])
def test_who_is_called_by_name_is_not_asked_about(talk: Talk, text: str) -> None:
    talk.with_map(MARY, JEAN)
    talk.tells(text)
    assert talk.member("m6").status is Status.DIED
    assert talk.said == ["utter_died"]


def test_an_earlier_death_is_not_told_of_somebody_else(talk: Talk) -> None:
    talk.with_map(Member("m4", "Ann", relationship=R.SIBLING, status=Status.DIED), JEAN)
    talk.tells("my brother died")
    assert talk.said == ["utter_died_elsewhere"] and "Ann" not in talk.names


def test_the_map_is_gone_over_once_it_is_known_who_died(talk: Talk) -> None:
    talk.with_map(MARY, JEAN)
    talk.record.take_snapshot("baseline")
    talk.record.person.stage = "open"
    talk.tells("my dad died")
    assert not offer_after_death(talk.record, talk.say)
    take_anywhere(talk.record, Answer(choices=(f"{WHO}m6",)), talk.say)
    assert offer_after_death(talk.record, talk.say)
    assert talk.said[-2:] == ["utter_died", "utter_life_died"]


# --- lost touch, and strain -----------------------------------------------------------------------


@pytest.mark.parametrize(
    "text",
    [
        "I've lost touch with my sister",
        "my sister and I don't talk",
        "Ann and I fell out years ago",
    ],
)
def test_lost_touch_is_of_who_is_on_the_map(talk: Talk, text: str) -> None:
    talk.with_map(ANN, JEAN)
    assert talk.tells(text)
    assert [m.label for m in talk.record.network()] == ["Ann", "Jean"]
    assert talk.member("m4").status is Status.LOST_TOUCH
    assert talk.said == ["utter_lost_touch"]


def test_not_seeing_somebody_any_more_takes_nobody_off(talk: Talk) -> None:
    talk.with_map(BOB, JEAN)
    answer = Answer(
        text="I don't see Bob any more",
        members=(MemberMention("Bob"),),
        edits=(EditMention("remove", "Bob"),),
    )
    assert take_edits(talk.record, answer, talk.say)
    assert talk.member("m2").status is Status.LOST_TOUCH
    talk.tells("I never see Bob, take Bob off please")
    assert [m.label for m in talk.record.network()] == ["Jean"]


@pytest.mark.parametrize(
    "text",
    [
        "my sister is a strain on me",
        "my sister gets on my nerves",
        "Ann makes my life a misery",
        "Ann makes things harder for me",
        "Ann is really draining",
    ],
)
def test_strain_is_of_who_is_on_the_map_and_never_help(talk: Talk, text: str) -> None:
    talk.with_map(ANN, JEAN)
    assert talk.tells(text)
    assert talk.harder() == ["Ann"] and len(talk.record.network()) == 2
    assert talk.said == ["utter_strain_kept"]
    assert talk.member("m4").help is None


def test_strain_read_as_help_is_no_help(talk: Talk) -> None:
    talk.with_map(DARREN, JEAN)
    answer = Answer(
        text="Darren makes my life a misery",
        members=(MemberMention("Darren"),),
        edits=(EditMention("set_help", "Darren", "emotional"),),
    )
    assert take_edits(talk.record, answer, talk.say)
    assert talk.said == ["utter_strain_kept"]
    assert talk.member("m8").strain and talk.member("m8").help is None


def test_help_of_one_beside_strain_of_another_stays_help(talk: Talk) -> None:
    talk.with_map(JEAN, DARREN)
    answer = Answer(
        text="Jean does my shopping and Darren makes my life a misery",
        members=(MemberMention("Jean"), MemberMention("Darren")),
        edits=(EditMention("set_help", "Jean", "everyday"),),
    )
    take_edits(talk.record, answer, talk.say)
    assert talk.harder() == ["Darren"]
    assert talk.member("m1").help


def test_of_several_it_is_asked_who_makes_things_harder(talk: Talk) -> None:
    talk.with_map(ANN, Member("m10", "Julie", relationship=R.SIBLING), JEAN)
    talk.tells("my sister gets on my nerves")
    assert talk.said == ["utter_who_do_you_mean"] and talk.harder() == []
    take_anywhere(talk.record, Answer(choices=(f"{WHO}m10",)), talk.say)
    assert talk.harder() == ["Julie"] and talk.said[-1] == "utter_strain_kept"


def test_who_is_new_and_makes_things_harder_is_kept_so(talk: Talk) -> None:
    talk.with_map(JEAN)
    talk.tells("my brother Kev winds me up")
    assert talk.harder() == ["Kev"] and "utter_strain_kept" in talk.said
    assert "Kev" not in [m.label for m in company(talk.record)]


# --- the network's own answer ---------------------------------------------------------------------


def gap_of_company(talk: Talk) -> Talk:
    gap = {"code": "dropped_activity", "work": "", "members": [], "activity": "", "name": ""}
    talk.record.ask_gap("dropped_activity", "", {"members": [], "activity": ""})
    talk.record.keep_progress(gaps_waiting=[gap], own_open=["m1"])
    return talk


@pytest.mark.parametrize("text", ["Gwyn would have come with me", "Gwyn", "my husband Gwyn"])
def test_who_has_died_is_no_answer_and_is_met_with_a_kind_word(talk: Talk, text: str) -> None:
    gap_of_company(talk.with_map(GWYN, Member("m1", "Jean", relationship=R.FRIEND)))
    assert talk.answers("gaps_answers", text) is Heard.STAY
    assert talk.said == ["utter_cannot_be_there"] and "Gwyn" in talk.names
    assert talk.record.progress["own_open"] == ["m1"]


def test_an_old_button_of_who_has_died_keeps_nobody(talk: Talk) -> None:
    gap_of_company(talk.with_map(GWYN, Member("m1", "Jean", relationship=R.FRIEND)))
    assert talk.answers("gaps_answers", "", f"{OWN}m7") is Heard.UNCLEAR
    assert talk.said == []


def test_nobody_who_died_or_makes_things_harder_is_got_back_to(talk: Talk) -> None:
    hurt = Member("m8", "Darren", relationship=R.FRIEND, strain=True)
    gap_of_company(talk.with_map(GWYN, hurt))
    talk.record.keep_progress(own_open=False, lost_open=True)
    for text in ("Gwyn", "Darren", "my husband"):
        assert talk.answers("gaps_answers", text) in (Heard.STAY, Heard.UNCLEAR)
    assert talk.member("m7") == GWYN and talk.member("m8") == hurt
    assert "utter_own_kept" not in talk.said


def test_a_word_that_may_mean_another_names_nobody_dead() -> None:
    network = Network((GWYN, PATEL))
    assert mourned(network, "with Gwyn I'd have gone") == GWYN
    assert mourned(network, "my wife") is None
    assert mourned(network, "Dr Patel") is None
    assert mourned(network, "") is None


# --- added, and placed, in one breath -------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "circle"),
    [
        ("add my neighbour Dot to the inner circle", 1),
        ("Please add Dot, my neighbour, to the middle circle", 2),
        ("can you add my neighbour Dot to the outer ring", 3),
        ("add my neighbour Dot, she goes in the middle", 1),
    ],
)
def test_who_is_added_to_a_circle_is_there_as_what_they_are(
    talk: Talk, text: str, circle: int
) -> None:
    talk.with_map(JEAN, BOB).tells(text)
    (dot,) = (m for m in talk.record.network() if m.label == "Dot")
    assert (dot.relationship, dot.circle) == (R.NEIGHBOUR, circle)
    assert len(talk.record.network()) == 3
    assert "utter_change_unclear" not in talk.said and "utter_no_such_member" not in talk.said


def test_several_are_added_and_told_of_once(talk: Talk) -> None:
    talk.with_map(JEAN).tells("add my friend Sue and my brother Tom to the outer circle")
    assert talk.circle(3) == ["Sue", "Tom"]
    assert "utter_people_known" not in talk.said


def test_who_is_there_already_is_only_moved(talk: Talk) -> None:
    talk.with_map(JEAN, NEVILLE).tells("add Neville to the inner circle")
    assert talk.circle(1) == ["Neville"] and len(talk.record.network()) == 2
    assert talk.said == ["utter_people_known", "utter_moved"]


def test_where_another_has_the_name_the_new_one_is_placed(talk: Talk) -> None:
    talk.with_map(ANN).tells("add my friend Ann to the inner circle")
    assert [(m.relationship, m.circle) for m in talk.record.network()] == [
        (R.SIBLING, None),
        (R.FRIEND, 1),
    ]


def put_in_the_middle() -> Answer:
    dot = MemberMention("Dot", R.NEIGHBOUR, circle=1)
    edit = EditMention("set_circle", "my neighbour Dot", "1")
    return Answer(text="put my neighbour Dot in the inner circle", members=(dot,), edits=(edit,))


def test_who_is_put_in_a_circle_and_is_new_is_added(talk: Talk) -> None:
    take_edits(talk.with_map(JEAN).record, put_in_the_middle(), talk.say)
    assert talk.circle(1) == ["Dot"] and talk.said == ["utter_people_kept", "utter_moved"]


def test_a_name_that_the_map_may_know_otherwise_is_asked_about(talk: Talk) -> None:
    take_edits(talk.with_map(NEVILLE).record, put_in_the_middle(), talk.say)
    assert talk.said == ["utter_no_such_member"] and len(talk.record.network()) == 1


# --- what somebody is called ----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "label", "relationship"),
    [
        ("my nana Rose", "Nana Rose", R.GRANDPARENT),
        ("me auntie Pat", "Auntie Pat", R.OTHER_FAMILY),
        ("our kid", "Our kid", R.SIBLING),
        ("my nana", "Nana", R.GRANDPARENT),
        ("add my nana", "Nana", R.GRANDPARENT),
        ("my sister Ruth", "Ruth", R.SIBLING),
        ("Father Brendan", "Father Brendan", R.OTHER_PROFESSIONAL),
        ("my father Brendan", "Brendan", R.PARENT),
    ],
)
def test_somebody_is_kept_by_what_they_are_called(
    talk: Talk, text: str, label: str, relationship: Relationship
) -> None:
    talk.tells(text)
    assert [(m.label, m.relationship) for m in talk.record.network()] == [(label, relationship)]


def test_who_has_a_title_is_not_put_down_again_without_it(talk: Talk) -> None:
    talk.tells("my nana Rose")
    talk.tells("my nana Rose rings every week")
    talk.tells("Rose does my shopping")
    (rose,) = talk.record.network()
    assert rose.contact is not None and rose.help


def test_my_father_is_no_priest(talk: Talk) -> None:
    priest = Member(
        "m1", "Father Brendan", kind=Kind.PROFESSIONAL, relationship=R.OTHER_PROFESSIONAL
    )
    talk.with_map(priest).tells("my father has died")
    assert talk.member("m1").status is Status.ACTIVE
    assert talk.said == ["utter_died_elsewhere"]
