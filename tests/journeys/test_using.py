"""What was trained, used: text that goes on, classes of texts, forecasts; and the slips on the way."""

from __future__ import annotations

import json
import unicodedata
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from journey import Finished, Place, demand_lines, write_book, write_lines, write_reviews
from test_mistakes import refusal
from typer.testing import Result

pytestmark = pytest.mark.slow

TINY = (
    "--model", "gru", "--set", "encoder.hidden_size=16", "--set", "budget.updates=30", "--set", "budget.validations=2",
    "--json",
)  # fmt: skip


@dataclass(frozen=True)
class Trained:
    """A place with one tiny run of each task, and their ids."""

    place: Place
    text: str
    sentiment: str
    forecasting: str

    def type_in(self, line: str, *words: str) -> Result:
        return self.place.type_in(*line.split(), *words)

    def told(self, line: str, *words: str) -> Result:
        said = self.type_in(line, *words)
        assert said.exit_code == 0, said.output
        return said

    def refused(self, line: str, *words: str) -> str:
        return refusal(self.type_in(line, *words))


@pytest.fixture(scope="module")
def trained(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Trained]:
    """A Korean book, Korean reviews and an hourly demand, each with a run."""
    place = Place(tmp_path_factory.mktemp("used"))
    write_book(place.folder / "book.txt", korean=True)
    write_reviews(place.folder / "reviews.csv", korean=True)
    write_lines(place.folder / "demand.csv", demand_lines())

    def run_id(*words: str) -> str:
        return str(json.loads(place.typed("train", *words, *TINY).out)["run_id"])

    characters = ("--set", "task.tokenizer=characters", "--set", "task.embedding_size=16")
    columns = ("--target", "load", "--covariates", "temp", "--set", "task.lookback=48", "--set", "task.horizon=12")
    yield Trained(
        place,
        run_id("text_generation", "--data", "book.txt", *characters),
        run_id("sentiment", "--data", "reviews.csv"),
        run_id("forecasting", "--data", "demand.csv", *columns),
    )
    place.end_all()


def test_text_goes_on_from_a_prompt(trained: Trained) -> None:
    said = trained.told("generate --length 80 --seed 4 --temperature 0.8 --top-k 20 --top-p 0.9 --prompt", "영화가 ")
    assert said.stdout.startswith("영화가 ")
    assert len(said.stdout) == 4 + 80 + 1
    assert "\N{REPLACEMENT CHARACTER}" not in said.stdout
    again = trained.told(f"generate {trained.text[:8]} --length 80 --seed 4 --temperature 0.8 --top-k 20 --top-p 0.9"
                         " --json --prompt", "영화가 ")  # fmt: skip
    told = json.loads(again.stdout)
    assert (told["run_id"], told["prompt"] + told["text"]) == (trained.text, said.stdout[:-1])


def test_a_prompt_of_composed_syllables_and_one_in_parts_are_the_same(trained: Trained) -> None:
    spelled = [unicodedata.normalize(form, "영화") for form in ("NFC", "NFD")]
    assert spelled[0] != spelled[1]
    whole, parts = (trained.told("generate --length 30 --json --prompt", prompt).stdout for prompt in spelled)
    assert json.loads(whole)["text"] == json.loads(parts)["text"]


def test_a_prompt_that_cannot_be_read(trained: Trained) -> None:
    assert 'the prompt is empty: give the first characters of the text, such as --prompt "The "' in trained.refused(
        "generate"
    )
    said = trained.refused("generate --prompt", "영화 xyz")
    assert "lacks 'x', 'y', 'z': leave that out of the prompt" in said
    assert "the temperature must be at least 0" in trained.refused("generate --prompt 영 --temperature -1")


def test_texts_are_told_apart(trained: Trained) -> None:
    said = trained.told("predict --text", "정말 좋다", "--text", "아주 나쁘다", "--text", "hello")
    assert "긍정" in said.stdout

    table, lines = trained.place.folder / "new.csv", trained.place.folder / "new.txt"
    table.write_text("번호,리뷰\n1,정말 좋다\n2,아주 나쁘다\n", encoding="utf-8")
    lines.write_text("정말 좋다\n아주 나쁘다\n", encoding="utf-8")
    told = [
        json.loads(trained.told(f"predict {trained.sentiment} --file {words} --json").stdout)
        for words in ("new.txt", "new.csv", "new.csv --text-column 리뷰")
    ]
    assert told[0]["predictions"] == told[1]["predictions"] == told[2]["predictions"]
    assert told[0]["understood"]["texts"] == ["2 texts from its lines"]
    assert told[1]["understood"]["texts"] == ["2 texts from column '리뷰'"]
    for row in told[0]["predictions"]:
        assert row["probabilities"].keys() == {"긍정", "부정"}
        assert sum(row["probabilities"].values()) == pytest.approx(1)
        assert row["label"] == max(row["probabilities"], key=row["probabilities"].get)


def test_the_column_that_was_learned_is_read_and_named(trained: Trained) -> None:
    table = trained.place.folder / "two.csv"
    table.write_text("text,리뷰\nhello,정말 좋다\nhello,아주 나쁘다\n", encoding="utf-8")
    said = trained.told(f"predict {trained.sentiment} --file two.csv")
    assert "2 texts from column '리뷰'" in said.stderr
    assert "정말 좋다" in said.stdout
    typed = trained.told(f"predict {trained.sentiment} --file two.csv --text-column text")
    assert "2 texts from column 'text'" in typed.stderr
    table.write_text("text\nhello\n", encoding="utf-8")
    other = trained.told(f"predict {trained.sentiment} --file two.csv").stderr
    assert "1 text from column 'text'" in other
    assert "it has no column '리뷰', which the run was trained on" in " ".join(other.split())


def test_texts_in_parts_have_the_class_of_composed_ones(trained: Trained) -> None:
    words = [("--text", unicodedata.normalize(form, "정말 좋다")) for form in ("NFC", "NFD")]
    whole, parts = (json.loads(trained.told("predict --json", *text).stdout) for text in words)
    assert whole == parts


def test_texts_that_cannot_be_read(trained: Trained) -> None:
    assert 'type --text "..." or --file FILE' in trained.refused("predict")
    assert "the text is empty" in trained.refused("predict --text", " ")
    (trained.place.folder / "gap.txt").write_text("좋다\n\n나쁘다\n", encoding="utf-8")
    assert "gap.txt, line 2: the text is empty" in trained.refused("predict --file gap.txt")
    assert "there is no file" in trained.refused("predict --file nowhere.csv")
    assert "has no column '리뷰들' (--text-column). Did you mean '리뷰'?" in trained.refused(
        "predict --file reviews.csv --text-column 리뷰들"
    )


def test_a_forecast_goes_on_from_the_end_of_the_data_and_is_drawn(trained: Trained) -> None:
    said = trained.told("forecast --horizon 15 --plot forecast.png")
    # 1000 hours from 2025-01-01: the last is 2025-02-11 15:00
    assert "2025-02-11T16:00:00" in said.stdout
    assert "2025-02-12T06:00:00" in said.stdout
    assert "keep their last value there: temp" in said.stdout
    assert (trained.place.folder / "forecast.png").read_bytes().startswith(b"\x89PNG")
    told = json.loads(trained.told(f"forecast {trained.forecasting} --json").stdout)
    assert len(told["forecast"]) == 12
    assert {*told["forecast"][0]} == {"time", "load", "load/low", "load/high"}


def test_a_forecast_goes_on_from_new_data(trained: Trained) -> None:
    header, *rows = demand_lines()
    new = write_lines(trained.place.folder / "new_demand.csv", [header, *rows[:500]])
    told = json.loads(trained.told(f"forecast --data {new.name} --json").stdout)
    assert told["forecast"][0]["time"] == "2025-01-21T20:00:00"
    write_lines(new, [header, *rows[:30]])
    assert "new_demand.csv has 30 rows, and gru-seed0 reads 48: use a longer series" in trained.refused(
        f"forecast --data {new.name}"
    )
    write_lines(new, [header, *rows[:500:2]])
    assert "has a value every 2h, and the run was trained on one every 1h" in trained.refused(
        f"forecast --data {new.name}"
    )
    assert "has no column 'lod' (--target). Did you mean 'load'?" in trained.refused(
        f"forecast --data {new.name} --target lod"
    )
    assert "--target describes a file: add --data FILE" in trained.refused("forecast --target load")


def test_a_run_that_is_not_there_or_is_of_another_task(trained: Trained) -> None:
    short = trained.sentiment[:8]
    assert f"is of sentiment, which `rnnbench generate` cannot use. Type: rnnbench predict {short}" in trained.refused(
        f"generate {short} --prompt 영"
    )
    assert "there is no run 'gru-sed0'" in trained.refused("generate gru-sed0 --prompt 영")
    assert "Did you mean 'gru-seed0'?" in trained.refused("forecast gru-sed0")
    assert "there is no trained run of sentiment on 'nowhere.csv'" in trained.refused(
        "predict --data nowhere.csv --text 영"
    )


def test_before_anything_is_trained_it_says_what_to_type(place: Place, typed: Callable[..., Result]) -> None:
    tasks = {
        "generate": "text_generation", "predict": "sentiment", "forecast": "forecasting", "translate": "translation",
        "chat": "dialogue",
    }  # fmt: skip
    for command, task in tasks.items():
        words = ("--text", "x") if command == "predict" else ()
        assert f"there is no trained run of {task}. Type: rnnbench sweep {task}" in refusal(typed(command, *words))


def test_samples_of_text_lie_with_the_run(trained: Trained) -> None:
    found = sorted(path.name for path in trained.place.store.glob("artifacts/**/samples/*"))
    assert found == ["update-000015.txt", "update-000030.txt"]


def test_data_that_have_changed_are_not_gone_on_from(trained: Trained) -> None:
    path: Path = trained.place.folder / "demand.csv"
    whole = path.read_text(encoding="utf-8")
    write_lines(path, demand_lines(900))
    try:
        assert "demand.csv has changed since gru-seed0 was trained" in trained.refused("forecast")
    finally:
        path.write_text(whole, encoding="utf-8")


def test_best_after_a_sweep_is_a_confirmation_of_its_best_encoder(
    finished: tuple[Place, tuple[str, ...], Finished],
) -> None:
    place = finished[0]
    rows = json.loads(place.type_in("compare", "sentiment", "--format", "json").stdout)["rows"]
    best = next(row for row in rows if row["is_best"])
    told = json.loads(place.type_in("predict", "--text", "a great and lovely film", "--json").stdout)
    assert told["run_id"] in best["run_ids"]
    scores = {run.info.run_id: run.data.metrics["validation/accuracy"] for run in place.runs(kind="confirm")}
    assert scores[told["run_id"]] == max(scores[run_id] for run_id in best["run_ids"])
