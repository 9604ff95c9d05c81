"""What a training cost, as far as it can be told from the task: sizes, operations, speed."""

from __future__ import annotations

from torch import nn

from rnnbench.runs.training.flops import training_flops_per_item
from rnnbench.runs.training.speed import inference_speed
from rnnbench.tasks.base import SequenceTask


def count_parameters(module: nn.Module) -> int:
    """All trained numbers, embeddings too."""
    return sum(parameter.numel() for parameter in module.parameters())


def count_embeddings(module: nn.Module) -> int:
    """The trained numbers of embeddings; those that an output layer shares count once."""
    tables = {id(part.weight): part.weight for part in module.modules() if isinstance(part, nn.Embedding)}
    return sum(table.numel() for table in tables.values())


def sizes(task: SequenceTask) -> dict[str, float]:
    """How many parameters there are, and how many of them are embeddings."""
    return {"parameters": float(count_parameters(task)), "embedding_parameters": float(count_embeddings(task))}


def measured(task: SequenceTask, shapes: SequenceTask, *, batch_size: int, items: int) -> dict[str, float]:
    """Costs that take a moment to find out, and so are no part of the run's own seconds.

    Args:
        shapes: the same task on the meta device.
        items: how many were trained on in all.
    """
    found = inference_speed(task)
    per_item = training_flops_per_item(shapes, batch_size)
    if per_item is not None:
        found |= {"training_flops_per_item": per_item, "training_flops": per_item * items}
    return found
