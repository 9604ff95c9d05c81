"""Made models for tests of decoding: the probabilities of the next id are a table of the whole history."""

import itertools

import numpy as np
import torch

PADDING, UNKNOWN, END = 0, 1, 2
FORBIDDEN = (PADDING, UNKNOWN)
LETTERS = (3, 4, 5)
VOCABULARY = 6
LONGEST = 6


class RandomTable:
    """Scores of the next id after every history of at most `LONGEST` ids; the state is the history, in two forms.

    deviation: of the scores. The forbidden ids have high ones.
    """

    def __init__(self, seed, deviation=1.5):
        generator = np.random.default_rng(seed)
        scores = generator.normal(scale=deviation, size=(VOCABULARY**LONGEST * 2, VOCABULARY))
        scores[:, list(FORBIDDEN)] += 2.0
        self.scores = scores.astype(np.float32)
        self.rows_read = []

    def step(self, ids, state):
        """The code of a history is its digits in base `VOCABULARY`; its ids are the second tensor."""
        code, history = (torch.zeros(len(ids), dtype=torch.long), ids[:, :0]) if state is None else state
        for column in ids.unbind(1):
            code = code * VOCABULARY + column
        history = torch.cat([history, ids], dim=1)
        for row, digits in zip(code.tolist(), history.tolist(), strict=True):
            assert row == self.code(digits), "the two tensors of the state are in different orders"
        self.rows_read.append(len(ids))
        return torch.from_numpy(self.scores[code.numpy() % len(self.scores)]), (code, history)

    @staticmethod
    def code(history):
        code = 0
        for id in history:
            code = code * VOCABULARY + id
        return code

    def log_p(self, history, id):
        """ln p(id | history), by hand."""
        row = self.scores[self.code(history) % len(self.scores)].astype(float)
        return float(row[id] - np.log(np.exp(row).sum()))

    def log_probability(self, start, ids):
        """ln p(ids and the end symbol | start)."""
        text = [*ids, END]
        return sum(self.log_p((*start, *text[:place]), id) for place, id in enumerate(text))


def every_text(most):
    """All texts of at most so many letters."""
    return [ids for length in range(most + 1) for ids in itertools.product(LETTERS, repeat=length)]


def repeats(ids, length):
    """Whether some `length` ids in a row occur twice."""
    parts = [tuple(ids[place : place + length]) for place in range(len(ids) - length + 1)]
    return len(parts) > len(set(parts))
