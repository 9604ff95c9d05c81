"""Every slip of the user's: exit code 2, one clear message that names the nearest, no traceback."""

from __future__ import annotations

import os
import shlex
from collections.abc import Callable
from pathlib import Path

import pytest
import torch
from journey import Place, demand_lines, write_book, write_lines, write_reviews
from typer.testing import Result

Type = Callable[..., Result]


def refusal(told: Result) -> str:
    """The words of a refusal, after making sure that it is one."""
    assert told.exception is None or isinstance(told.exception, SystemExit), repr(told.exception)
    assert told.exit_code == 2, told.output
    assert "Traceback" not in told.output
    assert told.stderr.count("rnnbench: ") == 1
    said = told.stderr[told.stderr.index("rnnbench: ") :]
    return " ".join(said.split())


@pytest.fixture
def refused(typed: Type) -> Callable[..., str]:
    """Types a line that must be refused, and gives the words."""
    return lambda line, *more: refusal(typed(*line.split(), *more))


Refused = Callable[..., str]


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("sweep sentimnt", "unknown task 'sentimnt'. Did you mean 'sentiment'?"),
        ("compare sentimnt", "Did you mean 'sentiment'?"),
        ("confirm sentimnt", "Did you mean 'sentiment'?"),
        ("export forcasting", "Did you mean 'forecasting'?"),
        ("baselines text_genration", "Did you mean 'text_generation'?"),
        ("show sentimnt", "Did you mean 'sentiment'?"),
        ("train sentiment --model lsmt", "unknown model 'lsmt'. Did you mean 'lstm'?"),
        ("sweep sentiment --model rnn --model grü", "Did you mean 'gru'?"),
        ("train sentiment --data rotten_tomatos", "Did you mean 'rotten_tomatoes'?"),
        ("data shakespear", "Did you mean 'shakespeare'?"),
        ("train sentiment --data power", "'power' is a series, and this task needs labelled texts"),
        ("compare sentiment --format jsn", "unknown format 'jsn'. Did you mean 'json'?"),
        ("compare sentiment --format table --output t.txt", "a table is for the terminal"),
        ("compare sentiment", "no sweep of sentiment to compare yet. Type: rnnbench sweep sentiment"),
        ("compare sentiment --data reviews.csv", "no runs of sentiment on 'reviews.csv'"),
        ("confirm sentiment", "no sweep of sentiment to compare yet"),
        ("export sentiment", "no sweep of sentiment to compare yet"),
        ("report sentiment", "no sweep of sentiment to compare yet"),
        ("show sentiment --model none.py", "the file does not exist"),
        ("show text_generation --set encoder.bidirectional=true", "needs a causal encoder"),
    ],
)
def test_a_name_that_nothing_has(line: str, words: str, refused: Refused) -> None:
    assert words in refused(line)


@pytest.mark.parametrize(
    ("setting", "words"),
    [
        ("nonsense", "must be written section.setting=value, for example encoder.hidden_size=64"),
        ("=3", "must be written section.setting=value"),
        ("encodr.dropout=0.1", "there is no section 'encodr'. Did you mean 'encoder'?"),
        ("encoder.hiden_size=3", "there is no such setting. Did you mean 'hidden_size'?"),
        ("encoder.hidden_size=big", "must be a whole number of at least 1"),
        ("encoder.hidden_size=0", "must be a whole number of at least 1"),
        ("training.learning_rate=nan", "must be above 0"),
        (
            "training.schedule=cosin",
            "plateau, cosine, linear, one_cycle. Did you mean 'cosine'?",
        ),
        ("search.ranges={encoder.hidden_size: {low: 3}}", "must be a list of choices or {low: ..., high: ...,"),
        ("search.ranges={encoder.hidden_size: {low: -3, high: 8}}", "must be a whole number of at least 1"),
        ("data.fill=zero", "must be one of: none, interpolate, forward"),
    ],
)
def test_a_setting_that_cannot_be_used(setting: str, words: str, refused: Refused) -> None:
    said = refused("show sentiment --set", setting)
    assert words in said
    assert "(--set)" in said or "(ranges)" in said


def test_every_bad_setting_is_told_at_once(refused: Refused) -> None:
    said = refused("show sentiment --set encoder.hidden_size=big --set encoder.dropout=1.5 --set budget.update=3")
    assert "3 settings need another value" in said
    for name in ("encoder.hidden_size = 'big'", "encoder.dropout = 1.5", "budget.update = 3"):
        assert name in said


def test_a_device_that_the_machine_has_not(place: Place, refused: Refused) -> None:
    write_reviews(place.folder / "reviews.csv")
    absent = "cuda" if torch.backends.mps.is_available() else "mps"  # no machine has both
    for command in ("train", "sweep"):
        said = refused(f"{command} sentiment --data reviews.csv --model rnn --set hardware.device={absent}")
        assert f"hardware.device = {absent}: torch" in said
        assert "Type --set hardware.device=auto" in said
    assert place.runs() == []


def test_a_search_of_settings_that_nothing_has(place: Place, refused: Refused) -> None:
    write_reviews(place.folder / "reviews.csv")
    said = refused("sweep sentiment --data reviews.csv --set search.settings=[training.learning_rat]")
    assert "no encoder has this setting. Did you mean 'training.learning_rate'?" in said


def test_a_wrong_experiment_file_is_named(place: Place, refused: Refused) -> None:
    folder = place.folder / "experiments"
    folder.mkdir()
    file = folder / "sentiment.yaml"
    file.write_text("encoder: {hidden_size: tiny}\ntrainin: {patience: 2}\n", encoding="utf-8")
    said = refused("show sentiment")
    assert "encoder.hidden_size = 'tiny' (sentiment.yaml) must be a whole number" in said
    assert "Did you mean 'training'?" in said
    file.write_text("encoder: [unclosed\n", encoding="utf-8")
    assert "sentiment.yaml is not valid YAML" in refused("show sentiment")
    file.write_text("just words\n", encoding="utf-8")
    assert "must hold sections" in refused("show sentiment")
    file.write_text("models: [rnn, lsmt]\n", encoding="utf-8")
    assert "unknown model 'lsmt'. Did you mean 'lstm'?" in refused("sweep sentiment")
    file.write_text("quick: 3\nfor_data: [a]\n", encoding="utf-8")
    assert "must hold sections" in refused("show sentiment")


@pytest.mark.parametrize("command", ["train", "sweep", "baselines"])
@pytest.mark.parametrize(
    ("options", "words"),
    [
        ("--data revews.csv", "revews.csv. Did you mean 'reviews.csv'?"),
        ("--data reviews.csv --text-column reviw", "has no column 'reviw' (--text-column). Did you mean 'review'?"),
        ("--data reviews.csv --label-column star", "Did you mean 'stars'?"),
        ("--data one.csv", "every row has the label 'good'"),
        ("--data few.csv", "has 10 usable rows, but"),
        ("--data empty.csv", "empty.csv is empty"),
        ("--data header.csv", "has a header but no rows"),
        ("--data latin.csv", "is not UTF-8: the byte at offset 32 is invalid"),
        ("--data .", "is a folder: type a file in it"),
    ],
)
def test_reviews_that_cannot_be_used(command: str, options: str, words: str, place: Place, refused: Refused) -> None:
    write_reviews(place.folder / "reviews.csv")
    write_reviews(place.folder / "few.csv", rows=10)
    write_lines(place.folder / "one.csv", ["review,stars", *(f"text {row},good" for row in range(60))])
    write_lines(place.folder / "header.csv", ["review,stars"])
    (place.folder / "empty.csv").touch()
    (place.folder / "latin.csv").write_bytes("review,stars\n좋은 영화,good\n".encode() + b"\xe9,bad\n")
    model = "" if command == "baselines" else " --model rnn"
    assert words in refused(f"{command} sentiment {options}{model}")


def test_texts_that_cannot_be_used(place: Place, refused: Refused) -> None:
    write_book(place.folder / "short.txt", characters=50)
    assert "has 50 characters, but three splits need" in refused("train text_generation --data short.txt")
    (place.folder / "broken.txt").write_bytes("안녕 ".encode() * 100 + b"caf\xe9 " + "안녕 ".encode() * 100)
    assert "the byte at offset 703" in refused("train text_generation --data broken.txt")


def test_series_that_cannot_be_used(place: Place, refused: Refused) -> None:
    header, *rows = demand_lines(480)

    def train(lines: list[str], options: str = "--target load") -> str:
        write_lines(place.folder / "demand.csv", [header, *lines])
        return refused(f"train forecasting --data demand.csv {options}")

    assert "occurs twice (line 51 and line 52" in train(rows[:50] + rows[49:])
    assert "line 62: the time is earlier than in the row before" in train(
        rows[:50] + rows[60:70] + rows[50:60] + rows[70:]
    )
    gaps = train(rows[:100] + rows[110:])
    assert "10 of 480 rows are missing (the first after line 101): type --fill interpolate" in gaps
    assert "line 43: 'n/x' in column 'load'" in train([*rows[:41], rows[41].split(",")[0] + ",n/x,3", *rows[42:]])
    assert "has no column 'lod' (--target). Did you mean 'load'?" in train(rows, "--target lod")
    assert "cannot infer the column to forecast: type --target NAME" in train(rows, "")
    assert "Did you mean 'temp'?" in train(rows, "--target load --covariates tmp")
    assert "is not a frequency" in train(rows, "--target load --frequency 1x")
    assert "must be one of: none, interpolate, forward" in train(rows, "--target load --fill zero")
    assert "has 10 rows, but three splits need at least 20" in train(rows[:10])
    assert "too short for a lookback of 400" in train(rows, "--target load --set task.lookback=400")


def test_a_data_set_asked_for_in_a_wrong_way(place: Place, refused: Refused) -> None:
    write_reviews(place.folder / "reviews.csv")
    assert "must be one of: none, interpolate, forward" in refused("data reviews.csv --fill zero")
    assert "has no column 'foo' (--text-column)" in refused("data reviews.csv --text-column foo")
    assert "Did you mean 'sentiment'?" in refused("data reviews.csv --task sentimnt")


def test_a_ceiling_that_no_encoder_fits_under(place: Place, refused: Refused) -> None:
    write_reviews(place.folder / "reviews.csv")
    said = refused("train sentiment --data reviews.csv --model rnn --set budget.parameters=10")
    assert "above the ceiling of 10 that all encoders share" in said

    said = refused("sweep sentiment --data reviews.csv --model rnn --set budget.parameters=10")
    assert "the smallest rnn in this search space has" in said


@pytest.mark.parametrize(
    ("code", "words"),
    [
        ("def broken(:\n", "cannot be imported: invalid syntax (cell.py, line 1)"),
        ("import no_such_module_here\n", "cannot be imported: No module named 'no_such_module_here'"),
        ("x = 1\n", "must define exactly one Layer, found: none"),
        (
            "from rnnbench.encoders.base import Cell\nclass A(Cell): pass\nclass B(Cell): pass\n",
            "must define exactly one Layer, found: A, B",
        ),
    ],
    ids=["syntax", "import", "none", "two"],
)
def test_an_encoder_file_that_is_none(code: str, words: str, place: Place, refused: Refused) -> None:
    write_reviews(place.folder / "reviews.csv")
    (place.folder / "cell.py").write_text(code, encoding="utf-8")
    assert words in refused("sweep sentiment --data reviews.csv --model gru --model cell.py")


def test_two_encoders_of_one_name(place: Place, refused: Refused) -> None:
    write_reviews(place.folder / "reviews.csv")
    (place.folder / "gru.py").write_text(
        "from rnnbench.encoders.base import Cell\nclass A(Cell): pass\n", encoding="utf-8"
    )
    said = refused("sweep sentiment --data reviews.csv --model gru --model gru.py")
    assert "two encoders are named 'gru'" in said


def test_a_store_that_cannot_be_written(place: Place, refused: Refused) -> None:
    write_reviews(place.folder / "reviews.csv")
    place.store.touch()
    for line in ("compare sentiment", "train sentiment --data reviews.csv", "ui", "confirm sentiment"):
        said = refused(line)
        assert "the store" in said
        assert "cannot be written" in said


ODD_NAMES = ["it's", 'it\'s "both"', "a\\", "../100%_*\nx"]


@pytest.mark.slow
def test_runs_and_data_of_any_name_that_are_not_there(typed: Type) -> None:
    for name in ODD_NAMES:
        assert f"there is no run {name!r} in " in refusal(typed("generate", name, "--prompt", "a"))
        data = Path(name).name
        said = refusal(typed("compare", "sentiment", "--data", name))
        assert f"no runs of sentiment on {data!r}" in said
        assert " ".join(f"Type: rnnbench sweep sentiment --data {shlex.quote(name)}".split()) in said
        said = refusal(typed("generate", "best", "--data", name))
        assert f"there is no trained run of text_generation on {name!r}" in said
        assert f"no runs of sentiment on {data!r}" in refusal(typed("across", f"sentiment:{name}"))
        assert f"unknown task {name!r}" in refusal(typed("compare", name))


@pytest.mark.parametrize(
    "words",
    [
        *[
            "{}",
            "--{}",
            "models {}",
            "models --{}",
            "sweep {}",
            "compare {}",
            "predict {}",
            "train sentiment --seed {}",
        ],
        *["train sentiment --data {}", "train sentiment --set {}", "train sentiment --model {}"],
    ],
)
def test_no_error_repeats_the_password_of_an_address(words: str, typed: Type) -> None:
    said = typed(*words.format("https://her:secret@host/x").split())
    assert said.exit_code == 2
    assert "secret" not in said.output + said.stderr


def test_a_name_that_is_no_text(typed: Type) -> None:
    name = os.fsdecode(b"caf\xe9.csv")
    assert "is not valid UTF-8" in refusal(typed("train", "sentiment", "--data", name))
    assert "is not valid UTF-8" in refusal(typed("sweep", "sentiment", "--model", name))
    assert "is not valid UTF-8" in refusal(typed("generate", name))


@pytest.mark.slow
def test_what_compare_and_export_cannot_find_or_write(finished: tuple[Place, tuple[str, ...], object]) -> None:
    place = finished[0]

    def refused(line: str) -> str:
        return refusal(place.type_in(*line.split()))

    (place.folder / "file").touch()
    assert "unknown sweep 'sweep-9'. Did you mean 'sweep-1'?" in refused("compare sentiment --sweep sweep-9")
    for name in ODD_NAMES:
        assert f"unknown sweep {name!r}" in refusal(place.type_in("compare", "sentiment", "--sweep", name))
    nearest = "no runs of sentiment on 'review.csv'. Did you mean 'reviews.csv'?"
    assert nearest in refused("compare sentiment --data review.csv")
    assert "cannot write" in refused("export sentiment --output file/below")
    assert "cannot write" in refused("compare sentiment --format md --output file/below.md")
    assert "Only these are in the sweep" in refused("confirm sentiment --model lsmt")
