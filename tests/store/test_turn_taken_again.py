"""A turn that is taken again because it could not be saved changes everything once.

Rasa's own forms talk to the real action server; only what chooses the next action is left out, as
it needs the trained model (``tests/faults/test_saving.py`` has that too).
"""

from __future__ import annotations

import asyncio
import threading
from collections.abc import AsyncIterator, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from datetime import timedelta
from typing import Any

import httpx
import pytest
from rasa.core.actions.action import ActionExtractSlots, RemoteAction
from rasa.core.actions.forms import FormAction
from rasa.core.channels.channel import CollectingOutputChannel
from rasa.core.nlg.response import TemplatedNaturalLanguageGenerator
from rasa.shared.core.domain import Domain
from rasa.shared.core.events import ActionExecuted, ActiveLoop, BotUttered, SlotSet, UserUttered
from rasa.shared.core.trackers import DialogueStateTracker
from rasa.utils.endpoints import EndpointConfig
from rasa_sdk.executor import ActionExecutor
from sqlalchemy import func, select, text

from actions.turn import choose
from actions.undo import UNDO
from bot.conversations.assistant import ActionsInProcess
from bot.conversations.replies import Reply, reply_from_rasa
from bot.conversations.saving import ActionServer, CannotSave, kept_or_raised, miss
from bot.conversations.tracker_store import WindowedTrackerStore
from bot.network.model import Member, Network, Relationship
from bot.run import SERVERS, launch, stop
from bot.settings import PROJECT, Settings, get_settings
from bot.store import retention
from bot.store.base import STORE_AWAY, now, unit_of_work
from bot.store.people import begin
from bot.store.record import Record
from bot.store.tables import Change
from bot.store.trackers import ActionResult, TrackerEvent
from tests.e2e.installation import free_ports
from tests.store.conftest import Store
from tests.store.test_people import counts

ME = "t" * 32
NAMES = ("Zebediah", "Quetzalina", "Marmaduke")
FORM, SLOT = "details_form", "details_members"


@pytest.fixture(scope="module")
def domain() -> Domain:
    return Domain.load(str(PROJECT / "domain.yml"))


@pytest.fixture
def three(store: Store) -> Store:
    """Three friends on the map, placed, and the questions about each of them have begun."""
    network = Network(
        tuple(
            Member(f"m{number}", name, relationship=Relationship.FRIEND, circle=1)
            for number, name in enumerate(NAMES, 1)
        )
    )
    with unit_of_work() as session:
        record = begin(session, ME)
        record.give_consent("use", "save_map")
        record.person.stage = "details"
        record.keep_network(network, "add", "telegram:1")
    return store


class Talk:
    """Turns of one person in a form, as Rasa takes them.

    Args:
        actions: how the action server is reached.
    """

    def __init__(self, domain: Domain, actions: EndpointConfig) -> None:
        self._domain = domain
        self._actions = actions
        self._trackers = WindowedTrackerStore(domain)
        self._nlg = TemplatedNaturalLanguageGenerator(domain.responses)

    async def begin(self, form: str = FORM, slot: str = SLOT) -> None:
        """A question has been asked."""
        tracker = DialogueStateTracker.from_events(ME, [], self._domain.slots)
        before = self._domain.required_slots_for_form(form)
        state = [SlotSet(name, "answered") for name in before[: before.index(slot)]]
        asked = [ActiveLoop(form), SlotSet("requested_slot", slot), ActionExecuted("action_listen")]
        tracker.update_with_events([*state, *asked], self._domain)
        await self._trackers.save(tracker)

    async def chooses(
        self, *choices: str, update: str = "telegram:2", by: str = "", dies: bool = False
    ) -> list[Reply]:
        """One turn of buttons or toggles: the replies.

        Args:
            by: the action that takes it; else the form that is on.
            dies: whether the process is killed before it saves the turn.

        Raises:
            CannotSave: the turn could not be kept.
        """
        tracker = await self._trackers.retrieve(ME)
        assert tracker is not None
        value = ",".join(choices)
        parse: Any = {
            "text": choose(value),
            "intent": {"name": "choose"},
            "entities": [{"entity": "choice", "value": value}],
        }
        said = UserUttered(
            *(parse[key] for key in ("text", "intent", "entities")),
            parse,
            metadata={"update_key": update},
        )
        tracker.update(said, self._domain)
        began = len(tracker.events)
        take = RemoteAction if by else FormAction
        action = take(by or str(tracker.active_loop_name), self._actions)
        channel = CollectingOutputChannel()
        with kept_or_raised():
            found = await ActionExtractSlots(self._actions).run(
                channel, self._nlg, tracker, self._domain
            )
            tracker.update_with_events(found, self._domain)
            events = await action.run(channel, self._nlg, tracker.copy(), self._domain)
            tracker.update(ActionExecuted(action.name()))
            tracker.update_with_events(events, self._domain)
            tracker.update(ActionExecuted("action_listen"))
            if not dies:
                with suppress(*STORE_AWAY):  # Rasa logs it and goes on
                    await self._trackers.save(tracker)
        return [
            reply_from_rasa({**event.data, "text": event.text})
            for event in list(tracker.events)[began:]
            if isinstance(event, BotUttered)
        ]


@pytest.fixture
async def talk(three: Store, domain: Domain) -> Talk:
    """The talk, with the actions in this process."""
    talk = Talk(domain, ActionsInProcess())
    await talk.begin()
    return talk


def helps() -> dict[str, set[str] | None]:
    """What each on the map helps with."""
    with unit_of_work() as session:
        network = Record.of(session, ME).network()
    return {m.label: None if m.help is None else {w.value for w in m.help} for m in network}


def changes() -> list[str | None]:
    with unit_of_work() as session:
        return list(session.scalars(select(Change.update_key).order_by(Change.id)))


def said() -> int:
    """How many messages of the person are in the log."""
    with unit_of_work() as session:
        return session.scalar(select(func.count()).where(TrackerEvent.type_name == "user")) or 0


def results() -> list[ActionResult]:
    with unit_of_work() as session:
        return list(session.scalars(select(ActionResult)))


@contextmanager
def a_log_that_cannot_be_written() -> Iterator[None]:
    """The tracker cannot be saved for a while, and everything else can."""
    with unit_of_work() as session:
        session.execute(text("ALTER TABLE tracker_event RENAME TO away"))
    yield
    with unit_of_work() as session:
        session.execute(text("ALTER TABLE away RENAME TO tracker_event"))


@pytest.fixture
async def action_server(three: Store) -> AsyncIterator[ActionServer]:
    """The action server as it runs, in a process of its own; Rasa's way to it."""
    [port] = free_ports(1)
    settings = get_settings().model_copy(update={"wise_port_actions": port})
    log = three.folder / "actions.log"
    process = launch(SERVERS["actions"], settings, log)
    actions = ActionServer(f"http://127.0.0.1:{port}/webhook")
    try:
        async with httpx.AsyncClient() as client:
            while not await _is_ready(client, port):
                assert process.poll() is None, log.read_text("utf-8")
                await asyncio.sleep(0.1)
        yield actions
        async with actions.session() as session:
            await session.close()
    finally:
        stop([process])


async def _is_ready(client: httpx.AsyncClient, port: int) -> bool:
    try:
        return (await client.get(f"http://127.0.0.1:{port}/readyz")).is_success
    except httpx.HTTPError:
        return False


@pytest.mark.parametrize("store", ["sqlite"], indirect=True)
async def test_a_turn_that_could_not_be_saved_changes_everything_once_when_taken_again(
    action_server: ActionServer, domain: Domain
) -> None:
    talk = Talk(domain, action_server)
    await talk.begin()
    [first] = await talk.chooses("help:emotional")
    with a_log_that_cannot_be_written(), pytest.raises(CannotSave):
        await talk.chooses("help:everyday", update="telegram:3")
    [again] = await talk.chooses("help:everyday", update="telegram:3")
    assert NAMES[1] in first.text and NAMES[2] in again.text
    assert helps() == {NAMES[0]: {"emotional"}, NAMES[1]: {"everyday"}, NAMES[2]: None}
    assert changes() == ["telegram:1", "telegram:2", "telegram:3"]
    assert said() == 2
    assert results() == []


async def test_a_process_that_dies_before_it_saves_leaves_ticks_to_whom_they_were_for(
    talk: Talk,
) -> None:
    lost = await talk.chooses("help:everyday", dies=True)
    again = await talk.chooses("help:everyday", dies=True)
    assert await talk.chooses("help:everyday") == again == lost
    assert helps() == {NAMES[0]: {"everyday"}, NAMES[1]: None, NAMES[2]: None}
    assert changes() == ["telegram:1", "telegram:2"]
    assert results() == []


async def test_one_undo_takes_one_change_back(talk: Talk) -> None:
    await talk.chooses("help:everyday")
    await talk.chooses("help:emotional", update="telegram:3")
    lost = await talk.chooses(UNDO, update="telegram:4", dies=True)
    assert await talk.chooses(UNDO, update="telegram:4") == lost
    assert helps() == {NAMES[0]: {"everyday"}, NAMES[1]: None, NAMES[2]: None}


async def test_the_same_answer_to_the_next_question_is_a_new_one(talk: Talk) -> None:
    await talk.chooses("help:everyday")
    await talk.chooses("help:everyday", update="telegram:3")
    assert helps() == {NAMES[0]: {"everyday"}, NAMES[1]: {"everyday"}, NAMES[2]: None}


async def test_who_agrees_in_a_turn_that_is_taken_again_has_one_record(
    store: Store, domain: Domain
) -> None:
    talk = Talk(domain, ActionsInProcess())
    await talk.begin("consent_form", "consent_answer")
    lost = await talk.chooses("yes", dies=True)
    with unit_of_work() as session:
        before = counts(session)
    assert await talk.chooses("yes") == lost
    with unit_of_work() as session:
        assert counts(session)["consent"] == before["consent"]
    assert results() == []


@pytest.mark.parametrize("store", ["sqlite"], indirect=True)
async def test_who_agrees_in_a_turn_that_could_not_be_saved_is_still_asked_to_agree(
    store: Store, domain: Domain
) -> None:
    talk = Talk(domain, ActionsInProcess())
    await talk.begin("consent_form", "consent_answer")
    with a_log_that_cannot_be_written(), pytest.raises(CannotSave):
        await talk.chooses("yes")
    [started] = await talk.chooses("yes")
    assert started.text.startswith("Thank you")
    with unit_of_work() as session:
        assert Record.of(session, ME).consents() >= {"use"}
    assert said() == 1


async def test_a_call_that_fails_changes_nothing_and_is_tried_again(
    talk: Talk, monkeypatch: pytest.MonkeyPatch
) -> None:
    keep = Record.keep_network

    def fails(self: Record, *arguments: Any) -> None:
        keep(self, *arguments)
        raise OSError("the disk is gone")

    with monkeypatch.context() as patch:
        patch.setattr(Record, "keep_network", fails)
        [sorry, _] = await talk.chooses("help:everyday", dies=True)
    assert "save" in sorry.text
    assert changes() == ["telegram:1"]
    await talk.chooses("help:everyday")
    assert changes() == ["telegram:1", "telegram:2"]


async def test_two_servers_with_the_same_call_at_the_same_time_change_everything_once(
    talk: Talk, monkeypatch: pytest.MonkeyPatch
) -> None:
    both = threading.Barrier(2)
    run = ActionExecutor.run

    async def meets_the_other(self: ActionExecutor, call: Mapping[str, Any]) -> Any:
        if call["next_action"].startswith("validate"):
            with suppress(threading.BrokenBarrierError):
                # Where the database lets one in at a time, the other does not come.
                both.wait(2)
        return await run(self, call)

    monkeypatch.setattr(ActionExecutor, "run", meets_the_other)

    def turn(_: int) -> list[Reply]:
        return asyncio.run(talk.chooses("help:everyday", dies=True))

    with ThreadPoolExecutor(2) as threads:
        one, other = threads.map(turn, range(2))
    assert one == other
    assert helps() == {NAMES[0]: {"everyday"}, NAMES[1]: None, NAMES[2]: None}
    assert changes() == ["telegram:1", "telegram:2"]


@pytest.mark.parametrize(
    "actions", [ActionsInProcess, lambda: ActionServer("http://127.0.0.1:1/webhook")]
)
async def test_nothing_more_is_done_in_a_turn_that_has_missed_something(actions: Any) -> None:
    with pytest.raises(CannotSave, match="tracker store"), kept_or_raised():
        miss("tracker store")  # and Rasa takes the person for a new one, and goes on
        with suppress(CannotSave):
            await actions().request(json={"next_action": "action_listen"})
            raise AssertionError("the action was called")


# --- nothing of it stays ------------------------------------------------------------------------


async def test_deleting_everything_leaves_no_answer_behind(talk: Talk, three: Store) -> None:
    await talk.chooses("help:everyday", dies=True)
    assert any(NAMES[1] in str(row.result) for row in results())
    await talk.chooses("yes", update="telegram:3", by="action_delete", dies=True)
    with unit_of_work() as session:
        assert counts(session) == {}
    if three.kind == "sqlite":
        assert [name for name in NAMES if name.encode() in three.bytes()] == []


async def test_what_the_last_turn_of_somebody_left_goes_within_days(talk: Talk) -> None:
    await talk.chooses("help:everyday", dies=True)
    keeps = Settings(wise_keep_chat_days=0, wise_keep_record_days=0)
    with unit_of_work() as session:
        assert retention.apply(session, keeps, dry_run=False).rows == {}
        for row in session.scalars(select(ActionResult)):
            row.at = now() - timedelta(days=8)
    left = len(results())
    assert left
    with unit_of_work() as session:
        assert retention.apply(session, keeps, dry_run=False).rows == {"action_result": left}
    assert results() == []
