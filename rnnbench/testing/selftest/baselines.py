"""Baselines equal the results of their libraries, called directly on the same data."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from rnnbench.data import DataSettings, load
from rnnbench.data.kinds import LabelledTexts
from rnnbench.tasks.methods import naive, statistical
from rnnbench.tasks.methods.ngram import WittenBell
from rnnbench.tasks.methods.ridge import RidgeSums
from rnnbench.tasks.methods.windows import Chunk
from rnnbench.tasks.sentiment import baselines as classifiers
from rnnbench.testing.selftest import made
from rnnbench.testing.selftest.base import Check, Context

CLOSE = 1e-6
SEASON, HORIZON, TRAIN_ROWS = 12, 6, 120


def check(context: Context) -> Iterator[Check]:
    """Check classifiers, forecasters and the n-gram."""
    context.progress("baselines against scikit-learn, statsforecast and NumPy")
    loaded = load(DataSettings(path=str(made.write_labelled(context.folder / "labelled.csv"))), "labelled_text")
    assert isinstance(loaded, LabelledTexts)
    yield classifiers_equal_scikit_learn(loaded)
    yield forecasters_equal_statsforecast()
    yield ridge_equals_closed_form()
    yield ngram_sums_to_one()


def classifiers_equal_scikit_learn(loaded: LabelledTexts) -> Check:
    """Compare accuracy and log loss of Naive Bayes and the logistic regressions with pipelines of scikit-learn."""
    from sklearn.feature_extraction.text import CountVectorizer, TfidfVectorizer
    from sklearn.linear_model import LogisticRegression
    from sklearn.metrics import accuracy_score, log_loss
    from sklearn.naive_bayes import MultinomialNB
    from sklearn.pipeline import make_pipeline

    splits = loaded.splits.opened()
    ours = {
        result.model: result
        for result in classifiers.run(
            splits.train.texts, splits.train.labels,
            splits.validation.texts, splits.validation.labels,
            splits.test.texts, splits.test.labels,
            class_count=2,
        )
    }  # fmt: skip
    words = {"ngram_range": (1, 2), "token_pattern": classifiers.TOKEN_PATTERN}
    characters = {"analyzer": "char", "ngram_range": (1, 3)}
    chosen = {
        model: float(result.note.partition("C = ")[2].split()[0].rstrip(",;"))
        for model, result in ours.items()
        if "C = " in result.note
    }
    theirs = {
        "naive_bayes": make_pipeline(CountVectorizer(**words), MultinomialNB()),
        "tfidf_logistic_regression": make_pipeline(
            TfidfVectorizer(**words, sublinear_tf=True),
            LogisticRegression(C=chosen["tfidf_logistic_regression"], max_iter=1000),
        ),
        "character_ngrams": make_pipeline(
            TfidfVectorizer(**characters, sublinear_tf=True),
            LogisticRegression(C=chosen["character_ngrams"], max_iter=1000),
        ),
    }
    gaps = {}
    for model, pipeline in theirs.items():
        pipeline.fit([*splits.train.texts], splits.train.labels)
        probabilities = pipeline.predict_proba([*splits.test.texts])
        accuracy = accuracy_score(splits.test.labels, pipeline.predict([*splits.test.texts]))
        expected = {"test/accuracy": accuracy, "test/log_loss": log_loss(splits.test.labels, probabilities)}
        gaps[model] = max(abs(ours[model].metrics[key] - value) for key, value in expected.items())
    return _agreed("Naive Bayes and logistic regression: equal to scikit-learn", gaps)


def forecasters_equal_statsforecast() -> Check:
    """Compare seasonal naive and AutoETS forecasts from the end of training with statsforecast."""
    from statsforecast.models import AutoETS, SeasonalNaive

    rows = np.arange(TRAIN_ROWS + 2 * HORIZON)
    noise = np.random.default_rng(0).standard_normal(len(rows))
    series = 20 + 4 * np.sin(2 * np.pi * rows / SEASON) + 0.5 * noise
    train = series[:TRAIN_ROWS]
    own_naive = naive.seasonal_naive(train[None, :, None], horizon=HORIZON, season_length=SEASON).ravel()
    their_naive = SeasonalNaive(SEASON).forecast(train, h=HORIZON)["mean"]
    request = statistical.RollingRequest(
        series[:, None],
        train_rows=TRAIN_ROWS,
        test_rows=TRAIN_ROWS,
        validation_origins=np.array([TRAIN_ROWS, TRAIN_ROWS + 1]),
        test_origins=np.array([], dtype=int),
        horizon=HORIZON,
        season_length=SEASON,
    )
    rolled = statistical.auto_ets(request)
    # validation chooses between two model classes: the forecast must equal that of one of them
    kinds = [AutoETS(season_length=SEASON, model=kind).fit(train).predict(h=HORIZON)["mean"] for kind in ("ZZZ", "ZZA")]
    nearest = min(float(np.abs(rolled.forecasts[0, :, 0] - theirs).max()) for theirs in kinds)
    gaps = {"seasonal_naive": float(np.abs(own_naive - their_naive).max()), rolled.chosen[0]: nearest}
    return _agreed("seasonal naive and AutoETS: equal to statsforecast", gaps)


def ridge_equals_closed_form() -> Check:
    """Compare the ridge baseline with scikit-learn's Ridge and with the normal equations."""
    from sklearn.linear_model import Ridge

    generator = np.random.default_rng(0)
    past, future, penalty = generator.normal(size=(80, 4, 1)), generator.normal(size=(80, 3, 1)), 0.1
    ours = RidgeSums([Chunk(past[:30], future[:30]), Chunk(past[30:], future[30:])]).solve(penalty, is_shared=True)
    last = past[:, -1]
    inputs, targets = past[:, :, 0] - last, future[:, :, 0] - last
    forecasts = ours.forecast(past)[:, :, 0] - last
    theirs = Ridge(alpha=penalty * len(inputs)).fit(inputs, targets).predict(inputs)
    centred, means = inputs - inputs.mean(axis=0), targets.mean(axis=0)
    shrunk = centred.T @ centred + penalty * len(inputs) * np.eye(inputs.shape[1])
    solved = centred @ np.linalg.solve(shrunk, centred.T @ (targets - means)) + means
    gaps = {"scikit-learn": float(np.abs(forecasts - theirs).max()), "NumPy": float(np.abs(forecasts - solved).max())}
    return _agreed("ridge baseline: equal to scikit-learn and the normal equations", gaps)


def ngram_sums_to_one() -> Check:
    """Check that the probabilities of all symbols sum to 1, at every order, after seen and unseen contexts."""
    generator = np.random.default_rng(0)
    size, order = 5, 6
    model = WittenBell(generator.integers(0, size - 1, 400), vocabulary_size=size, order=order)
    worst = 0.0
    for _ in range(50):
        context = generator.integers(0, size, 8)
        ends = [model.log_probabilities_by_order(np.append(context, symbol)) for symbol in range(size)]
        sums = np.exp([[row[-1] for row in rows] for rows in ends]).sum(axis=0)
        worst = max(worst, float(np.abs(sums - 1).max()))
    return _agreed("n-gram: probabilities sum to one", {f"orders 1 to {order}": worst})


def _agreed(name: str, gaps: dict[str, float]) -> Check:
    details = ", ".join(f"{label} {gap:.1e}" for label, gap in gaps.items())
    return Check(name, all(gap < CLOSE for gap in gaps.values()), f"largest difference: {details}")
