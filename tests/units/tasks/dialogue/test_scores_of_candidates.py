"""Replies that are scored in blocks cost what each costs alone after its context."""

import numpy as np
import pytest
import torch
from small_runs import a_config, use_data

from rnnbench.data.batches.pairs import batch_of
from rnnbench.runs.build import build
from rnnbench.runs.prepare import prepare
from rnnbench.runs.train import train
from rnnbench.tasks.dialogue import task as dialogue
from rnnbench.tasks.dialogue.ranking import candidates_of, other_contexts


@pytest.fixture(params=[3, 7, 512])
def task(request, monkeypatch):
    use_data(monkeypatch)
    monkeypatch.setattr(dialogue, "CONTEXTS", request.param)
    monkeypatch.setattr(dialogue, "EVALUATION_BATCH", 5)
    config = a_config("dialogue")
    torch.manual_seed(3)
    return build(config, prepare(config)).eval()


def alone(task, context, reply):
    """-ln p(reply | context) of one row after another's context, or after none, from the logits of every step."""
    pairs = task.prepared.encoded.validation
    rows = np.array([reply])
    _, _, targets, lengths, _ = batch_of(pairs, rows)
    if context is None:
        memory = task.memory_of(task.prepared.source_rows([""]), np.zeros(1, dtype=np.int64))
    else:
        memory = task.memory_of(pairs.sources, np.array([context]))
    scores = task.logits_of(targets, lengths, memory).log_softmax(dim=-1)[0].double()
    return -sum(float(scores[step, targets[0, step + 1]]) for step in range(int(lengths[0]) - 1))


def test_each_candidate_has_its_own_score(task):
    pairs = task.prepared.encoded.validation
    candidates = candidates_of(task.prepared.texts.validation.targets)
    with torch.inference_mode():
        found = task._mutual_information(pairs, candidates)
        for row in range(0, len(pairs), 5):
            expected = [alone(task, None, reply) - alone(task, row, reply) for reply in candidates[row]]
            np.testing.assert_allclose(found[row], expected, atol=1e-4)


def test_each_reply_is_scored_after_the_context_of_another_row(task):
    pairs = task.prepared.encoded.validation
    with torch.inference_mode():
        found = task._nats_after_other_contexts(pairs)
        for row, context in enumerate(other_contexts(len(pairs))):
            np.testing.assert_allclose(found[row], alone(task, context, row), rtol=1e-5)


@pytest.mark.parametrize("ranking", [True, False])
def test_without_ranking_the_other_scores_stay(ranking, monkeypatch):
    use_data(monkeypatch)
    record = train(a_config("dialogue", **{"task.ranking": ranking}), kind="confirm", open_test=True).record
    assert {"test/context_gain", "test/distinct_1", "test/most_frequent_reply"} <= {*record.metrics}
    assert ("test/hits_at_1" in record.metrics) == ranking
    assert ("hits_at_1" in record.examples) == ranking
    assert "context_gain" in record.examples
