"""Beam search against enumeration of every text, on models that are tables; limits, batches and their order."""

import math

import pytest
import torch
from made_models import END, FORBIDDEN, LETTERS, RandomTable, every_text, repeats

from rnnbench.core.errors import RnnbenchError
from rnnbench.tasks.decoding import PER_TOKEN, UNNORMALIZED, LengthNormalization, Sampling, beam_search, sampled

STARTS = torch.tensor([[3], [4], [5], [4]])
LIMITS = [4, 2, 3, 0]
SEEDS = range(6)


def searched(table, first=STARTS, limits=LIMITS, width=3, **options):
    return beam_search(
        table.step, first, width=width, end_id=END, most_tokens=limits, forbidden_ids=FORBIDDEN, **options
    )


def enumerated(table, start, limit, divided, no_repeat=None):
    """Every text of a row with its log probability, in the order of log p / divided(tokens with the end symbol)."""
    texts = [ids for ids in every_text(limit) if no_repeat is None or not repeats(ids, no_repeat)]
    scored = [(ids, table.log_probability((start,), ids)) for ids in texts]
    return sorted(scored, key=lambda text: -text[1] / divided(len(text[0]) + 1))


NORMALIZATIONS = {
    "default": (LengthNormalization(), lambda tokens: ((5 + tokens) / 6) ** 0.6),
    "per token": (PER_TOKEN, lambda tokens: tokens),
    "none": (UNNORMALIZED, lambda tokens: 1),
    "own": (LengthNormalization(offset=1.0, power=2.0), lambda tokens: ((1 + tokens) / 2) ** 2),
}


@pytest.mark.parametrize("name", NORMALIZATIONS)
@pytest.mark.parametrize("seed", SEEDS)
def test_a_beam_that_holds_every_text_finds_the_best_ones_exactly(seed, name):
    table = RandomTable(seed)
    normalization, divided = NORMALIZATIONS[name]
    for best in (1, 3, 40):
        rows = searched(table, width=121, best=best, normalization=normalization)
        for start, limit, found in zip((3, 4, 5, 4), LIMITS, rows, strict=True):
            expected = enumerated(table, start, limit, divided)[:best]
            assert [candidate.ids for candidate in found] == [ids for ids, _ in expected]
            log_probabilities = [candidate.log_probability for candidate in found]
            assert log_probabilities == pytest.approx([log_p for _, log_p in expected], abs=1e-4)


@pytest.mark.parametrize("length", [1, 2, 3])
@pytest.mark.parametrize("seed", SEEDS)
def test_the_best_texts_without_repeated_ids_are_exact(seed, length):
    table = RandomTable(seed)
    rows = searched(table, width=121, best=5, no_repeat=length)
    for start, limit, found in zip((3, 4, 5, 4), LIMITS, rows, strict=True):
        expected = enumerated(table, start, limit, NORMALIZATIONS["default"][1], length)[:5]
        assert [candidate.ids for candidate in found] == [ids for ids, _ in expected]


@pytest.mark.parametrize("width", [1, 2, 5])
@pytest.mark.parametrize("seed", SEEDS)
def test_the_state_follows_its_hypothesis(seed, width):
    """Each candidate's log probability is that of its own history: a state of another hypothesis gives another."""
    table = RandomTable(seed)
    for row, found in enumerate(searched(table, width=width)):
        assert 1 <= len(found) <= width
        assert len({candidate.ids for candidate in found}) == len(found)
        for candidate in found:
            expected = table.log_probability((int(STARTS[row]),), candidate.ids)
            assert candidate.log_probability == pytest.approx(expected, abs=1e-4)


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("no_repeat", [0, 2])
def test_a_width_of_1_is_greedy(seed, no_repeat):
    table = RandomTable(seed)
    for row, [found] in enumerate(searched(table, limits=[4] * 4, width=1, no_repeat=no_repeat)):
        greedy = sampled(
            table.step, STARTS[row : row + 1], Sampling(temperature=0),
            end_id=END, most_tokens=4, forbidden_ids=FORBIDDEN, no_repeat=no_repeat,
        )  # fmt: skip
        assert found.ids == (*greedy,)


def test_of_equal_scores_a_width_of_1_takes_the_first_as_greedy_does():
    def step(ids, state):
        return torch.zeros(len(ids), 50), ()

    [[found]] = beam_search(step, STARTS[:1], width=1, end_id=49, most_tokens=[3])
    assert found.ids == (*sampled(step, STARTS[:1], Sampling(temperature=0), end_id=49, most_tokens=3),) == (2, 2, 2)


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("width", [1, 3])
def test_a_row_in_a_batch_equals_the_row_alone(seed, width):
    table = RandomTable(seed)
    together = searched(table, width=width)
    for row, limit in enumerate(LIMITS):
        assert searched(table, STARTS[row : row + 1], [limit], width) == [together[row]]


@pytest.mark.parametrize("seed", SEEDS)
def test_rows_that_are_done_are_not_computed_where_the_step_can_be_narrowed(seed):
    """Each row has a table of its own, as each has the memory of its own source."""
    tables = [RandomTable(10 * seed + row) for row in range(4)]
    calls = []

    def narrowed(rows):
        def step(ids, state):
            calls.append(len(ids))
            parts = [
                None if state is None else tuple(part.split(2)[place] for part in state) for place in range(len(rows))
            ]
            read = [
                tables[row].step(piece, part)
                for row, piece, part in zip(rows.tolist(), ids.split(2), parts, strict=True)
            ]
            return torch.cat([scores for scores, _ in read]), tuple(
                torch.cat(part) for part in zip(*(state for _, state in read), strict=True)
            )

        return step

    options = {"width": 2, "end_id": END, "most_tokens": [0, 4, 1, 2], "forbidden_ids": FORBIDDEN}
    whole = narrowed(torch.arange(4))
    plain = beam_search(whole, STARTS, **options)
    assert set(calls) == {8}
    calls.clear()
    assert beam_search(whole, STARTS, **options, narrowed=narrowed) == plain
    # the row with a limit of 0 is done after one step, the next one after two at the latest
    assert calls[0] == 8
    assert calls[1] <= 6
    assert all(count <= 4 for count in calls[2:])


def never_ends(ids, state):
    scores = torch.zeros(len(ids), 6)
    scores[:, END] = -20.0
    return scores, ()


@pytest.mark.parametrize("width", [1, 4])
def test_each_row_ends_at_its_own_limit(width):
    rows = beam_search(never_ends, STARTS, width=width, end_id=END, most_tokens=[5, 0, 2, 1], forbidden_ids=FORBIDDEN)
    for limit, found in zip([5, 0, 2, 1], rows, strict=True):
        assert len(found[0].ids) == limit
        # uniform over five ids besides the end symbol, which is forced at the limit
        expected = -limit * math.log(5) - 20.0 - math.log(5)
        assert found[0].log_probability == pytest.approx(expected, abs=1e-4)


def test_the_search_ends_as_soon_as_nothing_unfinished_can_win():
    calls = []

    def step(ids, state):
        calls.append(len(ids))
        scores = torch.zeros(len(ids), 6)
        scores[:, END] = 9.0
        return scores, ()

    [[best]] = beam_search(step, STARTS[:1], width=4, end_id=END, most_tokens=[50], best=1)
    assert best.ids == ()
    assert len(calls) == 1  # ln p = -0.0006 with the end, below -9 for every other beginning
    calls.clear()
    [found] = beam_search(step, STARTS[:1], width=4, end_id=END, most_tokens=[50])
    assert len(found) == 4
    assert 2 <= len(calls) <= 5


def test_without_normalization_short_texts_win_and_with_it_long_ones_can():
    def step(ids, state):
        time = ids.new_zeros(len(ids), 1) if state is None else state[0]
        shares = torch.full((len(ids), 6), 1e-9)
        # p(end) = 0.3 at once; else three letters of p = 1 each after the first of p = 0.7 / 3
        shares[:, END] = torch.where(time[:, 0] == 0, 0.3, torch.where(time[:, 0] == 4, 1.0, 1e-9))
        shares[:, 3] = torch.where(time[:, 0] == 0, 0.25, 1.0)
        shares[:, 4] = torch.where(time[:, 0] == 0, 0.25, 1e-9)
        return shares.log(), (time + 1,)

    options = {"width": 3, "end_id": END, "most_tokens": [4], "forbidden_ids": FORBIDDEN}
    assert beam_search(step, STARTS[:1], **options, normalization=UNNORMALIZED)[0][0].ids == ()
    assert beam_search(step, STARTS[:1], **options, normalization=PER_TOKEN)[0][0].ids == (3, 3, 3, 3)


@pytest.mark.parametrize("width", [1, 3, 30])
def test_forbidden_ids_are_never_written(width):
    """They have the highest scores of the table, and a beam may be wider than what is allowed."""
    forbidden = (*FORBIDDEN, 4)
    rows = beam_search(
        RandomTable(0).step, STARTS, width=width, end_id=END, most_tokens=[4] * 4, forbidden_ids=forbidden
    )
    assert {id for found in rows for candidate in found for id in candidate.ids} <= set(LETTERS) - {4}


@pytest.mark.parametrize("score", [math.nan, math.inf, -math.inf])
@pytest.mark.parametrize("place", [END, 3])
def test_scores_that_are_not_finite_raise_an_error(score, place):
    def step(ids, state):
        scores = torch.zeros(len(ids), 6)
        scores[-1, place] = score
        return scores, ()

    with pytest.raises(RnnbenchError, match="the scores are not finite: these weights have diverged"):
        beam_search(step, STARTS, width=2, end_id=END, most_tokens=[3] * 4)


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"width": 0}, "the beam must be at least 1 hypothesis wide, not 0"),
        ({"width": 2, "best": 3}, "a beam of 2 gives 1 to 2 texts, not 3"),
        ({"width": 2, "best": 0}, "a beam of 2 gives 1 to 2 texts, not 0"),
    ],
)
def test_values_out_of_bounds_raise_an_error(options, words):
    with pytest.raises(RnnbenchError, match=words):
        searched(RandomTable(0), **options)


@pytest.mark.parametrize("values", [{"offset": -1.0}, {"power": -0.5}, {"power": math.nan}])
def test_a_length_normalization_out_of_bounds_raises_an_error(values):
    with pytest.raises(RnnbenchError, match="length normalization needs an offset and a power of at least 0"):
        LengthNormalization(**values)


def test_no_rows_give_no_texts():
    assert searched(RandomTable(0), STARTS[:0], []) == []


def test_global_generators_and_gradients_are_not_affected():
    before = torch.get_rng_state()
    searched(RandomTable(0))
    assert torch.equal(torch.get_rng_state(), before)
    assert torch.is_grad_enabled()
    assert not torch.is_inference_mode_enabled()
