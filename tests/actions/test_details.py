"""What words say of the member whom the question is about."""

from __future__ import annotations

from actions.details import told
from actions.turn import Answer
from bot.network.model import Contact, Distance, Member, Relationship, Work

ARJUN = Member("m1", "Arjun", relationship=Relationship.GRANDCHILD)


def test_what_the_person_does_for_them_is_no_help_of_theirs() -> None:
    said = told(Answer(text="i look after him after school and cook for him"), ARJUN)
    assert said == {"helped_by_ego": True}


def test_help_goes_both_ways() -> None:
    said = told(Answer(text="I look after him, and he does my shopping every week"), ARJUN)
    assert said == {
        "helped_by_ego": True,
        "help": frozenset({Work.EVERYDAY}),
        "contact": Contact.WEEKLY,
    }


def test_how_near_and_how_often() -> None:
    said = told(Answer(text="he lives in India, rings every week"), ARJUN)
    assert said is not None
    assert (said["distance"], said["contact"]) == (Distance.FAR, Contact.WEEKLY)
    assert told(Answer(text="five minutes away"), ARJUN) == {"distance": Distance.NEAR}


def test_far_away_in_a_word() -> None:
    assert told(Answer(text="she's back in Poland now"), ARJUN) == {"distance": Distance.FAR}
    assert told(Answer(text="we met in India"), ARJUN) is None
