"""What people put right about stories: place, themes, status, what belongs together. All of it stays on record and can be undone."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from itertools import count
from typing import Literal, get_args
from urllib.parse import urlsplit

from classifier.corrected import decided_status, put_right
from classifier.stories import new_story_id
from wijkblik import audit
from wijkblik.errors import CorrectionError, NotFoundError
from wijkblik.models.stories import Assessment, Correction, CorrectionKind, Params, Status, Story
from wijkblik.settings import Settings
from wijkblik.store import Store

LONGEST_LINK = 2000
MOVES = frozenset({"merge", "split"})


class CorrectionService:
    """One wijk's corrections."""

    def __init__(self, settings: Settings, store: Store) -> None:
        self._settings, self._store, self._wijk = settings, store, settings.wijk_key

    def place(self, story_id: str, name: str | None) -> Correction:
        """Say where a story is: a configured place, or None for "not here". Raises NotFoundError."""
        known = [place.name for place in self._settings.wijk.places]
        if name is not None and name not in known:
            raise NotFoundError("place", name, known)
        return self._keep(self._story(story_id), "place", {"name": name})

    def themes(self, story_id: str, keys: Sequence[str]) -> Correction:
        """Say what a story is about: keys of themes, none for no theme. Raises NotFoundError."""
        for key in keys:
            if key not in self._settings.themes:
                raise NotFoundError("theme", key, self._settings.themes)
        return self._keep(self._story(story_id), "themes", {"themes": list(dict.fromkeys(keys))})

    def status(self, story_id: str, status: str, link: str | None = None) -> Correction:
        """Decide a story's status, with the address of what shows it. Raises NotFoundError, or CorrectionError for a link that is none."""
        if status not in get_args(Status):
            raise NotFoundError("status", status, get_args(Status))
        if link is not None and not _is_web_address(link):
            raise CorrectionError("link_refused", "The link is no web address; it starts with http:// or https://.")
        return self._keep(self._story(story_id), "status", {"status": status, "link": link})

    def merge(self, story_id: str, into: str) -> Correction:
        """Put all items of a story into another. Raises NotFoundError, or CorrectionError where both are the same."""
        if story_id == into:
            raise CorrectionError("same_story", "A story can't be merged into itself.")
        story, other = self._story(story_id), self._story(into)
        return self._keep(story, "merge", {"into": other.story_id, "items": [one.item_id for one in story.items]})

    def split(self, story_id: str, item_ids: Sequence[str]) -> Correction:
        """Put some of a story's items into a story of their own. Raises NotFoundError, or CorrectionError where none or all are chosen."""
        story, chosen = self._story(story_id), set(item_ids)
        items = [one.item_id for one in story.items if one.item_id in chosen]
        for item_id in sorted(chosen.difference(items)):
            raise NotFoundError("item", item_id, [one.item_id for one in story.items])
        if not items or len(items) == len(story.items):
            raise CorrectionError("none_or_all", "Choose some of a story's items to split off: not none, and not all.")
        return self._keep(story, "split", {"into": self._free_id(items[0]), "items": items})

    def undo(self, correction_id: int) -> Correction:
        """Take a correction back; both stay on record. Items that it moved go back, unless they were moved on since. Raises NotFoundError."""
        standing = {one.correction_id: one for one in self._store.corrections.history(self._wijk)}
        undone = standing.get(correction_id)
        if undone is None:
            raise NotFoundError("correction", str(correction_id))
        back: list[str] = []
        if undone.kind in MOVES:
            there = self._store.stories.by_ids([undone.value["into"]]).get(undone.value["into"])
            present = {one.item_id for one in there.items} if there else set()
            back = [item_id for item_id in undone.value["items"] if item_id in present]
        return self._add(undone.story_id, "undo", {}, back, undone.story_id, undoes=correction_id)

    def of(self, story_id: str) -> list[Correction]:
        """What stands about a story, oldest first: the last word on its place, themes and status, and every move from or to it."""
        history = self._store.corrections.history(self._wijk)
        last = {one.kind: one.correction_id for one in history if one.story_id == story_id}
        return [
            one
            for one in history
            if (one.kind in MOVES and story_id in {one.story_id, one.value["into"]})
            or (one.story_id == story_id and last[one.kind] == one.correction_id)
        ]

    def as_corrected(self, assessment: Assessment) -> Assessment:
        """An assessment with place, themes and status as people said by now; its relevance follows at the next round."""
        by_kind: dict[str, Correction] = {
            one.kind: one for one in self.of(assessment.story_id) if one.story_id == assessment.story_id
        }
        right = put_right(by_kind, {place.name for place in self._settings.wijk.places}, self._settings.themes)
        return replace(
            assessment,
            places=assessment.places if right.places is None else right.places,
            themes=assessment.themes if right.themes is None else right.themes,
            verification=decided_status(assessment.verification, by_kind),
        )

    def _story(self, story_id: str) -> Story:
        found = self._store.stories.by_ids([story_id]).get(story_id)
        if found is None:
            raise NotFoundError("story", story_id)
        return found

    def _free_id(self, first_item: str) -> str:
        """The id that a story of this first item has by itself, or one made from it where there is such a story."""
        for number in count():
            story_id = new_story_id(f"{first_item}/{number}" if number else first_item)
            if not self._store.stories.by_ids([story_id]):
                return story_id
        raise AssertionError("count() has no end")

    def _keep(self, story: Story, kind: CorrectionKind, value: Params) -> Correction:
        return self._add(story.story_id, kind, value, value.get("items", ()), value.get("into", ""))

    def _add(
        self,
        story_id: str,
        kind: CorrectionKind | Literal["undo"],
        value: Params,
        moved: Sequence[str],
        into: str,
        undoes: int | None = None,
    ) -> Correction:
        at, by = self._settings.now(), self._settings.environment.user
        number = self._store.corrections.add(self._wijk, story_id, kind, value, by, at, undoes, moved, into)
        audit.record(
            self._store,
            at,
            by,
            "correct",
            wijk=self._wijk,
            story=story_id,
            correction=number,
            kind=kind,
            undoes=undoes,
            into=into or None,
            items=len(moved),
        )
        return Correction(number, story_id, kind, value, by, at, undoes)


def _is_web_address(link: str) -> bool:
    try:
        parts = urlsplit(link)
    except ValueError:
        return False
    return parts.scheme in {"http", "https"} and bool(parts.hostname) and len(link) <= LONGEST_LINK
