"""How late items reach a person, from the lag ledger."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from statistics import median, quantiles

from wijkblik.models.lag import STEPS, Lag, LagSummary, Step


def summarise(lags: Iterable[Lag]) -> list[LagSummary]:
    """Median and 90th percentile of the time since publication, per source, in order of the sources' keys.

    Items that stood there before a source was first asked say nothing of its lag; they count only
    where there are no others, and the summary's `backlog` says how many they are.
    """
    by_source: dict[str, list[Lag]] = {}
    for lag in lags:
        by_source.setdefault(lag.source_key, []).append(lag)
    return [_summary(key, found) for key, found in sorted(by_source.items())]


def _summary(key: str, lags: Sequence[Lag]) -> LagSummary:
    dated = [lag for lag in lags if lag.published_at is not None]
    backlog = [lag for lag in dated if lag.was_there]
    new = [lag for lag in dated if not lag.was_there]
    counted = new or backlog
    delays = {step: found for step in STEPS if (found := _delays(counted, step))}
    return LagSummary(
        source_key=key,
        items=len(counted),
        backlog=len(backlog),
        only_backlog=bool(backlog) and not new,
        median={step: median(found) for step, found in delays.items()},
        p90={step: _p90(found) for step, found in delays.items()},
    )


def _delays(lags: Sequence[Lag], step: Step) -> list[float]:
    moments = ((lag.published_at, getattr(lag, f"{step}_at")) for lag in lags)
    return [max((at - published).total_seconds(), 0.0) for published, at in moments if published and at]


def _p90(values: Sequence[float]) -> float:
    return quantiles(values, n=10, method="inclusive")[-1] if len(values) > 1 else values[0]
