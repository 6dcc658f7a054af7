"""Network types: a rule set for reflection and for practitioners.

The names follow the feedback types of network-support work (Kennedy 2016, Table 1). No
cut-offs were published, so the thresholds here are this project's own, carry a version, and
have no clinical validity. Patients never see a type's name; they see the facts behind it
(``bot.network.words.explain_type``) and may disagree.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from bot.network.measures import REGULAR
from bot.network.model import FAMILY, Code, Kind, Member, Network, Relationship

ACQUAINTED = frozenset({Relationship.FRIEND, Relationship.NEIGHBOUR, Relationship.COLLEAGUE})


class TypeCode(Code):
    """The five types, in the order in which their rules are tried."""

    ISOLATED_OR_PROFESSIONAL = "isolated_or_professional"
    DIVERSE = "diverse"
    FAMILY_FRIEND_CENTRED = "family_friend_centred"
    FAMILY_FRIEND_SUPPORTED = "family_friend_supported"
    FAMILY_FRIEND_CONTACT = "family_friend_contact"


@dataclass(frozen=True)
class Thresholds:
    """The numbers of the rules; change one and give it a new ``version``."""

    version: str = "2026-11"
    few_lay: int = 1
    regular_share: float = 0.5
    centred_at_least: int = 4
    supported_at_least: int = 2


class Reason(Code):
    """What is said of a network of its type; the words for each are in ``bot.network.phrases``.

    A type's own reason is given only where its words are true (``is_true``).
    """

    NOBODY = "nobody"
    MOSTLY_PROFESSIONALS = "mostly_professionals"
    ONE_SELDOM_SEEN = "one_seldom_seen"
    FAMILY_FRIENDS_GROUPS = "family_friends_groups"
    MANY_SEEN_OFTEN = "many_seen_often"
    SOME_SEEN_OFTEN = "some_seen_often"
    GROUPS_ONLY = "groups_only"
    SELDOM_SEEN = "seldom_seen"
    MIXED = "mixed"
    SOME_OFTEN = "some_often"
    TOLD = "told"


@dataclass(frozen=True)
class NetworkType:
    """A type with its reason.

    Attributes:
        code: the type.
        rule_version: version of the thresholds.
        reason: why, as a code.
        family, friends, groups, professionals, regular: the counts that the rules saw;
            ``regular`` is lay members in touch at least weekly.
        complete: whether contact is known of every lay member, so that it can be relied on.
        agreed: whether the person agreed; None where not asked. The caller keeps it.
    """

    code: TypeCode
    rule_version: str
    reason: Reason
    family: int
    friends: int
    groups: int
    professionals: int
    regular: int
    complete: bool
    agreed: bool | None = None


def _regular(members: Collection[Member]) -> int:
    return sum(m.contact in REGULAR for m in members)


_INSTEAD = (Reason.NOBODY, Reason.MIXED, Reason.SOME_OFTEN, Reason.TOLD)
"""What may be said where the words of a type's own reason would not be true; one always is."""


def is_true(reason: Reason, network: Network) -> bool:
    """Whether the words of a reason hold for whoever is on ``network`` now, pets apart.

    "Most" is more than half and "many" at least half; of contact that is not known nothing is said.
    """
    counted = [m for m in network.active if m.kind is not Kind.PET]
    lay = [m for m in counted if m.kind is not Kind.PROFESSIONAL]
    people = [m for m in lay if m.kind is Kind.PERSON]
    family = [m for m in lay if m.relationship in FAMILY]
    friends = [m for m in lay if m.relationship is Relationship.FRIEND]
    groups = [m for m in lay if m.kind in (Kind.GROUP, Kind.ONLINE)]
    known = all(m.contact is not None for m in counted)
    seldom = known and not _regular(counted)
    close = family + friends
    others = [m for m in people if m.relationship not in FAMILY]
    sorts = sum(map(bool, (family, others, groups, len(counted) - len(lay))))
    return {
        Reason.NOBODY: not counted,
        Reason.MOSTLY_PROFESSIONALS: 2 * (len(counted) - len(lay)) > len(counted),
        Reason.ONE_SELDOM_SEEN: len(counted) == 1 and seldom,
        Reason.FAMILY_FRIENDS_GROUPS: bool(family and friends and groups),
        Reason.MANY_SEEN_OFTEN: 2 * len(close) > len(counted) and 2 * _regular(close) >= len(close),
        Reason.SOME_SEEN_OFTEN: 2 <= len(close) <= 3 and _regular(close) > 0,
        Reason.GROUPS_ONLY: 2 * len(groups) > len(counted),
        Reason.SELDOM_SEEN: len(people) > 1 and seldom,
        Reason.MIXED: sorts > 1,
        Reason.SOME_OFTEN: _regular(counted) > 0,
        Reason.TOLD: bool(counted),
    }[reason]


def classify(network: Network, thresholds: Thresholds | None = None) -> NetworkType:
    """The type of ``network``: exactly one for any network.

    Contact that is not known counts as not regular. Pets count for emotional work but not
    for the type. Members who died or with whom touch was lost do not count.
    """
    t = thresholds or Thresholds()
    counted = [m for m in network.active if m.kind is not Kind.PET]
    lay = [m for m in counted if m.kind is not Kind.PROFESSIONAL]
    family = [m for m in lay if m.relationship in FAMILY]
    friends = [m for m in lay if m.relationship in ACQUAINTED]
    groups = [m for m in lay if m.kind in (Kind.GROUP, Kind.ONLINE)]
    close = family + friends
    professionals = len(counted) - len(lay)
    regular = _regular(lay)

    code, reason = TypeCode.FAMILY_FRIEND_CONTACT, Reason.MIXED
    if not counted:
        code, reason = TypeCode.ISOLATED_OR_PROFESSIONAL, Reason.NOBODY
    elif len(lay) <= t.few_lay and professionals:
        code, reason = TypeCode.ISOLATED_OR_PROFESSIONAL, Reason.MOSTLY_PROFESSIONALS
    elif len(lay) <= t.few_lay and not regular:
        code, reason = TypeCode.ISOLATED_OR_PROFESSIONAL, Reason.ONE_SELDOM_SEEN
    elif family and friends and groups and regular >= t.regular_share * len(lay):
        code, reason = TypeCode.DIVERSE, Reason.FAMILY_FRIENDS_GROUPS
    elif (
        len(close) >= t.centred_at_least
        and not groups
        and _regular(close) >= t.regular_share * len(close)
    ):
        code, reason = TypeCode.FAMILY_FRIEND_CENTRED, Reason.MANY_SEEN_OFTEN
    elif t.supported_at_least <= len(close) < t.centred_at_least and _regular(close):
        code, reason = TypeCode.FAMILY_FRIEND_SUPPORTED, Reason.SOME_SEEN_OFTEN
    elif lay and len(groups) == len(lay):
        reason = Reason.GROUPS_ONLY
    elif not regular:
        reason = Reason.SELDOM_SEEN

    return NetworkType(
        code=code,
        rule_version=t.version,
        reason=next(r for r in (reason, *_INSTEAD) if is_true(r, network)),
        family=len(family),
        friends=len(friends),
        groups=len(groups),
        professionals=professionals,
        regular=regular,
        complete=all(m.contact is not None for m in lay),
    )
