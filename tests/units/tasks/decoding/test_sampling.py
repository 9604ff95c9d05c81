"""Sampling of tokens: the distributions by hand, the end symbol, limits, and what is never repeated."""

import math

import pytest
import torch
from made_models import END, FORBIDDEN, LETTERS, RandomTable, repeats

from rnnbench.core.errors import RnnbenchError
from rnnbench.tasks.decoding import SPECIALS, Sampling, sampled
from rnnbench.tasks.decoding.loop import allowed_scores
from rnnbench.tasks.decoding.sampling import probabilities

# numbers 2 to 5 have the probabilities 0.1, 0.4, 0.2, 0.3; padding and the unknown have scores above them all
SHARES = [0.1, 0.4, 0.2, 0.3]
SCORES = torch.tensor([9.0, 9.0, *(math.log(share) for share in SHARES)])


def drawn_from(**how):
    scores = allowed_scores(SCORES.unsqueeze(0), SPECIALS)[0]
    return [round(share, 6) for share in probabilities(scores, Sampling(**how)).tolist()]


def test_padding_and_unknown_are_never_sampled():
    assert drawn_from() == [0, 0, *SHARES]


def test_the_temperature_divides_the_logits():
    # at 0.5 probabilities are squared: 0.01, 0.16, 0.04, 0.09 of 0.30
    expected = [round(share / 0.30, 6) for share in (0.01, 0.16, 0.04, 0.09)]
    assert drawn_from(temperature=0.5) == [0, 0, *expected]
    assert drawn_from(temperature=0) == [0, 0, 0, 1, 0, 0]
    for tiny in (1e-30, 1e-45, 1e-320):  # the last is zero in the precision of the scores
        assert drawn_from(temperature=tiny) == [0, 0, 0, 1, 0, 0]


def test_top_k_keeps_the_most_probable():
    # 0.4 and 0.3 of 0.7
    assert drawn_from(top_k=2) == [0, 0, 0, round(4 / 7, 6), 0, round(3 / 7, 6)]
    assert drawn_from(top_k=1) == [0, 0, 0, 1, 0, 0]
    assert drawn_from(top_k=100) == drawn_from()


def test_top_k_keeps_exactly_k_of_equal_logits():
    shares = probabilities(torch.zeros(4), Sampling(top_k=2))
    assert shares.tolist() == [0.5, 0.5, 0, 0]


def test_top_p_keeps_the_smallest_set_that_reaches_it():
    # 0.4, then 0.7: two reach 0.65 and 0.4 alone does not
    assert drawn_from(top_p=0.65) == [0, 0, 0, round(4 / 7, 6), 0, round(3 / 7, 6)]
    assert drawn_from(top_p=0.39) == [0, 0, 0, 1, 0, 0]
    assert drawn_from(top_p=1e-9) == [0, 0, 0, 1, 0, 0]
    assert drawn_from(top_p=1.0) == drawn_from()
    # 0.4, 0.7, 0.9: three are needed for 0.71
    assert drawn_from(top_p=0.71) == [0, 0, 0, round(4 / 9, 6), round(2 / 9, 6), round(3 / 9, 6)]


def test_top_p_is_applied_after_top_k():
    # of the two that top-k leaves, the first has 4/7 = 0.571: alone enough for 0.55, though 0.4 of all would not be
    assert drawn_from(top_k=2, top_p=0.55) == [0, 0, 0, 1, 0, 0]


@pytest.mark.parametrize(
    ("how", "words"),
    [
        ({"temperature": -1.0}, "the temperature must be at least 0"),
        ({"temperature": math.nan}, "the temperature must be at least 0"),
        ({"top_k": 0}, "top-k must be at least 1, not 0"),
        ({"top_p": 0.0}, "top-p must be above 0 and at most 1, not 0.0"),
        ({"top_p": 1.5}, "top-p must be above 0 and at most 1, not 1.5"),
    ],
)
def test_values_out_of_bounds_raise_an_error(how, words):
    with pytest.raises(RnnbenchError, match=words):
        Sampling(**how)


# the loop

FIRST = torch.tensor([[3]])


def constant(*scores):
    return lambda ids, state: (torch.tensor([scores]).expand(len(ids), -1), ())


@pytest.mark.parametrize("seed", range(5))
def test_temperature_0_takes_the_most_probable_id_until_the_end(seed):
    table = RandomTable(seed)
    history, expected = (3,), []
    while len(expected) < 4 and (best := max([END, *LETTERS], key=lambda id: table.log_p(history, id))) != END:
        expected.append(best)
        history = (*history, best)
    found = sampled(table.step, FIRST, Sampling(temperature=0), end_id=END, most_tokens=4, forbidden_ids=FORBIDDEN)
    assert [*found] == expected


def test_ids_are_sampled_as_often_as_they_are_probable():
    table, counts = RandomTable(1), dict.fromkeys([END, *LETTERS], 0)
    for seed in range(2000):
        ids = sampled(table.step, FIRST, Sampling(seed=seed), end_id=END, most_tokens=1, forbidden_ids=FORBIDDEN)
        counts[next(ids, END)] += 1
    total = sum(math.exp(table.log_p((3,), id)) for id in counts)
    for id, count in counts.items():
        share = math.exp(table.log_p((3,), id)) / total
        assert abs(count - 2000 * share) <= 5 * math.sqrt(2000 * share * (1 - share)), id


def test_the_end_symbol_ends_the_text_and_is_not_in_it():
    ends_third = {3: 4, 4: 5, 5: END}

    def step(ids, state):
        return torch.nn.functional.one_hot(torch.tensor([ends_third[int(ids[0, -1])]]), 6) * 50.0, ()

    assert [*sampled(step, FIRST, Sampling(), end_id=END, most_tokens=9)] == [4, 5]


@pytest.mark.parametrize("most", [0, 1, 7])
def test_no_more_than_the_limit_is_written_and_no_step_follows_it(most):
    calls = []

    def step(ids, state):
        calls.append(ids.shape)
        return torch.zeros(1, 6), ()

    assert len([*sampled(step, FIRST, Sampling(), most_tokens=most)]) == most
    assert calls == [(1, 1)] * most


@pytest.mark.parametrize("length", [1, 2, 3])
@pytest.mark.parametrize("seed", range(4))
def test_no_ids_in_a_row_are_written_twice(length, seed):
    found = [
        *sampled(constant(0.0, 0.0, 0.0, 1.0, 2.0, 3.0), FIRST, Sampling(seed=seed), most_tokens=60, no_repeat=length)
    ]
    assert not repeats(found, length)
    # four ids: it ends where every id would repeat something, and not before
    assert all(repeats([*found, id], length) for id in (2, 3, 4, 5))


def test_what_repeats_is_allowed_by_default():
    assert [*sampled(constant(0.0, 0.0, 9.0), FIRST, Sampling(temperature=0), most_tokens=5)] == [2] * 5


@pytest.mark.parametrize("score", [math.nan, math.inf, -math.inf])
def test_scores_that_are_not_finite_raise_an_error(score):
    with pytest.raises(RnnbenchError, match="the scores are not finite: these weights have diverged"):
        next(sampled(constant(0.0, 0.0, 1.0, score), FIRST, Sampling(), most_tokens=3))
