"""Translation word by word with IBM Model 1, alone and with a bigram model of the target language."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence

import numpy as np

from rnnbench.data.kinds import Pairs
from rnnbench.metrics.translation import PLACEHOLDER
from rnnbench.tasks.methods.ibm import IBMModel1
from rnnbench.tasks.methods.ngram import WittenBell
from rnnbench.tasks.methods.word_tokens import text_of_words, words_of

CANDIDATES = 10
"""Translations of a word among which the bigram model chooses."""

_ROWS = 256


class WordTranslator:
    """A translation for each word of a source, in the order of the source.

    A word that is not in training is read in lower case, else copied; placeholders are always copied.
    """

    def __init__(self, pairs: Pairs) -> None:
        sources, targets = ([words_of(text) for text in side] for side in (pairs.sources, pairs.targets))
        self._source_ids, target_ids = _numbered(sources), _numbered(targets)
        self._target_words = [*target_ids]
        ids = [np.array([target_ids[word] for word in text], dtype=np.int64) for text in targets]
        self._model = IBMModel1(
            [np.array([self._source_ids[word] for word in text], dtype=np.int64) for text in sources],
            ids,
            source_size=len(self._source_ids),
            target_size=len(target_ids),
        )
        self._end, self._copied = len(target_ids), len(target_ids) + 1
        self._bigrams = WittenBell(
            np.concatenate([[self._end], *(np.append(text, self._end) for text in ids)]),
            vocabulary_size=len(target_ids) + 2,
            order=2,
        )
        words, probabilities = self._model.best(CANDIDATES)
        # one more row, of words that are copied
        copied = np.eye(1, CANDIDATES)
        self._candidates = np.concatenate([words, np.full((1, CANDIDATES), self._copied)])
        with np.errstate(divide="ignore"):
            self._log_probabilities = np.log(np.concatenate([probabilities, copied]))

    @property
    def parameters(self) -> int:
        """Number of translation probabilities."""
        return self._model.parameters

    @property
    def bigram_parameters(self) -> int:
        """Number of counts of the bigram model."""
        return self._bigrams.parameters()

    def word_by_word(self, texts: Iterable[str]) -> list[str]:
        """Each word as its most probable translation."""
        return [self._written(words, self._candidates[self._rows(words), 0]) for words in map(words_of, texts)]

    def with_bigrams(self, texts: Sequence[str]) -> list[str]:
        """The most probable sequence under t(f_i | e_i) x p(f_i | f_{i-1}), with the end of the text (Viterbi)."""
        outputs = []
        for first in range(0, len(texts), _ROWS):
            sources = [words_of(text) for text in texts[first : first + _ROWS]]
            paths = self._best_paths([self._rows(words) for words in sources])
            outputs += [self._written(words, path) for words, path in zip(sources, paths, strict=True)]
        return outputs

    def _rows(self, words: Sequence[str]) -> np.ndarray:
        """The row of `_candidates` of each source word."""
        copied = len(self._candidates) - 1
        known = self._source_ids
        return np.array(
            [
                copied if PLACEHOLDER.fullmatch(word) else known.get(word, known.get(word.lower(), copied))
                for word in words
            ],
            dtype=np.int64,
        )

    def _written(self, sources: Sequence[str], targets: np.ndarray) -> str:
        words = (
            source if target == self._copied else self._target_words[target]
            for source, target in zip(sources, targets.tolist(), strict=True)
        )
        return text_of_words(words)

    def _best_paths(self, texts: Sequence[np.ndarray]) -> list[np.ndarray]:
        """The target words of the best path through the candidates of each text, all texts a step at a time."""
        lengths = np.array([len(rows) for rows in texts])
        order = np.argsort(-lengths, kind="stable")  # texts that are not finished come first
        last = np.full((len(texts), CANDIDATES), self._end)
        scores = np.tile(np.where(np.arange(CANDIDATES) == 0, 0.0, -np.inf), (len(texts), 1))
        before: list[np.ndarray] = []
        for step in range(int(lengths.max())):
            rows = np.array([texts[text][step] for text in order[: int((lengths > step).sum())]])
            words, open_texts = self._candidates[rows], slice(0, len(rows))
            totals = scores[open_texts, :, None] + self._bigram(last[open_texts, :, None], words[:, None, :])
            before.append(totals.argmax(axis=1))
            scores[open_texts] = totals.max(axis=1) + self._log_probabilities[rows]
            last[open_texts] = words
        best = (scores + self._bigram(last, np.full_like(last, self._end))).argmax(axis=1)
        paths: list[np.ndarray] = [np.empty(0, dtype=np.int64)] * len(texts)
        for place, text in enumerate(order.tolist()):
            column, path = int(best[place]), []
            for step in reversed(range(int(lengths[text]))):
                path.append(self._candidates[texts[text][step], column])
                column = int(before[step][place, column])
            paths[text] = np.array(path[::-1], dtype=np.int64)
        return paths

    def _bigram(self, before: np.ndarray, after: np.ndarray) -> np.ndarray:
        """ln p(after | before), of any shapes that broadcast."""
        before, after = np.broadcast_arrays(before, after)
        both = np.stack([before.ravel(), after.ravel()], axis=1).ravel()
        return self._bigrams.log_probabilities(both)[1::2].reshape(before.shape)


def _numbered(texts: Iterable[Sequence[str]]) -> dict[str, int]:
    """A number from 0 for each word, the most frequent first, then in the order of first use."""
    counts = Counter(word for text in texts for word in text)
    return {word: number for number, (word, _) in enumerate(counts.most_common())}
