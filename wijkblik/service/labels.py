"""Codes and parameters as words."""

from __future__ import annotations

from dataclasses import dataclass
from zoneinfo import ZoneInfo

from wijkblik.locale import Words
from wijkblik.models.items import Polling
from wijkblik.models.stories import Reason
from wijkblik.models.wijk import Theme


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
        return self.words(f"reason.{reason.code}", **params)

    def fault(self, code: str) -> str:
        key = f"fault.{code}"
        return self.words(key) if self.words.has(key) else self.words("fault.failed")

    def why(self, polling: Polling) -> str:
        """Why a source is in its state, and what a person can do; empty when all is well."""
        if not polling.reason:
            return ""
        key = f"source_reason.{polling.reason}"
        return self.words(key) if self.words.has(key) else self.fault(polling.reason)

    def plan(self, polling: Polling, zone: ZoneInfo) -> str:
        """Why a source is asked when it is; empty when it is not asked by itself, or was never asked."""
        key = f"cadence.{polling.plan}"
        if not polling.plan or polling.next_check_at is None or not self.words.has(key):
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
