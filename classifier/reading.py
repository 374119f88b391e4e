"""All that is read from one item's text, once; every later step builds on it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, tzinfo

from classifier.cues import Cues, find_cues
from classifier.heads import THEME, TextHeads
from classifier.lexicon import Lexicon, Words
from classifier.patterns import WordIndex, tokens
from classifier.places import Gazetteer, Places
from classifier.text import language, normal, words
from classifier.times import find_times
from wijkblik.models.background import GazetteerPlace
from wijkblik.models.items import Item
from wijkblik.models.stories import EventTime
from wijkblik.models.wijk import Rule, Theme, Wijk


@dataclass(frozen=True, slots=True)
class Reading:
    """What an item's text says: language, places, times, kinds of happening (concepts), themes with their words, and cues about its truth.

    `words` are those of the text in normal form. `theme_chances` and `signals` are what the text heads say (0..1),
    empty where there are none.
    """

    item: Item
    lang: str | None
    places: Places
    themes: Mapping[str, tuple[str, ...]]
    rules: Mapping[str, float]
    exclusions: tuple[str, ...]
    cues: Cues
    words: tuple[str, ...]
    times: tuple[EventTime, ...] = ()
    concepts: frozenset[str] = frozenset()
    theme_chances: Mapping[str, float] = field(default_factory=dict)
    signals: Mapping[str, float] = field(default_factory=dict)


class Reader:
    """Reads items, and each of them once."""

    def __init__(
        self,
        gazetteer: Gazetteer,
        themes: Mapping[str, Theme],
        *,
        concepts: Words,
        languages: tuple[str, ...],
        zone: tzinfo,
        rules: Iterable[Rule] = (),
        exclusions: Iterable[str] = (),
        heads: TextHeads | None = None,
    ) -> None:
        self._gazetteer, self._languages, self._zone = gazetteer, languages, zone
        self._themes = Lexicon({key: theme.words for key, theme in themes.items()})
        self._concepts = Lexicon(concepts)
        self._weights = {rule.text: rule.weight for rule in rules}
        self._rules = WordIndex({text: [text] for text in self._weights})
        self._exclusions = WordIndex({text: [text] for text in exclusions})
        self._heads = heads
        self._known: dict[Item, Reading] = {}

    @classmethod
    def of(
        cls,
        wijk: Wijk,
        themes: Mapping[str, Theme],
        concepts: Words,
        today: date,
        register: Sequence[GazetteerPlace] = (),
        heads: TextHeads | None = None,
    ) -> Reader:
        """The reader of a wijk on a day; a rule that has expired by then matches nothing. `register` is of its municipality."""
        return cls(
            Gazetteer.of(wijk, register),
            themes,
            concepts=concepts,
            languages=wijk.languages,
            zone=wijk.zone,
            rules=[rule for rule in wijk.rules if rule.expires >= today],
            exclusions=wijk.exclusions,
            heads=heads,
        )

    def read(self, items: Sequence[Item]) -> list[Reading]:
        """A reading of each item, in their order. Many at once are read faster than one by one."""
        new = [item for item in dict.fromkeys(items) if item not in self._known]
        chances = self._heads.judge([_text_of(item) for item in new]) if self._heads else [{}] * len(new)
        for item, said in zip(new, chances, strict=True):
            self._known[item] = self._read(item, said)
        return [self._known[item] for item in items]

    def _read(self, item: Item, said: Mapping[str, float]) -> Reading:
        text = _text_of(item)
        plain = normal(text)
        parts = tokens(plain)
        lang = language(text, item.lang, self._languages)
        return Reading(
            item=item,
            lang=lang,
            places=self._gazetteer.find(text, item.point, item.source_key),
            themes=self._themes.find(parts, lang),
            concepts=frozenset(self._concepts.find(parts, lang)),
            rules={text: self._weights[text] for text in self._rules.find(parts)},
            exclusions=tuple(sorted(self._exclusions.find(parts))),
            cues=find_cues(parts, normal(item.title)),
            words=tuple(words(text)),
            times=find_times(text, item.at, self._zone),
            theme_chances={name.removeprefix(THEME): one for name, one in said.items() if name.startswith(THEME)},
            signals={name: one for name, one in said.items() if not name.startswith(THEME)},
        )


def _text_of(item: Item) -> str:
    return f"{item.title}\n{item.text}" if item.title else item.text
