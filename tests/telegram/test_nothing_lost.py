"""Nothing lost, nothing twice: restarts, repeats, and Telegram's own faults."""

import logging
import re
from datetime import timedelta

import pytest
from sqlalchemy import select, update
from sqlalchemy.exc import OperationalError

from bot import metrics
from bot.conversations import words
from bot.conversations.replies import Button, Reply
from bot.conversations.turns import Outgoing
from bot.store import messages
from bot.store.base import now, unit_of_work
from bot.store.messages import Chat, Inbox, Outbox, erase_chat, forget_before, is_reachable
from bot.store.tables import Address, Person
from bot.telegram.sending import queue_replies
from tests.telegram.conftest import until


async def test_what_came_while_the_bot_was_off_is_answered_in_order(api, stopped, rasa):
    chat = api.chat(7)
    for number in range(5):
        await chat.says(f"{number}")
    await stopped.start()
    await chat.waits_for(5)
    assert chat.texts == [f"echo {number}" for number in range(5)]


async def test_a_turn_cut_off_in_the_middle_is_done_at_the_next_start(api, running, chat, rasa):
    rasa.holds("hello")
    await chat.says("hello")
    await api.waits_until(lambda: not api.pending)
    await until(lambda: rasa.read)
    await running.cut_off()
    assert chat.texts == []
    rasa.gates.clear()
    await running.start()
    await chat.waits_for(1)
    await chat.says("next")
    await chat.waits_for(2)
    assert chat.texts == ["echo hello", "echo next"]


async def test_what_was_not_sent_is_sent_at_the_next_start(api, running, chat, rasa, url):
    rasa.answers["hello"] = [{"text": "one"}, {"text": "two"}, {"text": "three"}]
    api.fails("sendMessage", status=500, times=10_000)
    await chat.says("hello")
    await api.waits_until(lambda: api.named("sendMessage"))
    await running.cut_off()
    api._faults.clear()
    await running.start()
    await chat.waits_for(3)
    assert chat.texts == ["one", "two", "three"]
    assert rasa.read == ["hello"]


async def test_an_update_that_comes_twice_is_done_once(api, running, chat, rasa):
    await chat.says("hello")
    raw = api._updates[0]
    await chat.waits_for(1)
    api._updates.append(raw)
    await chat.says("next")
    await chat.waits_for(2)
    assert rasa.read == ["hello", "next"]


async def test_an_update_that_cannot_be_read_does_not_stop_the_others(api, running, chat, caplog):
    api._updates.append({"update_id": 100_000, "message": {"text": "a secret"}})
    await chat.says("hello")
    assert (await chat.waits_for(1)).text == "echo hello"
    await api.waits_until(lambda: not api.pending)
    assert "100000" in caplog.text and "secret" not in caplog.text


async def test_order_in_a_chat_is_telegrams_even_if_they_arrive_mixed_up(api, stopped, rasa):
    chat = api.chat(7)
    for text in ("first", "second", "third"):
        await chat.says(text)
    api._updates.reverse()
    await stopped.start()
    await chat.waits_for(3)
    assert rasa.read == ["first", "second", "third"]


async def test_an_update_that_fails_for_ever_does_not_block_its_chat(running, chat, monkeypatch):
    take = running.service._turns.take

    async def broken(channel, address, incoming, **options):
        if incoming.text == "bad":
            raise KeyError("a secret")
        return await take(channel, address, incoming, **options)

    monkeypatch.setattr(running.service._turns, "take", broken)
    await chat.says("bad")
    await chat.says("good")
    await chat.waits_for(2)
    assert chat.texts == [words.APOLOGY, "echo good"]


async def test_the_database_may_be_away_for_a_while(running, chat, monkeypatch):
    take, away = running.service._turns.take, [True] * 4

    async def sometimes(*arguments, **options):
        if away:
            away.pop()
            raise OperationalError("select", {}, Exception("database is away"))
        return await take(*arguments, **options)

    monkeypatch.setattr(running.service._turns, "take", sometimes)
    await chat.says("hello")
    await chat.waits_for(1)
    assert chat.texts == ["echo hello"]


async def test_a_slow_chat_does_not_hold_up_another(api, running, chat, rasa):
    gate = rasa.holds("slow")
    await chat.says("slow")
    await chat.says("after")
    other = api.chat(8)
    await other.says("quick")
    await other.waits_for(1)
    assert chat.texts == []
    gate.set()
    await chat.waits_for(2)
    assert chat.texts == ["echo slow", "echo after"]


@pytest.mark.parametrize(
    "fault",
    [
        {"status": 429, "retry_after": 1},
        {"status": 500, "times": 3},
        {"status": 502, "times": 2},
        {"status": 0, "times": 2},
    ],
)
async def test_faults_of_sending_are_outlasted_in_order(api, running, chat, rasa, fault):
    api.fails("sendMessage", **fault)
    rasa.answers["hello"] = [{"text": "one"}, {"text": "two"}]
    await chat.says("hello")
    await chat.waits_for(2)
    assert chat.texts == ["one", "two"]


async def test_a_message_may_come_twice_but_is_never_lost_when_the_answer_is_cut(
    api, running, chat, rasa
):
    api.fails("sendMessage", status=0, after=True)
    await chat.says("hello")
    await chat.says("next")
    await chat.waits_for("echo next")
    assert chat.texts == ["echo hello", "echo hello", "echo next"]


async def test_telegram_away_for_a_while(api, running, chat, rasa):
    await chat.says("one")
    await chat.waits_for(1)
    api.away = True
    await chat.says("two")
    await chat.says("three")
    await api.waits_until(lambda: len(api.calls) > 12)
    api.away = False
    await chat.waits_for(3)
    assert chat.texts == ["echo one", "echo two", "echo three"]


async def test_who_is_heard_from_does_not_wait_out_a_pause(api, stopped, rasa, monkeypatch):
    await stopped.start()
    monkeypatch.setattr(stopped.service._sender, "_retry_seconds", 60)
    chat = api.chat(7)
    api.fails("sendMessage", status=502)
    await chat.says("one")
    await api.waits_until(lambda: api.named("sendMessage"))
    await chat.says("two")
    await chat.waits_for("echo two")
    assert chat.texts == ["echo one", "echo two"]


async def test_telegram_away_at_the_start(api, stopped, rasa):
    api.away = True
    await stopped.start()
    await api.waits_until(lambda: len(api.calls) > 2)
    api.away = False
    chat = api.chat(7)
    await chat.says("hello")
    await chat.waits_for(1)


async def test_a_wrong_token_is_said_plainly_and_tried_again(api, stopped, caplog):
    right, api.token = api.token, "2000:another"
    chat = api.chat(7)
    await chat.says("hello")
    running = await stopped.start(refused_seconds=0.02)
    api.token = right
    await until(lambda: caplog.text.count("does not accept TELEGRAM_BOT_TOKEN") > 1)
    assert not running.service.is_connected and "2000:another" not in caplog.text
    api.token = "2000:another"
    assert (await chat.waits_for(1)).text == "echo hello"


@pytest.mark.parametrize("status", [401, 404])
@pytest.mark.parametrize("page", [False, True])
async def test_a_refused_poll_is_not_the_last(api, stopped, status, page):
    await stopped.start(refused_seconds=0.02)
    chat = api.chat(7)
    await chat.says("one")
    await chat.waits_for(1)
    refused = api.fails("getUpdates", status=status, page=page)
    await chat.says("two")
    await chat.says("three")
    await chat.waits_for(3)
    assert chat.texts == ["echo one", "echo two", "echo three"] and not refused.times


@pytest.mark.parametrize("status", [200, 400, 401, 403, 404])
async def test_what_a_proxy_answers_is_not_telegrams_word(api, running, chat, url, status):
    api.fails("sendMessage", status=status, page=True, times=2)
    await chat.says("hello")
    await chat.says("next")
    await chat.waits_for(2)
    assert chat.texts == ["echo hello", "echo next"] and is_reachable_now(url)


async def test_a_reply_is_sent_once_while_the_database_can_only_be_read(
    api, running, chat, monkeypatch
):
    mark, tried = messages.mark_sent, []

    def broken(*arguments, **options):
        tried.append(True)
        raise OperationalError("update", {}, Exception("database or disk is full"))

    monkeypatch.setattr(messages, "mark_sent", broken)
    await chat.says("hello")
    await until(lambda: len(tried) > 3)
    assert chat.texts == ["echo hello"]
    monkeypatch.setattr(messages, "mark_sent", mark)
    await chat.says("next")
    await chat.waits_for(2)
    assert chat.texts == ["echo hello", "echo next"]


async def test_a_chat_that_was_erased_before_its_reply_was_marked_leaves_no_trace(
    api, running, chat, url, monkeypatch
):
    mark, tried = messages.mark_sent, []

    def broken(*arguments, **options):
        tried.append(True)
        raise OperationalError("update", {}, Exception("database or disk is full"))

    monkeypatch.setattr(messages, "mark_sent", broken)
    await chat.says("hello")
    await until(lambda: tried)
    with unit_of_work(url) as session:
        erase_chat(session, "telegram", "7")
    monkeypatch.setattr(messages, "mark_sent", mark)
    await until(lambda: not running.service._sending._tasks)
    assert count(url, Chat) == 0 and chat.texts == ["echo hello"]


async def test_a_patient_who_blocked_the_bot_is_left_alone_until_they_come_back(
    api, running, chat, rasa, url
):
    rasa.answers["hello"] = [{"text": "one"}, {"text": "two"}]
    chat.blocked = True
    await chat.says("hello")
    await api.waits_until(lambda: api.named("sendMessage"))
    await until(lambda: not is_reachable_now(url))
    assert len(api.named("sendMessage")) == 1
    with unit_of_work(url) as session:
        queue_replies(session, "7", [Outgoing(Reply("a reminder"))])
    await chat.unblocks()
    await chat.says("back")
    await chat.waits_for("echo back")
    assert "one" not in chat.texts and is_reachable_now(url)


async def test_who_blocked_unblocked_and_wrote_while_it_was_off_is_answered(api, stopped, url):
    chat = api.chat(7)
    await chat.blocks()
    await chat.unblocks()
    await chat.says("back")
    await stopped.start()
    await chat.waits_for(1)
    assert chat.texts == ["echo back"] and is_reachable_now(url)


async def test_what_was_said_before_a_block_does_not_end_it(api, stopped, url):
    chat = api.chat(7)
    await chat.says("hello")
    await chat.blocks()
    await stopped.start()
    await until(lambda: not is_reachable_now(url) and not waiting(url))
    await api.waits_until(lambda: not api.pending)
    assert chat.texts == [] and not is_reachable_now(url)


async def test_unblocking_is_noticed_before_anything_is_said(running, chat, url):
    await chat.blocks()
    await until(lambda: not is_reachable_now(url))
    await chat.unblocks()
    await until(lambda: is_reachable_now(url))


def is_reachable_now(url):
    with unit_of_work(url) as session:
        return is_reachable(session, "telegram", "7")


async def test_what_waits_for_a_chat_that_moved_goes_to_its_new_id_once(api, stopped, url):
    group = api.chat(-100, "group")
    new = await group.becomes_supergroup(-1001234567890, tells=False)
    with unit_of_work(url) as session:
        session.add(Person(id="p100"))
        session.flush()
        session.add(Address(channel="telegram", address="-100", person_id="p100"))
        queue_replies(session, "-100", [Outgoing(Reply("one")), Outgoing(Reply("two"))])
    await stopped.start()
    await new.waits_for(2)
    assert new.texts == ["one", "two"]
    assert [c["chat_id"] for c in api.named("sendMessage")] == [-100, new.id, new.id]
    with unit_of_work(url) as session:
        assert session.scalars(select(Address.address)).all() == [str(new.id)]


async def test_a_group_that_becomes_a_supergroup_stays_declined(api, running, chat, url):
    group = api.chat(-100, "group")
    await group.says("hello all")
    await group.waits_for(1)
    new = await group.becomes_supergroup(-1001234567890)
    await until(lambda: chats(url) == [str(new.id)])
    await new.says("hello again")
    await chat.says("hello")
    await chat.waits_for(1)
    await until(lambda: not waiting(url))
    assert group.texts == [words.GROUP_DECLINED] and new.texts == []


async def test_a_chat_that_moved_to_itself_is_not_tried_for_ever(api, stopped, url):
    group = api.chat(-100, "group")
    group.moved_to = -100
    with unit_of_work(url) as session:
        queue_replies(session, "-100", [Outgoing(Reply("one"))])
    await stopped.start()
    await until(lambda: api.named("sendMessage") and not waiting(url))
    assert len(api.named("sendMessage")) == 1


def chats(url):
    with unit_of_work(url) as session:
        return session.scalars(select(Chat.address).where(Chat.declined)).all()


def waiting(url):
    with unit_of_work(url) as session:
        return (
            session.scalars(select(Outbox.id).where(Outbox.state == "waiting")).all()
            + session.scalars(select(Inbox.key).where(Inbox.state == "new")).all()
        )


async def test_blocking_is_noticed_when_telegram_tells(api, running, chat, url):
    await chat.says("hello")
    await chat.waits_for(1)
    await chat.blocks()
    await until(lambda: not is_reachable_now(url))


async def test_a_message_that_telegram_refuses_does_not_block_the_chat(api, running, chat, rasa):
    api.fails("sendMessage", status=400)
    await chat.says("hello")
    await chat.says("next")
    await chat.waits_for("echo next")
    assert chat.texts == ["echo next"]


async def test_old_messages_are_given_up(api, stopped, url):
    chat = api.chat(7)
    with unit_of_work(url) as session:
        queue_replies(session, "7", [Outgoing(Reply(f"stale {n}")) for n in range(3)])
        session.execute(update(Outbox).values(created=now() - timedelta(days=3)))
        queue_replies(session, "7", [Outgoing(Reply("fresh"))])
    before = too_old()
    await stopped.start()
    await chat.waits_for("fresh")
    assert chat.texts == ["fresh"] and too_old() == before + 3


def too_old():
    labels = {"error": "TooOld", "then": "given up"}
    return metrics.REGISTRY.get_sample_value("wise_telegram_send_failures_total", labels) or 0


async def test_what_another_process_puts_in_the_outbox_is_sent(api, running, chat, url):
    with unit_of_work(url) as session:
        queue_replies(session, "7", [Outgoing(Reply("How did it go?", (Button("Well", "/x"),)))])
    assert (await chat.waits_for(1)).text == "How did it go?"


async def test_an_edit_of_what_is_unchanged_or_gone_does_no_harm(api, running, chat, rasa):
    rasa.answers["hello"] = [{"text": "Q", "buttons": [{"title": "Yes", "payload": "/affirm"}]}]
    await chat.says("hello")
    question = await chat.waits_for(1)
    chat.messages.remove(question)
    await chat.presses_data(question.buttons[0][0]["callback_data"], question)
    await chat.waits_for("echo /affirm")


async def test_a_toggle_done_again_after_a_crash_flips_once(api, running, chat, rasa):
    rasa.answers["hello"] = [
        {"text": "Q", "custom": {"toggles": [{"title": "Pain", "value": "pain"}], "done": "OK"}}
    ]
    await chat.says("hello")
    question = await chat.waits_for(1)
    api.fails("editMessageReplyMarkup", status=500, times=10_000)
    await chat.presses("Pain")
    await api.waits_until(lambda: api.named("editMessageReplyMarkup"))
    await running.cut_off()
    api._faults.clear()
    await running.start()
    await chat.waits_for(lambda c: question.titles[0] == "✅ Pain")
    await chat.presses("OK")
    await chat.waits_for("pain")


async def test_words_are_forgotten_once_they_have_served(api, running, chat, rasa, url):
    await chat.says("my secret")
    await chat.waits_for(1)
    await chat.says("bye")
    await chat.waits_for(2)
    await running.stop()
    with unit_of_work(url) as session:
        assert [set(row.payload) for row in session.scalars(select(Inbox))] == [{"mark"}] * 2
        marks = [row.payload["mark"] for row in session.scalars(select(Inbox))]
        assert all(re.fullmatch("[0-9a-f]{64}", mark) for mark in marks) and len(set(marks)) == 2
        assert [row.payload for row in session.scalars(select(Outbox))] == [{}, {}]


async def test_old_rows_are_forgotten_while_it_runs(running, chat, stopped, url):
    await chat.says("hello")
    await chat.waits_for(1)
    await running.stop()
    with unit_of_work(url) as session:
        session.execute(update(Inbox).values(received=now() - timedelta(days=8)))
        session.execute(update(Outbox).values(created=now() - timedelta(days=8)))
    await running.start()
    await until(lambda: not count(url, Inbox) and not count(url, Outbox))


def count(url, table):
    with unit_of_work(url) as session:
        return len(session.scalars(select(table)).all())


async def test_a_chat_can_be_erased_and_old_rows_forgotten(api, running, chat, rasa, url):
    rasa.answers["hello"] = [{"text": "Q", "buttons": [{"title": "Yes", "payload": "/affirm"}]}]
    other = api.chat(8)
    for one in (chat, other):
        await one.says("hello")
        await one.waits_for(1)
    await running.stop()
    with unit_of_work(url) as session:
        erased = erase_chat(session, "telegram", "7")
        assert erased == {"outbox": 1, "inbox": 1, "keyboard": 1, "chat": 1}
        assert session.scalars(select(Inbox.address)).all() == ["8"]
        person = Person(id="p8")
        session.add(person)
        session.flush()
        session.add(Address(channel="telegram", address="8", person_id="p8"))
        session.flush()
        # Someone with a record may come back to an open question after weeks; a stranger not.
        assert forget_before(session, now()) == {"outbox": 1, "inbox": 1, "keyboard": 0}
        session.delete(session.get(Address, ("telegram", "8")))
        session.flush()
        assert forget_before(session, now()) == {"outbox": 0, "inbox": 0, "keyboard": 1}


async def test_no_words_and_no_token_in_the_log(api, stopped, rasa, caplog):
    caplog.set_level(logging.DEBUG, "bot")
    caplog.set_level(logging.INFO)
    chat = api.chat(7)
    await stopped.start()
    rasa.answers["my secret"] = [{"text": "a confidence"}]
    api.fails("sendMessage", status=500)
    await chat.says("my secret")
    await chat.waits_for(1)
    assert "secret" not in caplog.text and "confidence" not in caplog.text
