"""Translations, alignments and conversations of the report: whose they are, and what stands side by side."""

from __future__ import annotations

import re
from typing import Any

import pytest

from rnnbench.comparison.compare import compare
from rnnbench.reports.page.examples import samples
from rnnbench.reports.page.html import html_page
from rnnbench.reports.page.markdown import markdown_text
from rnnbench.reports.page.model import Folded, Material, Page, Picture, Turns
from rnnbench.reports.tables.model import Table
from rnnbench.storage.record import RunRecord

BITS = {"gru": 1.2, "lstm": 1.1, "rnn": 1.6}
PAIR = {"source": "Turn on the light", "target": "Schalte das Licht ein", "output": "Schalte Licht ein", "chrf": 71.26}
LIGHT = {"source": ["the", " light"], "target": ["das", " Licht"], "weights": [[0.91, 0.09], [0.2, 0.8]]}


def record(model: str) -> RunRecord:
    bits = BITS[model]
    metrics = {"validation/bits_per_character": bits, "test/bits_per_character": bits}
    return RunRecord(
        "confirm", "translation", "multi30k", "f" * 64, model, "bits_per_character", False, seed=1, run_id=model,
        metrics=metrics, tags={"choice": "a"},
    )  # fmt: skip


def material(showcases: dict[str, dict[str, Any]]) -> Material:
    records = tuple(record(model) for model in BITS)
    return Material("translation", compare(records), records, showcases=showcases)


def translated(**changes: Any) -> dict[str, Any]:
    return {
        "kind": "translations", "source": "en", "target": "de", "best": [PAIR], "worst": [PAIR], "alignments": [LIGHT],
        **changes,
    }  # fmt: skip


def talked(*replies: tuple[str, str, str], answer: str = "fine.") -> dict[str, Any]:
    turns = [{"speaker": "person", "text": "how are you?"}, {"speaker": "model", "text": answer}]
    return {
        "kind": "conversation", "turns": turns,
        "replies": [dict(zip(("context", "reply", "output"), texts, strict=True)) for texts in replies],
    }  # fmt: skip


def parts(showcases: dict[str, dict[str, Any]]) -> tuple[Any, ...]:
    section = samples(material(showcases))
    assert section is not None
    return section.parts


def pages(showcases: dict[str, dict[str, Any]]) -> tuple[str, str]:
    """The section as HTML and as Markdown."""
    section = samples(material(showcases))
    assert section is not None
    page = Page("title", (section,))
    return html_page(page), markdown_text(page)[0]


def test_the_best_encoders_sentences_come_first_and_those_of_the_others_are_folded() -> None:
    shown = parts({model: translated(best=[{**PAIR, "output": model}]) for model in BITS})
    assert [part.lines[0].cells[2] for part in shown if isinstance(part, Table)] == ["lstm", PAIR["output"]]
    folds = [part for part in shown if isinstance(part, Folded)]
    assert [fold.title for fold in folds] == ["Translations by gru", "Translations by rnn"]
    assert [fold.parts[0].lines[0].cells[2] for fold in folds] == ["gru", "rnn"]  # type: ignore[union-attr]


def test_source_reference_translation_and_chrf_stand_side_by_side() -> None:
    best, worst = [part for part in parts({"lstm": translated()}) if isinstance(part, Table)]
    assert [column.header for column in best.columns] == ["source (en)", "reference (de)", "output", "chrF"]
    assert best.lines[0].cells == ("Turn on the light", "Schalte das Licht ein", "Schalte Licht ein", "71.3")
    assert (best.title, worst.title) == ("Best translations by chrF", "Worst translations by chrF")


def test_both_tables_are_named_in_both_forms() -> None:
    for text in pages({"lstm": translated()}):
        assert text.index("Best translations by chrF") < text.index("Worst translations by chrF")


def test_an_alignment_is_described_by_the_largest_weight_of_each_token() -> None:
    (picture,) = [part for part in parts({"lstm": translated()}) if isinstance(part, Picture)]
    assert "das to the 0.91, Licht to light 0.80." in picture.alt
    assert picture.svg.count(b"<text") == 4 + 2, "four tokens, and two lines of legend"


def test_a_long_alignment_is_described_in_part() -> None:
    long = {"source": ["a", "b"], "target": [f"t{place}" for place in range(30)], "weights": [[0.4, 0.6]] * 30}
    (picture,) = [part for part in parts({"lstm": translated(alignments=[long])}) if isinstance(part, Picture)]
    assert picture.alt.endswith("t11 to b 0.60 and so on.")


@pytest.mark.parametrize("lacking", ["best", "worst", "alignments"])
def test_what_a_showcase_has_none_of_is_left_out(lacking: str) -> None:
    html, markdown = pages({"lstm": translated(**{lacking: []})})
    words = {"best": "Best translations", "worst": "Worst translations", "alignments": "Attention of"}
    for text in (html, markdown):
        assert [name for name, title in words.items() if title not in text] == [lacking]


@pytest.mark.parametrize("output", ["", "  ", "\n"])
def test_an_empty_output_is_seen(output: str) -> None:
    for text in (
        *pages({"lstm": translated(best=[{**PAIR, "output": output}])}),
        *pages({"lstm": talked(answer=output)}),
        *pages({"lstm": talked(("a", "b", output))}),
    ):
        assert "(empty)" in text


def test_the_conversations_of_all_encoders_stand_side_by_side_the_best_first() -> None:
    talks = parts({model: talked(answer=f"i am {model}.") for model in BITS})
    shown = [part for part in talks if isinstance(part, Turns)]
    assert [[(turn.speaker, turn.text, turn.is_model) for turn in talk.turns] for talk in shown] == [
        [("person", "how are you?", False), (model, f"i am {model}.", True)] for model in ("lstm", "gru", "rnn")
    ]


def test_replies_to_the_same_context_stand_together_and_others_apart() -> None:
    showcases = {
        "gru": talked(("A?\nB?", "yes.", "gru 1"), ("C", "no.", "gru 2")),
        "lstm": talked(("A?\nB?", "yes.", "lstm 1")),
    }
    contexts = [part for part in parts(showcases) if isinstance(part, Turns) and part.turns[0].speaker == "context"]
    assert [[turn.text for turn in part.turns] for part in contexts] == [
        ["A?\nB?", "yes.", "lstm 1", "gru 1"], ["C", "no.", "gru 2"],
    ]  # fmt: skip


def test_the_turns_of_a_context_keep_their_lines_on_the_page() -> None:
    html, markdown = pages({"lstm": talked(("A?\nB?", "yes.", "no."))})
    assert '<span dir="auto">A?\nB?</span>' in html
    assert "- **context**: A? B?" in markdown


def test_encoders_with_samples_of_another_kind_are_left_out() -> None:
    other = {"kind": "mistakes", "wrong": 0, "texts": 1, "mistakes": []}
    shown = parts({"lstm": talked(), "gru": other, "rnn": talked()})
    assert [part.label for part in shown if isinstance(part, Turns)] == ["lstm", "rnn"]


@pytest.mark.parametrize(
    ("text", "is_long"),
    [("a" * 40, False), ("a" * 41, True), ("한" * 20, False), ("한" * 21, True), ("日本語" * 7, True)],
)
def test_a_cell_wraps_by_its_width_not_by_its_number_of_letters(text: str, is_long: bool) -> None:
    html, _ = pages({"lstm": translated(best=[{**PAIR, "output": text}], worst=[])})
    assert re.search(rf'<td class="words{" long" if is_long else ""}" dir="auto">{text}</td>', html)
