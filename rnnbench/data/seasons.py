"""The season of a person's own series: what its frequency suggests, where the training rows repeat it.

A season of m rows is tested by the autocorrelation at lag m of the rows less their centred moving average over m rows,
as in the M4 competition's test of seasonality (Makridakis, Spiliotis and Assimakopoulos, 2020, "The M4 Competition:
100,000 time series and 61 forecasting methods"), with three differences: the moving average is removed first, since a
random walk is autocorrelated at every lag; the noise bound is Bartlett's for a random walk less its moving average,
which is uncorrelated from lag m on; and the mean autocorrelation of lags 0 to m is subtracted, which a bent trend has.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from rnnbench.data.frequencies import BUSINESS, NANOSECONDS, is_steps, months_of, sessions_of, step_of

BOUND = 2.326
"""Standard errors above which a season is taken to exist: noise exceeds them once in a hundred series."""
LEAST_AUTOCORRELATION = 0.1
"""Weaker seasons are not used, however certain: they repeat a hundredth of the variance."""
FEWEST_SEASONS = 3
MOST_SEASONS = 50
"""Seasons at the end of training that are tested."""
BETTER = 0.95
"""A longer season is taken instead of a shorter one where its naive error is at most this share of the other's."""
ROUNDING = 1e-12


@dataclass(frozen=True)
class Candidate:
    """A season that a frequency suggests, in rows, and its name."""

    length: int
    name: str


@dataclass(frozen=True)
class Season:
    """The season of a series in rows, 1 without one, and the sentence that says why."""

    length: int
    sentence: str


def candidates(frequency: str) -> tuple[Candidate, ...]:
    """The seasons that a frequency suggests, the shorter first."""
    step, day = step_of(frequency), NANOSECONDS["D"]
    if months := months_of(frequency):
        spans = {"a year": 12 / months}
    elif frequency == BUSINESS:
        spans = {"a week": 5.0}
    elif (daily := sessions_of(frequency)) is not None:
        spans = {"a day": float(len(daily.slots))}
        spans["a week"] = spans["a day"] * (5 if daily.are_business_days else 7)
    elif step < NANOSECONDS["s"]:
        spans = {}
    elif step < NANOSECONDS["min"]:
        spans = {"an hour": NANOSECONDS["h"] / step, "a day": day / step}
    elif step < day:
        spans = {"a day": day / step, "a week": 7 * day / step}
    elif step == day:
        spans = {"a week": 7.0, "a year": 365.0}
    else:
        spans = {"a year": 52 * NANOSECONDS["W"] / step} if step % NANOSECONDS["W"] == 0 else {}
    return tuple(Candidate(int(rows), name) for name, rows in spans.items() if rows >= 2 and rows == int(rows))


def season_of(train: np.ndarray, frequency: str) -> Season:
    """The season of training rows (rows, channels), tested on these rows only."""
    suggested = candidates(frequency)
    if is_steps(frequency):
        return Season(
            1, "no season: rows are counted; type the time between them, such as --frequency 1h, if there is one"
        )
    if not suggested:
        return Season(1, f"no season: a step of {frequency} suggests none")
    long_enough = [candidate for candidate in suggested if len(train) >= FEWEST_SEASONS * candidate.length]
    results = {candidate: _tested(train, candidate.length) for candidate in long_enough}
    existing = [candidate for candidate, (strength, bound) in results.items() if strength > bound]
    chosen = _best(train, existing) if existing else None
    reasons = [
        f"{_rows(candidate)} autocorrelation {results[candidate][0]:.2f} in training"
        + ("" if candidate in existing else f", within the noise bound of {results[candidate][1]:.2f}")
        if candidate in results
        else f"{_rows(candidate)} not tested, since training has fewer than {FEWEST_SEASONS} of them"
        for candidate in sorted(suggested, key=lambda candidate: candidate != chosen)
    ]
    if chosen is None:
        return Season(1, f"no season: {'; '.join(reasons)}")
    return Season(chosen.length, f"season of {'; '.join(reasons)}")


def _rows(candidate: Candidate) -> str:
    return f"{candidate.length} rows ({candidate.name}):"


def _best(train: np.ndarray, existing: list[Candidate]) -> Candidate:
    """The season whose seasonal naive forecast has the smallest error; a longer season must be clearly better."""
    longest = max(candidate.length for candidate in existing)
    rows = train[-(MOST_SEASONS + 1) * longest :]
    scale = np.where(rows.std(axis=0) > 0, rows.std(axis=0), 1.0)

    def error(candidate: Candidate) -> float:
        return float((np.abs(rows[longest:] - rows[longest - candidate.length : -candidate.length]) / scale).mean())

    best = existing[0]
    for candidate in existing[1:]:
        best = candidate if error(candidate) <= BETTER * error(best) else best
    return best


def _tested(train: np.ndarray, season: int) -> tuple[float, float]:
    """The seasonal autocorrelation, the median over channels, and the bound that it must exceed."""
    detrended = [_less_moving_average(channel, season) for channel in train[-(MOST_SEASONS + 1) * season :].T]
    strengths = [_seasonal_autocorrelation(channel, season) for channel in detrended]
    squares, of_noise = _null(season)
    pairs = len(detrended[0]) - season
    bound = of_noise + BOUND * np.sqrt((1 + 2 * squares) / pairs)
    return float(np.median(strengths)), max(float(bound), LEAST_AUTOCORRELATION)


def _less_moving_average(channel: np.ndarray, season: int) -> np.ndarray:
    """The rows that have a centred moving average over a season, less it."""
    centred = channel - channel.mean()
    sums = np.cumsum(np.append(0.0, centred))
    means = (sums[season:] - sums[:-season]) / season
    if season % 2 == 0:
        means = (means[1:] + means[:-1]) / 2
    first = season // 2
    rest = np.asarray(centred[first : first + len(means)] - means)
    # by rounding, a line or a constant less its average varies by about 1e-16 of its size
    return rest if np.ptp(rest) > ROUNDING * np.abs(channel).max() else np.zeros_like(rest)


def _seasonal_autocorrelation(rows: np.ndarray, season: int) -> float:
    """The autocorrelation at lag `season` less the mean over lags 0 to `season`, where lag 0 counts half.

    That mean is zero for a season, for noise and for a random walk, whose moving average is removed, and near the
    autocorrelation itself for what a moving average leaves of a bent trend.
    """
    rows = rows - rows.mean()
    now, before = rows[season:], rows[:-season]
    sums = np.cumsum(np.append(0.0, rows))
    past_mean = (sums[season:-1] - sums[: -season - 1]) / season
    size = float(np.sqrt((now @ now) * (before @ before)))
    return float(now @ (before - past_mean)) / size - 0.5 / season if size > 0 else 0.0


@lru_cache(maxsize=32)
def _null(season: int) -> tuple[float, float]:
    """Of a random walk less its moving average, the sum of squared autocorrelations before lag `season`.

    And the autocorrelation of white noise at that lag, which is above zero where the moving average has an even span:
    its first and last row are then one season apart.
    """
    weights = np.full(season, -1 / season) if season % 2 else np.full(season + 1, -1 / season)
    if season % 2 == 0:
        weights[[0, -1]] /= 2
    weights[season // 2] += 1
    response = np.cumsum(weights)[:-1]
    spectrum = np.abs(np.fft.rfft(response, 2 * len(response))) ** 2
    autocorrelations = np.fft.irfft(spectrum)[: len(response)]
    of_noise = float(weights[season:] @ weights[: len(weights) - season] / (weights @ weights))
    return float(((autocorrelations[1:] / autocorrelations[0]) ** 2).sum()), of_noise
