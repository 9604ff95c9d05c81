"""Trained models of pairs, used: translations of texts and files, and a conversation."""

from __future__ import annotations

import json
from collections.abc import Iterator
from itertools import product

import pytest
from journey import Place, write_lines
from test_mistakes import refusal

pytestmark = pytest.mark.slow

TINY = (
    "--model", "gru", "--set", "encoder.hidden_size=16", "--set", "task.embedding_size=16",
    "--set", "task.vocabulary_size=300", "--set", "task.max_target_tokens=12", "--set", "budget.updates=20",
    "--set", "budget.validations=2", "--json",
)  # fmt: skip


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Place]:
    """A translator and a model of replies, trained on a user's own files."""
    place = Place(tmp_path_factory.mktemp("pairs"))
    verbs, nouns = ("open", "close", "wash"), ("door", "window", "{name}")
    rows = [
        f"{verb} the {noun} {number},{noun} {number} {verb}en"
        for verb, noun, number in product(verbs, nouns, range(30))
    ]
    write_lines(place.folder / "pairs.csv", ["en,de", *rows])
    turns = [
        f"where is {name} {number}?\t{name} is here." for name, number in product(("ann", "bob", "tom"), range(60))
    ]
    write_lines(place.folder / "chat.tsv", ["turn\treply", *turns])
    place.typed("train", "translation", "--data", "pairs.csv", "--text-column", "en", "--target", "de", *TINY)
    place.typed("train", "dialogue", "--data", "chat.tsv", "--text-column", "turn", "--target", "reply", *TINY)
    yield place
    place.end_all()


def test_texts_and_files_are_translated_alike_and_drawn(place: Place) -> None:
    write_lines(place.folder / "new.csv", ["number,en", "1,open the door 3", "2,", "3,wash the {name} 9"])
    texts = ("--text", "open the door 3", "--text", "wash the {name} 9")
    drawn = place.typed("translate", *texts, "--best", "2", "--json", "--attention", "drawn.svg")
    told = json.loads(drawn.out)
    assert (told["source"], told["target"]) == ("en", "de")
    assert [len(row["hypotheses"]) for row in told["translations"]] == [2, 2]
    assert "<svg" in (place.folder / "drawn.svg").read_text(encoding="utf-8")
    first, second = (row["text"] for row in told["translations"])
    lines = place.typed("translate", "--file", "new.csv").out.split("\n")
    assert lines[1:2] + lines[3:] == ["", ""]
    assert [len(lines[0]) > 0, len(lines[2]) > 0] == [len(first) > 0, len(second) > 0]


def test_the_commands_refuse_each_others_runs(place: Place) -> None:
    (translation,), (dialogue,) = (
        [run.info.run_id[:8] for run in place.runs(kind="train", task=task)] for task in ("translation", "dialogue")
    )
    said = refusal(place.type_in("translate", dialogue, "--text", "a"))
    assert f"is of dialogue, which `rnnbench translate` cannot use. Type: rnnbench chat {dialogue}" in said
    said = refusal(place.type_in("chat", translation))
    assert f"is of translation, which `rnnbench chat` cannot use. Type: rnnbench translate {translation}" in said
