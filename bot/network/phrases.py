"""The English words of the map, in one place, so that they can be reviewed as content.

Plain British English for patients: reading age 9 to 11, sentences of at most 20 words. A
translation is another ``PictureWords`` and another mapping like ``ENGLISH``.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from bot.network.model import Contact, Distance, Relationship, Work

Phrases = Mapping[str, str]


@dataclass(frozen=True)
class PictureWords:
    """Every word that the picture draws beside the members' own labels."""

    title: str = "My map"
    you: str = "Me"
    circle_1: str = "Very important"
    circle_2: str = "Important"
    circle_3: str = "Still there for me"
    unplaced: str = "Not in a circle yet"
    lost_touch: str = "Lost touch"
    died: str = "Remembered"
    family: str = "Family"
    people: str = "Friends and others"
    professional: str = "Health and care staff"
    group: str = "Groups and clubs"
    online: str = "Online"
    pet: str = "Pets"
    tie: str = "They know each other"
    empty_1: str = "Your map starts with you."
    empty_2: str = "Add people, pets, groups or staff whenever you are ready."
    then: str = "Then"
    now: str = "Now"
    then_and_now: str = "My map then and now"
    description: str = "Three circles around me. The nearer the middle, the more important."


ENGLISH: dict[str, str] = {
    "nobody": (
        "Your map starts with you. Nobody is on it yet, and that is fine. "
        "You can add people, pets, groups or staff at any time."
    ),
    "intro.one": "There is one on your map beside you.",
    "intro.many": "There are {count} on your map beside you.",
    "circle_1": "Very important:",
    "circle_2": "Important:",
    "circle_3": "Less important, but still there for you:",
    "unplaced": "Not in a circle yet:",
    "lost_touch": "You have lost touch with:",
    "died": "Died, and remembered:",
    "member": "• {label}{details}",
    "details": " ({details})",
    "details.separator": ", ",
    "help": "helps with {works}",
    "help.none": "not helping at the moment",
    "helped_by_ego": "you help them too",
    "helped_by_ego.only": "you help them",
    "potential": "might help with {works}",
    "and": " and ",
    "comma": ", ",
    "ties": "Who knows whom:",
    "tie.two": "• {labels} know each other",
    "tie.more": "• {labels} all know each other",
    "then.line": "• {line}",
    "then.same": "Your map is as it was.",
    "then.came": "New on your map: {names}.",
    "then.back": "Back in touch: {names}.",
    "then.went": "Not on your map any more: {names}.",
    "then.lost": "Out of touch now: {names}.",
    "then.died": "Died, and remembered: {names}.",
    "then.nearer": "{name} moved nearer to you, to {place}.",
    "then.further": "{name} moved further out, to {place}.",
    "then.circle_1": "the inner circle",
    "then.circle_2": "the middle circle",
    "then.circle_3": "the outer circle",
    "then.no_circle": "no circle yet",
    "then.began.one": "{names} now helps with {work}.",
    "then.began.many": "{names} now help with {work}.",
    "then.ended.one": "{names} no longer helps with {work}.",
    "then.ended.many": "{names} no longer help with {work}.",
    f"work.{Work.ILLNESS}": "your health",
    f"work.{Work.EVERYDAY}": "everyday things",
    f"work.{Work.EMOTIONAL}": "how you feel",
    f"contact.{Contact.DAILY}": "in touch every day",
    f"contact.{Contact.WEEKLY}": "in touch every week",
    f"contact.{Contact.MONTHLY}": "in touch every month",
    f"contact.{Contact.LESS}": "in touch less often",
    f"distance.{Distance.SAME_HOME}": "in your home",
    f"distance.{Distance.NEAR}": "lives near you",
    f"distance.{Distance.DRIVE}": "a drive away",
    f"distance.{Distance.FAR}": "lives far away",
    f"distance.{Distance.ONLINE}": "online",
    f"relationship.{Relationship.PARTNER}": "partner",
    f"relationship.{Relationship.EX_PARTNER}": "former partner",
    f"relationship.{Relationship.PARENT}": "parent",
    f"relationship.{Relationship.CHILD}": "son or daughter",
    f"relationship.{Relationship.SIBLING}": "brother or sister",
    f"relationship.{Relationship.GRANDCHILD}": "grandchild",
    f"relationship.{Relationship.GRANDPARENT}": "grandparent",
    f"relationship.{Relationship.OTHER_FAMILY}": "family",
    f"relationship.{Relationship.FRIEND}": "friend",
    f"relationship.{Relationship.NEIGHBOUR}": "neighbour",
    f"relationship.{Relationship.COLLEAGUE}": "someone from work",
    f"relationship.{Relationship.GP}": "GP",
    f"relationship.{Relationship.NURSE}": "nurse",
    f"relationship.{Relationship.PHARMACIST}": "pharmacist",
    f"relationship.{Relationship.PAID_CARER}": "paid carer",
    f"relationship.{Relationship.SOCIAL_WORKER}": "social worker",
    f"relationship.{Relationship.THERAPIST}": "therapist",
    f"relationship.{Relationship.OTHER_PROFESSIONAL}": "health or care staff",
    f"relationship.{Relationship.GROUP}": "group",
    f"relationship.{Relationship.ONLINE_COMMUNITY}": "online group",
    f"relationship.{Relationship.PET}": "pet",
    f"relationship.{Relationship.OTHER}": "someone else you know",
    "kind.person": "person",
    "kind.professional": "health or care staff",
    "kind.group": "group",
    "kind.online": "online group",
    "kind.pet": "pet",
    # What the person sees instead of a type's name: facts to agree or disagree with.
    "type.nobody": "You have not told me about anyone yet.",
    "type.mostly_professionals": "Most of those you told me about are health and care staff.",
    "type.one_seldom_seen": "You told me about one contact, whom you are not in touch with often.",
    "type.family_friends_groups": "You have family, friends and groups around you.",
    "type.many_seen_often": (
        "Most of those on your map are family or friends. You are in touch with many of them often."
    ),
    "type.some_seen_often": (
        "You have a few family members or friends. "
        "You are in touch with at least one of them often."
    ),
    "type.groups_only": "Your map is mostly groups.",
    "type.seldom_seen": "You know a few people, and you are in touch now and then.",
    "type.mixed": "There are different sorts of people on your map.",
    "type.some_often": "You are in touch often with some of those on your map.",
    "type.told": "You have told me who is around you.",
}
