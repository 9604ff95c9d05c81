"""In training, some contexts are empty as `ln p(reply | empty context)` has them; elsewhere none is."""

import numpy as np
import pytest
import torch
from small_runs import a_config, use_data

from rnnbench.data.batches.pairs import batch_of
from rnnbench.runs.build import build
from rnnbench.runs.prepare import prepare


@pytest.fixture(autouse=True)
def small(monkeypatch):
    use_data(monkeypatch)


def a_task(share):
    config = a_config("dialogue", **{"task.context_dropout": share, "encoder.dropout": 0.0})
    torch.manual_seed(0)
    return build(config, prepare(config))


def a_batch(task):
    return batch_of(task.prepared.training_pairs, np.arange(len(task.prepared.training_pairs)))


def test_the_share_of_contexts_is_left_empty_and_the_others_stay():
    task = a_task(0.5).train()
    batch = a_batch(task)
    changed = task._without_some_contexts(batch)
    empty = task.prepared.source_rows([""])[0]
    is_left_out = (changed.sources[:, : len(empty)] == torch.from_numpy(empty)).all(dim=1)
    assert 0.3 < is_left_out.float().mean() < 0.7
    assert changed.source_lengths[is_left_out].unique().tolist() == [len(empty)]
    assert not changed.sources[is_left_out, len(empty) :].any()
    assert torch.equal(changed.sources[~is_left_out], batch.sources[~is_left_out])
    assert torch.equal(changed.source_lengths[~is_left_out], batch.source_lengths[~is_left_out])
    assert torch.equal(changed.targets, batch.targets)


def test_the_loss_of_a_pair_without_context_is_that_after_an_empty_context():
    task = a_task(0.999).train()
    batch = a_batch(task)
    with torch.no_grad():
        loss = task.loss(batch)[0].item()
        costs = task._nats_of(task.prepared.training_pairs, None, np.arange(len(batch.sources))[:, None])
    assert loss == pytest.approx(costs.sum() / task.items_of(batch), rel=1e-5)


def test_nothing_is_left_out_in_evaluation_or_with_a_share_of_zero():
    task = a_task(0.5).eval()
    batch = a_batch(task)
    assert task._without_some_contexts(batch) is batch
    never = a_task(0.0).train()
    assert never._without_some_contexts(batch) is batch
