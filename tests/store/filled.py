"""A person with something in every table, in words that can be searched for."""

from __future__ import annotations

from sqlalchemy.orm import Session

from bot.conversations.replies import Button, Reply, Toggle
from bot.needs.areas import Area, Size
from bot.network.model import Contact, Kind, Member, Network, Relationship, Work
from bot.store import messages
from bot.store.people import begin, remember_address
from bot.store.record import Record
from bot.store.trackers import TrackerEvent, TrackerWindow

# Each stands in at least one column; none is a word of ours.
SECRETS = (
    "Zebediah",
    "Quetzalina",
    "Marmaduke",
    "glockenspiel",
    "marquetry",
    "Ravenscar",
    "sarcoidosis",
    "philately",
    "widdershins",
    "kittiwake",
    "phlox",
)
CHANNEL, ADDRESS = "telegram", "4815162342"


def network() -> Network:
    """Two people who know each other, one of whom makes things harder, and a group."""
    return Network(
        (
            Member(
                "m1",
                "Zebediah",
                relationship=Relationship.CHILD,
                circle=1,
                contact=Contact.DAILY,
                help=frozenset({Work.EVERYDAY, Work.EMOTIONAL}),
            ),
            Member("m2", "Quetzalina", relationship=Relationship.FRIEND, circle=2, strain=True),
            Member("m3", "glockenspiel band", Kind.GROUP, Relationship.GROUP, circle=3),
        )
    ).tied("m1", "m2")


def fill(session: Session, person_id: str, address: str = ADDRESS) -> Record:
    """Agree, and answer everything."""
    record = begin(session, person_id)
    record.give_consent("use", "save_map")
    remember_address(session, CHANNEL, address, person_id)
    person = record.person
    person.stage, person.age_band = "open", "65_74"
    person.conditions, person.area = "diabetes and sarcoidosis", "Ravenscar"
    person.latitude, person.longitude = 54.4, -0.49
    person.access_needs, person.travel = ["step_free"], ["bus"]
    record.keep_progress(members_made=3, places=[["Ravenscar", "Ravenscar", 54.4, -0.49]])
    record.note_difficulty(Area.LONELINESS, Size.BIG, words="since Marmaduke died")
    record.note_difficulty(Area.PAIN)
    record.prioritise([Area.LONELINESS])
    record.note("missed", "my philately evenings")
    record.keep_network(Network((Member("m1", "Zebediah"),)), "add", "telegram:1")
    record.keep_network(network(), "add", "telegram:2")
    record.take_snapshot("baseline")
    record.ask_gap("dropped_activity", "", {"activity": "philately", "members": [], "areas": []})
    record.answer_gap("dropped_activity", "", True)
    record.keep_preferences(["social", "creative"], ["social", "creative"])
    record.show_option("7", "marquetry for beginners", ["gap"])
    record.answer_option("7", "saved")
    record.note_unmet_need(["philately"])
    plan = record.add_plan("try the marquetry", "7")
    plan.when_words, plan.with_words = "when the phlox is out", "with Zebediah"
    record.note_risk("concern", None, "rules", "utter_risk_concern_mood")
    record.ask_staff("talk", "about widdershins")
    said = {"event": "user", "text": "I feed a kittiwake", "timestamp": 1.0}
    session.add(TrackerWindow(person_id=person_id, last_timestamp=1.0, events=[said]))
    session.add(TrackerEvent(person_id=person_id, timestamp=1.0, type_name="user", data=said))
    messages.receive(
        session,
        key=f"{CHANNEL}:{address}:1",
        channel=CHANNEL,
        address=address,
        position=1,
        payload={"text": "I feed a kittiwake"},
    )
    question = Reply(
        "Who is Zebediah?",
        (Button("Zebediah's turn", "/choose"),),
        (Toggle("Quetzalina", "m2"),),
        "Done",
    )
    [keyboard] = messages.keep_keyboards(session, CHANNEL, address, [question])
    messages.queue(
        session,
        channel=CHANNEL,
        address=address,
        payload={"text": "Who is Zebediah?"},
        keyboard_id=keyboard,
    )
    messages.chat(session, CHANNEL, address)
    session.flush()
    return record
