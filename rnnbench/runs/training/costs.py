"""Costs of a trained task: number of parameters, operations and speed."""

from __future__ import annotations

from torch import nn

from rnnbench.runs.training.flops import training_flops_per_item
from rnnbench.runs.training.speed import inference_speed
from rnnbench.tasks.base import SequenceTask


def count_parameters(module: nn.Module) -> int:
    """The number of trained parameters, embeddings included."""
    return sum(parameter.numel() for parameter in module.parameters())


def count_embeddings(module: nn.Module) -> int:
    """The number of parameters of embeddings; those shared with an output layer count once."""
    tables = {id(part.weight): part.weight for part in module.modules() if isinstance(part, nn.Embedding)}
    return sum(table.numel() for table in tables.values())


def sizes(task: SequenceTask) -> dict[str, float]:
    """The number of parameters, and how many of them belong to embeddings."""
    return {"parameters": float(count_parameters(task)), "embedding_parameters": float(count_embeddings(task))}


def measured(task: SequenceTask, shapes: SequenceTask, *, batch_size: int, items: int) -> dict[str, float]:
    """Inference speed and training operations; measuring them is not part of the run's seconds.

    Args:
        shapes: the same task on the meta device.
        items: number of items trained on in total.
    """
    costs = inference_speed(task)
    per_item = training_flops_per_item(shapes, batch_size)
    if per_item is not None:
        costs |= {"training_flops_per_item": per_item, "training_flops": per_item * items}
    return costs
