"""Samples of encoder-decoders: translations with their alignments, conversations and replies."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import numpy as np

from rnnbench.core.text import listed
from rnnbench.reports.figures.alignment import alignment_figure
from rnnbench.reports.figures.svg import svg
from rnnbench.reports.page.model import Folded, Material, Part, Picture, Turn, Turns, Words
from rnnbench.reports.tables.model import Table

EMPTY = "(empty)"
"""Printed for a text that a model left empty."""
MOST_IN_WORDS = 12
"""Of an alignment's tokens, as many are described for those who do not see the picture."""

Sample = Mapping[str, Any]


def translations(material: Material, seed: str) -> list[Part]:
    """Best and worst translations of test sentences and alignments: of the best encoder, and folded of the others."""
    parts: list[Part] = []
    for number, (model, sample) in enumerate(_of_kind(material, "translations")):
        shown: list[Part] = [*_tables(sample), *_alignments(model, number, sample)]
        if number == 0:
            direction = f"from {sample['source']} to {sample['target']}"
            parts = [Words(f"Test sentences {direction}, translated by {model} ({seed}).", is_soft=True), *shown]
        elif shown:
            parts.append(Folded(f"Translations by {model}", tuple(shown)))
    return parts


def _tables(sample: Sample) -> Iterator[Table]:
    headers = (f"source ({sample['source']})", f"reference ({sample['target']})", "output", "chrF")
    for title, key in (("Best translations by chrF", "best"), ("Worst translations by chrF", "worst")):
        rows = [
            (item["source"], item["target"], item["output"].strip() or EMPTY, f"{item['chrf']:.1f}")
            for item in sample[key]
        ]
        if rows:
            yield Table.of_text(title, headers, rows, words=3)


def _alignments(model: str, number: int, sample: Sample) -> Iterator[Picture]:
    """Pictures of the attention. number: of the model, for names of files."""
    for place, alignment in enumerate(sample["alignments"], start=1):
        source, target, weights = alignment["source"], alignment["target"], alignment["weights"]
        content = svg(alignment_figure(source, target, weights))
        alt = f"Attention of {model} from each target token to the source tokens. {_strongest(source, target, weights)}"
        caption = f"Attention of {model}, sentence {place}"
        yield Picture(f"alignment_{number}_{place}", content, alt, caption, is_wide=False)


def _strongest(source: Sequence[str], target: Sequence[str], weights: Sequence[Sequence[float]]) -> str:
    """'Most of it: Das to The 0.91, Licht to light 0.87.'."""
    if not source or not target:
        return "No tokens."
    pairs = [
        f"{token.strip()} to {source[place].strip()} {row[place]:.2f}"
        for token, row in zip(target[:MOST_IN_WORDS], weights, strict=False)
        for place in [int(np.argmax(row))]
    ]
    return f"Most of it: {', '.join(pairs)}{' and so on' if len(target) > len(pairs) else ''}."


def conversations(material: Material, seed: str) -> list[Part]:
    """The conversation with each encoder side by side, then each test context with the replies of all."""
    samples = _of_kind(material, "conversation")
    talks = [Turns(model, tuple(_turn(model, turn) for turn in sample["turns"])) for model, sample in samples]
    parts: list[Part] = []
    if any(talk.turns for talk in talks):
        lead = f"The same turns of a person to every encoder ({seed}), and replies sampled with a fixed random seed."
        parts = [Words(lead, is_soft=True), *(talk for talk in talks if talk.turns)]
    contexts = [*_contexts(samples)]
    if contexts:
        lead = f"Replies to contexts of the test split by {listed(model for model, _ in samples)}."
        parts += [Words(lead, is_soft=True), *contexts]
    return parts


def _turn(model: str, turn: Mapping[str, str]) -> Turn:
    is_model = turn["speaker"] == "model"
    return Turn(model if is_model else turn["speaker"], turn["text"].strip() or EMPTY, is_model)


def _contexts(samples: Sequence[tuple[str, Sample]]) -> Iterator[Turns]:
    """Each context and its true reply, with the replies of the encoders that have it among their samples."""
    outputs: dict[tuple[str, str], list[Turn]] = {}
    for model, sample in samples:
        for item in sample["replies"]:
            output = Turn(model, item["output"].strip() or EMPTY, is_model=True)
            outputs.setdefault((item["context"], item["reply"]), []).append(output)
    for number, ((context, reply), turns) in enumerate(outputs.items(), start=1):
        yield Turns(f"Context {number}", (Turn("context", context), Turn("true reply", reply), *turns))


def _of_kind(material: Material, kind: str) -> list[tuple[str, Sample]]:
    """The samples of every encoder that has some of this kind, the best encoder first."""
    runs = [run for row in material.comparison.encoders if (run := material.shown_run(row)) is not None]
    samples = [(run.model, material.showcases[run.run_id]) for run in runs]
    return [(model, sample) for model, sample in samples if sample.get("kind") == kind]
