"""Loss, dropout, clipping and optimizers from scratch against torch's; windows and baselines by hand."""

import math

import numpy as np
import pytest
import torch
from torch import nn

from rnnbench.scratch import CELLS, SGD, Adagrad, Adam, ScratchError, bigram_loss, initialize
from rnnbench.scratch.characters import Vocabulary, one_hot, windows
from rnnbench.scratch.clipping import clip_elements, clip_norm
from rnnbench.scratch.dropout import dropout_mask
from rnnbench.scratch.losses import log_softmax, softmax_cross_entropy
from rnnbench.scratch.network import learn, new_network, predict
from rnnbench.scratch.training import Schedule, evaluate, train

# the loss


@pytest.mark.parametrize("reduction", ["mean", "sum"])
@pytest.mark.parametrize("shape", [(4,), (4, 6)], ids=["many to one", "many to many"])
def test_the_loss_and_its_derivative_are_torchs(shape, reduction):
    generator = np.random.default_rng(0)
    logits, targets = 5 * generator.standard_normal((*shape, 7)), generator.integers(0, 7, shape)
    leaf = torch.from_numpy(logits).requires_grad_()
    expected = nn.functional.cross_entropy(
        leaf.reshape(-1, 7), torch.from_numpy(targets).reshape(-1), reduction=reduction
    )
    expected.backward()
    loss, error = softmax_cross_entropy(logits, targets, reduction=reduction)
    assert loss == pytest.approx(expected.item(), rel=1e-12)
    assert np.abs(error - leaf.grad.numpy()).max() < 1e-12


def test_padding_costs_nothing_and_is_not_divided_by():
    generator = np.random.default_rng(0)
    logits, targets = generator.standard_normal((2, 3, 5)), generator.integers(0, 5, (2, 3))
    counted = np.array([[True, True, True], [True, False, False]])
    ignored = np.where(counted, targets, -100)
    expected = nn.functional.cross_entropy(torch.from_numpy(logits).flatten(0, 1), torch.from_numpy(ignored).flatten())
    loss, error = softmax_cross_entropy(logits, targets, counted)
    assert loss == pytest.approx(expected.item(), rel=1e-12)
    assert (error[~counted] == 0).all()
    with pytest.raises(ScratchError, match="at least one counted prediction"):
        softmax_cross_entropy(logits, targets, np.zeros((2, 3), bool))


def test_a_network_that_knows_nothing_pays_the_logarithm_of_the_classes():
    assert softmax_cross_entropy(np.zeros((2, 3, 8)), np.ones((2, 3), int))[0] == pytest.approx(math.log(8))


def test_large_logits_neither_overflow_nor_vanish():
    loss, error = softmax_cross_entropy(np.array([[1000.0, 0.0, -1000.0]]), np.array([2]))
    assert loss == 2000.0
    assert error.tolist() == [[1.0, 0.0, -1.0]]
    assert log_softmax(np.array([1e4, 0.0])).tolist() == [0.0, -1e4]


# dropout


@pytest.mark.parametrize("rate", [0.1, 0.5, 0.9])
def test_what_is_kept_is_divided_by_the_share_that_is_kept(rate):
    mask = dropout_mask((400, 500), rate, np.random.default_rng(0), np.float64)
    assert set(np.unique(mask)) == {0.0, 1.0 / (1.0 - rate)}
    # 200,000 draws: the share dropped has a standard deviation of at most 0.0012
    assert abs((mask == 0).mean() - rate) < 0.006
    assert abs(mask.mean() - 1.0) < 0.04  # nine times as much where one divides by the rate of 0.1


def test_nothing_is_dropped_at_a_rate_of_zero():
    assert (dropout_mask((50,), 0.0, np.random.default_rng(0), np.float32) == 1).all()
    for rate in (-0.1, 1.0):
        with pytest.raises(ScratchError, match="at least 0 and below 1"):
            dropout_mask((2,), rate, np.random.default_rng(0), np.float32)


# clipping


def gradients():
    generator = np.random.default_rng(0)
    return [generator.standard_normal(shape) for shape in ((3, 4), (5,))]


@pytest.mark.parametrize("limit", [0.5, 100.0])
def test_the_norm_over_all_gradients_is_clipped_as_torch_does(limit):
    own, parameters = gradients(), [nn.Parameter(torch.zeros(part.shape).double()) for part in gradients()]
    for parameter, gradient in zip(parameters, gradients(), strict=True):
        parameter.grad = torch.from_numpy(gradient.copy())
    expected = nn.utils.clip_grad_norm_(parameters, limit).item()
    assert clip_norm(iter(own), limit) == pytest.approx(expected, rel=1e-12)
    for gradient, parameter in zip(own, parameters, strict=True):
        assert np.abs(gradient - parameter.grad.numpy()).max() < 1e-12


def test_elements_are_clipped_one_by_one():
    own = [np.array([-3.0, 0.25, 2.0])]
    clip_elements(own, 0.5)
    assert own[0].tolist() == [-0.5, 0.25, 0.5]


# optimizers


@pytest.mark.parametrize(
    ("own", "theirs"),
    [
        (SGD(0.1), lambda weights: torch.optim.SGD(weights, 0.1)),
        (SGD(0.1, momentum=0.9), lambda weights: torch.optim.SGD(weights, 0.1, momentum=0.9)),
        (Adagrad(0.1), lambda weights: torch.optim.Adagrad(weights, 0.1)),
        (Adam(0.01), lambda weights: torch.optim.Adam(weights, 0.01)),
        (Adam(0.01, betas=(0.5, 0.8)), lambda weights: torch.optim.Adam(weights, 0.01, betas=(0.5, 0.8))),
    ],
    ids=["sgd", "momentum", "adagrad", "adam", "adam with other betas"],
)
def test_optimizers_move_weights_as_torchs_do(own, theirs):
    generator = np.random.default_rng(0)
    weights = {"matrix": generator.standard_normal((3, 4)), "bias": generator.standard_normal(4)}
    twins = {name: nn.Parameter(torch.from_numpy(weight.copy())) for name, weight in weights.items()}
    optimizer = theirs([*twins.values()])
    for _ in range(12):
        found = {name: generator.standard_normal(weight.shape) for name, weight in weights.items()}
        for name, twin in twins.items():
            twin.grad = torch.from_numpy(found[name].copy())
        own.update(weights, found)
        optimizer.step()
        for name, weight in weights.items():
            assert np.abs(weight - twins[name].detach().numpy()).max() < 1e-12


# text


def test_windows_go_on_where_the_ones_before_stopped():
    vocabulary = Vocabulary("abcdefghijklmnopqrs")
    found = [*windows(vocabulary.encode("abcdefghijklmnopqrs"), batch=2, time=4)]
    read = [[vocabulary.decode(row) for row in window.inputs] for window in found]
    next_ones = [[vocabulary.decode(row) for row in window.targets] for window in found]
    # 18 pairs of character and next: two streams of nine
    assert read == [["abcd", "jklm"], ["efgh", "nopq"], ["i", "r"]]
    assert next_ones == [["bcde", "klmn"], ["fghi", "opqr"], ["j", "s"]]
    assert [window.begins for window in found] == [True, False, False]


def test_a_text_shorter_than_its_streams_is_refused():
    with pytest.raises(ScratchError, match="too short for 3 streams"):
        next(windows(np.array([0, 1, 0]), 3, 4))


def test_unknown_characters_are_named():
    with pytest.raises(
        ScratchError, match="the prompt has characters that do not occur in the training text: 'x', 'é'"
    ):
        Vocabulary("abc").encode("aéxb", "the prompt")


def test_one_hot_picks_a_column():
    matrix = np.arange(12.0).reshape(4, 3)
    assert (one_hot(np.array([[2, 0]]), 3, np.float64)[0] @ matrix.T).tolist() == [[2, 5, 8, 11], [0, 3, 6, 9]]


def test_the_bigram_baseline_by_hand():
    # a then b twice, b then a once, one added to each of two: P(b|a) = 3/4, P(a|b) = 2/3
    training, held_out = np.array([0, 1, 0, 1]), np.array([0, 1, 0])
    assert bigram_loss(training, held_out, 2) == pytest.approx(-(math.log(3 / 4) + math.log(2 / 3)) / 2)


@pytest.mark.parametrize("cell", ["rnn", "lstm", "gru"])
def test_the_networks_gradients_are_central_differences(cell):
    network = new_network(cell, 4, 3, np.random.default_rng(0))
    codes = np.random.default_rng(1).integers(0, 4, (2, 6))
    state = predict(network, codes)[1]
    found = learn(network, codes[:, :-1], codes[:, 1:], state, dropout=0.0, generator=None).gradients
    assert found.keys() == network.weights.keys()
    for name, weight in network.weights.items():
        for place in [*np.ndindex(weight.shape)][::3]:
            kept, losses = weight[place], []
            for shift in (1e-5, -1e-5):
                weight[place] = kept + shift
                losses.append(softmax_cross_entropy(predict(network, codes[:, :-1], state)[0], codes[:, 1:])[0])
            weight[place] = kept
            assert found[name][place] == pytest.approx((losses[0] - losses[1]) / 2e-5, rel=1e-5, abs=1e-8)


def test_the_gradient_under_dropout_is_that_of_the_masked_network():
    network = new_network("gru", 4, 3, np.random.default_rng(0))
    codes = np.random.default_rng(1).integers(0, 4, (2, 6))

    def loss():
        return learn(
            network, codes[:, :-1], codes[:, 1:], None, dropout=0.5, generator=np.random.default_rng(5)
        )  # the same mask each time

    gradient, weight = loss().gradients["weight_hh"], network.weights["weight_hh"]
    weight[0, 0] += 1e-5
    above = loss().loss
    weight[0, 0] -= 2e-5
    assert gradient[0, 0] == pytest.approx((above - loss().loss) / 2e-5, rel=1e-5, abs=1e-9)


def test_a_text_that_repeats_is_learned_by_heart_through_the_carried_state():
    # runs of six: whether one ends depends on where it began, which is often in the window before
    codes = np.tile(np.array([0, 1, 1, 1, 1, 1, 0, 0, 0, 0, 0, 0, 1]), 60)
    network = new_network("gru", 2, 16, np.random.default_rng(0))
    losses = train(network, codes, Adam(0.01), Schedule(updates=400, batch=2, window=8), np.random.default_rng(0))
    assert len(losses) == 400
    assert losses[0] == pytest.approx(math.log(2), abs=0.2)
    assert evaluate(network, codes) < 0.05


@pytest.mark.parametrize("cell", ["rnn", "lstm", "gru"])
def test_one_class_for_a_whole_row_is_learned_from_the_last_state(cell):
    """Many to one: rows of 3 to 7 steps, whose class is the sign of their first number."""
    generator = np.random.default_rng(0)
    weights = initialize(CELLS[cell].GATES, 1, 8, generator)
    named = {**weights._asdict(), "out": generator.standard_normal((2, 8)) / 8}
    optimizer = Adam(0.02)
    for _ in range(250):
        x, lengths = generator.standard_normal((32, 7, 1)), generator.integers(3, 8, 32)
        targets = (x[:, 0, 0] > 0).astype(int)
        encoded = CELLS[cell].forward(x, weights, None, lengths)
        loss, error = softmax_cross_entropy(encoded.state[0] @ named["out"].T, targets)
        of_state = (error @ named["out"], *(np.zeros_like(part) for part in encoded.state[1:]))
        found = CELLS[cell].backward(encoded.trace, np.zeros_like(encoded.steps), of_state, needs_x=False)
        optimizer.update(named, {**found.weights._asdict(), "out": error.T @ encoded.state[0]})
    assert loss < 0.35  # log 2 = 0.69 for a network that does not remember


def test_evaluation_does_not_depend_on_the_window():
    network = new_network("lstm", 5, 4, np.random.default_rng(0))
    codes = np.random.default_rng(1).integers(0, 5, 101)
    logits, _ = predict(network, codes[np.newaxis, :-1])
    whole = softmax_cross_entropy(logits, codes[np.newaxis, 1:])[0]
    for window in (1, 7, 64, 1000):
        assert evaluate(network, codes, window=window) == pytest.approx(whole, rel=1e-12)


def test_a_loss_that_is_no_number_ends_the_training_in_words():
    network = new_network("rnn", 2, 3, np.random.default_rng(0))
    network.weights["bias_out"][0] = np.nan
    with pytest.raises(ScratchError, match="lower the learning rate"):
        train(network, np.tile([0, 1], 50), SGD(), Schedule(batch=1), np.random.default_rng(0))
