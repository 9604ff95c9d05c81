"""The report: nothing that data or names hold acts, nothing is fetched, the same material gives the same bytes."""

from __future__ import annotations

import random
import re
import xml.etree.ElementTree as ElementTree
from dataclasses import replace
from functools import cache
from html.parser import HTMLParser
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
import small_data
from markdown_it import MarkdownIt

from rnnbench.comparison.compare import compare
from rnnbench.comparison.importance import Importance, Importances, Share, TooFew
from rnnbench.core.text import one_line, printable
from rnnbench.data.description import describe_data
from rnnbench.data.kinds import Kind
from rnnbench.reports.page.html import html_page
from rnnbench.reports.page.markdown import markdown_text
from rnnbench.reports.page.model import Material
from rnnbench.reports.page.writing import page_of, write_report
from rnnbench.storage.record import RunRecord

NASTY = '<script>alert(1)</script> | `x` ``` "t" & </pre></details> --> ![a](http://x) \u202eRTL\u0007 $y$ \\'
TEXT = f"# head\n- item\n````\n{NASTY}\n\n<b onload=x>"
LEARNED = {"training.learning_rate": {"low": 0.001, "high": 0.1, "log": True}, "task.pooling": ["mean", "<i>|`"]}


def run(kind: Any, model: str, number: int | None, score: float, **changes: Any) -> RunRecord:
    made = RunRecord(
        kind, "sentiment", "mr|<b>", "f" * 64, model, "accuracy", True,
        seed=number, run_id=f"id-{kind}-{len(model)}-{number}",
        metrics={"validation/accuracy": score} | ({} if kind == "trial" else {"test/accuracy": score}),
        costs={"parameters": 1234.0, "wall_seconds": 8.5, "training_seconds": 7.5}, tags={"trial": str(number)},
        config={
            "budget": {"updates": 200}, "searched": LEARNED, "search": {"sampler": "tpe", "random_trials": 1},
            "training": {"learning_rate": 0.01}, "task": {"pooling": "mean"},
        },
        curves={"validation/accuracy": [(100, score - 0.1), (200, score)]},
    )  # fmt: skip
    return replace(made, **changes)


def records() -> list[RunRecord]:
    models = ("lstm", NASTY)
    return [
        *(run("confirm", model, seed, 0.8 - len(model) / 2000 + seed / 900) for model in models for seed in (1, 2)),
        *(run("trial", model, trial, 0.7 + trial / 50) for model in models for trial in range(3)),
        run("trial", "lstm", 3, 0.5, outcome="pruned"),
        run("baseline", "majority_class", None, 0.5, config={}),
    ]


def mistakes() -> dict[str, Any]:
    one = {"text": NASTY, "label": "<u>", "told": "good|", "probability": 0.993}
    return {"kind": "mistakes", "wrong": 12, "texts": 40, "mistakes": [one]}


def material(showcase: dict[str, Any] | None = None, found: list[RunRecord] | None = None) -> Material:
    found = found or records()
    shares = (Share("training.learning_rate", 0.8, 0.6, 0.9), Share("task.pooling", 0.2, 0.1, 0.4))
    weighed = Importance("lstm", "ped_anova", 10, 1, 100, shares)
    confirms = [record.run_id for record in found if record.kind == "confirm"]
    return Material(
        name="sentiment", comparison=compare(found), records=tuple(found), sweep_run="id-of-the-sweep", question=NASTY,
        importances=Importances("sentiment", "mr", "accuracy", (weighed,), (TooFew(NASTY, "3 trials", 12),)),
        data={"kind": "labelled_text", "title": NASTY, "sizes": {"train": 1200}, "classes": {"a|b": 600, NASTY: 600}},
        environments={one: {"torch": "2.13.0", "git_commit": "abc-dirty"} for one in confirms},
        showcases={one: showcase or mistakes() for one in confirms},
        command=f"rnnbench sweep sentiment --data '{NASTY}'", more_trials="rnnbench sweep sentiment --trials 12",
    )  # fmt: skip


@cache
def html_of(kind: str) -> str:
    return html_page(page_of(material(SHOWCASES[kind])))


@cache
def markdown_of(kind: str) -> tuple[str, dict[str, bytes]]:
    return markdown_text(page_of(material(SHOWCASES[kind])))


def texts_of(lead: str = "ROMEO") -> dict[str, Any]:
    return {"kind": "text", "prompt": lead, "text": TEXT, "temperature": 0.8}


def forecasts() -> dict[str, Any]:
    values = {"history": [1.0, 2.0, 3.0], "actual": [4.0, 5.0], "forecast": [4.5, 5.5]}
    window = {"which": "worst", "channel": NASTY, "error": 1.5, "time": "2024-01-01T00:00:00", **values}
    return {"kind": "forecasts", "unit": "한국 <k|W>", "windows": [window]}


def translations() -> dict[str, Any]:
    pair = {"source": NASTY, "target": TEXT, "output": f"{TEXT} 한국", "chrf": 12.34}
    alignment = {"source": [NASTY, "b"], "target": ["한국", "</s>"], "weights": [[0.25, 0.75], [1.0, 0.0]]}
    sides = {"source": "<en>", "target": "de|`"}
    return {"kind": "translations", **sides, "best": [pair], "worst": [pair, pair], "alignments": [alignment]}


def conversation() -> dict[str, Any]:
    turns = [{"speaker": "person", "text": NASTY}, {"speaker": "model", "text": TEXT}]
    replies = [{"context": TEXT, "reply": NASTY, "output": "- 한국\n# x"}, {"context": "a", "reply": "b", "output": ""}]
    return {"kind": "conversation", "turns": turns, "replies": replies}


SHOWCASES = {
    "mistakes": mistakes(), "text": texts_of(), "forecasts": forecasts(), "translations": translations(),
    "conversation": conversation(),
}  # fmt: skip


class Page(HTMLParser):
    """Tags in order, what their attributes say, and the text between them."""

    VOID = ("meta", "br", "hr", "img", "link", "input")

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.attributes: list[tuple[str, str, str]] = []
        self.words: list[str] = []
        self.open: list[str] = []
        self.feed(text)
        assert not self.open, f"not closed: {self.open}"

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.attributes += [(tag, name, value or "") for name, value in attrs]
        if tag not in self.VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.attributes += [(tag, name, value or "") for name, value in attrs]

    def handle_data(self, data: str) -> None:
        self.words.append(data)


@pytest.mark.parametrize("kind", SHOWCASES)
def test_the_page_fetches_nothing_and_runs_nothing_whatever_names_and_texts_hold(kind: str) -> None:
    page = Page(html_of(kind))
    assert not {"script", "link", "iframe", "img", "object", "b onload=x"} & {*page.tags}
    for tag, name, value in page.attributes:
        assert not name.startswith("on"), (tag, name)
        assert name not in ("src", "action"), (tag, name, value)
        assert not (name.endswith("href") and not value.startswith("#")), (tag, name, value)
    styles = "".join(value for _, name, value in page.attributes if name == "style")
    assert not re.findall(r"url\((?!#)", styles)


@pytest.mark.parametrize("kind", SHOWCASES)
def test_no_id_of_the_page_is_given_twice_and_every_link_leads_to_one(kind: str) -> None:
    page = Page(html_of(kind))
    ids = [value for _, name, value in page.attributes if name == "id"]
    assert len(ids) == len({*ids})
    links = {value.removeprefix("#") for _, name, value in page.attributes if name.endswith("href")}
    assert links <= {*ids}
    named = {value for _, name, value in page.attributes if name == "aria-labelledby"}
    assert named <= {*ids}


def test_the_page_says_names_and_texts_as_they_are_without_their_control_characters() -> None:
    page = Page(html_of("mistakes"))
    assert page.words.count(one_line(NASTY)) >= 5
    assert "\u202e" not in html_of("mistakes")
    assert printable(TEXT) in Page(html_of("text")).words


def test_every_section_that_has_something_to_tell_is_there_in_order() -> None:
    keys = [section.key for section in page_of(material()).sections]
    assert keys == [
        "question", "answer", "table", "data", "protocol", "intervals", "curves", "expected", "importance", "trials",
        "costs", "samples", "runs", "versions", "repeat",
    ]  # fmt: skip


def test_errors_by_step_are_the_means_over_seeds_beside_the_best_baseline() -> None:
    def stepwise(record: RunRecord) -> RunRecord:
        start = 1.0 if record.kind == "baseline" else float(record.seed or 0)
        return replace(record, details={"by_step": {"accuracy": [start, start + 2]}})

    made = material(found=[stepwise(record) for record in records()])
    told = next(section for section in page_of(made).sections if section.key == "steps").parts[0].alt  # type: ignore[union-attr]
    assert "lstm 150.0 to 350.0" in told, "the mean of seeds 1 and 2, in percent"
    assert "majority_class 100.0 to 300.0" in told
    assert "steps" not in {section.key for section in page_of(material()).sections}, (
        "runs of an earlier version have none"
    )


def test_classes_taken_for_one_another_are_told_in_shares_of_the_true_class() -> None:
    def confused(record: RunRecord) -> RunRecord:
        counts = [[1, 3], [2, 2]] if record.kind == "confirm" else [[4, 0], [4, 0]]
        names = {"classes": ["kind", NASTY]} if record.kind == "confirm" else {}
        return replace(record, details={"confusion_matrix": counts, **names})

    made = material(found=[confused(record) for record in records()])
    table = next(section for section in page_of(made).sections if section.key == "classes").parts[1]
    assert [line.cells[2:] for line in table.lines] == [  # type: ignore[union-attr]
        ("25.0", "75.0"), ("50.0", "50.0"), ("100.0", "0.0"), ("100.0", "0.0"),
    ]  # fmt: skip
    Page(html_page(page_of(made)))


def test_of_many_classes_the_pairs_that_are_mistaken_most_are_told() -> None:
    names = [f"class {number}" for number in range(12)]
    counts = [[8 if true == told else 0 for told in range(12)] for true in range(12)]
    counts[3][5] = 2

    def confused(record: RunRecord) -> RunRecord:
        return replace(record, details={"confusion_matrix": counts, "classes": names})

    made = material(found=[confused(record) for record in records()])
    table = next(section for section in page_of(made).sections if section.key == "classes").parts[1]
    assert table.lines[0].cells == ("lstm", "class 3", "class 5", "20.0")  # type: ignore[union-attr]
    assert len(table.lines) == 20  # type: ignore[union-attr]


def test_a_row_of_which_some_runs_kept_no_details_has_none() -> None:
    found = [
        replace(record, details={"by_step": {"accuracy": [1.0, 2.0]}}) if record.seed != 1 else record
        for record in records()
    ]
    part = next(section for section in page_of(material(found=found)).sections if section.key == "steps").parts[0]
    assert "majority_class" in part.alt  # type: ignore[union-attr]
    assert "lstm" not in part.alt  # type: ignore[union-attr]


def test_a_store_of_an_earlier_version_still_has_a_report() -> None:
    bare = Material(name="sentiment", comparison=compare(records()), records=tuple(records()))
    page = html_page(page_of(bare))
    keys = re.findall(r'<section id="(\w+)"', page)
    assert not {"importance", "samples", "versions", "repeat"} & {*keys}
    assert {"answer", "data", "protocol", "table", "intervals", "curves", "trials", "runs"} <= {*keys}
    assert "did not store" in page


@pytest.mark.parametrize("kind", SHOWCASES)
def test_every_run_is_named_in_both_forms(kind: str) -> None:
    for text in (html_of(kind), markdown_of(kind)[0]):
        assert all(one in text for one in compare(records()).run_ids)
        assert "id-of-the-sweep" in text


@pytest.mark.parametrize("kind", SHOWCASES)
def test_the_same_runs_in_any_order_give_the_same_bytes(kind: str) -> None:
    shuffled = random.Random(4).sample(records(), len(records()))
    again = material(SHOWCASES[kind], shuffled)
    assert html_page(page_of(again)) == html_of(kind)
    assert markdown_text(page_of(again)) == markdown_of(kind)


@pytest.mark.parametrize("kind", SHOWCASES)
def test_markdown_read_by_a_parser_holds_no_markup_of_names_and_texts(kind: str) -> None:
    text, figures = markdown_of(kind)
    tokens = MarkdownIt("commonmark").enable("table").parse(text)
    inline = [child for token in tokens for child in token.children or []]
    html = [token.content.strip() for token in [*tokens, *inline] if token.type.startswith("html")]
    assert {tag for line in html for tag in re.findall(r"</?\w+", line)} <= {
        "<details",
        "<summary",
        "</summary",
        "</details",
    }
    assert not [token for token in inline if token.type == "link_open"]
    images = {str(token.attrs["src"]) for token in inline if token.type == "image"}
    assert images == {f"figures/{name}" for name in figures}
    headings = [after.content for token, after in pairwise(tokens) if (token.type, token.tag) == ("heading_open", "h2")]
    assert headings == re.findall(r"<h2[^>]*>(.*?)</h2>", html_of(kind))


def test_a_generated_text_stays_inside_of_its_fence() -> None:
    text = markdown_of("text")[0]
    fences = [token.content for token in MarkdownIt("commonmark").parse(text) if token.type == "fence"]
    assert f"[ROMEO]{printable(TEXT)}\n" in fences


def test_a_table_of_texts_has_as_many_cells_in_every_row() -> None:
    tokens = MarkdownIt("commonmark").enable("table").parse(markdown_of("mistakes")[0])
    counts: list[list[int]] = []
    for token in tokens:
        if token.type == "table_open":
            counts.append([])
        elif token.type == "tr_open":
            counts[-1].append(0)
        elif token.type in ("th_open", "td_open"):
            counts[-1][-1] += 1
    assert [len({*rows}) for rows in counts] == [1] * len(counts)
    told = [child.content for token in tokens for child in token.children or [] if child.type == "text"]
    assert sum("misclassified 12 of 40 test texts" in words for words in told) == 1


@pytest.mark.parametrize("kind", SHOWCASES)
def test_every_figure_is_xml_with_words_for_those_who_do_not_see_it(kind: str, tmp_path: Path) -> None:
    paths = write_report(material(SHOWCASES[kind]), tmp_path)
    assert [path.name for path in paths[:2]] == ["report.html", "report.md"]
    drawn = [path for path in paths if path.suffix == ".svg"]
    assert len(drawn) == 6 + {"forecasts": 1, "translations": len({"lstm", NASTY})}.get(kind, 0)
    for path in drawn:
        assert ElementTree.parse(path).getroot().tag == "{http://www.w3.org/2000/svg}svg"
        assert path.stat().st_size < 60_000
    page = paths[0].read_text(encoding="utf-8")
    labels = re.findall(r'role="img" aria-label="([^"]*)"', page)
    assert len(labels) == page.count("<svg ") == len(drawn)
    assert all(len(label) > 40 for label in labels)


def test_the_colours_of_figures_follow_the_page() -> None:
    page = html_of("mistakes")
    drawn = "".join(re.findall(r"<svg.*?</svg>", page, flags=re.DOTALL))
    assert "fill: var(--green, #1a7f37)" in drawn
    assert not re.search(r"(fill|stroke): (#ffffff|#1c2430|#5b6675|#d8dde4)", drawn)
    style = page[page.index("<style>") : page.index("</style>")]
    used = {*re.findall(r"var\(--([\w-]+)", drawn)}
    assert used <= {*re.findall(r"--([\w-]+):", style)}
    dark = style[style.index("(prefers-color-scheme: dark)") :]
    assert used <= {*re.findall(r"--([\w-]+):", dark)}


def test_the_report_of_a_quick_run_says_so_in_its_title_and_answer() -> None:
    quick = [replace(record, tags={**record.tags, "quick": "True"}) for record in records()]
    page = page_of(material(found=quick))
    assert page.title.endswith("(quick run)")
    for text in (html_page(page), markdown_text(page)[0]):
        assert "Quick run: too short to choose by." in text
    assert "uick run" not in html_of(next(iter(SHOWCASES)))


@pytest.mark.parametrize(
    ("kind", "words", "sides"),
    [("text_pairs", "pairs of texts", "en to de"), ("dialogue", "a dialogue", "turn to reply")],
)
def test_data_of_pairs_are_said_with_their_origin_and_their_sides(kind: Kind, words: str, sides: str) -> None:
    facts = describe_data(small_data.of_kind(kind)).plain
    part = next(item for item in page_of(replace(material(), data=facts)).sections if item.key == "data").parts[0]
    pairs = dict(part.pairs)  # type: ignore[union-attr]
    assert (pairs["source"], pairs["pairs"], pairs["kind"]) == (facts["source"], sides, words)
    assert pairs["splits"].endswith(" pairs")
