"""What becomes of a message that the reader and the grammar hear differently."""

from __future__ import annotations

from dataclasses import replace

from bot.language.reader import Found
from bot.network.model import Contact, Relationship, Status, Work
from bot.nlu.heads import CIRCLE, CONTACT, HELP, MEMBER, RELATIONSHIP, STATUS, TARGET
from bot.nlu.joined import meaning
from bot.nlu.meaning import EditMention
from tests.nlu.test_reading import found, reading


def sure_of(span: Found, head: str, label: str) -> Found:
    """The same stretch, of which the reader is certain that it has this label."""
    others = dict.fromkeys(span.chances[head], 0.0)
    return replace(span, chances={**span.chances, head: {**others, label: 1.0}})


def test_the_grammar_says_what_somebody_is_called_whom_both_hear() -> None:
    text = "my mother-in-law"
    (member,) = meaning(reading(text, found(text, MEMBER, "mother"))).members
    assert (member.name, member.relationship) == ("mother-in-law", Relationship.OTHER_FAMILY)


def test_somebody_whom_the_grammar_alone_hears_needs_the_readers_doubt() -> None:
    text = "my brothers Khalid and Nadeem"
    sure, doubtful = found(text, MEMBER, "Khalid"), found(text, MEMBER, "Nadeem", sure=False)
    assert [m.name for m in meaning(reading(text, sure, doubtful)).members] == ["Khalid", "Nadeem"]
    assert [m.name for m in meaning(reading(text, sure)).members] == ["Khalid"]
    assert meaning(reading(text, doubtful)).members == ()


def test_those_named_stand_in_the_order_of_the_text() -> None:
    text = "my son Tom and my wife Jean"
    spans = [found(text, MEMBER, "Tom", sure=False), found(text, MEMBER, "Jean")]
    assert [m.name for m in meaning(reading(text, *spans)).members] == ["Tom", "Jean"]


def test_a_change_is_the_readers_or_else_the_grammars() -> None:
    text = "take bob off"
    assert meaning(reading(text)).edits == (EditMention("remove", "bob"),)
    text = "he died, take bob off"
    moved = reading(text, found(text, TARGET, "bob", "died"))
    assert meaning(moved).edits == (EditMention("died", "bob"),)


def test_who_is_added_to_a_circle_is_added_although_the_reader_hears_only_the_circle() -> None:
    text = "add my neighbour Dot to the inner circle"
    heard = reading(text, sure_of(found(text, TARGET, "Dot", "set_circle"), CIRCLE, "1"))
    assert meaning(heard).edits == (
        EditMention("add", "Dot", "neighbour"),
        EditMention("set_circle", "Dot", "1"),
    )
    added = reading(text, found(text, TARGET, "Dot", "add"))
    assert meaning(added).edits == meaning(heard).edits


def test_a_title_is_no_kin_whatever_the_reader_takes_it_for() -> None:
    text = "Sister Mary comes on Sundays"
    for heard, told in (("sibling", None), ("nurse", Relationship.NURSE)):
        span = sure_of(found(text, MEMBER, "Mary"), RELATIONSHIP, heard)
        (member,) = meaning(reading(text, span)).members
        assert (member.name, member.relationship) == ("Sister Mary", told)


def test_a_part_of_what_somebody_is_called_is_nobody_else() -> None:
    text = "our kid has died"
    spans = [found(text, MEMBER, "our"), found(text, MEMBER, "kid")]
    assert [m.name for m in meaning(reading(text, *spans)).members] == ["our kid"]


def test_a_difficulty_counts_that_either_hears() -> None:
    assert [d.area.value for d in meaning(reading("I can't sleep")).difficulties] == ["sleep"]


def test_a_name_with_what_its_bearer_is_to_the_speaker_is_one() -> None:
    text = "my cat Whisky, he's great company"
    spans = [found(text, MEMBER, "cat"), found(text, MEMBER, "Whisky")]
    assert [m.name for m in meaning(reading(text, *spans)).members] == ["Whisky"]
    family = "my mother-in-law Nasreen"
    spans = [found(family, MEMBER, "-in"), found(family, MEMBER, "Nasreen")]
    assert [m.name for m in meaning(reading(family, *spans)).members] == ["Nasreen"]


def test_a_word_for_a_job_between_two_names_is_somebody_where_both_have_another() -> None:
    text = "my carer Denise, the district nurse, and Dr Khan"
    spans = [sure_of(found(text, MEMBER, "Denise"), RELATIONSHIP, "nurse")]
    spans.append(found(text, MEMBER, "Dr Khan"))
    assert [(m.name, m.relationship) for m in meaning(reading(text, *spans)).members][:2] == [
        ("Denise", Relationship.PAID_CARER),
        ("district nurse", Relationship.NURSE),
    ]
    text = "Dr Khan, the practice nurse, and my sister Ann"
    spans = [sure_of(found(text, MEMBER, "Dr Khan"), RELATIONSHIP, "gp")]
    nurse = sure_of(found(text, MEMBER, "practice nurse"), RELATIONSHIP, "nurse")
    spans += [nurse, found(text, MEMBER, "Ann")]
    assert [(m.name, m.relationship) for m in meaning(reading(text, *spans)).members][:2] == [
        ("Dr Khan", Relationship.GP),
        ("practice nurse", Relationship.NURSE),
    ]


def test_a_text_without_words_says_nothing() -> None:
    assert meaning(reading("???")).difficulties == ()


def test_one_strange_word_is_a_name_only_with_a_capital_or_on_a_list() -> None:
    for text, names in (("asdf", []), ("Asdf", ["Asdf"]), ("agnieszka", ["agnieszka"])):
        found_ = meaning(reading(text, found(text, MEMBER, text))).members
        assert [m.name for m in found_] == names, text


def told_dead(text: str, *names: str) -> dict[str, Status]:
    """What is made of a text of which the reader takes everybody for dead."""
    spans = [sure_of(found(text, MEMBER, name), STATUS, "died") for name in names]
    return {m.name: m.status for m in meaning(reading(text, *spans)).members}


def test_nobody_is_dead_for_standing_beside_somebody_who_is() -> None:
    said = told_dead(
        "my late husband Frank, our Susan and my brother Bill", "Frank", "Susan", "Bill"
    )
    assert said == {"Frank": Status.DIED, "Susan": Status.ACTIVE, "Bill": Status.ACTIVE}


def test_all_are_dead_of_whom_it_is_said_together() -> None:
    said = told_dead("my brother Bill, my sister Ann, they've both died", "Bill", "Ann")
    assert said == {"Bill": Status.DIED, "Ann": Status.DIED}


def test_each_has_the_help_that_is_said_of_them() -> None:
    text = "Sam does the shopping, Zoe does my tablets"
    both = {Work.ILLNESS.value: 1.0, Work.EVERYDAY.value: 1.0, Work.EMOTIONAL.value: 0.0}
    spans = [found(text, TARGET, name, "set_help") for name in ("Sam", "Zoe")]
    heard = [replace(s, chances={**s.chances, HELP: both}) for s in spans]
    assert meaning(reading(text, *heard)).edits == (
        EditMention("set_help", "Sam", "everyday"),
        EditMention("set_help", "Zoe", "illness"),
    )


def test_out_is_not_in() -> None:
    text = "move Dot one further out"
    heard = reading(text, sure_of(found(text, TARGET, "Dot", "set_circle"), CIRCLE, "1"))
    assert meaning(heard).edits == (EditMention("set_circle", "Dot", "3"),)


def test_a_word_for_who_somebody_is_is_nobody_else() -> None:
    text = "our lass Maureen shes the wife"
    maureen = sure_of(found(text, MEMBER, "Maureen"), RELATIONSHIP, "child")
    wife = sure_of(found(text, MEMBER, "wife"), RELATIONSHIP, "partner")
    (member,) = meaning(reading(text, maureen, wife)).members
    assert (member.name, member.relationship) == ("Maureen", Relationship.PARTNER)


def test_a_brother_stays_one_whatever_else_he_is() -> None:
    text = "my brother Tom, he's the neighbour of my sister"
    tom = sure_of(found(text, MEMBER, "Tom"), RELATIONSHIP, "sibling")
    next_door = sure_of(found(text, MEMBER, "neighbour"), RELATIONSHIP, "neighbour")
    (member,) = meaning(reading(text, tom, next_door)).members
    assert (member.name, member.relationship) == ("Tom", Relationship.SIBLING)


def test_two_of_one_name_are_not_three() -> None:
    text = "two sons both called John, big John and little John"
    spans = [found(text, MEMBER, "big John"), found(text, MEMBER, "little John")]
    john = replace(found(text, MEMBER, "John"), first=4)
    members = meaning(reading(text, john, *spans)).members
    assert [m.name for m in members] == ["big John", "little John"]


def test_the_other_daughter_is_not_the_one_on_the_map() -> None:
    text = "my other daughter has moved in"
    (edit,) = meaning(reading(text, found(text, TARGET, "daughter", "remove"))).edits
    assert edit.target == "other daughter"


def test_each_is_put_where_it_is_said_of_them() -> None:
    text = "put Grace in the inner circle and Joy on the outside"
    spans = [
        sure_of(found(text, TARGET, name, "set_circle"), CIRCLE, "1") for name in ("Grace", "Joy")
    ]
    assert [(e.target, e.value) for e in meaning(reading(text, *spans)).edits] == [
        ("Grace", "1"),
        ("Joy", "3"),
    ]


def test_where_somebody_was_is_not_where_they_go() -> None:
    text = "move Olwen from the outer circle to the inner circle"
    moved = sure_of(found(text, TARGET, "Olwen", "set_circle"), CIRCLE, "3")
    assert meaning(reading(text, moved)).edits == (EditMention("set_circle", "Olwen", "1"),)


def test_how_often_it_was_is_not_how_often_it_is() -> None:
    text = "Bob comes every day now not once a week"
    heard = sure_of(found(text, TARGET, "Bob", "set_contact"), CONTACT, "weekly")
    assert meaning(reading(text, heard)).edits == (EditMention("set_contact", "Bob", "daily"),)
    text = "Jean used to come every day"
    heard = sure_of(found(text, TARGET, "Jean", "set_contact"), CONTACT, "daily")
    assert meaning(reading(text, heard)).edits == ()


def test_how_it_stands_on_the_map_is_not_how_it_is() -> None:
    text = "Bob rings every day without fail, you have it as weekly"
    heard = sure_of(found(text, TARGET, "Bob", "set_contact"), CONTACT, "weekly")
    assert meaning(reading(text, heard)).edits == (EditMention("set_contact", "Bob", "daily"),)


def test_we_and_no_are_nobody_and_the_gp_is_somebody() -> None:
    text = "take Marek off, we not friends"
    spans = [found(text, TARGET, who, "remove") for who in ("Marek", "we")]
    assert [e.target for e in meaning(reading(text, *spans)).edits] == ["Marek"]
    text = "take Marek and gp off"
    spans = [found(text, TARGET, who, "remove") for who in ("Marek", "gp")]
    assert [e.target for e in meaning(reading(text, *spans)).edits] == ["Marek", "gp"]


def _heard(text: str, **relationships: str) -> dict[str, Relationship | None]:
    """Relationships that come of a text of which the reader is sure of all, taken for these."""
    spans = [
        sure_of(found(text, MEMBER, name), RELATIONSHIP, said)
        for name, said in relationships.items()
    ]
    return {m.name: m.relationship for m in meaning(reading(text, *spans)).members}


def test_who_married_into_the_family_is_no_child_or_sister() -> None:
    text = "Rhodri my son and his wife Bethan"
    assert _heard(text, Rhodri="child", Bethan="sibling") == {
        "Rhodri": Relationship.CHILD,
        "Bethan": Relationship.OTHER_FAMILY,
    }
    text = "my neighbour Stan and his wife Vera"
    assert _heard(text, Stan="neighbour", Vera="partner")["Vera"] is Relationship.NEIGHBOUR


def test_their_children_are_grandchildren() -> None:
    text = "my son Harpreet, they have two children Jasleen and Arjun, and my friend Bob"
    assert _heard(text, Harpreet="child", Jasleen="child", Arjun="child", Bob="friend") == {
        "Harpreet": Relationship.CHILD,
        "Jasleen": Relationship.GRANDCHILD,
        "Arjun": Relationship.GRANDCHILD,
        "Bob": Relationship.FRIEND,
    }


def test_how_often_stays_with_whom_it_is_said_of() -> None:
    text = "my sister Megan who I ring every Sunday, my grandson Ioan, and Pauline from chapel"
    spans = [
        sure_of(found(text, MEMBER, name), CONTACT, "weekly")
        for name in ("Megan", "Ioan", "Pauline")
    ]
    members = {m.name: m.contact for m in meaning(reading(text, *spans)).members}
    assert members == {"Megan": Contact.WEEKLY, "Ioan": None, "Pauline": None}


def test_who_does_everything_does_the_everyday_jobs() -> None:
    text = "my wife Jean does everything and cheers me up"
    span = sure_of(found(text, MEMBER, "Jean"), HELP, "emotional")
    (jean,) = meaning(reading(text, span)).members
    assert set(jean.help) == {Work.EVERYDAY, Work.EMOTIONAL}
