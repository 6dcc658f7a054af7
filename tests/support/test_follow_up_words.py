"""What people say at a follow-up, and what it means for the plan."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from actions.words import labels
from bot.needs.areas import Area
from bot.support.barriers import Barrier, barrier_in, turned_away
from bot.support.dates import hour_in
from bot.support.practice import (
    DECISIONS,
    MOVES,
    Construct,
    Move,
    Said,
    evidence,
    is_planned,
    is_to_come,
    lowest,
    move_in,
    of_barrier,
    only_heard,
    partly_in,
    tried_in,
    worth_in,
)


@pytest.mark.parametrize(
    ("text", "barrier"),
    [
        ("it was closed when I got there", Barrier.CLOSED),
        ("they've moved and the address is wrong", Barrier.CLOSED),
        ("nobody ever answers the phone", Barrier.NO_CONTACT),
        ("I rang and rang", Barrier.NO_CONTACT),
        ("they didnt ring back", Barrier.NO_CONTACT),
        ("there's a waiting list till March", Barrier.FULL),
        ("not what I thought it would be", Barrier.NOT_AS_DESCRIBED),
        ("a bit dear for me", Barrier.COST),
        ("it's £6 a go", Barrier.COST),
        ("the bus doesn't go there", Barrier.TRANSPORT),
        ("I've no way of getting there", Barrier.TRANSPORT),
        ("the lift was broken", Barrier.ACCESS),
        ("too many stairs", Barrier.ACCESS),
        ("I’d no time", Barrier.TIME),
        ("never got round to it", Barrier.TIME),
        ("my knees have been bad", Barrier.HEALTH),
        ("I've been in hospital", Barrier.HEALTH),
        ("lost my nerve at the door, so nervous", Barrier.NERVES),
        ("couldn't face a room of new people", Barrier.NERVES),
        ("I'd nobody to go with", Barrier.NOBODY),
        ("I just don't fancy it any more", Barrier.NOT_WANTED),
        ("I couldn't leave him on his own", Barrier.CARING),
        ("looking after the grandchildren", Barrier.CARING),
    ],
)
def test_barriers_in_plain_words(text: str, barrier: Barrier) -> None:
    assert barrier_in(text) is barrier


@pytest.mark.parametrize("text", ["", "no", "not yet", "I didn't", "asdf", "it just didn't happen"])
def test_words_without_a_reason_are_not_given_one(text: str) -> None:
    assert barrier_in(text) is None


def test_the_readers_help_where_the_words_alone_do_not_say() -> None:
    assert barrier_in("I was all of a dither", [Area.MOOD_WORRY]) is Barrier.NERVES
    assert barrier_in("rather a lot for me", intent="cheaper") is Barrier.COST


@pytest.mark.parametrize(
    ("text", "barrier"),
    [
        ("the group has moved to Bangor", Barrier.CLOSED),
        ("it finished last month", Barrier.CLOSED),
        ("it had all finished by the time I found it", Barrier.CLOSED),
        ("it ended with a song", None),
        ("they moved me to the front row", None),
        ("it's gone well so far", None),
        ("I couldn't reach anyone", Barrier.NO_CONTACT),
        ("I couldn't reach the top shelf", None),
    ],
)
def test_closed_is_said_of_the_place_and_reaching_of_people(
    text: str, barrier: Barrier | None
) -> None:
    assert barrier_in(text) is barrier


@pytest.mark.parametrize(
    ("text", "is_so"),
    [
        ("yes I went but it was shut", True),
        ("yes, it had closed though", True),
        ("yes I rang, no answer", True),
        ("yes it was shut but they opened up for us", False),
        ("yes, couldn't answer all of the quiz", False),
    ],
)
def test_who_went_for_nothing(text: str, is_so: bool) -> None:
    assert turned_away(text) is is_so


@given(st.text(max_size=80), st.lists(st.sampled_from(Area), max_size=3))
def test_any_words_are_a_barrier_or_none(text: str, areas: list[Area]) -> None:
    found = barrier_in(text, areas)
    assert found is None or found in set(Barrier)


def test_no_code_is_too_long_for_its_column() -> None:
    assert max(len(code.value) for code in Barrier) <= 20
    assert max(len(decision) for decision in DECISIONS.values()) <= 10


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("it was lovely", Said.YES),
        ("I really enjoyed it", Said.YES),
        ("sort of", Said.PARTLY),
        ("bit of both", Said.PARTLY),
        ("dunno yet", Said.NOT_SURE),
        ("it was no good", Said.NO),
        ("wasn't for me", Said.NO),
        ("we went on Tuesday", None),
    ],
)
def test_whether_it_was_worth_it(text: str, said: Said | None) -> None:
    assert worth_in(text) is said


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("sorry I've been quiet. I did go round the park", Said.YES),
        ("we went on Tuesday", Said.YES),
        ("I didn’t go, I went to bed", None),
        ("I nearly went", None),
        ("I have been busy", None),
        ("oh aye, been twice", Said.YES),
        ("went last week", Said.YES),
        ("did it", Said.YES),
        ("went to bed instead", None),
        ("been poorly", None),
    ],
)
def test_whether_it_was_tried(text: str, said: Said | None) -> None:
    assert tried_in(text) is said


@pytest.mark.parametrize(
    ("text", "to_come"),
    [
        ("not yet, it's not till February", True),
        ("it’s on Thursday", True),
        ("its been moved to monday", True),
        ("they put it off till march", True),
        ("no", False),
        ("I went, it's on Thursdays", False),
        ("not yet", False),
        ("no, I might go next week", False),
    ],
)
def test_whether_the_day_is_still_to_come(text: str, to_come: bool) -> None:
    assert is_to_come(text) is to_come


def test_partly_is_between_yes_and_no() -> None:
    assert partly_in("half of it") is Said.PARTLY
    assert partly_in("yes") is None


@pytest.mark.parametrize(
    ("text", "move"),
    [
        ("keep going", Move.GO_ON),
        ("I'd do it on my own", Move.GO_ON),
        ("it's part of my week now", Move.FINISH),
        ("leave it for now", Move.PAUSE),
        ("let it go", Move.DROP),
        ("what else is there?", Move.OTHER),
        ("another day would be better", Move.WHEN),
        ("a smaller step", Move.SMALLER),
        ("I don't want to give it up", Move.GO_ON),
        ("no point stopping, I love it", Move.GO_ON),
        ("I haven't finished yet, I'll carry on", Move.GO_ON),
        ("not quite finished", Move.GO_ON),
        ("keep going for now", Move.GO_ON),
        ("leave it as it is", Move.GO_ON),
        ("it'd be a shame to stop", Move.GO_ON),
        ("there's no way I'm packing it in", Move.GO_ON),
        ("I'd never drop it", Move.GO_ON),
        ("I wouldn’t want to pause it", Move.GO_ON),
        ("I do not think I should let it go", Move.GO_ON),
        ("I can't do it let it go", Move.DROP),
        ("no point", Move.DROP),
        ("I don't see the point of carrying on", Move.DROP),
        ("I can't keep going", Move.DROP),
        ("I'd rather give it up", Move.DROP),
        ("I've finished with it", Move.FINISH),
        ("Not now, keep it for later", Move.PAUSE),
        ("I love it but not now", Move.PAUSE),
        ("try again another time", Move.PAUSE),
        ("I could go on Thursday", Move.WHEN),
        ("carry on, but on a Thursday", Move.WHEN),
        ("once I finished I felt great", None),
        ("the buses don't stop there", None),
        ("I don't like going on my own", None),
        ("the kettle is on", None),
    ],
)
def test_what_next_in_plain_words(text: str, move: Move | None) -> None:
    assert move_in(text) is move


@pytest.mark.parametrize(("code", "title"), labels("moves").items())
def test_the_words_on_a_button_mean_what_it_does(code: str, title: str) -> None:
    assert move_in(title) is Move(code)


@given(st.text(max_size=80))
def test_any_words_are_a_move_or_none(text: str) -> None:
    assert move_in(text) in {None, *Move}


# --- the four constructs ------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("worth", "barrier", "checks", "low"),
    [
        (Said.YES, None, {}, None),
        (None, None, {}, None),
        (Said.NO, None, {}, Construct.MONITORING),
        (None, Barrier.TRANSPORT, {}, Construct.ACTION),
        (None, Barrier.NERVES, {}, Construct.PARTICIPATION),
        (None, Barrier.NOT_WANTED, {}, Construct.COHERENCE),
        # Of two that are equally low, the one that the other builds on.
        (Said.NO, Barrier.NOBODY, {}, Construct.PARTICIPATION),
        # What is plainly missing comes before what is so in part.
        (Said.NO, None, {Construct.COHERENCE: Said.PARTLY}, Construct.MONITORING),
        (None, Barrier.OTHER, {Construct.PARTICIPATION: Said.NO}, Construct.PARTICIPATION),
    ],
)
def test_the_lowest_construct(
    worth: Said | None, barrier: Barrier | None, checks: dict[Construct, Said], low: Construct
) -> None:
    assert lowest(evidence(worth, barrier, checks)) is low


@given(
    st.none() | st.sampled_from(Said),
    st.none() | st.sampled_from(Barrier),
    st.dictionaries(st.sampled_from(Construct), st.sampled_from(Said)),
)
def test_every_story_has_a_next_move_and_never_only_to_go_on(
    worth: Said | None, barrier: Barrier | None, checks: dict[Construct, Said]
) -> None:
    moves = MOVES[lowest(evidence(worth, barrier, checks))]
    assert Move.PAUSE in moves
    assert set(moves) <= set(DECISIONS)


def test_only_something_else_tells_of_no_construct() -> None:
    assert [b for b in Barrier if of_barrier(b) is None] == [Barrier.OTHER]


# --- the time of day ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "hour"),
    [
        ("at 11", 11),
        ("about 4pm", 16),
        ("half past ten or so, 10.30am", 10),
        ("3 o'clock", 15),
        ("12pm", 12),
        ("mornings", 10),
        ("after lunch", 14),
        ("in the evening", 18),
        ("any time", 10),
        ("asdf", None),
        ("at 99", None),
    ],
)
def test_hours_in_plain_words(text: str, hour: int | None) -> None:
    assert hour_in(text) == hour


@pytest.mark.parametrize(
    ("text", "planned"),
    [
        ("I'm going for the first time tomorrow", True),
        ("I've been poorly but I'm going to give it a go in the spring", True),
        ("oh right, no I haven't been", True),
        ("I'm going every week now", False),
        ("I went and I'm going again", False),
        ("yes", False),
    ],
)
def test_what_is_still_to_be_done_is_not_done(text: str, planned: bool) -> None:
    assert is_planned(text) is planned


def test_another_who_could_not_come_does_not_undo_that_i_went() -> None:
    assert tried_in("I went but Jean couldn't come so I went on my own") is Said.YES
    assert tried_in("aye, every week since") is Said.YES
    assert tried_in("I nearly went") is None


@pytest.mark.parametrize(
    ("text", "only"),
    [
        ("ok", True),
        ("right you are", True),
        ("righto", True),
        ("ok then, thanks love", True),
        ("okey dokey", True),
        ("right, I did it", False),
        ("yes", False),
        ("all right for some", False),
    ],
)
def test_a_word_that_only_shows_it_was_heard(text: str, only: bool) -> None:
    assert only_heard(text) is only


def test_words_said_over_and_over_are_read_at_once() -> None:
    # Read in two ways each, forty of them would not be done today.
    assert only_heard("right ok " * 40)
    assert not only_heard("right ok " * 40 + "I went")
