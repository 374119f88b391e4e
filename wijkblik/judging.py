"""From stored items to the day's feed: group what is new, assess what changed, rank.

Each step takes up what the store says is not done yet, so work that was cut off
loses nothing and the next doubles nothing.
"""

from __future__ import annotations

import hashlib
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date, timedelta

from classifier.assessing import VERSION, Yardstick, assess
from classifier.learning import learn as learn_relevance
from classifier.outlook import HORIZON_HOURS, Growth, learn
from classifier.parity import learned_for
from classifier.ranking import Candidate, rank
from classifier.reading import Reader, Reading
from classifier.rebuttals import Rebuttals, find_rebuttals
from classifier.since import change_since
from classifier.sketching import judgements, sketch, with_learned
from classifier.stories import StoryIndex
from wijkblik.modelfiles import text_heads
from wijkblik.models.stories import Action, Assessment, Correction, Decision, Forecast, ModelRecord, Reason, Story
from wijkblik.settings import Settings, load_concepts
from wijkblik.store import Store

HANDLED = frozenset({"done", "not_relevant"})
STILL_TOLD, LEARN_FROM = timedelta(days=3), timedelta(days=90)
"""Only stories with an item of so late have an outlook kept, and outlooks of so long ago still teach."""
Progress = Callable[[str, int, int], None]
Corrections = Mapping[str, Correction]
"""What people put right about a story, by kind."""


@dataclass(slots=True)
class Judged:
    """What came of it, with the seconds of each step."""

    seconds: dict[str, float] = field(default_factory=dict)
    stories: int = 0
    new_stories: int = 0
    feed_id: int = 0
    shown: int = 0
    below_line: int = 0

    @contextmanager
    def timed(self, step: str) -> Iterator[None]:
        started = time.perf_counter()
        yield
        self.seconds[step] = time.perf_counter() - started


_Read = tuple[list[Reading], Assessment]
"""A story's readings, and what the rules say of it."""


@dataclass(frozen=True, slots=True)
class _Taught:
    """What decisions teach now (relevant or not, by story), the number of the last, and the newest version there is."""

    judged: Mapping[str, bool]
    last_decision: int
    newest: ModelRecord | None

    @property
    def is_new(self) -> bool:
        return self.newest is None or self.newest.last_decision != self.last_decision

    @property
    def version(self) -> int:
        before = self.newest.version if self.newest else 0
        return before + 1 if self.is_new else before


class Judge:
    """Judges one wijk's items; what it has read it keeps for the next round."""

    def __init__(self, settings: Settings, store: Store) -> None:
        self._settings, self._store = settings, store
        self._configuration = _configuration_hash(settings)
        self._today = settings.today()
        self._growth = Growth()
        self._sources = {source.key: source for source in settings.wijk.sources}
        self._rebuttals = Rebuttals()
        self._index: StoryIndex | None = None
        self._moved: list[int] = []
        self._reader = Reader.of(
            settings.wijk,
            settings.themes,
            load_concepts(settings.environment),
            self._today,
            store.background.places(settings.wijk_key),
            text_heads(settings.environment),
        )

    def under(self, settings: Settings) -> Judge:
        """This judge, or a new one where the configuration or the day is another."""
        same = _configuration_hash(settings) == self._configuration and settings.today() == self._today
        return self if same else Judge(settings, self._store)

    def judge(self, judged: Judged | None = None, progress: Progress = lambda step, done, total: None) -> Judged:
        """All of it, for what is in the store now; what came of it is written in `judged` where that is given."""
        judged = judged or Judged()
        with judged.timed("group"):
            judged.new_stories = self._group_new(progress)
        with judged.timed("assess"):
            self._score_outlooks()
            stories = self._assess_changed(progress)
            self._keep_outlooks(stories)
            judged.stories = len(stories)
        with judged.timed("feed"):
            judged.feed_id, judged.shown, judged.below_line = self._make_feed(stories)
        return judged

    def _group_new(self, progress: Progress) -> int:
        """Give every item without a story one; the number of new stories is given back."""
        store, wijk_key = self._store, self._settings.wijk_key
        new = store.items.ungrouped(wijk_key)
        progress("group", 0, len(new))
        if not new:
            return 0
        memberships = self._indexed().place(self._reader.read(new))
        store.stories.add(wijk_key, memberships)
        progress("group", len(new), len(new))
        return sum(one.reason == "first" for one in memberships)

    def _indexed(self) -> StoryIndex:
        """The window's items among which a new one is placed; made anew where a person moved some."""
        store, wijk_key = self._store, self._settings.wijk_key
        moved = [one.correction_id for one in store.corrections.history(wijk_key) if one.kind in {"merge", "split"}]
        if self._index is None or moved != self._moved:
            self._index, self._moved = StoryIndex(), moved
            for story in store.stories.since(wijk_key, self._settings.now() - self._window):
                for reading in self._reader.read(story.items):
                    self._index.add(story.story_id, reading)
        return self._index

    def _assess_changed(self, progress: Progress) -> dict[str, tuple[int, Assessment]]:
        """The window's stories with a number and their newest assessment; what changed is assessed anew."""
        now, store, wijk_key = self._settings.now(), self._store, self._settings.wijk_key
        stories = [story for story in store.stories.since(wijk_key, now - self._window) if not story.is_over(now)]
        corrections = store.corrections.standing(wijk_key)
        taught = self._taught()
        hashes = {
            story.story_id: self._content_hash(story, corrections.get(story.story_id, {}), taught.judged)
            for story in stories
        }
        known = store.stories.assessed_hashes(wijk_key)
        changed = {story.story_id for story in stories if known.get(story.story_id) != hashes[story.story_id]}
        progress("assess", 0, len(changed))
        if changed:
            # What was learned depends on all that is near, so with decisions every story is looked at.
            looked_at = stories if taught.judged else [story for story in stories if story.story_id in changed]
            self._rebuttals = find_rebuttals(
                (reading for story in stories for reading in self._reader.read(story.items)),
                self._indexed(),
                self._sources,
            )
            by_rules = self._by_rules(looked_at, corrections)
            learned = self._learn(taught, by_rules, corrections)
            fresh = {
                story_id: (with_learned(one, learned.get(story_id, ()), taught.version), hashes[story_id])
                for story_id, (_, one) in by_rules.items()
                if story_id in changed
            }
            store.stories.save_assessments(wijk_key, fresh, now)
            store.lag.scored(fresh, now)
        progress("assess", len(changed), len(changed))
        return store.stories.newest_assessments(wijk_key, hashes)

    def _by_rules(self, stories: Iterable[Story], corrections: Mapping[str, Corrections]) -> dict[str, _Read]:
        """Stories with their readings, assessed by the rules."""
        yardstick, found = self._yardstick(), dict[str, _Read]()
        for story in stories:
            readings = self._reader.read(story.items)
            right = corrections.get(story.story_id, {})
            found[story.story_id] = (readings, assess(story.story_id, readings, yardstick, right))
        return found

    def _taught(self) -> _Taught:
        """What the standing decisions teach, as a version of the model."""
        store, wijk_key = self._store, self._settings.wijk_key
        decisions, versions = store.decisions.standing(wijk_key), store.learned.models(wijk_key)
        judged = judgements(decisions, versions)
        last = max((one.decision_id for one in decisions.values()), default=0)
        return _Taught(judged, last, versions[0] if versions else None)

    def _learn(
        self, taught: _Taught, by_rules: dict[str, _Read], corrections: Mapping[str, Corrections]
    ) -> Mapping[str, tuple[Reason, ...]]:
        """The learned parts of stories; a model of other decisions than the last is kept as a new version."""
        if not taught.judged:
            return {}
        away = self._store.stories.by_ids(set(taught.judged) - set(by_rules))
        all_of = by_rules | self._by_rules(away.values(), corrections)
        learned = learn_relevance(
            [sketch(readings, one, self._sources) for readings, one in all_of.values()], taught.judged
        )
        if taught.is_new:
            record = ModelRecord(
                taught.version, self._settings.now(), len(taught.judged), taught.last_decision, dict(learned.weights)
            )
            self._store.learned.add_model(self._settings.wijk_key, record)
        lang_of = {story_id: one.lang for story_id, (_, one) in all_of.items()}
        return learned_for(learned.reasons, lang_of, taught.judged, self._settings.wijk.languages[0])

    def _score_outlooks(self) -> None:
        """Hold the outlooks whose time has passed against what came, and learn from all that is known."""
        store, wijk_key, now = self._store, self._settings.wijk_key, self._settings.now()
        due = store.learned.open_forecasts(wijk_key, now - timedelta(hours=HORIZON_HOURS))
        stories = store.stories.by_ids({one.story_id for one in due})
        came = {}
        for one in due:
            items = stories[one.story_id].items if one.story_id in stories else ()
            until = one.cut + timedelta(hours=one.outlook.horizon_hours)
            came[one.story_id, one.cut] = sum(one.cut < item.at <= until for item in items)
        store.learned.score(came)
        self._growth = learn(store.learned.forecasts(wijk_key, now - LEARN_FROM))

    def _keep_outlooks(self, stories: Mapping[str, tuple[int, Assessment]]) -> None:
        """Once a day the outlook of each story that is still told is kept, so that it can be held against what comes."""
        store, settings = self._store, self._settings
        now, wijk_key = settings.now(), settings.wijk_key
        known = {one.story_id for one in store.learned.forecasts(wijk_key, now - timedelta(hours=HORIZON_HOURS))}
        store.learned.add_forecasts(
            wijk_key,
            (
                Forecast(story_id, now, one.outlook)
                for story_id, (_, one) in stories.items()
                if one.outlook is not None
                and story_id not in known
                and one.newest_at is not None
                and now - one.newest_at <= STILL_TOLD
            ),
        )

    def _make_feed(self, stories: Mapping[str, tuple[int, Assessment]]) -> tuple[int, int, int]:
        """Rank and keep the day's list: its number, how many stories it shows and how many fell below the line."""
        settings, store = self._settings, self._store
        now, day, budget, wijk_key = settings.now(), settings.today(), settings.defaults.feed, settings.wijk_key
        decided = store.decisions.standing(wijk_key)
        before = self._before(day)
        candidates = [
            Candidate(assessment, change_since(before, assessment) if before else None, _said(decision))
            for _, assessment in stories.values()
            if (decision := decided.get(assessment.story_id)) is None
            or decision.action not in HANDLED
            or decision.at.astimezone(settings.wijk.zone).date() >= day
        ]
        entries = rank(
            candidates, budget, settings.defaults.priority, minutes=budget.minutes, wijk=wijk_key, now=now, day=day
        )
        store.lag.shown((entry.story_id for entry in entries if entry.shown), now)
        feed_id = store.feeds.save(
            wijk_key,
            day,
            entries,
            {story_id: number for story_id, (number, _) in stories.items()},
            at=now,
            items_considered=store.items.count_since(wijk_key, now - self._window),
            minutes=budget.minutes,
        )
        shown = sum(entry.shown for entry in entries)
        return feed_id, shown, len(entries) - shown

    def _before(self, day: date) -> dict[str, Assessment]:
        """What the last list of an earlier day said of its stories."""
        number = self._store.feeds.last_before(self._settings.wijk_key, day)
        return {one.story_id: one for _, one in self._store.feeds.entries(number)} if number is not None else {}

    def _yardstick(self) -> Yardstick:
        settings = self._settings
        return Yardstick(
            settings.wijk, settings.themes, settings.defaults.relevance, settings.now(), self._growth, self._rebuttals
        )

    @property
    def _window(self) -> timedelta:
        return timedelta(days=self._settings.defaults.feed.window_days)

    def _content_hash(self, story: Story, corrections: Corrections, judged: Mapping[str, bool]) -> str:
        """What an assessment depends on: its items, what people put right and decided, the configuration, and the hour."""
        parts = [self._configuration, self._settings.now().strftime("%Y-%m-%dT%H")]
        parts += [f"{item.item_id} {item.changed_at} {item.withdrawn_at}" for item in story.items]
        parts += [f"{one.correction_id}" for one in corrections.values()]
        parts += [f"{story_id} {said}" for story_id, said in sorted(judged.items())]
        return hashlib.sha256("\n".join(parts).encode()).hexdigest()


def _said(decision: Decision | None) -> Action | None:
    return None if decision is None or decision.action == "undo" else decision.action


def _configuration_hash(settings: Settings) -> str:
    themes = "".join(theme.model_dump_json() for theme in settings.themes.values())
    whole = VERSION + settings.wijk.model_dump_json() + themes + settings.defaults.relevance.model_dump_json()
    return hashlib.sha256(whole.encode()).hexdigest()
