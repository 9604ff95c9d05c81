"""Distractors are fixed, differ from the true reply and from each other, and follow the frequency of replies."""

from __future__ import annotations

import numpy as np
import pytest

from rnnbench.metrics.dialogue import hits
from rnnbench.tasks.dialogue.ranking import candidates_of, other_contexts


@pytest.mark.parametrize("texts", [10, 11, 100, 5000])
def test_candidates_are_the_row_and_nine_other_texts(texts: int) -> None:
    targets = [f"reply {number % texts}" for number in range(2 * texts)]
    found = candidates_of(targets)
    assert found.shape == (2 * texts, 10)
    assert found[:, 0].tolist() == list(range(2 * texts))
    assert all(len({targets[row] for row in rows}) == 10 for rows in found)


def test_candidates_are_the_same_each_time() -> None:
    targets = [f"reply {number}" for number in range(50)]
    assert candidates_of(targets).tolist() == candidates_of(targets).tolist()
    assert candidates_of(targets)[0, 1:].tolist() != candidates_of(targets)[1, 1:].tolist()


def test_case_and_blanks_at_the_ends_make_no_other_text() -> None:
    found = candidates_of(["Yes", "yes ", "no", "maybe"])
    assert found.shape == (4, 3)
    assert not {0, 1} & set(found[0, 1:].tolist())
    assert not {0, 1} & set(found[1, 1:].tolist())


def test_rare_texts_are_found_among_many_equal_ones() -> None:
    targets = ["yes"] * 3000 + [f"reply {number}" for number in range(9)]
    found = candidates_of(targets)
    assert sorted(found[0, 1:].tolist()) == list(range(3000, 3009))
    assert candidates_of(["yes", "yes"]).tolist() == [[0], [1]]


def test_to_prefer_frequent_replies_is_not_better_than_chance() -> None:
    generator = np.random.default_rng(0)
    numbers = generator.choice(400, 3000, p=np.arange(1, 401) / np.arange(1, 401).sum())
    frequency = np.bincount(numbers)[numbers]
    found = candidates_of([str(number) for number in numbers])
    assert hits(frequency[found])["hits_at_1"] == pytest.approx(0.1, abs=0.02)


@pytest.mark.parametrize("rows", [2, 3, 10, 101])
def test_every_context_is_used_once_for_another_row(rows: int) -> None:
    found = other_contexts(rows)
    assert sorted(found.tolist()) == list(range(rows))
    assert (found != np.arange(rows)).all()
