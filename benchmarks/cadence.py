"""How long items wait to be found, per request spent: `python -m benchmarks.cadence [--seed N]`.

Sources with known habits (benchmarks.arrivals) are asked by three policies, each with the same total number of
requests: Wijkblik's own (`collector.cadence` as it is, with configs/defaults.yaml), one fixed interval for all, and
7 days / (entries of the last week x factor) within 5 to 1,440 minutes, which is what miniflux does under
POLLING_SCHEDULER=entry_frequency. The factor is set so that the totals are equal. An item waits from its publication
to the first request after it. Where one model is looked at, the others have as many requests for its sources as
Wijkblik spent on them. No limits of servers, no failures and no shared hosts are simulated.
"""

from __future__ import annotations

import argparse
import math
import random
from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from benchmarks.arrivals import DAY, MODELS, Habits, Publishing, population
from benchmarks.measure import RESULTS, ROOT, Figure, save
from collector.cadence import learn, next_check, price
from wijkblik.models.cadence import Rhythm
from wijkblik.models.wijk import Cadence, Defaults
from wijkblik.yamlfile import load_model

ZONE = ZoneInfo("Europe/Amsterdam")
START = datetime(2026, 9, 7, tzinfo=ZONE)
SEEDS = (1, 2, 3)
ROUND = 360.0
"""The minutes after which the wijk's price is reckoned again; the product does so every round."""
WEEK, SHORTEST, LONGEST = 7 * DAY, 5.0, 1440.0
HALVINGS = 22

Checks = Sequence[Sequence[float]]
"""Per source, the minutes at which it was asked, in order."""


@dataclass(frozen=True, slots=True)
class Setting:
    """How much is simulated: sources per model, days to learn in, days that are measured."""

    each: int
    learning_days: int
    measured_days: int

    @property
    def begin(self) -> float:
        return self.learning_days * DAY

    @property
    def end(self) -> float:
        return (self.learning_days + self.measured_days) * DAY


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a policy did in the measured days: requests, items, and the minutes that those waited, in sum."""

    requests: int
    items: int
    waited: float

    def __add__(self, other: Outcome) -> Outcome:
        return Outcome(self.requests + other.requests, self.items + other.items, self.waited + other.waited)

    @property
    def lag(self) -> float:
        """The minutes that an item waited on average."""
        return self.waited / self.items if self.items else math.nan


NOTHING = Outcome(0, 0, 0.0)


def main() -> None:
    """Simulate, print a table and keep the figures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seed", type=int, action="append", help=f"may be given more than once; {SEEDS} without")
    parser.add_argument("--each", type=int, default=15, help="sources per model")
    parser.add_argument("--learning-days", type=int, default=28)
    parser.add_argument("--measured-days", type=int, default=21)
    parser.add_argument("--out", type=Path, default=RESULTS / "cadence.json")
    args = parser.parse_args()
    setting = Setting(args.each, args.learning_days, args.measured_days)
    defaults: Defaults = load_model(ROOT / "configs" / "defaults.yaml", Defaults)
    cadence, habits = defaults.cadence, Habits()
    seeds = tuple(args.seed or SEEDS)
    runs = [run(seed, setting, habits, cadence) for seed in seeds]
    parameters = {"seeds": seeds, **asdict(setting), "habits": asdict(habits), "cadence": cadence.model_dump()}
    title = f"How long items wait to be found, at equal requests ({setting.each * len(MODELS)} simulated sources)"
    save(args.out, title, "python -m benchmarks.cadence", figures(runs, setting, cadence), parameters)


Run = dict[str, tuple[Outcome, Outcome, Outcome]]
"""Per model, and over all: what Wijkblik, one interval and the rule by entries did with as many requests."""


def run(seed: int, setting: Setting, habits: Habits, cadence: Cadence) -> Run:
    """One population, asked by Wijkblik; then all of it, and each model's sources apart, by the others."""
    chance = random.Random(seed)
    sources = population(chance, setting.each, setting.end / DAY, START, habits)
    checks = as_wijkblik(sources, setting, cadence)
    groups = {"all": sources} | {model: [one for one in sources if one.model == model] for model in MODELS}
    asked = dict(zip(map(id, sources), checks, strict=True))
    outcomes: Run = {}
    for name, group in groups.items():
        ours = outcome(group, [asked[id(one)] for one in group], setting)
        interval = len(group) * (setting.end - setting.begin) / ours.requests
        fixed = [at_intervals(chance.uniform(0, interval), interval, setting) for _ in group]
        by_entries = at_factor(group, ours.requests, setting)
        outcomes[name] = (ours, outcome(group, fixed, setting), outcome(group, by_entries, setting))
    return outcomes


def as_wijkblik(sources: Sequence[Publishing], setting: Setting, cadence: Cadence) -> Checks:
    """The product's own decisions, with what it could know at each moment."""
    start = START.astimezone(UTC)
    checks: list[list[float]] = [[] for _ in sources]
    rhythms, next_at, seen = [Rhythm()] * len(sources), [0.0] * len(sources), [0] * len(sources)
    until = 0.0
    while until < setting.end + DAY:
        at_price = price(rhythms, cadence, start + timedelta(minutes=until), ZONE)
        until += ROUND
        for number, source in enumerate(sources):
            while next_at[number] < until:
                at = next_at[number]
                now = start + timedelta(minutes=at)
                checks[number].append(at)
                known = bisect_right(source.minutes, at)
                if known > seen[number] or rhythms[number].since is None:
                    new = [start + timedelta(minutes=minutes) for minutes in source.minutes[seen[number] : known]]
                    rhythms[number], seen[number] = learn(rhythms[number], new, now, ZONE), known
                plan = next_check(now, cadence, rhythms[number], zone=ZONE, price=at_price)
                next_at[number] = (plan.at - start) / timedelta(minutes=1)
    return checks


def at_intervals(first: float, interval: float, setting: Setting) -> list[float]:
    """One interval, whatever the source."""
    count = math.ceil((setting.end + DAY - setting.begin) / interval) + 1
    return [setting.begin + first + number * interval for number in range(count)]


def at_factor(sources: Sequence[Publishing], requests: int, setting: Setting) -> Checks:
    """7 days / (entries of the last week x factor), with the factor at which this costs as many requests."""
    low, high = 1e-3, 1e4
    checks: Checks = []
    for _ in range(HALVINGS):
        factor = math.sqrt(low * high)
        checks = [by_entries(source.minutes, factor, setting) for source in sources]
        spent = sum(_between(one, setting) for one in checks)
        if spent == requests:
            break
        low, high = (factor, high) if spent < requests else (low, factor)
    return checks


def by_entries(minutes: Sequence[float], factor: float, setting: Setting) -> list[float]:
    """One source by miniflux's rule."""
    at, checks = setting.begin - DAY, []
    while at < setting.end + LONGEST:
        checks.append(at)
        entries = bisect_right(minutes, at) - bisect_right(minutes, at - WEEK)
        at += min(max(WEEK / (entries * factor), SHORTEST), LONGEST) if entries else LONGEST
    return checks


def outcome(sources: Sequence[Publishing], checks: Checks, setting: Setting) -> Outcome:
    """What came of the measured days."""
    total = NOTHING
    for source, asked in zip(sources, checks, strict=True):
        items = [at for at in source.minutes if setting.begin <= at < setting.end]
        waited = sum(asked[bisect_left(asked, at)] - at for at in items)
        total += Outcome(_between(asked, setting), len(items), waited)
    return total


def figures(runs: Sequence[Run], setting: Setting, cadence: Cadence) -> list[Figure]:
    """The ratios beside their targets, then the minutes they are made of."""
    pooled = {name: [sum((run[name][policy] for run in runs), NOTHING) for policy in range(3)] for name in runs[0]}
    source_days = len(runs) * setting.each * len(MODELS) * setting.measured_days
    found = [
        _ratio("all sources, beside one interval", runs, "all", 1, 0.6),
        _ratio("all sources, beside 7 days / (entries x factor)", runs, "all", 2, 0.85),
        Figure("requests per source and day", pooled["all"][0].requests / source_days, "", cadence.requests_per_day),
    ]
    for name, (mine, theirs, by_rule) in pooled.items():
        if mine.items:
            detail = f"one interval {theirs.lag:.1f}, by entries {by_rule.lag:.1f}; {mine.items:,} items"
            found.append(Figure(f"{name}: mean wait", mine.lag, "min", detail=detail))
    for name in MODELS:
        spent = pooled[name][0].requests * len(MODELS) / source_days
        found.append(Figure(f"{name}: requests per source and day", spent, ""))
    return found


def _ratio(what: str, runs: Sequence[Run], name: str, policy: int, target: float) -> Figure:
    """Our mean wait over another's, over all runs together."""
    ours, other = (sum((run[name][one] for run in runs), NOTHING) for one in (0, policy))
    each = sorted(run[name][0].lag / run[name][policy].lag for run in runs)
    spent = f"{other.requests / ours.requests:.3f} x our requests"
    return Figure(what, ours.lag / other.lag, "×", target, detail=f"per seed {each[0]:.2f} to {each[-1]:.2f}; {spent}")


def _between(checks: Sequence[float], setting: Setting) -> int:
    return bisect_left(checks, setting.end) - bisect_left(checks, setting.begin)


if __name__ == "__main__":
    main()
