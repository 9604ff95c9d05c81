"""Tokenization of pairs: one vocabulary, and placeholders as slots of the source."""

import pytest

from rnnbench.data.kinds import Pairs
from rnnbench.data.tokenization import TokenizerSettings
from rnnbench.data.tokenization.pairs import SLOTS, PairTokenizer, placeholders

SOURCES = tuple(f"delete the file {{name_{row}}} now" for row in range(20))
TARGETS = tuple(f"{{name_{row}}} jetzt löschen" for row in range(20))


@pytest.fixture(scope="module", params=["subwords", "characters"])
def tokenizer(request):
    return PairTokenizer.learn(Pairs(SOURCES, TARGETS), TokenizerSettings(kind=request.param, vocabulary_size=400))


def test_placeholders_are_named_in_their_order_and_once():
    assert placeholders("{b} and {a} and {b}, not { c } nor {}") == ["{b}", "{a}"]


@pytest.mark.parametrize(
    ("source", "target"),
    [
        ("delete {never_seen} now", "{never_seen} jetzt löschen"),
        ("{a}{b} {a}", "{b} {a}{a}"),
        ("{a}", "{a}"),
        ("no placeholder", "kein {unknown_one} hier"),
        ("a {x} b", ""),
        ("{x}  {y}", "  {y} {x} "),
    ],
)
def test_targets_are_decoded_as_they_were(source, target):
    tokenizer = PairTokenizer.learn(Pairs((source,) * 3, (target + "kein unbekannt löschen jetzt hier {}_",) * 3),
                                    TokenizerSettings(kind="subwords", vocabulary_size=300))  # fmt: skip
    assert tokenizer.decode(tokenizer.encode_target(target, source), source) == target
    assert tokenizer.decode(tokenizer.encode_source(source), source) == source


def test_a_placeholder_is_one_token_whatever_its_name(tokenizer):
    first = tokenizer.encode_source("delete the file {a} now")
    second = tokenizer.encode_source("delete the file {another_long_name} now")
    assert first.tolist() == second.tolist()
    target = tokenizer.encode_target("{another_long_name} jetzt löschen", "delete the file {another_long_name} now")
    assert target[0] >= tokenizer.end_id + 1
    assert tokenizer.decode(target, "delete {x} now") == "{x} jetzt löschen"


def test_slots_that_a_source_lacks_are_left_out(tokenizer):
    ids = tokenizer.encode_target("{b} {a}", "{a} {b}")
    assert tokenizer.decode(ids, "only {c}").strip() == "{c}"


def test_more_placeholders_than_slots_are_spelled_out(tokenizer):
    text = " ".join(f"{{p{number}}}" for number in range(SLOTS + 2))
    ids = tokenizer.encode_source(text)
    assert ids.max() < tokenizer.size
    assert (ids >= tokenizer.end_id + 1).sum() == SLOTS


def test_begin_and_end_are_ids_of_their_own(tokenizer):
    assert len({*range(tokenizer.tokenizer.size), tokenizer.begin_id, tokenizer.end_id}) == tokenizer.tokenizer.size + 2
    assert tokenizer.decode([tokenizer.begin_id, tokenizer.end_id], "x") == ""


def test_a_stored_tokenizer_is_the_same(tokenizer):
    again = PairTokenizer.from_plain(tokenizer.to_plain())
    for source, target in zip(SOURCES, TARGETS, strict=True):
        assert again.encode_target(target, source).tolist() == tokenizer.encode_target(target, source).tolist()
    assert again.size == tokenizer.size


def test_tokens_spell_the_text(tokenizer):
    ids = tokenizer.encode_target(TARGETS[0], SOURCES[0])
    assert "".join(tokenizer.tokens(ids, SOURCES[0])).replace("\N{REPLACEMENT CHARACTER}", "") in TARGETS[0]
