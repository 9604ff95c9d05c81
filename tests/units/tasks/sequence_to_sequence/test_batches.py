"""A batch of pairs is scored as its pairs are alone, whatever the padding of source and target."""

import numpy as np
import pytest
import torch
from small_runs import a_config, use_data

from rnnbench.core import registry
from rnnbench.data.batches.pairs import batch_of
from rnnbench.runs.build import build
from rnnbench.runs.prepare import prepare


@pytest.fixture(autouse=True)
def small(monkeypatch):
    use_data(monkeypatch)


def a_task(model="gru", task="translation", **values):
    config = a_config(task, model, **{"encoder.hidden_size": 8, "encoder.dropout": 0.0, **values})
    torch.manual_seed(0)
    return build(config, prepare(config)).double()


def a_batch(task):
    """Pairs of many lengths, which training would not put into one batch."""
    pairs = task.prepared.training_pairs
    by_length = np.argsort(pairs.targets.lengths, kind="stable")
    batch = batch_of(pairs, by_length[np.linspace(0, len(pairs) - 1, 8).astype(int)])
    assert len(set(batch.target_lengths.tolist())) > 3
    return batch


def padded(batch, steps, value):
    """The batch with more padding of another token on both sides."""
    sources, targets = (
        torch.nn.functional.pad(ids, (0, steps), value=value).masked_fill(
            torch.arange(ids.shape[1] + steps) >= lengths.unsqueeze(1), value
        )
        for ids, lengths in ((batch.sources, batch.source_lengths), (batch.targets, batch.target_lengths))
    )
    return batch._replace(sources=sources, targets=targets)


@pytest.mark.parametrize("normalization", ["none", "layer", "batch"])
@pytest.mark.parametrize(("attention", "summary"), [(True, "first"), (False, "every")])
@pytest.mark.parametrize("model", registry.names("encoders"))
def test_padding_changes_no_loss_of_training(model, attention, summary, normalization):
    values = {"encoder.normalization": normalization, "task.attention": attention, "task.summary": summary}
    task = a_task(model, **values)
    batch = a_batch(task)
    task.train()
    before = task.loss(batch)[0]
    assert task.loss(padded(batch, 3, 5))[0].item() == pytest.approx(before.item(), rel=1e-9)


@pytest.mark.parametrize("model", registry.names("encoders"))
def test_a_pair_of_a_batch_costs_what_it_costs_alone(model):
    task = a_task(model, "dialogue").eval()
    batch = a_batch(task)
    with torch.no_grad():
        together = task.nats(batch)
        for row, (read, written) in enumerate(zip(batch.source_lengths, batch.target_lengths, strict=True)):
            alone = batch._replace(
                sources=batch.sources[row : row + 1, :read],
                targets=batch.targets[row : row + 1, :written],
                source_lengths=read.view(1),
                target_lengths=written.view(1),
            )
            assert task.nats(alone).item() == pytest.approx(together[row].item(), rel=1e-6)


@pytest.mark.parametrize(("attention", "summary"), [(True, "first"), (False, "first"), (False, "every")])
def test_the_nats_are_those_of_writing_token_by_token(attention, summary):
    task = a_task(**{"task.attention": attention, "task.summary": summary}).eval()
    batch = a_batch(task)
    memory = task.read(batch.sources, batch.source_lengths)
    state, nats = None, torch.zeros(8).double()
    with torch.no_grad():
        for step in range(batch.targets.shape[1] - 1):
            logits, state = task.write(batch.targets[:, step : step + 1], memory, state)
            chosen = logits[:, -1].log_softmax(dim=1).gather(1, batch.targets[:, step + 1 : step + 2]).squeeze(1)
            nats -= chosen * (step + 1 < batch.target_lengths)
        assert task.nats(batch).tolist() == pytest.approx(nats.tolist(), rel=1e-6)


@pytest.mark.parametrize(("summary", "is_in_later_steps"), [("first", False), ("every", True)])
def test_a_writer_without_memory_knows_the_source_from_the_summary(summary, is_in_later_steps):
    task = a_task("rnn", **{"task.attention": False, "task.summary": summary}).eval()
    with torch.no_grad():
        for weights in task.encoder.writer.parameters():  # an RNN that forgets: a step depends on its input alone
            if weights.shape == (8, 8):
                weights.zero_()
        batch = a_batch(task)
        logits = [task(ids, batch.source_lengths, *batch[2:4]) for ids in (batch.sources, (batch.sources + 1) % 16)]
    differs = (logits[0] - logits[1]).abs().amax(dim=(0, 2)) > 1e-9
    assert differs[0]
    assert differs[1:].all() == is_in_later_steps
    assert differs[1:].any() == is_in_later_steps
