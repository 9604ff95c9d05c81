"""The baselines of a task on its data, as ordinary runs."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import cast

from rnnbench import runs
from rnnbench.baselines import forecasting, sentiment, text_generation
from rnnbench.baselines.base import BaselineResult
from rnnbench.data.base import LabelledTexts, Series, TextCorpus, text_of
from rnnbench.data.text import TokenizerSettings, build_tokenizer
from rnnbench.experiment import ExperimentConfig
from rnnbench.record import RunRecord
from rnnbench.tasks.forecasting import PreparedWindows
from rnnbench.tasks.text_generation import PreparedCorpus
from rnnbench.tracking import PARENT, Tracker


def compute(config: ExperimentConfig) -> Iterator[BaselineResult]:
    """Each baseline of the configuration's task, one at a time; the test split is opened."""
    prepared = runs.prepare(config)
    prepared.open_test()
    yield from _RUNNERS[config.task](config, prepared)


def _text_generation(config: ExperimentConfig, prepared: PreparedCorpus) -> Iterator[BaselineResult]:
    corpus = cast(TextCorpus, runs.load_data(config)).splits.opened()
    splits = (corpus.train, corpus.validation, corpus.test)
    # the n-gram reads characters whatever the encoders read: bits per character compare all the same
    tokenizer = build_tokenizer(TokenizerSettings(kind="characters"), corpus.train)
    yield from text_generation.run(
        *(tokenizer.encode_points(split) for split in splits),
        vocabulary_size=tokenizer.size,
        **dict(zip(("train_text", "validation_text", "test_text"), map(text_of, splits), strict=True)),
    )


def _sentiment(config: ExperimentConfig, prepared: object) -> Iterator[BaselineResult]:
    texts = cast(LabelledTexts, runs.load_data(config))
    splits = texts.splits.opened()
    yield from sentiment.run(
        list(splits.train.texts),
        splits.train.labels,
        list(splits.validation.texts),
        splits.validation.labels,
        list(splits.test.texts),
        splits.test.labels,
        class_count=len(texts.classes),
    )


def _forecasting(config: ExperimentConfig, prepared: PreparedWindows) -> Iterator[BaselineResult]:
    series = cast(Series, runs.load_data(config))
    splits = series.splits.opened()
    yield from forecasting.run(
        splits.train.values,
        splits.validation.values,
        splits.test.values,
        validation_history=splits.validation.history,
        test_history=splits.test.history,
        lookback=prepared.lookback,
        horizon=prepared.horizon,
        season_length=series.season_length,
        learn=series.learn,
    )


_RUNNERS: dict[str, Callable[[ExperimentConfig, object], Iterator[BaselineResult]]] = {
    "text_generation": _text_generation,  # type: ignore[dict-item]
    "sentiment": _sentiment,
    "forecasting": _forecasting,  # type: ignore[dict-item]
}


def tracked_baselines(
    config: ExperimentConfig,
    *,
    tracker: Tracker,
    experiment_id: str,
    parent: str,
    claim: str,
    tell: Callable[[str], None],
) -> None:
    """Computes the baselines below a sweep's run; those of the same data and windows are taken over, not computed again.

    claim: the run that says someone computes them; it ends when they are there.
    """
    writer = tracker.writer(claim)
    first = runs.describe(config, "baseline")
    key = {"fingerprint": first.fingerprint, "baseline_key": _baseline_key(config)}
    earlier = [run for run in tracker.find(experiment_id, kind="baseline", **key) if run.data.tags.get(PARENT)]
    try:
        if earlier:
            source = earlier[-1].data.tags[PARENT]
            for record in tracker.records(experiment_id, source):
                if record.kind == "baseline" and record.tags.get("baseline_key") == key["baseline_key"]:
                    _write(tracker, experiment_id, parent, replace(record, config=first.config))
        else:
            for result in compute(config):
                tell(result.model)
                if not result.skipped:
                    _write(tracker, experiment_id, parent, _record(first, result, key["baseline_key"]))
    except BaseException:
        writer.end("failed")
        raise
    writer.end("completed")


def _baseline_key(config: ExperimentConfig) -> str:
    plain = config.to_plain()["task"]
    return "-".join(str(plain[name]) for name in ("lookback", "horizon") if name in plain) or "all"


def _record(first: RunRecord, result: BaselineResult, key: str) -> RunRecord:
    return replace(
        first,
        model=result.model,
        seed=None,
        metrics=result.metrics,
        costs={"parameters": float(result.parameters), "wall_seconds": result.wall_seconds},
        tags={"note": result.note, "baseline_key": key, "test_opened": "True"},
    )


def _write(tracker: Tracker, experiment_id: str, parent: str, record: RunRecord) -> None:
    writer = tracker.start(experiment_id, record.model, {"kind": "baseline"}, parent)
    writer.finish(record, {"model": record.model})
