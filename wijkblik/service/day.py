"""A wijk's data for people: the day's feed, decisions, sources. What is read, decided or changed here is written to the log."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime

import structlog

from collector.changes import starting_point
from wijkblik import audit
from wijkblik.collecting import why_off
from wijkblik.datafolder import as_fixed, keys_path, open_store, published_at
from wijkblik.errors import ConfigError, NotFoundError
from wijkblik.guard.pseudonyms import KeyRing
from wijkblik.locale import words
from wijkblik.models.feed import (
    BelowLine,
    FeedJson,
    JsonEvidence,
    JsonItem,
    JsonOutlook,
    JsonPlace,
    JsonReason,
    JsonStory,
    JsonVerification,
)
from wijkblik.models.items import Polling, SourceStatus
from wijkblik.models.lag import LagSummary
from wijkblik.models.stories import Action, Assessment, DailyFeed, Decision, FeedEntry, FeedStory, Outlook
from wijkblik.models.wijk import Source
from wijkblik.service.corrections import CorrectionService
from wijkblik.service.labels import Labels
from wijkblik.service.lag import summarise
from wijkblik.service.learned import LearnedService
from wijkblik.service.preview import Preview, preview
from wijkblik.service.proposal import Given
from wijkblik.service.sources import Trial, try_all
from wijkblik.service.wijkfile import Edit, save
from wijkblik.settings import Settings, as_configured_now, load_settings
from wijkblik.store import Store

log = structlog.get_logger()


class Service:
    """One wijk's data for people."""

    def __init__(self, settings: Settings, store: Store) -> None:
        self.settings, self.store = settings, store
        self._wijk = settings.wijk_key

    @classmethod
    def open(cls, wijk: str) -> Service:
        """The service of a wijk by its name or path, at the moment its folder is fixed at."""
        settings = as_fixed(load_settings(wijk))
        return cls(settings, open_store(settings))

    def refresh(self) -> None:
        """Take the wijk's file as it is now. A file that is wrong by now changes nothing: `wijkblik check` says why."""
        try:
            self.settings = as_configured_now(self.settings)
        except ConfigError as error:
            log.warning("configuration", wijk=self._wijk, kind=type(error).__name__)

    def labels(self, language: str | None = None) -> Labels:
        """Codes as words, in a language or the configured one."""
        return Labels(words(language or self.settings.language), self.settings.themes)

    def keys(self) -> KeyRing:
        """The wijk's pseudonym keys."""
        return KeyRing(keys_path(self.settings))

    def feed(self, day: date | None = None, minutes: float | None = None) -> DailyFeed:
        """The day's newest list, cut to `minutes` where given. Raises NotFoundError that lists the days there are."""
        day = day or self.settings.today()
        head = self.store.feeds.newest(self._wijk, day)
        if head is None or head.id is None:
            days = [known.isoformat() for known in self.store.feeds.days(self._wijk)]
            raise NotFoundError(
                f"feed of wijk '{self._wijk}' for", day.isoformat(), days or ["none; make one with: wijkblik round"]
            )
        entries = self.store.feeds.entries(head.id)
        if minutes is not None and minutes != head.minutes:
            entries = _recut(entries, minutes)
        stories = self.store.stories.by_ids(entry.story_id for entry, _ in entries)
        decisions = self.store.decisions.standing(self._wijk)
        shown = tuple(
            FeedStory(
                entry=entry,
                assessment=assessment,
                items=(items := stories[entry.story_id].items),
                first_fetched_at=min(item.fetched_at for item in items),
                decision=decisions.get(entry.story_id),
            )
            for entry, assessment in entries
            if entry.story_id in stories  # else merged into another since the list was made
        )
        self._log("feed.read", feed=head.id, stories=sum(story.entry.shown for story in shown))
        return DailyFeed(
            head.id, self._wijk, day, head.generated_at, head.items_considered, minutes or head.minutes, shown
        )

    def decide(self, story_id: str, action: Action) -> Decision:
        """Keep a decision of a story. Raises NotFoundError if there is no such story."""
        if story_id not in self.store.stories.by_ids([story_id]):
            raise NotFoundError("story", story_id)
        at, by = self.settings.now(), self.settings.environment.user
        number = self.store.decisions.add(self._wijk, story_id, action, by, at)
        self._log("decide", story=story_id, decision=number, said=action)
        return Decision(number, story_id, action, by, at)

    def undo(self, decision: Decision) -> None:
        """Take a decision back; both stay on record."""
        at, by = self.settings.now(), self.settings.environment.user
        number = self.store.decisions.add(self._wijk, decision.story_id, "undo", by, at, undoes=decision.decision_id)
        self._log("undo", story=decision.story_id, decision=number, undoes=decision.decision_id)

    def sources(self) -> list[SourceStatus]:
        """Every configured source with what is remembered of it, and as the configuration is now."""
        remembered = self.store.sources.remembered(self._wijk)
        faults, counts = self.store.sources.current_faults(self._wijk), self.store.sources.item_counts(self._wijk)
        background = self.store.background.counts(self._wijk)
        return [
            SourceStatus(
                key=source.key,
                name=source.name,
                type=source.type,
                collector=source.collector,
                polling=self._as_configured(source, remembered.get(source.key)),
                items=counts.get(source.key, 0),
                background=background.get(source.key, 0),
                faults=faults.get(source.key, ()),
            )
            for source in self.settings.wijk.sources
        ]

    def _as_configured(self, source: Source, remembered: Polling | None) -> Polling:
        """What is remembered, unless the file says by now that the source is off, or on, or asked elsewhere."""
        polling, off = starting_point(source, remembered), why_off(self.settings, source)
        if off is not None:
            return replace(polling, state="off", reason=off)
        return replace(polling, state="ok", reason="") if polling.state == "off" else polling

    def ask_again(self, source_key: str) -> None:
        """Let a source that was stopped be asked again from its configured address. Raises NotFoundError."""
        source = self.settings.wijk.source(source_key)
        if source is None:
            raise NotFoundError("source", source_key, [source.key for source in self.settings.wijk.sources])
        self.store.sources.forget(self._wijk, source_key)
        self._log("source.ask_again", source=source_key)

    def preview(self, url: str, given: Given, *, choice: int | None = None, base: str | None = None) -> Preview:
        """What an address would bring as a source; `base` is a scenario's publisher, by default where it last was."""
        base = base or published_at(self.settings)
        return preview(self.settings, url, given, choice=choice, hosts=self.store.hosts.remembered(), base=base)

    def try_sources(self, base: str | None = None) -> list[Trial]:
        """Every source asked once, without keeping anything."""
        return try_all(self.settings, self.store.sources.remembered(self._wijk), self.store.hosts.remembered(), base)

    def save(self, edit: Edit) -> None:
        """Write a change of the wijk's file and go on with it. Raises ConfigError; the file then stays as it was."""
        save(self.settings, edit)
        before = len(self.settings.wijk.sources)
        self.refresh()
        self._log("configuration", sources_before=before, sources_after=len(self.settings.wijk.sources))

    def learned(self) -> LearnedService:
        """What was learned from decisions, and how outlooks came out."""
        return LearnedService(self.settings, self.store)

    def corrections(self) -> CorrectionService:
        """What people put right about stories."""
        return CorrectionService(self.settings, self.store)

    def lag(self) -> list[LagSummary]:
        """How late items come, per source."""
        return summarise(self.store.lag.of(self._wijk))

    def opened(self, story_ids: Sequence[str]) -> None:
        """A person has these stories before their eyes: the end of an item's way."""
        self.store.lag.opened(story_ids, self.settings.now())

    def as_json(self, feed: DailyFeed, language: str | None = None) -> FeedJson:
        """The feed as others read it (contract: the feed's JSON)."""
        labels = self.labels(language)
        return FeedJson(
            wijk=feed.wijk,
            date=feed.day,
            generated_at=feed.generated_at,
            items_considered=feed.items_considered,
            minutes=feed.minutes,
            stories=[self._story_json(story, labels) for story in feed.stories if story.entry.shown],
            below_line=BelowLine(count=sum(not story.entry.shown for story in feed.stories)),
        )

    def _story_json(self, story: FeedStory, labels: Labels) -> JsonStory:
        assessment, verification = story.assessment, story.assessment.verification
        published = [item.published_at for item in story.items if item.published_at]
        types = {source.key: source.type for source in self.settings.wijk.sources}
        return JsonStory(
            story_id=assessment.story_id,
            rank=story.entry.rank,
            title=assessment.title,
            lang=assessment.lang,
            relevance=assessment.relevance,
            reasons=[
                JsonReason(code=one.code, label=labels.reason(one), value=one.value) for one in assessment.reasons
            ],
            themes=list(assessment.themes),
            places=[JsonPlace(name=place.name, confidence=place.confidence) for place in assessment.places],
            verification=JsonVerification(
                status=verification.status,
                fake_probability=verification.fake_probability,
                band=verification.band,
                evidence=[
                    JsonEvidence(
                        code=one.code, label=labels.words(f"evidence.{one.code}", **one.params), items=list(one.items)
                    )
                    for one in verification.evidence
                ],
                decided_by=verification.decided_by,
            ),
            outlook=_outlook_json(assessment.outlook),
            urgent=assessment.urgent is not None,
            first_published_at=min(published, default=None),
            first_fetched_at=story.first_fetched_at,
            items=[
                JsonItem(
                    item_id=item.item_id,
                    url=item.url,
                    source=item.source_key,
                    type=types.get(item.source_key, "social"),
                    lang=item.lang,
                    published_at=item.published_at,
                )
                for item in story.items
            ],
            selected_as=story.entry.selected_as,
        )

    def _log(self, action: str, **subject: str | int | float | bool | None) -> None:
        at: datetime = self.settings.now()
        audit.record(self.store, at, self.settings.environment.user, action, wijk=self._wijk, **subject)


def _outlook_json(outlook: Outlook | None) -> JsonOutlook | None:
    if outlook is None:
        return None
    return JsonOutlook(
        low=outlook.low,
        median=outlook.median,
        high=outlook.high,
        horizon_hours=outlook.horizon_hours,
        few_data=outlook.few_data,
    )


def _recut(entries: Sequence[tuple[FeedEntry, Assessment]], minutes: float) -> list[tuple[FeedEntry, Assessment]]:
    """The stored order with the line drawn at another number of minutes; at least one story stays above it."""
    spent, cut = 0.0, []
    for position, (entry, assessment) in enumerate(entries):
        spent += entry.minutes
        cut.append((replace(entry, shown=position == 0 or spent <= minutes), assessment))
    return cut
