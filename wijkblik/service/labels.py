"""Codes and parameters as words."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from collector.changes import STOPPED
from wijkblik.locale import Words
from wijkblik.models.items import Fault, Polling
from wijkblik.models.stories import Reason
from wijkblik.models.wijk import Theme

NOT_BY_ITSELF = STOPPED | {"off"}
"""A source in one of these states is not asked until a person does something."""


@dataclass(frozen=True, slots=True)
class Labels:
    """Codes and parameters of a wijk's data in one language."""

    words: Words
    themes: dict[str, Theme]

    def theme(self, key: str) -> str:
        theme = self.themes.get(key)
        return theme.label.get(self.words.language, key) if theme else key

    def reason(self, reason: Reason) -> str:
        params = dict(reason.params)
        if "theme" in params:
            params["theme"] = self.theme(params["theme"])
        elif reason.code == "learned_theme":
            params["theme"] = self.theme(params["of"])
        elif reason.code == "learned_type":
            params["type"] = self.words(f"source_type.{params['of']}")
        return self.words(f"reason.{reason.code}", **params)

    def priority(self, reason: Reason) -> str:
        """A part of a story's place on the list."""
        params = dict(reason.params)
        if "why" in params:
            params["why"] = self.words(f"urgent.{params['why']}")
        return self.words(f"priority.{reason.code}", **params)

    def fault(self, code: str) -> str:
        key = f"fault.{code}"
        return self.words(key) if self.words.has(key) else self.words("fault.failed")

    def kind(self, kind: str) -> str:
        """A kind of source in words; its name if it is not one of ours."""
        key = f"source_kind.{kind}"
        return self.words(key) if self.words.has(key) else kind

    def cost(self, requests_a_day: int) -> str:
        """What asking a source costs."""
        return self.words("preview.cost", count=requests_a_day) if requests_a_day else self.words("preview.cost_little")

    def found(self, items: int, background: int, shown: int) -> str:
        """What an address holds now."""
        if background and not items:
            return self.words("preview.records", count=background)
        return self.words("preview.found", count=items, shown=shown) if items else self.words("preview.empty")

    def no_preview(self, fault: Fault) -> str:
        """Why an address can't become a source, and what a person can do. Nothing of it is asked again by itself."""
        key = f"preview_fault.{fault.code}"
        return self.words(key, detail=fault.detail) if self.words.has(key) else self.fault(fault.code)

    def state(self, polling: Polling) -> str:
        """A source's state, or that it was never asked."""
        known = polling.checked_at or polling.state in NOT_BY_ITSELF
        return self.words(f"source_state.{polling.state}") if known else self.words("cli.never")

    def upcoming(self, polling: Polling, zone: ZoneInfo) -> str:
        """When a source is asked next."""
        if polling.state in NOT_BY_ITSELF:
            return self.words("cli.not_again")
        at = polling.next_check_at
        return self.words.moment(at, zone) if at else self.words("cli.next_round")

    def remarks(self, polling: Polling, faults: Iterable[Fault]) -> str:
        """What is to be said of a source's state and of its last answer, each thing once; empty when all is well."""
        others = (self.fault(fault.code) for fault in faults if fault.code != polling.reason)
        return " ".join(dict.fromkeys(filter(None, (self.why(polling), *others))))

    def why(self, polling: Polling) -> str:
        """Why a source is in its state, and what a person can do; empty when all is well."""
        if not polling.reason:
            return ""
        key = f"source_reason.{polling.reason}"
        return self.words(key) if self.words.has(key) else self.fault(polling.reason)

    def plan(self, polling: Polling, zone: ZoneInfo) -> str:
        """Why a source is asked when it is; empty when it is not asked by itself, or was never asked."""
        key = f"cadence.{polling.plan}"
        if polling.next_check_at is None or polling.state in NOT_BY_ITSELF or not self.words.has(key):
            return ""
        return self.words(
            key,
            **polling.plan_params,
            every=self.every(float(polling.plan_params.get("minutes", 0))),
            time=self.words.moment(polling.next_check_at, zone),
        )

    def every(self, minutes: float) -> str:
        """How often, in the unit that a person would choose."""
        for unit, length, most in (("minutes", 1, 90), ("hours", 60, 1200)):
            if minutes < most:
                return self.words(f"cadence.every.{unit}", count=round(minutes / length))
        return self.words("cadence.every.days", count=round(minutes / 1440))
