"""First sections of the page: question, answer, data and protocol."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from rnnbench.comparison.notes.verdict import verdict
from rnnbench.comparison.search_spaces import searched_note
from rnnbench.reports.page.model import Facts, Material, Section, Words

UNITS = {"text": "characters", "labelled_text": "texts", "series": "rows"}
KINDS = {"text": "a long text", "labelled_text": "labelled texts", "series": "a series"}
SAMPLERS = {"tpe": "a tree-structured Parzen estimator"}
NOT_STORED = "the sweep was begun by a version that did not store this; the same command again writes it down"


def question(material: Material) -> Section:
    """The question of the experiment file."""
    table = material.comparison
    judged = f"judged by {table.metric.label} ({table.metric.direction} is better)"
    task = f"Task {table.task} on the data set {table.data}, {judged}."
    asked = material.question or f"Which encoder is best at {table.task.replace('_', ' ')} on {table.data}?"
    return Section("question", "Question", (Words(asked), Words(task, is_soft=True)))


def answer(material: Material) -> Section:
    """The conclusion in one paragraph."""
    return Section("answer", "Answer", (Words(verdict(material.comparison)),))


def data(material: Material) -> Section:
    """Facts of the data set."""
    facts, table = material.data, material.comparison
    name, fingerprint = ("name", table.data), ("fingerprint", table.fingerprint)
    if not facts:
        unknown = Words(f"More is not known: {NOT_STORED}.", is_soft=True)
        return Section("data", "Data", (Facts((name, fingerprint)), unknown))
    kind, classes, targets = facts.get("kind"), facts.get("classes"), facts.get("targets")
    entries = (
        name,
        ("what it is", facts.get("title")),
        ("kind", KINDS.get(str(kind), kind)),
        ("source", facts.get("source")),
        ("licence", facts.get("licence")),
        ("splits", f"{_counts(facts.get('sizes', {}))} {UNITS.get(str(kind), 'items')}"),
        ("how it is split", facts.get("split_rule")),
        ("classes", classes and f"{_counts(classes)} in training"),
        ("symbols", facts.get("symbols") and f"{facts['symbols']:,} different ones in training"),
        ("targets", targets and f"{', '.join(targets)} ({facts.get('unit')})"),
        ("covariates", ", ".join(facts.get("covariates") or [])),
        ("frequency", facts.get("frequency") and f"{facts['frequency']}, season of {facts.get('season_length')}"),
        ("notes", "; ".join(facts.get("notes", []))),
        fingerprint,
    )
    return Section("data", "Data", (Facts(tuple((label, str(value)) for label, value in entries if value)),))


def _counts(sizes: Mapping[str, int]) -> str:
    return ", ".join(f"{name} {size:,}" for name, size in sizes.items())


def protocol(material: Material) -> Section:
    """Budget, search and confirmation in words."""
    table = material.comparison
    rows = table.encoders
    searches = [record.config["search"] for record in material.of_kind("trial") if record.config.get("search")]
    search = searches[0] if searches else {}
    seeds = sorted({row.seeds_planned for row in rows})
    trials = sorted({row.trials for row in rows})
    pairs = [
        ("budget of each training", _budget(table.budget)),
        ("search", _search(search, trials) if trials != [0] else "none"),
        (
            "search space",
            " ".join(note.text for note in searched_note([*material.of_kind("trial"), *material.of_kind("confirm")])),
        ),
        (
            "confirmation",
            f"what each search chose, trained again on {_range(seeds)} fresh seeds, "
            + ("the same for every encoder, " if len(seeds) == 1 else "the first of them the same for every encoder, ")
            + ("on training and validation together; " if search.get("refit") else "")
            + "scored on the test split at the update that validation chose"
            + (" in the search" if search.get("refit") else ""),
        ),
        ("protocol", f"version {table.protocol}"),
    ]
    return Section("protocol", "Protocol", (Facts(tuple(pair for pair in pairs if pair[1])),))


def _budget(budget: Mapping[str, Any]) -> str:
    words = {
        "updates": "at most {:,} updates",
        "epochs": "at most {:g} epochs",
        "seconds": "at most {:g} seconds",
        "parameters": "at most {:,} parameters",
        "validations": "validated {} times",
    }
    entries = [words[name].format(budget[name]).replace(" 1 times", " once") for name in words if budget.get(name)]
    others = [f"{name} {value}" for name, value in sorted(budget.items()) if name not in words and value]
    return ", ".join(entries + others)


def _search(search: Mapping[str, Any], trials: list[int]) -> str:
    entries = [f"{_range(trials)} trials per encoder, a study each, encoders in turns"]
    sampler, at_random = str(search.get("sampler", "")), int(search.get("random_trials", 0))
    if trials and (sampler == "random" or at_random >= trials[-1]):
        entries.append("all drawn at random")
    elif sampler:
        entries.append(f"the first {at_random} drawn at random, the rest proposed by {SAMPLERS.get(sampler, sampler)}")
    if "pruning" in search:
        entries.append("poor trials pruned early" if search["pruning"] else "no pruning")
    return ", ".join(entries)


def _range(numbers: list[int]) -> str:
    return f"{numbers[0]}" if len(numbers) == 1 else f"{numbers[0]} to {numbers[-1]}" if numbers else "no"
