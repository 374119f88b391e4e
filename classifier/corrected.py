"""What people put right about a story: their word stands, and the models leave it alone."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace

from wijkblik.models.stories import Correction, Evidence, PlaceMatch, Status, Verification

BY_HAND = "by_hand"
_CHANCE: dict[Status, float] = {"officially_confirmed": 0.0, "known_false": 1.0, "satire": 1.0}
"""How likely false a person's status makes a story; the others leave that open."""


@dataclass(frozen=True, slots=True)
class PutRight:
    """A story's places and themes as people said; None where they said nothing, and no place stands for "not here"."""

    places: tuple[PlaceMatch, ...] | None = None
    themes: tuple[str, ...] | None = None


NOTHING = PutRight()


def put_right(corrections: Mapping[str, Correction], places: Collection[str], themes: Collection[str]) -> PutRight:
    """What corrections (by kind) say of place and themes. `places` and `themes` are those that are configured: a name that is not there any more says nothing."""
    where, what = corrections.get("place"), corrections.get("themes")
    found: tuple[PlaceMatch, ...] | None = None
    if where is not None:
        name = where.value["name"]
        found = () if name is None else (PlaceMatch(name, 1.0, BY_HAND),) if name in places else None
    return PutRight(found, None if what is None else tuple(key for key in what.value["themes"] if key in themes))


def decided_status(proposed: Verification, corrections: Mapping[str, Correction]) -> Verification:
    """The proposed verification, with the status that a person decided and its link where there is one.

    The evidence stays; a chance is given only where the status leaves no doubt.
    """
    decided = corrections.get("status")
    if decided is None:
        return proposed
    status, link = decided.value["status"], decided.value.get("link")
    chance = _CHANCE.get(status)
    band = None if chance is None else (chance, chance)
    found = (one for one in proposed.evidence if one.code != BY_HAND)
    evidence = (Evidence(BY_HAND, (), {"link": link} if link else {}), *found)
    return replace(
        proposed, status=status, fake_probability=chance, band=band, evidence=evidence, decided_by=decided.by
    )
