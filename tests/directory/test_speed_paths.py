"""The quick ways of the importer give what the slow ways give."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import ftfy
import phonenumbers
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from benchmarks.made_up_services import services
from bot.directory.importer import hands, import_source, load, normalise, repair, schedule_words
from bot.directory.telling import Telling
from bot.store.directory import QuarantineRow, ServiceRow
from bot.support import suitability
from tests.directory.conftest import Store

TELLING = {
    f"{module.__name__}.{name}": value
    for module in (normalise, schedule_words, suitability)
    for name, value in vars(module).items()
    if isinstance(value, Telling)
}
_PIECES = (
    "by", "via", "zoom", "Zoom meeting", "online group", "meets online", "virtual session",
    "video call", "help line", "helpline", "phone befriending", "over the phone", "home visits",
    "in your own home", "Meals on wheels", "nationwide", "across the UK", "UK's leading",
    "national charity", "2nd", "First", "last", "Monday", "tuesdays", "monthly", "once a month",
    "every", "other", "week", "fortnightly", "alternate", "quarterly", "term time", "and", ".",
    "school holidays", "bi-weekly", "each month", "sing", "tea", "\n", "people", "aged", "over",
    "over-50s", "for over 65s", "65 and over", "50+", "60 plus", "55 or older",
)  # fmt: skip


@pytest.mark.parametrize("name", sorted(TELLING))
@settings(deadline=None)
@given(pieces=st.lists(st.sampled_from(_PIECES), max_size=8))
def test_a_text_let_go_by_its_fragments_holds_no_match(name: str, pieces: list[str]) -> None:
    telling, text = TELLING[name], " ".join(pieces)
    assert bool(telling.search(text)) == bool(telling.pattern.search(text))


@settings(deadline=None)
@given(st.from_regex(r"0[1-9][0-9 ]{7,12}", fullmatch=True))
def test_a_plain_number_is_read_as_the_library_reads_it(text: str) -> None:
    number = phonenumbers.parse(text, "GB")
    valid = phonenumbers.is_valid_number(number)
    written = phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)
    mended = repair._e164(text)
    assert mended == (written if valid else None) or repair._DRAMA.match(mended or "")


@settings(deadline=None)
@given(st.text(alphabet=st.sampled_from("ab .\n\t<p>&amp;#*\\n é\u200b"), max_size=40))
def test_a_text_with_nothing_to_mend_is_as_the_long_way_leaves_it(text: str) -> None:
    for one_line in (True, False):
        mended = repair._mended(text, one_line=one_line) if text else None
        assert repair.clean_text(text, one_line=one_line) == mended


@settings(deadline=None)
@given(st.text(alphabet=st.sampled_from("ab £éèüö–—‘’“”…•.1"), max_size=30))
def test_marks_that_are_no_broken_encoding_are_left_as_ftfy_leaves_them(text: str) -> None:
    quick = not repair._SUSPECT.search(text)
    assert not quick or text.translate(repair._STRAIGHT) == ftfy.fix_text(text, unescape_html=False)


def test_helpers_give_what_one_process_gives(
    store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    records: list[Any] = list(services(24, seed=5))
    records[3:3] = ["no object", {"id": "nameless"}, {**records[0]}, {**records[1], "name": "New"}]
    (tmp_path / "page.json").write_text(json.dumps({"contents": records}))
    monkeypatch.setattr(load, "BATCH", 5)
    alone = import_source(tmp_path / "page.json", feed="alone", session_factory=store)
    monkeypatch.setattr(hands, "ALONE_FOR", 5)
    monkeypatch.setattr(hands, "_cores", lambda: 2)
    handed_out: list[int] = []
    submit = hands._submit

    def waiting_for_the_start(pool: Any, job: hands.Job) -> Any:
        handed_out.append(len(job))
        future = submit(pool, job)
        if not job and future is not None:
            future.result()
        return future

    monkeypatch.setattr(hands, "_submit", waiting_for_the_start)
    helped = import_source(tmp_path / "page.json", feed="helped", session_factory=store)
    assert sum(handed_out) == 23
    assert (alone.added, alone.unchanged, alone.quarantined_count) == (24, 1, 3)
    with store() as session:
        stored = [
            session.execute(
                select(ServiceRow.source_id, ServiceRow.listing, ServiceRow.raw)
                .where(ServiceRow.feed_id == feed)
                .order_by(ServiceRow.id)
            ).all()
            for feed in (1, 2)
        ]
        bad = session.execute(select(QuarantineRow.feed_id, QuarantineRow.reason)).all()
    assert stored[0] == stored[1]
    assert [r for f, r in bad if f == 1] == [r for f, r in bad if f == 2]
    assert helped.reasons == alone.reasons
