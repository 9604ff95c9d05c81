"""Sampling of tokens, by hand; and generation with a carried state against rereading the whole text."""

import math

import numpy as np
import pytest
import small_data
import torch

from rnnbench.core import registry
from rnnbench.core.errors import RnnbenchError
from rnnbench.data.code_points import points_of
from rnnbench.data.decoding import incremental_decoder, unknown_in
from rnnbench.data.tokenization import TokenizerSettings, build_tokenizer
from rnnbench.encoders.stack import Stack
from rnnbench.experiment.classes import layer_class, task_class
from rnnbench.tasks.text_generation.sampling import Sampling, generated, probabilities

# numbers 2 to 5 have the probabilities 0.1, 0.4, 0.2, 0.3; padding and the unknown have scores above them all
SHARES = [0.1, 0.4, 0.2, 0.3]
SCORES = torch.tensor([9.0, 9.0, *(math.log(share) for share in SHARES)])


def drawn_from(**how):
    return [round(share, 6) for share in probabilities(SCORES, Sampling(**how)).tolist()]


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
    shares = probabilities(torch.zeros(6), Sampling(top_k=2))
    assert shares.tolist() == [0, 0, 0.5, 0.5, 0, 0]


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


def test_logits_that_are_not_finite_raise_an_error():
    with pytest.raises(RnnbenchError, match="have diverged"):
        probabilities(torch.tensor([0.0, 0.0, math.nan]), Sampling())


# the loop


def language_model(model, tokenizer="characters", layers=2, **encoder):
    cls, layer = task_class("text_generation"), layer_class(model)
    settings = cls.Settings(tokenizer=tokenizer, embedding_size=16, vocabulary_size=300)
    prepared = cls.prepare(small_data.corpus(), settings)
    torch.manual_seed(0)
    own = layer.Settings(**{"hidden_size": 24, "num_layers": layers, **encoder})
    made = cls(Stack(layer, prepared.input_size, own), prepared, settings).eval()
    with torch.no_grad():  # larger scores: greedy choices that no rounding can turn around
        made.embedding.weight.mul_(20)
    return made


@pytest.mark.parametrize("model", registry.names("encoders"))
def test_a_carried_state_generates_the_same_text_as_rereading_it(model):
    made = language_model(model)
    prompt = made.prepared.tokenizer.encode("the cat ").tolist()
    carried = "".join(made.generate(prompt, 40, Sampling(temperature=0)))
    numbers = [*prompt]
    with torch.inference_mode():
        for _ in range(40):
            scores, _ = made(torch.tensor([numbers]))
            numbers.append(int(scores[0, -1, 2:].argmax()) + 2)
    assert carried == made.prepared.tokenizer.decode(numbers[len(prompt) :])
    assert len(carried) == 40


def test_a_sliding_window_of_attention_is_carried():
    made = language_model("transformer", context=6)
    prompt = made.prepared.tokenizer.encode("the cat sat on a dog ").tolist()
    carried = "".join(made.generate(prompt, 30, Sampling(temperature=0)))
    numbers = [*prompt]
    with torch.inference_mode():
        for _ in range(30):
            scores, _ = made(torch.tensor([numbers]))
            numbers.append(int(scores[0, -1, 2:].argmax()) + 2)
    assert carried == made.prepared.tokenizer.decode(numbers[len(prompt) :])


def test_each_step_after_the_prompt_reads_one_token():
    read = []

    def step(numbers, state):
        read.append(len(numbers))
        return torch.zeros(4), ()

    text = "".join(generated(step, [2] * 600, 10, Sampling(), lambda number: "x"))
    assert text == "x" * 10
    # a long prompt in pieces of 256; the tenth character needs no step after it
    assert read == [256, 256, 88] + [1] * 9


def test_the_same_seed_gives_the_same_text_and_global_generators_are_not_affected():
    made = language_model("gru")
    torch.manual_seed(7)
    before = torch.get_rng_state()
    first, again, other = ("".join(made.generate([2, 3], 60, Sampling(seed=seed))) for seed in (1, 1, 2))
    assert first == again != other
    assert torch.equal(torch.get_rng_state(), before)


def test_generation_ends_where_tokens_decode_to_no_characters():
    pieces = generated(lambda numbers, state: (torch.zeros(4), ()), [2], 5, Sampling(), lambda number: "")
    assert "".join(pieces) == ""


# from numbers to characters

KOREAN = "영화가 정말 좋다. 이야기는 훌륭하다! 음악은 따뜻하다 😀\n"


@pytest.mark.parametrize("kind", ["characters", "words", "subwords"])
@pytest.mark.parametrize("text", [KOREAN, "It was (a) good, warm film: really!\n"])
def test_joined_pieces_are_the_text(kind, text):
    tokenizer = build_tokenizer(TokenizerSettings(kind=kind, vocabulary_size=400), [text])
    numbers = tokenizer.encode(text).tolist()
    decode = incremental_decoder(tokenizer, "")
    pieces = [decode(number) for number in numbers]
    assert "".join(pieces) == tokenizer.decode(numbers)
    assert not any("\N{REPLACEMENT CHARACTER}" in piece for piece in pieces)


def test_a_character_is_emitted_with_its_last_byte():
    tokenizer = build_tokenizer(TokenizerSettings(kind="subwords", vocabulary_size=258), ["abc"])
    decode = incremental_decoder(tokenizer, "")
    # 가 is three bytes and, in this vocabulary, three numbers
    assert [decode(number) for number in tokenizer.encode("a가b").tolist()] == ["a", "", "", "가", "b"]
    # a first byte alone makes no character: it is left out
    assert [decode(number) for number in [*tokenizer.encode("가").tolist()[:1], *tokenizer.encode("ab").tolist()]] == [
        "", "a", "b",
    ]  # fmt: skip


def test_untrained_subwords_emit_whole_characters():
    made = language_model("rnn", "subwords")
    text = "".join(made.generate([5, 6], 300, Sampling(temperature=5.0)))
    assert "\N{REPLACEMENT CHARACTER}" not in text
    assert len(text) == 300


def test_words_are_decoded_after_the_text_before_them():
    tokenizer = build_tokenizer(TokenizerSettings(kind="words", vocabulary_size=100), ["a good film ."])
    film, dot = (int(tokenizer.encode(word)[0]) for word in ("film", "."))
    assert [incremental_decoder(tokenizer, "a good")(film), incremental_decoder(tokenizer, "a good ")(film)] == [
        " film",
        "film",
    ]
    assert incremental_decoder(tokenizer, "a good film")(dot) == "."


def test_unknown_characters_are_named_once_each():
    characters = build_tokenizer(TokenizerSettings(), np.asarray(points_of("the cat")))
    assert unknown_in(characters, "the dog, good") == ["d", "o", "g", ","]
    words = build_tokenizer(TokenizerSettings(kind="words"), ["the cat"])
    assert unknown_in(words, "the dog the dog cat") == ["dog"]
    subwords = build_tokenizer(TokenizerSettings(kind="subwords", vocabulary_size=258), ["the cat"])
    assert unknown_in(subwords, "漢字") == []
