"""The contract of a task: a LightningModule that is given an encoder and prepared data, and builds neither.

Prepared   data made ready once per run: tokens or scaled windows, split by split, test sealed
loss       of one training batch
observe    one evaluation batch; `summarize` makes the metrics of the whole split out of all of them, `examples` the
           score of each example
baselines  trivial and classical methods on the same splits
inference  what a stored run of the task can do: generate, predict or forecast
"""

from __future__ import annotations

import math
from abc import ABC, abstractmethod
from collections import OrderedDict
from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping
from typing import Any, ClassVar, Self, TypeVar

import pytorch_lightning as pl
import torch
from pytorch_lightning.plugins import DoublePrecision
from torch import Tensor

from rnnbench.core.errors import RnnbenchError
from rnnbench.core.settings import Range, Settings
from rnnbench.core.text import listed
from rnnbench.data.kinds import AnyData, Kind
from rnnbench.data.splits import SplitName
from rnnbench.encoders.base import Encoder
from rnnbench.metrics import Metric
from rnnbench.storage.example_scores import ExampleScores
from rnnbench.tasks.baseline import BaselineResult
from rnnbench.tasks.inference import Inference

T = TypeVar("T")
_REMEMBERED: OrderedDict[Hashable, Any] = OrderedDict()
_MOST_REMEMBERED = 3
ROUNDING = 1e-5
"""How far outside of its bounds a score may lie, relative to its size."""


def remembered(key: Hashable, make: Callable[[], T]) -> T:
    """What `make` gives, kept for the next run of this process: a sweep would else tokenize the same text each time."""
    if key not in _REMEMBERED:
        _REMEMBERED[key] = make()
        if len(_REMEMBERED) > _MOST_REMEMBERED:
            _REMEMBERED.popitem(last=False)
    return _REMEMBERED[key]


def endless(batches: Iterable[T]) -> Iterator[T]:
    """Epoch after epoch of the same batches."""
    while True:
        yield from batches


class Prepared(ABC):
    """A data set made ready for one task."""

    input_size: int
    """Features per step that the encoder is given."""

    @abstractmethod
    def training_batches(self, batch_size: int, seed: int) -> Iterator[Any]:
        """Batches without end, epoch after epoch; the same seed gives the same batches whatever the encoder."""

    @abstractmethod
    def batches_per_epoch(self, batch_size: int) -> int:
        """How many training batches make an epoch."""

    @abstractmethod
    def evaluation_batches(self, split: SplitName) -> Iterable[Any]:
        """The whole split, once, in a fixed order, in batches that do not depend on the training batch size.

        Raises: SealedSplitError for the test split before it is opened.
        """

    @abstractmethod
    def open_test(self) -> None:
        """Breaks the seal of the test split: a confirmation is about to score."""

    @abstractmethod
    def join_validation(self) -> None:
        """Trains on the validation split too, from here on; what was learned from training alone stays as it is."""

    @abstractmethod
    def to_plain(self) -> dict[str, Any]:
        """What was learned from training (vocabulary, scaler) as plain data, to use the trained weights later."""

    @classmethod
    @abstractmethod
    def from_plain(cls, plain: dict[str, Any], settings: Any) -> Self:
        """What `to_plain` wrote, without the data set: enough to use trained weights. Reading a split is an error."""


class SequenceTask(pl.LightningModule, ABC):
    """An encoder in training on one task."""

    Settings: ClassVar[type[Settings]]
    data_kind: ClassVar[Kind]
    metric: ClassVar[Metric]
    """The metric that selects: one of `rnnbench.metrics`, or the task's own,
    `Metric("bleu", "BLEU", higher_is_better=True, low=0, high=100)`."""
    other_metrics: ClassVar[tuple[Metric, ...]] = ()
    """Further ones of the task's own, besides those of `rnnbench.metrics`, so that `--metric` can judge by them."""
    requires_causal: ClassVar[bool] = False
    items: ClassVar[str]
    """What `items per second` counts: characters, texts, windows."""
    ranged_by_data: ClassVar[tuple[str, ...]] = ()
    """Settings without a range beside them that `ranges_of` gives one."""

    Prepared: ClassVar[type[Prepared]]
    """What `prepare` makes, and what is read back from a stored run."""

    inference: ClassVar[type[Inference] | None] = None
    """What a stored run can do; None where no command uses one."""
    baseline_settings: ClassVar[tuple[str, ...]] = ()
    """Settings that the baselines depend on: under other values they are computed again."""

    @classmethod
    @abstractmethod
    def prepare(cls, data: AnyData, settings: Any) -> Prepared:
        """Tokens, scales or windows of a data set, learned from its training split alone."""

    @classmethod
    def ranges_of(cls, data: AnyData, settings: Any) -> dict[str, Range]:
        """Search ranges that only the data set can tell, by setting: none, unless a task has such."""
        return {}

    @classmethod
    def baselines(cls, data: AnyData, prepared: Any, *, refit: bool) -> Iterator[BaselineResult]:
        """Each baseline as soon as it is computed; none, unless a task has such.

        data, prepared: with the test split opened.
        refit: before the test split is scored, the validation split is learned from too.
        """
        return iter(())

    def __init__(self, encoder: Encoder, prepared: Any, settings: Any) -> None:
        super().__init__()
        self.encoder = encoder
        self.prepared = prepared
        self.settings = settings
        self.optimization: Callable[[SequenceTask], Any] | None = None
        self.penalty: Callable[[], Tensor] | None = None
        """Added to the training loss; what a run's settings ask for beside the task's own loss."""
        self.noise = torch.Generator()
        """What is hidden from the data in training is drawn from it, and nothing else: alike for every encoder."""
        self.observed_items = 0
        """Items seen in all evaluations so far."""

    @abstractmethod
    def loss(self, batch: Any) -> tuple[Tensor, int]:
        """The training loss of a batch, and how many items it holds."""

    def mean_per_item(self, count: Callable[[Any], float], batch_size: int) -> float:
        """What `count` says of a training batch, per item, on average over an epoch.

        One batch stands for all, unless a task has batches of several shapes, or carries something from one to the
        next. On the meta device a batch has shapes and no numbers.
        """
        batch = next(self.prepared.training_batches(batch_size, 0))
        return count(batch) / self.items_of(batch)

    def items_of(self, batch: Any) -> int:
        """How many items a training batch holds."""
        return len(batch[0])

    @abstractmethod
    def start_evaluation(self) -> None:
        """Forgets what an earlier evaluation observed."""

    @abstractmethod
    def observe(self, batch: Any) -> int:
        """Takes in one evaluation batch; returns how many items it held."""

    @abstractmethod
    def summarize(self) -> dict[str, float]:
        """Every metric of the task over all that was observed, keys without the split."""

    @abstractmethod
    def examples(self) -> dict[str, ExampleScores]:
        """By metric, the score of each example of the last evaluation, in the order of the split.

        The selecting metric is among them, and others that are weighted means over examples too. Whatever the batches
        were, they are the same. Which examples there are depends on the data alone, so that two
        encoders, or an encoder and a baseline, can be compared example by example.
        """

    def checked_summary(self) -> dict[str, float]:
        """`summarize`, held to the bounds of the task's metrics.

        Raises: RnnbenchError for a score that its metric says is impossible: tables would cut its interval off there.
        """
        found = self.summarize()
        for metric in (self.metric, *self.other_metrics):
            score = found.get(metric.key, math.nan)
            slack = ROUNDING * max(1.0, abs(score))  # a mean of single-precision ones can come out as 1.0000001
            if math.isfinite(score) and not metric.low - slack <= score <= metric.high + slack:
                raise RnnbenchError(
                    f"{type(self).__name__} measures {metric.key} = {score:g}, and its Metric says "
                    f"{metric.bounds_text}: correct `low` and `high` there, or `summarize`"
                )
        return found

    def details(self) -> dict[str, Any]:
        """What of the last evaluation is no single number, as small plain data; nothing where a task has none.

        confusion_matrix: counts, row is the true class, column the predicted one; classes: their names.
        by_step: by metric, one value for each step of a forecast.
        """
        return {}

    def checked_examples(self, scores: Mapping[str, float]) -> dict[str, ExampleScores]:
        """`examples`, held to the scores that they are the parts of; without those that are no finite number.

        scores: by metric, keys without the split.
        Raises: RnnbenchError where a task's own do not add up: an interval made of them would be of something else.
        """
        if not math.isfinite(scores[self.metric.key]):
            return {}
        given = self.examples()
        if unknown := set(given) - set(scores):
            raise RnnbenchError(
                f"{type(self).__name__} gives examples of {listed(sorted(unknown))}, which `summarize` does not measure"
            )
        found = {metric: examples for metric, examples in given.items() if math.isfinite(scores[metric])}
        for metric, examples in found.items():
            if not math.isclose(examples.mean, scores[metric], rel_tol=1e-4, abs_tol=1e-6):
                raise RnnbenchError(
                    f"the examples of {type(self).__name__} do not make {metric}: their weighted mean is "
                    f"{examples.mean:.6g}, the metric {scores[metric]:.6g}; see `examples` in its file"
                )
        return found

    def evaluate(self, split: SplitName) -> dict[str, float]:
        """Every metric over a whole split, keys such as `validation/accuracy`."""
        self.eval()
        self.start_evaluation()
        with torch.inference_mode():
            for batch in self.prepared.evaluation_batches(split):
                self.observed_items += self.observe(self.transfer_batch_to_device(batch, self.device, 0))
        return {f"{split}/{key}": float(value) for key, value in self.checked_summary().items()}

    def sample(self) -> str:
        """What the task can make by now, to be read as training goes; nothing where a task makes nothing readable.

        Training does not notice: no common randomness is drawn, and its state stays as it was.
        """
        return ""

    def past_errors(self) -> dict[str, Any]:
        """What the validation split tells of errors to come, as plain data; empty where a task says nothing of it."""
        return {}

    def showcase(self) -> dict[str, Any]:
        """A few examples of what the task does on the opened test split, as small plain data to be looked at later."""
        return {}

    # what Lightning calls

    def transfer_batch_to_device(self, batch: Any, device: torch.device, dataloader_idx: int) -> Any:
        """A batch where the weights lie; in double precision, as in training, also outside of it."""
        moved = super().transfer_batch_to_device(batch, device, dataloader_idx)
        return DoublePrecision().convert_input(moved) if self.dtype == torch.float64 else moved

    def configure_optimizers(self) -> Any:
        if self.optimization is None:
            raise RuntimeError("a task trains only after its optimization was set")
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
