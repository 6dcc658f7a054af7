"""Who may do what: one table, and what is not in it is denied."""

from __future__ import annotations

from bot.network.model import Code


class Role(Code):
    """What a member of staff is here for."""

    REVIEWER = "reviewer"
    LEAD = "lead"
    DIRECTORY = "directory_editor"
    ADMIN = "admin"


class May(Code):
    """One thing that can be allowed; every page asks for one."""

    QUEUE = "work on the queue"
    READ = "read conversations and people's pages"
    REVIEW = "write notes and tags, assign, correct what was understood"
    REVEAL = "see names where there is a risk"
    EXPORT_MARKS = "export corrections for training"
    EXPORT_PERSON = "export a person's record"
    ERASE_PERSON = "erase a person"
    NUMBERS = "see the service view"
    AUDIT = "read the audit"
    DIRECTORY = "see the directory"
    DIRECTORY_EDIT = "change the directory"
    CORRECTIONS = "settle corrections from patients and send them to their owners"
    SETUP = "see the set-up"
    ROUTES = "confirm contact routes"
    ACCOUNTS = "manage accounts"
    OWN = "look after one's own account"


_EVERYONE = frozenset({May.OWN, May.SETUP})
_REVIEWER = _EVERYONE | {May.QUEUE, May.READ, May.REVIEW, May.REVEAL, May.NUMBERS, May.DIRECTORY}

RULES: dict[Role, frozenset[May]] = {
    Role.REVIEWER: _REVIEWER,
    # Corrections stand in the queue, whose words a lead may read: nobody is better placed to settle
    # them. An editor settles them by the record alone.
    Role.LEAD: _REVIEWER
    | {May.EXPORT_MARKS, May.EXPORT_PERSON, May.ERASE_PERSON, May.AUDIT, May.ROUTES}
    | {May.CORRECTIONS},
    Role.DIRECTORY: _EVERYONE | {May.DIRECTORY, May.DIRECTORY_EDIT, May.CORRECTIONS, May.NUMBERS},
    # Accounts and settings, and no patient: whoever runs the system need not read it.
    Role.ADMIN: _EVERYONE | {May.ACCOUNTS, May.DIRECTORY, May.NUMBERS, May.ROUTES},
}

TITLES = {
    Role.REVIEWER: "Reviewer",
    Role.LEAD: "Lead",
    Role.DIRECTORY: "Directory editor",
    Role.ADMIN: "Administrator",
}


def allowed(role: str, may: May) -> bool:
    """Whether a role may do something; an unknown role may do nothing."""
    try:
        return may in RULES[Role(role)]
    except (KeyError, ValueError):
        return False
