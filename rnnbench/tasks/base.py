"""The contract of a task: a LightningModule around an encoder and prepared data, both of which are passed in.

prepare    the data set as tokens or scaled windows, split by split, the test split sealed
loss       of one training batch
observe    collects one evaluation batch; `summarize` then computes the metrics of the whole split, `examples` the score
           of each example
baselines  trivial and classical methods on the same splits
inference  what a stored run of the task can do: generate, predict or forecast
"""

from __future__ import annotations

import math
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator, Mapping
from typing import Any, ClassVar

import pytorch_lightning as pl
import torch
from pytorch_lightning.plugins import DoublePrecision
from torch import Tensor

from rnnbench.core.errors import RnnbenchError
from rnnbench.core.settings import Range, Settings
from rnnbench.core.text import listed
from rnnbench.data.kinds import AnyData, Kind
from rnnbench.data.settings import DataSettings
from rnnbench.data.splits import SplitName
from rnnbench.encoders.base import Encoder, EncoderSettings, Layer, State
from rnnbench.encoders.stack import Stack
from rnnbench.metrics import Metric
from rnnbench.storage.example_scores import ExampleScores
from rnnbench.tasks.baseline import BaselineResult
from rnnbench.tasks.inference import Inference
from rnnbench.tasks.prepared import Prepared

ROUNDING = 1e-5
"""Tolerance of a score outside its metric's bounds, relative to the score."""


class SequenceTask(pl.LightningModule, ABC):
    """A model of one task: the encoder, the task's own layers, its loss and its metrics."""

    Settings: ClassVar[type[Settings]]
    data_kind: ClassVar[Kind]
    metric: ClassVar[Metric]
    """The selecting metric: one of `rnnbench.metrics`, or the task's own, such as
    `Metric("rouge_l", "ROUGE-L", higher_is_better=True, low=0, high=100)`."""
    other_metrics: ClassVar[tuple[Metric, ...]] = ()
    """Further metrics of the task's own, beside those of `rnnbench.metrics`, for `--metric`."""
    requires_causal: ClassVar[bool] = False
    items: ClassVar[str]
    """The unit of `items per second`: tokens, texts, windows."""
    ranged_by_data: ClassVar[tuple[str, ...]] = ()
    """Settings whose search range depends on the data set; see `ranges_of`."""

    Prepared: ClassVar[type[Prepared]]
    """The class of the prepared data, in training and of a stored run."""

    inference: ClassVar[type[Inference] | None] = None
    """The class that uses a stored run; None where no command does."""
    baseline_settings: ClassVar[tuple[str, ...]] = ()
    """Settings that the baselines depend on: they are computed again where one of these changes."""
    baselines_version: ClassVar[int] = 1
    """Increased where a baseline is added or changed: stored ones of earlier versions are not reused."""

    @classmethod
    def data_settings(cls, data: DataSettings, settings: Any) -> DataSettings:
        """The settings of the data with those that the task's own name, such as languages; unchanged by default."""
        return data

    @classmethod
    def build_encoder(
        cls, layer: type[Layer], prepared: Any, encoder_settings: EncoderSettings, settings: Any
    ) -> Encoder:
        """The encoder that `__init__` is given: a stack; tasks that write a sequence need an encoder-decoder.

        settings: the task's.
        """
        return Stack(layer, prepared.input_size, encoder_settings)

    @classmethod
    @abstractmethod
    def prepare(cls, data: AnyData, settings: Any) -> Prepared:
        """The data set as this task reads it; vocabulary and scaler are learned from the training split alone."""

    @classmethod
    def ranges_of(cls, data: AnyData, settings: Any) -> dict[str, Range]:
        """Search ranges that depend on the data set, by setting; none by default."""
        return {}

    @classmethod
    def metric_of(cls, data: AnyData) -> Metric:
        """The selecting metric on a data set: `metric`, unless the training split has none of it."""
        return cls.metric

    @classmethod
    def baselines(cls, data: AnyData, prepared: Any, *, refit: bool) -> Iterator[BaselineResult]:
        """Yields each baseline as soon as it is computed; none by default.

        data, prepared: with the test split opened.
        refit: fit on training and validation together before scoring the test split.
        """
        return iter(())

    def __init__(self, encoder: Encoder, prepared: Any, settings: Any) -> None:
        super().__init__()
        self.encoder = encoder
        self.prepared = prepared
        self.settings = settings
        self.selecting: Metric = self.metric
        """The selecting metric on this data set, as `metric_of` gives it."""
        self.optimization: Callable[[SequenceTask], Any] | None = None
        self.penalty: Callable[[], Tensor] | None = None
        """Added to the training loss: the penalties of `training` (L1, L2, activations)."""
        self.noise = torch.Generator()
        """Random numbers of word dropout and state resets alone, so that they are the same for every encoder."""
        self.observed_items = 0
        """Number of items in all evaluations so far."""

    @abstractmethod
    def loss(self, batch: Any) -> tuple[Tensor, int]:
        """The training loss of a batch, and its number of items."""

    def mean_per_item(self, count: Callable[[Any], float], batch_size: int) -> float:
        """Mean of `count` (such as FLOPs) per item over an epoch of training batches.

        Counts one batch; a task overrides it where batches differ in shape or in the state that they carry.
        """
        batch = next(self.prepared.training_batches(batch_size, 0))
        return count(batch) / self.items_of(batch)

    def items_of(self, batch: Any) -> int:
        """Number of items in a training batch."""
        return len(batch[0])

    def carried_state(self) -> State | None:
        """The encoder's state that the next training batch starts from, for a checkpoint; None where none is carried.

        A task that carries a state from batch to batch overrides this and `carry_state`.
        """
        return None

    def carry_state(self, state: State | None) -> None:
        """Set what `carried_state` gave when the checkpoint was written."""

    @abstractmethod
    def start_evaluation(self) -> None:
        """Clears what an earlier evaluation collected."""

    @abstractmethod
    def observe(self, batch: Any) -> int:
        """Collects the outputs of one evaluation batch; returns its number of items."""

    @abstractmethod
    def summarize(self) -> dict[str, float]:
        """Every metric over the collected batches, by key without the split."""

    @abstractmethod
    def examples(self) -> dict[str, ExampleScores]:
        """By metric, the score of each example of the last evaluation, in the order of the split.

        Has the selecting metric, and any other that is a weighted mean over examples. Examples depend on the data
        alone, not on batches or the encoder, so that two encoders, or an encoder and a baseline, can be paired.
        """

    def checked_summary(self) -> dict[str, float]:
        """`summarize`, checked against the bounds of the task's metrics.

        Raises: RnnbenchError for a score outside the bounds, at which tables cut off intervals.
        """
        scores = self.summarize()
        for metric in (self.selecting, *self.other_metrics):
            score = scores.get(metric.key, math.nan)
            slack = ROUNDING * max(1.0, abs(score))  # a mean of single-precision ones can come out as 1.0000001
            if math.isfinite(score) and not metric.low - slack <= score <= metric.high + slack:
                raise RnnbenchError(
                    f"{type(self).__name__} computes {metric.key} = {score:g}, outside the bounds of its Metric "
                    f"({metric.bounds_text}): correct `low` and `high` there, or `summarize`"
                )
        return scores

    def details(self) -> dict[str, Any]:
        """Results of the last evaluation that are not single numbers, as small plain data; none by default.

        confusion_matrix: counts, rows are true classes, columns predicted ones; classes: their names.
        by_step: by metric, one value for each step of a forecast.
        """
        return {}

    def checked_examples(self, scores: Mapping[str, float]) -> dict[str, ExampleScores]:
        """`examples` of the metrics that are finite, checked: their weighted mean must be the metric.

        scores: by metric, keys without the split.
        Raises: RnnbenchError where the mean differs, since intervals over examples would be of another quantity.
        """
        if not math.isfinite(scores[self.selecting.key]):
            return {}
        by_metric = self.examples()
        if unknown := set(by_metric) - set(scores):
            raise RnnbenchError(
                f"{type(self).__name__} has examples of {listed(sorted(unknown))}, which `summarize` does not compute"
            )
        finite = {metric: examples for metric, examples in by_metric.items() if math.isfinite(scores[metric])}
        for metric, examples in finite.items():
            if not math.isclose(examples.mean, scores[metric], rel_tol=1e-4, abs_tol=1e-6):
                raise RnnbenchError(
                    f"the examples of {type(self).__name__} do not average to {metric}: their weighted mean is "
                    f"{examples.mean:.6g}, the metric {scores[metric]:.6g}; see `examples` in its file"
                )
        return finite

    def evaluate(self, split: SplitName) -> dict[str, float]:
        """Every metric over a whole split, by keys such as `validation/accuracy`."""
        self.eval()
        self.start_evaluation()
        with torch.inference_mode():
            for batch in self.prepared.evaluation_batches(split):
                self.observed_items += self.observe(self.transfer_batch_to_device(batch, self.device, 0))
        return {f"{split}/{key}": float(value) for key, value in self.checked_summary().items()}

    def sample(self) -> str:
        """A sample of generated text, printed during training; empty by default.

        Must not affect training: torch's global generators and the training state stay as they are.
        """
        return ""

    def past_errors(self) -> dict[str, Any]:
        """Quantiles of validation errors for the band of a forecast, as plain data; empty by default."""
        return {}

    def showcase(self) -> dict[str, Any]:
        """A few examples of predictions on the opened test split, as small plain data for the report."""
        return {}

    # called by Lightning

    def transfer_batch_to_device(self, batch: Any, device: torch.device, dataloader_idx: int) -> Any:
        """A batch on the device of the weights, and in their precision where that is double."""
        moved = super().transfer_batch_to_device(batch, device, dataloader_idx)
        return DoublePrecision().convert_input(moved) if self.dtype == torch.float64 else moved

    def configure_optimizers(self) -> Any:
        if self.optimization is None:
            raise RuntimeError("set `optimization` before training")
        return self.optimization(self)

    def training_step(self, batch: Any, batch_idx: int) -> dict[str, Any]:
        loss, items = self.loss(batch)
        if self.penalty is not None:
            loss = loss + self.penalty()
        return {"loss": loss, "items": items}

    def on_validation_epoch_start(self) -> None:
        self.start_evaluation()

    def validation_step(self, batch: Any, batch_idx: int) -> None:
        self.observed_items += self.observe(batch)

    def on_validation_epoch_end(self) -> None:
        self.log_dict({f"validation/{key}": torch.tensor(value) for key, value in self.checked_summary().items()})
