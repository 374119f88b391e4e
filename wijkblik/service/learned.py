"""What the models learned from a team's decisions, for people: versions, going back, how wrong it was, and how outlooks came out."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from classifier.parity import Rate, rates
from classifier.sketching import judgements
from wijkblik import audit
from wijkblik.errors import NotFoundError
from wijkblik.models.stories import Forecast, ModelRecord
from wijkblik.settings import Settings
from wijkblik.store import Store

LOOK_BACK = timedelta(days=30)
TOLD = 8
"""So many changed weights are told, those that moved most first."""


@dataclass(frozen=True, slots=True)
class Moved:
    """A named trait (such as theme:jeugd) whose weight changed, in log-odds."""

    trait: str
    before: float
    after: float


class LearnedService:
    """One wijk's learning."""

    def __init__(self, settings: Settings, store: Store) -> None:
        self._settings, self._store, self._wijk = settings, store, settings.wijk_key

    def versions(self) -> list[ModelRecord]:
        """The versions of the relevance model, newest first."""
        return self._store.learned.models(self._wijk)

    def changed_since(self, days: float = 1.0) -> list[Moved]:
        """Which weights differ from those of the newest version that is so many days old, most moved first."""
        versions = self.versions()
        if not versions:
            return []
        before = self._settings.now() - timedelta(days=days)
        old = next((one.weights for one in versions if one.made_at <= before), {})
        new = versions[0].weights
        moved = [Moved(name, old.get(name, 0.0), new.get(name, 0.0)) for name in sorted({*old, *new})]
        moved = [one for one in moved if one.before != one.after]
        return sorted(moved, key=lambda one: -abs(one.after - one.before))[:TOLD]

    def go_back(self, version: int) -> ModelRecord:
        """Let what was decided after a version teach nothing any more; 0 stands for the rules alone. Raises NotFoundError.

        It takes effect with the next round; what is decided from now on teaches as before.
        """
        versions = self.versions()
        known = [one.version for one in versions]
        if version != 0 and version not in known:
            raise NotFoundError("version", str(version), [str(one) for one in (*known, 0)])
        settings = self._settings
        last = max((one.decision_id for one in self._store.decisions.standing(self._wijk).values()), default=0)
        weights = next((one.weights for one in versions if one.version == version), {})
        record = ModelRecord(max(known, default=0) + 1, settings.now(), 0, last, weights, back_to=version)
        self._store.learned.add_model(self._wijk, record)
        by = settings.environment.user
        audit.record(self._store, settings.now(), by, "model.back", wijk=self._wijk, version=record.version, to=version)
        return record

    def error_rates(self) -> list[Rate]:
        """How often relevance was wrong about what was decided, per language of the wijk."""
        decisions = self._store.decisions.standing(self._wijk)
        judged = judgements(decisions, self.versions())
        newest = self._store.stories.newest_assessments(self._wijk, judged)
        return rates((one for _, one in newest.values()), judged, self._settings.wijk.languages)

    def outlooks(self) -> list[Forecast]:
        """The outlooks of the last month whose day has passed, oldest first."""
        made = self._store.learned.forecasts(self._wijk, self._settings.now() - LOOK_BACK)
        return [one for one in made if one.came is not None]
