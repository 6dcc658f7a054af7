"""What Prometheus reads: how many, how fast, how much waits. Never who, and never what was said.

Labels are short words from fixed lists. A metric that cannot be kept is let go: counting must
never cost a patient an answer. ``docs/operations.md`` explains each one; a test keeps that page
and this module the same.

The Rasa process serves ``REGISTRY``; the web server reads the queues from the database when it
is asked, so that they can be seen while Rasa is away.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest
from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.registry import Collector
from sqlalchemy import func, select
from sqlalchemy.exc import SQLAlchemyError

from bot.store import alerts, messages
from bot.store.base import now, unit_of_work

_LOG = logging.getLogger(__name__)

REGISTRY = CollectorRegistry()
"""Of the process that talks: turns, stages, risks, fallbacks, messages sent."""

TURNS = Counter(
    "wise_turns_total",
    "Turns by channel, by what the patient did, and by how it ended",
    ["channel", "kind", "outcome"],
    registry=REGISTRY,
)
STAGES = Histogram(
    "wise_stage_seconds",
    "Seconds that each stage of a turn takes",
    ["stage"],
    buckets=(0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 600, 3600),
    registry=REGISTRY,
)
RISKS = Counter(
    "wise_risks_total", "Turns in which the risk screen saw something", ["level"], registry=REGISTRY
)
FALLBACKS = Counter(
    "wise_nlu_fallbacks_total",
    "Turns that were not understood, or only doubtfully",
    ["why"],
    registry=REGISTRY,
)
CONNECTED = Gauge(
    "wise_telegram_connected",
    "Whether Telegram answers (1) or not (0); missing where there is no token",
    ["way"],
    registry=REGISTRY,
)
SENT = Counter(
    "wise_telegram_sent_total", "Messages that Telegram took", ["kind"], registry=REGISTRY
)
SEND_FAILURES = Counter(
    "wise_telegram_send_failures_total",
    "Calls by which a message did not go, and what became of it",
    ["error", "then"],
    registry=REGISTRY,
)


def count(counter: Counter, **labels: str) -> None:
    """Add one; whatever is wrong with the counter is logged and goes no further."""
    try:
        counter.labels(**labels).inc()
    except Exception as error:
        _LOG.error("A metric was not counted: %s", type(error).__name__)


def took(stage: str, seconds: float) -> None:
    """Note how long a stage took; a clock that was put back counts as no time."""
    try:
        STAGES.labels(stage=stage).observe(max(0.0, seconds))
    except Exception as error:
        _LOG.error("A metric was not kept: %s", type(error).__name__)


def connected(way: str, is_so: bool) -> None:
    """Note whether Telegram answers, by ``polling`` or ``webhook``."""
    try:
        CONNECTED.labels(way=way).set(is_so)
    except Exception as error:
        _LOG.error("A metric was not kept: %s", type(error).__name__)


@contextmanager
def timed(stage: str) -> Iterator[None]:
    """Note how long the block takes, however it ends."""
    began = time.perf_counter()
    try:
        yield
    finally:
        took(stage, time.perf_counter() - began)


def as_text() -> bytes:
    """The registry of this process, in Prometheus' text format."""
    return generate_latest(REGISTRY)


class Queues(Collector):
    """How many messages wait, and for how long the oldest has; read when it is asked for.

    Args:
        store_url: of the database.
    """

    _WAITING = (
        ("inbox", messages.Inbox.received, messages.Inbox.state == messages.NEW),
        ("outbox", messages.Outbox.created, messages.Outbox.state == messages.WAITING),
        ("alerts", alerts.Alert.created, alerts.Alert.state == alerts.WAITING),
    )

    def __init__(self, store_url: str) -> None:
        self._store_url = store_url

    def describe(self) -> Iterable[Metric]:
        """Nothing: the database is not asked before somebody asks us."""
        return ()

    def collect(self) -> Iterable[Metric]:
        """The queues; only ``wise_database_up`` where the database does not answer."""
        depth = GaugeMetricFamily("wise_queue_depth", "Rows that wait", labels=["queue"])
        age = GaugeMetricFamily(
            "wise_queue_oldest_seconds", "Age of the row that waits longest", labels=["queue"]
        )
        up = GaugeMetricFamily("wise_database_up", "Whether the database answered (1) or not (0)")
        try:
            with unit_of_work(self._store_url) as session:
                for name, since, waits in self._WAITING:
                    rows, oldest = session.execute(
                        select(func.count(), func.min(since)).where(waits)
                    ).one()
                    depth.add_metric([name], rows)
                    seconds = (now() - oldest).total_seconds() if oldest else 0.0
                    age.add_metric([name], max(0.0, seconds))
        except SQLAlchemyError as error:
            _LOG.error("The queues could not be read: %s", type(error).__name__)
            up.add_metric([], 0)
            return [up]
        up.add_metric([], 1)
        return [up, depth, age]
