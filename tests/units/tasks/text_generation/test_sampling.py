"""Generation with a carried state against rereading the whole text, and from tokens to characters."""

import numpy as np
import pytest
import small_data
import torch

from rnnbench.core import registry
from rnnbench.data.code_points import points_of
from rnnbench.data.decoding import incremental_decoder, unknown_in
from rnnbench.data.tokenization import TokenizerSettings, build_tokenizer
from rnnbench.encoders.stack import Stack
from rnnbench.experiment.classes import layer_class, task_class
from rnnbench.tasks.text_generation.sampling import Sampling, generated


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


def same_scores(ids, state):
    return torch.zeros(len(ids), 4), ()


def test_each_step_after_the_prompt_reads_one_token():
    read = []

    def step(ids, state):
        read.append(ids.shape[1])
        return same_scores(ids, state)

    text = "".join(generated(step, torch.full((1, 600), 2), 10, Sampling(), lambda number: "x"))
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
    pieces = generated(same_scores, torch.tensor([[2]]), 5, Sampling(), lambda number: "")
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
