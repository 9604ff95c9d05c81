"""Token ids of pairs of texts, split by split, in padded batches."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar, Self

from rnnbench.core.plain import field_of
from rnnbench.data.batches.pairs import PairBatches
from rnnbench.data.kinds import Pairs, TextPairs
from rnnbench.data.pairs import EncodedPairs, Side, TokenRows, encode_pairs, rows_of_sources
from rnnbench.data.splits import NoSplits, SplitName, Splits
from rnnbench.data.tokenization import TokenizerSettings
from rnnbench.data.tokenization.pairs import PairTokenizer
from rnnbench.data.tokenization.remarks import vocabulary_remark
from rnnbench.tasks.prepared import Prepared, cached, endless
from rnnbench.tasks.sequence_to_sequence.settings import SequenceToSequenceSettings

EVALUATION_BATCH = 128


@dataclass(frozen=True)
class Names:
    """What the texts of a pair are: languages such as 'en' and 'de', or columns."""

    source: str
    target: str


class PreparedPairs(Prepared):
    """Token ids and texts, split by split.

    keep: the side of a long source that is kept.
    """

    keep: ClassVar[Side] = "start"

    def __init__(
        self,
        tokenizer: PairTokenizer,
        settings: SequenceToSequenceSettings,
        names: Names,
        *,
        encoded: Splits[EncodedPairs] | None = None,
        texts: Splits[Pairs] | None = None,
        are_consecutive: bool = False,
    ) -> None:
        self.tokenizer, self.settings, self.names = tokenizer, settings, names
        self.encoded: Splits[EncodedPairs] = encoded or NoSplits()
        self.texts: Splits[Pairs] = texts or NoSplits()
        self.are_consecutive = are_consecutive
        self.input_size = settings.embedding_size

    @classmethod
    def of(cls, pairs: TextPairs, settings: SequenceToSequenceSettings) -> Self:
        """The pairs as token ids; the vocabulary is learned from the training split."""
        wanted = TokenizerSettings(
            kind=settings.tokenizer,
            vocabulary_size=settings.vocabulary_size,
            lowercase=settings.lowercase,
            minimum_count=settings.minimum_count,
        )

        def encode() -> tuple[PairTokenizer, Splits[Pairs], Splits[EncodedPairs]]:
            texts = pairs.splits.map(lambda _, split: cls.texts_of(split, settings))
            tokenizer = PairTokenizer.learn(texts.train, wanted)
            return tokenizer, texts, encode_pairs(texts, tokenizer, settings.max_source_tokens, cls.keep)

        key = (pairs.fingerprint, wanted.model_dump_json(), settings.max_source_tokens, *cls.texts_depend_on(settings))
        tokenizer, texts, encoded = cached(key, encode)
        return cls(
            tokenizer,
            settings,
            Names(pairs.source_name, pairs.target_name),
            encoded=encoded,
            texts=texts,
            are_consecutive=pairs.are_consecutive,
        )

    @classmethod
    def texts_of(cls, pairs: Pairs, settings: Any) -> Pairs:
        """The texts that are read and written; those of the data set by default."""
        return pairs

    @classmethod
    def texts_depend_on(cls, settings: Any) -> tuple[Any, ...]:
        """The values of the settings that `texts_of` uses."""
        return ()

    def source_rows(self, sources: Sequence[str]) -> TokenRows:
        """Sources as token ids, cut as in training."""
        read = self.texts_of(Pairs(tuple(sources), tuple(sources)), self.settings).sources
        return rows_of_sources(read, self.tokenizer).cut(self.settings.max_source_tokens, self.keep)

    @property
    def training_pairs(self) -> EncodedPairs:
        """The training split, with targets of at most `max_target_tokens`."""
        return self.encoded.train.cut_targets(self.settings.max_target_tokens)

    def training_batches(self, batch_size: int, seed: int) -> Iterator[Any]:
        return endless(PairBatches(self.training_pairs, batch_size, seed=seed))

    def batches_per_epoch(self, batch_size: int) -> int:
        return len(PairBatches(self.encoded.train, batch_size))

    def evaluation_batches(self, split: SplitName) -> Iterable[Any]:
        return PairBatches(self.encoded.named(split), EVALUATION_BATCH, train=False)

    def remarks(self) -> tuple[str, ...]:
        """Vocabulary, unknown tokens, lengths, and what is cut."""
        train, validation = self.encoded.train, self.encoded.validation
        tokenizer = self.tokenizer.tokenizer
        lengths = f"{train.sources.lengths.mean():.1f} and {train.targets.lengths.mean() - 2:.1f}"
        remarks = [
            vocabulary_remark(tokenizer, train.targets.ids, validation.targets.ids),
            f"lengths: {lengths} tokens per source and target (training means)",
        ]
        cut = self.training_pairs.cut[1]
        if cut:
            remarks.append(
                f"{cut:,} of {len(train):,} training targets are longer than task.max_target_tokens = "
                f"{self.settings.max_target_tokens} and are cut in training; scores are of whole targets"
            )
        if note := self.cut_note():
            remarks.append(note)
        return tuple(remarks)

    def cut_note(self) -> str:
        cut, total = self._cut_of_total()
        if not cut:
            return ""
        be = "is" if cut == 1 else "are"
        return (
            f"{cut:,} of {total:,} sources of training and validation {be} longer than task.max_source_tokens = "
            f"{self.settings.max_source_tokens} and {be} cut"
        )

    def cut_share(self) -> float:
        cut, total = self._cut_of_total()
        return cut / total

    def _cut_of_total(self) -> tuple[int, int]:
        splits = (self.encoded.train, self.encoded.validation)
        return sum(split.cut[0] for split in splits), sum(map(len, splits))

    def open_test(self) -> None:
        self.encoded, self.texts = self.encoded.opened(), self.texts.opened()

    def join_validation(self) -> None:
        self.encoded = self.encoded.joined(EncodedPairs.followed_by)

    def to_plain(self) -> dict[str, Any]:
        return {
            "tokenizer": self.tokenizer.to_plain(),
            "source": self.names.source,
            "target": self.names.target,
        }

    @classmethod
    def from_plain(cls, plain: dict[str, Any], settings: SequenceToSequenceSettings) -> Self:
        return cls(
            PairTokenizer.from_plain(plain["tokenizer"]),
            settings,
            Names(*(field_of(plain, name, str) for name in ("source", "target"))),
        )
