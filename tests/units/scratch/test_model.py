"""The text model of `rnnbench.scratch`: training, generation, saving and loading, command line."""

import math
import os
import random

import numpy as np
import pytest

from rnnbench.scratch import Schedule, ScratchError, TextModel, storage
from rnnbench.scratch.__main__ import main
from rnnbench.scratch.generation import generate
from rnnbench.scratch.network import new_network, predict

CELLS = ["rnn", "lstm", "gru"]


def a_text(words=1500, seed=0):
    generator = random.Random(seed)
    return " ".join(generator.choice(["tree", "house", "river", "stone", "bird"]) for _ in range(words))


@pytest.fixture(scope="module")
def model():
    return TextModel.train(a_text(), cell="gru", hidden_size=24, updates=120, seed=1)


@pytest.mark.parametrize("cell", CELLS)
def test_every_cell_beats_counting_pairs_and_writes_words(cell):
    trained = TextModel.train(a_text(3000), cell=cell, hidden_size=32, updates=250)
    assert len(trained.losses) == 250
    # five words of 4 to 5 letters: log2(5) bits for each word and its blank
    assert 0.4 < trained.bits_per_character < 0.8 < trained.bigram_bits_per_character
    written = trained.generate("tree ", 100, temperature=0.5)
    assert written.startswith("tree ")
    assert len(written) == 105
    assert len([word for word in written.split()[:-1] if word in a_text(50)]) > 12


def test_the_same_seed_gives_the_same_model_and_the_same_text(model):
    again = TextModel.train(a_text(), cell="gru", hidden_size=24, updates=120, seed=1)
    assert again.losses == model.losses
    assert again.generate("bird", seed=3) == model.generate("bird", seed=3)
    assert model.generate("bird", seed=3) != model.generate("bird", seed=4)


def test_float64_is_a_choice():
    trained = TextModel.train(a_text(200), hidden_size=4, updates=2, dtype=np.float64)
    assert {weight.dtype for weight in trained.network.weights.values()} == {np.dtype(np.float64)}


def test_a_short_text_is_read_in_fewer_streams():
    assert len(TextModel.train("ab" * 60, hidden_size=4, updates=3).losses) == 3
    with pytest.raises(ScratchError, match="too short"):
        TextModel.train("ab" * 10)
    with pytest.raises(ScratchError, match="unknown cell 'gruu'; known cells: rnn, lstm, gru"):
        TextModel.train("ab" * 60, cell="gruu")


def test_dropout_and_progress_are_used():
    reported = []
    schedule = Schedule(updates=3, window=16, dropout=0.3)
    TextModel.train(a_text(200), hidden_size=4, schedule=schedule, report=lambda done, loss: reported.append(done))
    assert reported == [1, 2, 3]


def test_measuring_a_text(model):
    assert model.measure("tree house river stone ") < model.measure("eert esuoh revir enots ")
    with pytest.raises(ScratchError, match="at least two"):
        model.measure("t")


# generation


@pytest.mark.parametrize("cell", CELLS)
def test_a_carried_state_generates_the_same_as_reading_everything_again(cell):
    network = new_network(cell, 6, 8, np.random.default_rng(0))
    codes = np.array([1, 4, 2])
    written = generate(network, codes, 20, np.random.default_rng(0), temperature=0)
    for _ in range(20):
        logits, _ = predict(network, codes[np.newaxis])
        codes = np.append(codes, logits[0, -1].argmax())
    assert written.tolist() == codes[3:].tolist()


def test_characters_are_sampled_with_the_predicted_probabilities():
    network = new_network("rnn", 3, 2, np.random.default_rng(0))
    network.weights["weight_out"][:] = 0.0
    network.weights["bias_out"][:] = np.log([0.5, 0.3, 0.2])
    for temperature, expected in ((1.0, [0.5, 0.3, 0.2]), (0.5, [0.25 / 0.38, 0.09 / 0.38, 0.04 / 0.38])):
        drawn = generate(network, np.array([0]), 4000, np.random.default_rng(0), temperature=temperature)
        shares = np.bincount(drawn, minlength=3) / 4000
        assert np.abs(shares - expected).max() < 0.04  # five standard deviations of 0.008
    assert set(generate(network, np.array([0]), 50, np.random.default_rng(0), temperature=1e-310)) == {0}


def test_a_prompt_and_a_temperature_are_checked(model):
    with pytest.raises(ScratchError, match="at least one character"):
        model.generate("")
    with pytest.raises(ScratchError, match="at least 0"):
        model.generate("tree", temperature=-1.0)
    with pytest.raises(ScratchError, match="temperature must be at least 0, not nan"):
        model.generate("tree", temperature=float("nan"))
    with pytest.raises(ScratchError, match="the prompt has characters that do not occur in the training text: 'Q'"):
        model.generate("Q")


# files


def test_a_model_comes_back_from_its_file(model, tmp_path):
    path = tmp_path / "no_suffix"
    model.save(path)
    assert [*tmp_path.iterdir()] == [path]
    loaded = TextModel.load(path)
    assert loaded.generate("stone") == model.generate("stone")
    assert loaded.measure("tree bird") == model.measure("tree bird")
    assert loaded.vocabulary.characters == model.vocabulary.characters


def test_a_pickle_is_refused_and_not_run(tmp_path):
    class Trap:
        def __reduce__(self):
            return os.mkdir, (str(tmp_path / "sprung"),)

    for name, content in (("array.npy", np.array([Trap()], dtype=object)), ("trap.npz", None)):
        path = tmp_path / name
        if content is None:
            np.savez(path, cell=np.array([Trap()], dtype=object), allow_pickle=True)
        else:
            np.save(path, content, allow_pickle=True)
        with pytest.raises(ScratchError, match="is not a model"):
            TextModel.load(path)
    assert not (tmp_path / "sprung").exists()


@pytest.mark.parametrize("damage", ["cut", "text", "empty", "missing part", "other shape"])
def test_a_file_that_is_no_model_is_refused(model, tmp_path, damage):
    path = tmp_path / "model.npz"
    model.save(path)
    content = path.read_bytes()
    if damage == "cut":
        path.write_bytes(content[: len(content) // 2])
    elif damage == "text":
        path.write_text("not a model")
    elif damage == "empty":
        path.write_bytes(b"")
    else:
        with np.load(path) as stored:
            parts = {name: stored[name] for name in stored.files}
        if damage == "missing part":
            del parts["weights/bias_hh"]
        else:
            parts["weights/bias_hh"] = parts["weights/bias_hh"][:-1]
        np.savez(path, **parts)
    with pytest.raises(ScratchError, match="is not a model"):
        TextModel.load(path)


def test_a_missing_file_or_folder_is_reported(model, tmp_path):
    with pytest.raises(ScratchError, match="no file"):
        TextModel.load(tmp_path / "none.npz")
    with pytest.raises(ScratchError, match="cannot write"):
        model.save(tmp_path / "none" / "model.npz")


def test_a_save_that_fails_leaves_the_old_file_and_nothing_else(model, tmp_path, monkeypatch):
    path = tmp_path / "model.npz"
    path.write_text("the old one")

    def full(stream, **content):
        stream.write(b"half")
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(storage.np, "savez", full)
    with pytest.raises(OSError, match="No space left"):
        model.save(path)
    assert path.read_text() == "the old one"
    assert [*tmp_path.iterdir()] == [path]


# the command line


@pytest.fixture
def book(tmp_path):
    path = tmp_path / "book.txt"
    path.write_text(a_text(400))
    return path


def test_the_program_learns_measures_writes_and_saves(book, tmp_path, capsys):
    saved = tmp_path / "book.npz"
    small = ["--updates", "20", "--hidden-size", "8", "--length", "30", "--prompt", "tree"]
    assert main([str(book), "--cell", "rnn", *small, "--save", str(saved)]) == 0
    said = capsys.readouterr()
    assert "update    20" in said.err
    assert "held out" in said.err
    assert "bigram" in said.err
    assert said.out.startswith("tree")
    assert len(said.out) == len("tree") + 30 + 1
    assert main([str(saved), *small]) == 0
    assert capsys.readouterr().out == said.out


@pytest.mark.parametrize("optimizer", ["adam", "adagrad", "sgd"])
@pytest.mark.parametrize(
    "clipping", [[], ["--clip", "0.01"], ["--clip", "0.003", "--clip-each"]], ids=["default", "norm", "each"]
)
def test_every_optimizer_and_clipping_learns_and_writes_another_text(book, capsys, optimizer, clipping):
    def held_out(*words):
        assert main([str(book), "--updates", "30", "--hidden-size", "8", "--length", "0", *words]) == 0
        return float(capsys.readouterr().err.split("held out  ")[1].split()[0])

    found = held_out("--optimizer", optimizer, *clipping)
    assert found < math.log2(len(set(book.read_text())))
    others = [held_out(), held_out("--optimizer", "sgd", "--learning-rate", "0.03")]
    assert (found in others) == (optimizer == "adam" and not clipping)


@pytest.mark.parametrize(
    ("content", "words", "message"),
    [
        (None, [], "cannot read {path}: no such file or directory"),
        (b"", [], "{path} is empty"),
        (b" \n", [], "{path} is empty"),
        (b"ab\xff", [], "{path} is not UTF-8 text: byte 2 is invalid"),
        (b"short", [], "a text of 5 characters is too short to train on; 100 is the minimum"),
        (b"ab" * 99, ["--prompt", "abc"], "the prompt has characters that do not occur in {path}: 'c'"),
        (b"ab" * 99, ["--save", "none/model.npz"], "cannot write none/model.npz: its folder does not exist"),
        (b"ab" * 99, ["--save", "model.pkl"], "--save needs a file name that ends in .npz, not model.pkl"),
        (b"ab" * 99, ["--temperature", "-1"], "--temperature must be at least 0, not -1.0"),
        (b"ab" * 99, ["--temperature", "nan"], "--temperature must be at least 0, not nan"),
    ],
)
def test_mistakes_are_reported_in_one_line_before_any_training(tmp_path, capsys, content, words, message):
    path = tmp_path / "book.txt"
    if content is not None:
        path.write_bytes(content)
    assert main([str(path), *words]) == 2
    said = capsys.readouterr()
    assert said.out == ""
    assert said.err.splitlines()[-1] == "rnnbench.scratch: " + message.format(path=path)
    assert "update" not in said.err


@pytest.mark.parametrize(
    "words",
    [
        ["--updates", "0"],
        ["--cell", "lstn"],
        ["--seed", "-1"],
        ["--updates", "many"],
        ["--learning-rate", "0"],
        ["--clip", "nan"],
    ],
)
def test_options_out_of_bounds_are_refused(book, words):
    with pytest.raises(SystemExit) as caught:
        main([str(book), *words])
    assert caught.value.code == 2
