"""Who the bot hears in a sentence: names, relationships, and nobody who is not there."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.network.model import Contact, Kind, Relationship, Status, Work
from bot.nlu.meaning import MemberMention
from bot.nlu.members import extract_members
from tests.nlu.score_members import score

R = Relationship
HERE = Path(__file__).parent


def people(text: str) -> list[tuple[str, Relationship | None]]:
    return [(m.name, m.relationship) for m in extract_members(text)]


def only(text: str) -> MemberMention:
    (member,) = extract_members(text)
    return member


@pytest.mark.parametrize("file", ["dev_members.jsonl", "second_members.jsonl"])
def test_stays_as_good_as_it_was_on_the_sentences_it_was_tuned_on(file: str) -> None:
    result = score(HERE / file)
    assert result["f1"] >= 0.95
    assert result["contact"] >= 0.9
    assert result["help"] >= 0.85
    assert result["false_on_empty"] <= 0.1


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("my brothers Amir and Nabil", [("Amir", R.SIBLING), ("Nabil", R.SIBLING)]),
        (
            "my daughters, Ffion, Lowri and Cerys",
            [(n, R.CHILD) for n in ("Ffion", "Lowri", "Cerys")],
        ),
        ("wife, son and the cat", [("wife", R.PARTNER), ("son", R.CHILD), ("cat", R.PET)]),
        ("Ewa, Piotr", [("Ewa", None), ("Piotr", None)]),
        (
            "sister in law, gp, district nurse",
            [("sister in law", R.OTHER_FAMILY), ("gp", R.GP), ("district nurse", R.NURSE)],
        ),
        ("my mate Gary from work", [("Gary", R.FRIEND)]),
    ],
)
def test_lists_are_taken_apart(text: str, expected: list[tuple[str, Relationship]]) -> None:
    assert people(text) == expected


@pytest.mark.parametrize(
    ("text", "name", "relationship"),
    [
        ("my son's wife Anjali", "Anjali", R.OTHER_FAMILY),
        ("my daughters lad Kyle", "Kyle", R.GRANDCHILD),
        ("next door's girl", "next door's girl", R.NEIGHBOUR),
        ("Mrs O'Brien from across the road", "Mrs O'Brien", R.NEIGHBOUR),
        ("Dr Mukherjee my heart consultant", "Dr Mukherjee", R.OTHER_PROFESSIONAL),
        ("the respiratory nurse", "respiratory nurse", R.NURSE),
        ("me nan", "nan", R.GRANDPARENT),
        ("my nani", "nani", R.GRANDPARENT),
        ("our Kayleigh", "Kayleigh", R.OTHER_FAMILY),
        ("my dog Buster", "Buster", R.PET),
        ("the girls at bingo", "girls at bingo", R.GROUP),
        ("my copd whatsapp group", "copd whatsapp group", R.ONLINE_COMMUNITY),
        ("a lady called Brenda from the day centre", "Brenda", R.FRIEND),
        ("my freind Oluwaseun", "Oluwaseun", R.FRIEND),
        ("my neighbuor Pam", "Pam", R.NEIGHBOUR),
        ("MY HUSBAND TREVOR", "TREVOR", R.PARTNER),
    ],
)
def test_one_member_with_its_relationship(text: str, name: str, relationship: Relationship) -> None:
    assert people(text) == [(name, relationship)]


@pytest.mark.parametrize(
    "text",
    [
        "",
        "nah",
        "whats this for",
        "I can't sleep and my chest is bad",
        "the man on the telly said carers get nothing",
        "I don't have any family",
        "I never had kids",
        "can you find me a counsellor",
        "is there a walking group near me",
        "my name is Sandra",
        "hi Tom",
        "thanks that's great",
        "I will do it in May",
        "St Mary's hospital on Victoria Road",
        "none of my neighbours speak to me",
        "who sees my data",
        "remind me on Friday",
        "👍",
    ],
)
def test_nobody_is_invented(text: str) -> None:
    assert people(text) == []


def test_what_is_said_of_each_goes_to_the_right_one() -> None:
    jean, tom = extract_members("My wife Jean does my tablets every day and Tom does the garden")
    assert (jean.contact, jean.help) == (Contact.DAILY, (Work.ILLNESS,))
    assert tom.help == (Work.EVERYDAY,)


def test_a_pronoun_goes_on_about_the_last_one() -> None:
    member = only("There's my sister Ruth. She rings twice a week and cheers me up.")
    assert (member.contact, member.help) == (Contact.WEEKLY, (Work.EMOTIONAL,))


def test_what_is_said_of_several_goes_to_all() -> None:
    assert [m.contact for m in extract_members("mum and dad come every Sunday")] == [
        Contact.WEEKLY,
        Contact.WEEKLY,
    ]


@pytest.mark.parametrize(
    ("text", "status"),
    [
        ("my brother Sid passed away", Status.DIED),
        ("my late wife", Status.DIED),
        ("I lost my mum in June", Status.DIED),
        ("not my sister, we don't speak", Status.LOST_TOUCH),
        ("I've lost touch with my mate Carl", Status.LOST_TOUCH),
        ("my mum", Status.ACTIVE),
    ],
)
def test_status(text: str, status: Status) -> None:
    assert only(text).status is status


def test_denied_help_is_not_help() -> None:
    assert only("my son never does any shopping").help == ()


def test_strain_is_private_but_heard() -> None:
    assert only("my sister in law winds me up").strain
    assert not only("my sister in law").strain


def test_circle_where_stated() -> None:
    assert only("my mate Yusuf means the world to me").circle == 1
    assert only("my uncle's not that close").circle == 3


def test_kinds_follow_relationships() -> None:
    kinds = [m.kind for m in extract_members("my wife, the GP, choir, facebook group and the dog")]
    assert kinds == [Kind.PERSON, Kind.PROFESSIONAL, Kind.GROUP, Kind.ONLINE, Kind.PET]


@pytest.mark.parametrize(
    ("text", "name", "relationship"),
    [
        ("Father Brendan", "Father Brendan", R.OTHER_PROFESSIONAL),
        ("I see father michael at mass", "father michael", R.OTHER_PROFESSIONAL),
        ("our Father Kelechi", "Father Kelechi", R.OTHER_PROFESSIONAL),
        ("my father Brendan", "Brendan", R.PARENT),
        ("my father", "father", R.PARENT),
        # Whether she is a nun, a nurse or a sister is not said.
        ("Sister Mary", "Sister Mary", None),
        ("Sister Mary Clare from the convent", "Sister Mary Clare", None),
        ("Mother Teresa prays with me", "Mother Teresa", None),
        ("Brother Francis", "Brother Francis", None),
        ("my sister Mary", "Mary", R.SIBLING),
        ("my big Sister Mary from church", "Mary", R.SIBLING),
        ("sister bernice from church", "sister bernice", R.FRIEND),
        ("Sister Okafor on the ward", "Sister Okafor", R.NURSE),
        ("Sister Agnes, the diabetes nurse", "Sister Agnes", R.NURSE),
        ("the ward sister", "ward sister", R.NURSE),
        ("the sister in charge", "sister in charge", R.NURSE),
        ("my sister on the ward", "sister", R.SIBLING),
    ],
)
def test_a_kin_word_may_be_a_title(text: str, name: str, relationship: Relationship | None) -> None:
    assert people(text) == [(name, relationship)]


def test_in_a_list_of_family_a_kin_word_is_no_title() -> None:
    assert people("Mum, Dad, Sister Pat, Brother Jim")[2:] == [
        ("Pat", R.SIBLING),
        ("Jim", R.SIBLING),
    ]


def test_a_circle_of_the_map_is_nobody() -> None:
    assert people("Second circle please for my brother Everton") == [("Everton", R.SIBLING)]
    assert people("put my knitting circle in the outer ring") == [("knitting circle", R.GROUP)]


NAMES = {
    "english": "Jean Harry Doreen Callum Kayleigh",
    "celtic": "Siobhan Eilidh Dafydd Niamh Rhys",
    "south asian": "Gurpreet Priya Imran Nusrat Sukhwinder",
    "muslim world": "Hodan Mehmet Yasmine Reza Khadija",
    "african and caribbean": "Chinedu Kwame Ngozi Tendai Delroy",
    "eastern european": "Agnieszka Ionut Vytautas Zsofia Krzysztof",
    "east asian": "Xiaoli Thanh Kaori Wei Ming",
    "jewish": "Shlomo Rivka Moishe Shoshana Yehuda",
    "not in any list": "Xandrielle Quovadia Tlalane Bryndal Zephine",
}


@pytest.mark.parametrize("origin", NAMES)
@pytest.mark.parametrize("frame", ["my sister {}", "{} my neighbour", "{} is my friend"])
def test_names_of_every_origin_are_heard(origin: str, frame: str) -> None:
    for name in NAMES[origin].split():
        assert [m.name for m in extract_members(frame.format(name))] == [name]


@pytest.mark.parametrize("origin", [o for o in NAMES if o != "not in any list"])
def test_names_in_lower_case_are_heard(origin: str) -> None:
    for name in NAMES[origin].lower().split():
        assert [m.name for m in extract_members(f"my sister {name} rings me")] == [name]
