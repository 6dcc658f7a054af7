"""What is counted while the bot talks on Telegram, and that counting never costs an answer."""

from __future__ import annotations

from datetime import timedelta

import pytest
from prometheus_client import CollectorRegistry, generate_latest
from sqlalchemy import update

from bot import metrics
from bot.conversations.replies import Reply
from bot.conversations.turns import Outgoing
from bot.store.base import now, unit_of_work
from bot.store.messages import Inbox, receive
from bot.telegram.sending import queue_replies
from tests.telegram.conftest import until


def value(name: str, **labels: str) -> float:
    """A number of the registry as it is now; 0 before it was first counted."""
    return metrics.REGISTRY.get_sample_value(name, labels) or 0.0


def turns(outcome: str, kind: str = "text") -> float:
    return value("wise_turns_total", channel="telegram", kind=kind, outcome=outcome)


def stage(name: str) -> float:
    return value("wise_stage_seconds_count", stage=name)


async def test_turns_are_counted_by_how_they_ended(api, running, chat, rasa):
    answered, apologies, left = turns("answered"), turns("apology"), turns("left")
    rasa.answers["bad"] = [RuntimeError("a secret")]
    await chat.says("hello")
    await chat.says("bad")
    await chat.waits_for(2)
    await chat.sends_voice()
    await chat.waits_for(3)
    assert (turns("answered"), turns("apology")) == (answered + 1, apologies + 1)
    assert turns("answered", "unreadable") >= 1
    assert turns("left") == left


async def test_each_stage_has_its_time(api, running, chat):
    names = ("inbox", "wait", "rasa", "keep", "turn", "send", "outbox")
    before = {name: stage(name) for name in names}
    await chat.says("hello")
    await chat.waits_for(1)
    await until(lambda: stage("outbox") > before["outbox"])
    assert {name: stage(name) - before[name] for name in names} == dict.fromkeys(names, 1.0)


async def test_messages_that_do_not_go_are_counted_by_what_became_of_them(api, running, chat, rasa):
    def failures(error: str, then: str) -> float:
        return value("wise_telegram_send_failures_total", error=error, then=then)

    cases = {("NetworkError", "tried again"): 500, ("BadRequest", "given up"): 400}
    before = {case: failures(*case) for case in cases}
    sent = value("wise_telegram_sent_total", kind="message")
    for status in cases.values():
        api.fails("sendMessage", status=status)
    rasa.answers["hello"] = [{"text": "one"}, {"text": "two"}]
    await chat.says("hello")  # 500, then 400 for the same message, then the other one
    await chat.waits_for("two")
    await until(lambda: value("wise_telegram_sent_total", kind="message") == sent + 1)
    assert {case: failures(*case) - before[case] for case in cases} == dict.fromkeys(cases, 1.0)
    given_up = failures("Forbidden", "chat given up")
    chat.blocked = True
    await chat.says("more")
    await until(lambda: failures("Forbidden", "chat given up") == given_up + 1)


async def test_whether_telegram_answers_is_seen(api, running, chat):
    def is_connected() -> float:
        return value("wise_telegram_connected", way="polling")

    await until(lambda: running.service.is_connected)
    assert is_connected() == 1
    api.away = True
    await api.announce()
    await chat.says("hello")
    await until(lambda: not running.service.is_connected)
    assert is_connected() == 0
    api.away = False
    await until(lambda: running.service.is_connected)


async def test_a_webhook_that_somebody_took_away_is_seen(api, stopped):
    hook = "http://127.0.0.1:9/webhooks/telegram/webhook"
    running = await stopped.start(webhook_url=hook, webhook_secret="s" * 16, watch_seconds=0.02)
    await until(lambda: running.service.is_connected)
    await api._do_deleteWebhook({})
    await until(lambda: not running.service.is_connected)


@pytest.mark.parametrize("broken", ["TURNS", "STAGES", "SENT"])
async def test_a_metric_that_breaks_costs_no_answer(running, chat, monkeypatch, broken):
    monkeypatch.setattr(metrics, broken, None)
    await chat.says("hello")
    assert (await chat.waits_for(1)).text == "echo hello"


def test_queues_are_read_from_the_database(url):
    registry = CollectorRegistry()
    registry.register(metrics.Queues(url))
    with unit_of_work(url) as session:
        queue_replies(session, "7", [Outgoing(Reply("one")), Outgoing(Reply("two"))])
        for position in (1, 2, 3):
            receive(
                session,
                key=f"telegram:{position}",
                channel="telegram",
                address="7",
                position=position,
                payload={"is": "text", "text": "a secret"},
            )
        session.execute(
            update(Inbox).where(Inbox.position == 2).values(received=now() - timedelta(hours=1))
        )
    read = registry.get_sample_value
    depth = {q: read("wise_queue_depth", {"queue": q}) for q in ("inbox", "outbox", "alerts")}
    assert depth == {"inbox": 3.0, "outbox": 2.0, "alerts": 0.0}
    assert 3600 <= (read("wise_queue_oldest_seconds", {"queue": "inbox"}) or 0) < 3700
    assert read("wise_queue_oldest_seconds", {"queue": "alerts"}) == 0.0
    assert b"secret" not in generate_latest(registry)


def test_a_database_that_is_away_is_a_number_too(tmp_path):
    registry = CollectorRegistry()
    registry.register(metrics.Queues(f"sqlite:///{tmp_path}"))  # a folder is no database
    assert registry.get_sample_value("wise_database_up") == 0.0
    assert registry.get_sample_value("wise_queue_depth", {"queue": "inbox"}) is None
