"""A person with something in every table, in words that can be searched for."""

from __future__ import annotations

from sqlalchemy.orm import Session

from bot.console.names import lift
from bot.conversations.replies import Button, Reply, Toggle
from bot.directory.corrections import open_correction
from bot.needs.areas import Area, Size
from bot.network.model import Contact, Kind, Member, Network, Relationship, Work
from bot.network.typology import classify
from bot.store import messages
from bot.store.alerts import queue_alerts
from bot.store.base import now
from bot.store.outcomes import begin as begin_outcome
from bot.store.outcomes import keep as keep_outcome
from bot.store.people import begin, remember_address
from bot.store.record import Record
from bot.store.staff import Mark, ReviewNote, Tag
from bot.store.trackers import ActionResult, TrackerEvent, TrackerWindow
from bot.store.turns import Conversation, Turn
from bot.support.scales import ONS4

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
    "quillwort",
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


def fill(
    session: Session, person_id: str, address: str = ADDRESS, *, reviewed: bool = True
) -> Record:
    """Agree, and answer everything; and, unless told not to, be reviewed by staff."""
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
    evidence = {"activity": "philately", "members": [], "areas": []}
    gap = record.ask_gap("dropped_activity", "", evidence)
    record.answer_gap(gap, True)
    record.keep_own_answer(gap, "m1")
    record.keep_type(classify(record.network()), agreed=False, words="we are a crowd, quillwort")
    record.keep_preferences(["social", "creative"], ["social", "creative"])
    record.show_option("7", "marquetry for beginners", ["gap"])
    record.answer_option("7", "saved")
    record.note_unmet_need(["philately"])
    plan = record.add_plan("try the marquetry", "7")
    plan.when_words, plan.with_words = "when the phlox is out", "with Zebediah"
    [asked] = record.ask_later(plan, [2])
    asked.words = "no phlox yet"
    keep_outcome(begin_outcome(session, person_id, ONS4), ONS4, "satisfied", 7)
    event = record.note_risk("concern", None, "rules", "utter_risk_concern_mood", asked="mood")
    queue_alerts(session, event, ["webhook"], "the team")
    record.ask_staff("talk", "about widdershins")
    open_correction(session, None, words="no marquetry there any more", person_id=person_id)
    said = {"event": "user", "text": "I feed a kittiwake", "timestamp": 1.0}
    session.add(TrackerWindow(person_id=person_id, last_timestamp=1.0, events=[said]))
    session.add(TrackerEvent(person_id=person_id, timestamp=1.0, type_name="user", data=said))
    answered = {"events": [], "responses": [{"text": "That is Zebediah, then."}]}
    session.add(ActionResult(person_id=person_id, key="0" * 64, result=answered))
    if reviewed:
        _reviewed(session, person_id)
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


def _reviewed(session: Session, person_id: str) -> None:
    """One turn as staff read it, with all that they may put to it."""
    session.add(Conversation(person_id=person_id, started_at=now(), last_at=now(), turns=1))
    turn = Turn(person_id=person_id, at=now(), kind="text", text="I feed a kittiwake")
    session.add(turn)
    session.flush()
    session.add(
        Mark(
            person_id=person_id, turn_id=turn.id, intent="chitchat", words="a kittiwake", who="sam"
        )
    )
    session.add(ReviewNote(person_id=person_id, turn_id=turn.id, who="sam", words="likes birds"))
    session.add(Tag(person_id=person_id, word="birds", who="sam"))
    lift(session, "sam", person_id, "a risk")
