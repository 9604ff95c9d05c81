"""Numbers that others published, or that PROTOCOL section 7 worked out apart from this code, come out again.

The research data is not part of the repository: it is looked for in RNNBENCH_DATA, then beside the project.
"""

from __future__ import annotations

import csv
import os
from pathlib import Path

import numpy as np
import pytest

from rnnbench.data.splitting import series_splits
from rnnbench.metrics.forecasts import ForecastErrors
from rnnbench.metrics.text import nats, nats_per_character
from rnnbench.tasks.baseline import BaselineResult
from rnnbench.tasks.forecasting import baselines
from rnnbench.tasks.methods import naive
from rnnbench.tasks.methods.ngram import WittenBell
from rnnbench.tasks.sentiment.baselines import TOKEN_PATTERN

DATA = Path(os.environ.get("RNNBENCH_DATA") or Path(__file__).resolve().parents[2].parent / "shared" / "data")


def _path(name: str) -> Path:
    path = DATA / name
    if not path.is_file():
        pytest.skip(f"research data is absent: {path} (set RNNBENCH_DATA to the folder that holds it)")
    return path


def _columns(name: str) -> np.ndarray:
    with _path(name).open(encoding="utf-8", newline="") as lines:
        rows = [*csv.reader(lines)][1:]
    return np.array([row[1:] for row in rows], dtype=float)


def test_witten_bell_on_tiny_shakespeare() -> None:
    text = _path("tinyshakespeare/input.txt").read_text(encoding="utf-8")
    alphabet, ids = np.unique([*text], return_inverse=True)
    border = int(0.9 * len(ids))
    model = WittenBell(ids[:border], vocabulary_size=len(alphabet), order=7)
    found = [nats_per_character(nats(row), len(row)) for row in model.log_probabilities_by_order(ids[border:])]
    assert len(alphabet) == 65
    assert found == pytest.approx([3.347, 2.486, 2.049, 1.774, 1.669, 1.698, 1.779], abs=0.001)


@pytest.mark.parametrize(("longest", "published"), [(1, 0.778), (2, 0.788)])
def test_naive_bayes_on_movie_reviews_in_ten_folds(longest: int, published: float) -> None:
    from sklearn.feature_extraction.text import CountVectorizer
    from sklearn.model_selection import StratifiedKFold, cross_val_score
    from sklearn.naive_bayes import MultinomialNB
    from sklearn.pipeline import make_pipeline

    texts, labels = [], []
    for label, name in enumerate(("neg", "pos")):
        lines = _path(f"mr/rt-polarity.{name}").read_bytes().decode("latin-1").split("\n")
        texts += [line for line in lines if line]
        labels += [label] * (len(texts) - len(labels))
    assert len(texts) == 2 * 5331
    counter = CountVectorizer(ngram_range=(1, longest), token_pattern=TOKEN_PATTERN)
    folds = StratifiedKFold(10, shuffle=True, random_state=0)
    scores = cross_val_score(make_pipeline(counter, MultinomialNB()), texts, labels, cv=folds)
    assert scores.mean() == pytest.approx(published, abs=0.01)


@pytest.fixture(scope="module")
def etth1() -> dict[str, BaselineResult]:
    levels = _columns("ett/ETTh1.csv")
    times = np.arange(len(levels)).astype("datetime64[ns]")
    splits = series_splits(levels, np.empty((len(levels), 0)), times, (8640, 11520), 14400).opened()
    found = baselines.run(
        splits.train,
        splits.validation,
        splits.test,
        lookback=96,
        horizon=96,
        season_length=24,
    )
    results = {}
    for result in found:
        results[result.model] = result
        if result.model == "ridge":  # what follows has no published number here
            return results
    return results


@pytest.mark.parametrize(
    ("model", "published"),
    [("last_value", 1.294), ("seasonal_naive", 0.512), ("seasonal_mean", 0.406), ("ridge", 0.383)],
)
def test_etth1_from_96_hours_to_96(etth1: dict[str, BaselineResult], model: str, published: float) -> None:
    assert etth1[model].metrics["test/mse_standardised"] == pytest.approx(published, abs=0.0006)


@pytest.mark.parametrize(
    ("rule", "percentage_error", "scaled_error"),
    [("seasonal_naive", 9.99, 1.571), ("seasonal_naive_with_growth", 2.95, 0.441)],
)
def test_the_last_year_of_airline_passengers(rule: str, percentage_error: float, scaled_error: float) -> None:
    passengers = _columns("airline-passengers/airline-passengers.csv")
    known, year = passengers[:132], passengers[None, 132:]
    forecast = getattr(naive, rule)(known[None], horizon=12, season_length=12)
    assert 100 * np.mean(np.abs(year - forecast) / year) == pytest.approx(percentage_error, abs=0.005)
    # the published scale comes from all eleven years before, not from training without validation
    errors = ForecastErrors.from_training(known, 12)
    errors.add(year, forecast)
    assert errors.metrics()["mase"] == pytest.approx(scaled_error, abs=0.0005)
