"""Tokenization of pairs of texts: one vocabulary for both sides, in which a placeholder such as `{name}` is one token.

The first placeholder of a source is slot 0, the second slot 1, whatever their names, and a target refers to the slots
of its source: a name that training never had can be translated too.

    Delete {file_name}?   ->  'Del' 'ete' <slot 0> '?'
    {file_name} löschen?  ->  <slot 0> ' lös' 'chen' '?'
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import Any

import numpy as np

from rnnbench.data.kinds import Pairs
from rnnbench.data.tokenization import Tokenizer, TokenizerSettings, build_tokenizer, tokenizer_from_plain
from rnnbench.metrics import translation

PLACEHOLDER = re.compile(f"( ?)({translation.PLACEHOLDER.pattern})")
"""A placeholder, with the blank before it: as in other tokens, it belongs to the token."""
SLOTS = 12


def placeholders(text: str) -> list[str]:
    """The different placeholders of a text, in the order in which they begin."""
    return [*dict.fromkeys(name for _, name in PLACEHOLDER.findall(text))]


class PairTokenizer:
    """Token ids of sources and targets.

    The ids of the tokenizer come first, then the begin and the end of a target, then the slots: each once without and
    once with a blank before it.
    """

    def __init__(self, tokenizer: Tokenizer) -> None:
        self.tokenizer = tokenizer
        self.begin_id, self.end_id = tokenizer.size, tokenizer.size + 1
        self._first_slot = tokenizer.size + 2

    @classmethod
    def learn(cls, train: Pairs, settings: TokenizerSettings) -> PairTokenizer:
        """A tokenizer fitted to both sides of the training pairs, without their placeholders."""
        texts = (PLACEHOLDER.sub("", text) for side in (train.sources, train.targets) for text in side)
        return cls(build_tokenizer(settings, texts))

    @property
    def size(self) -> int:
        """The number of token ids."""
        return self._first_slot + 2 * SLOTS

    def encode_source(self, text: str) -> np.ndarray:
        """The token ids of a source, int64."""
        return self._encode(text, placeholders(text))

    def encode_target(self, text: str, source: str) -> np.ndarray:
        """The token ids of a target, without begin and end; placeholders that its source lacks are spelled out."""
        return self._encode(text, placeholders(source))

    def _encode(self, text: str, names: list[str]) -> np.ndarray:
        parts = [part if isinstance(part, int) else self.tokenizer.encode(part) for part in self._parts(text, names)]
        return np.concatenate([np.atleast_1d(part) for part in parts] or [np.zeros(0)]).astype(np.int64)

    def _parts(self, text: str, names: list[str]) -> Iterator[str | int]:
        """The text between placeholders, and the id of each slot."""
        slot_of = {name: slot for slot, name in enumerate(names[:SLOTS])}
        start = 0
        for match in PLACEHOLDER.finditer(text):
            blank, name = match.groups()
            if name in slot_of:
                if match.start() > start:
                    yield text[start : match.start()]
                yield self._first_slot + 2 * slot_of[name] + len(blank)
                start = match.end()
        if start < len(text):
            yield text[start:]

    def decode(self, ids: Iterable[int], source: str) -> str:
        """The text of the ids of a target, or of `source` itself; slots that the source lacks are left out."""
        return "".join(self.pieces(ids, source))

    def pieces(self, ids: Iterable[int], source: str) -> Iterator[str]:
        """The text of each run of ordinary ids, and of each slot; begin and end are left out."""
        names = placeholders(source)
        run: list[int] = []
        for number in map(int, ids):
            if number < self.begin_id:
                run.append(number)
                continue
            yield self.tokenizer.decode(run)
            run = []
            slot, blank = divmod(number - self._first_slot, 2)
            if 0 <= slot < len(names):
                yield " " * blank + names[slot]
        yield self.tokenizer.decode(run)

    def tokens(self, ids: Iterable[int], source: str) -> list[str]:
        """The text of each single token, for pictures; a token of half a character is shown as its replacement."""
        return ["".join(self.pieces([number], source)) for number in ids]

    @property
    def forbidden_ids(self) -> tuple[int, ...]:
        """Ids that no target contains: padding, unknown and begin."""
        return (Tokenizer.padding_id, Tokenizer.unknown_id, self.begin_id)

    def to_plain(self) -> dict[str, Any]:
        """The tokenizer as plain JSON."""
        return self.tokenizer.to_plain()

    @classmethod
    def from_plain(cls, plain: dict[str, Any]) -> PairTokenizer:
        """The tokenizer that `to_plain` wrote."""
        return cls(tokenizer_from_plain(plain))
