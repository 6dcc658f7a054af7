"""The spine of the conversation after WISE: which stage comes after which.

A stage is a Rasa form, ``<stage>_form``. The order is this project's reading of the WISE
approach (find what is difficult, make sense of it with the network, options, plan).
"""

from __future__ import annotations

STAGES = (
    "consent",
    "about_you",
    "difficulties",
    "people",
    "details",
    "picture",
    "gaps",
    "preferences",
    "options",
    "plan",
)

BESIDE = ("follow_up", "review")
"""Dialogues beside the spine: they begin when they are due, and the spine goes on after them.

A review can lead into a new round of the spine, from the gaps on.
"""

OPEN = "open"
"""After the plan: no form is on, and the person leads."""


def stage_after(stage: str) -> str:
    """The next stage; ``OPEN`` after the last, and for a name that is none."""
    if stage not in STAGES or stage == STAGES[-1]:
        return OPEN
    return STAGES[STAGES.index(stage) + 1]


def form_of(stage: str) -> str | None:
    """The form of a stage; ``None`` when the person leads."""
    return f"{stage}_form" if stage in (*STAGES, *BESIDE) else None


def stage_of(form: str | None) -> str | None:
    """The stage of a form; ``None`` for no form."""
    return form.removesuffix("_form") if form else None
