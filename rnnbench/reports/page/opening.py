"""First sections: question, answer, data and protocol."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from rnnbench.comparison.notes.verdict import verdict
from rnnbench.comparison.search_spaces import searched_note
from rnnbench.data.description import UNITS
from rnnbench.data.kinds import KIND_NAMES
from rnnbench.reports.page.model import Facts, Material, Section, Words

SAMPLERS = {"tpe": "a tree-structured Parzen estimator"}
NOT_STORED = "The version that started this sweep did not store more; the same command again stores it"


def question(material: Material) -> Section:
    """The question of the experiment file."""
    table = material.comparison
    question = material.question or f"Which encoder is best at {table.task.replace('_', ' ')} on {table.data}?"
    metric = f"{table.metric.label} ({table.metric.direction} is better)"
    task = f"Task {table.task}, data set {table.data}, metric {metric}."
    return Section("question", "Question", (Words(question), Words(task, is_soft=True)))


def answer(material: Material) -> Section:
    """The verdict."""
    return Section("answer", "Answer", (Words(verdict(material.comparison)),))


def data(material: Material) -> Section:
    """Facts of the data set."""
    facts, table = material.data, material.comparison
    name, fingerprint = ("name", table.data), ("fingerprint", table.fingerprint)
    if not facts:
        return Section("data", "Data", (Facts((name, fingerprint)), Words(f"{NOT_STORED}.", is_soft=True)))
    kind, classes, targets = facts.get("kind"), facts.get("classes"), facts.get("targets")
    units = {str(name): unit for name, unit in UNITS.items()}
    entries = (
        name,
        ("title", facts.get("title")),
        ("kind", next((words for name, words in KIND_NAMES.items() if name == kind), kind)),
        ("source", facts.get("source")),
        ("licence", facts.get("licence")),
        ("splits", f"{_counts(facts.get('sizes', {}))} {units.get(str(kind), 'items')}"),
        ("split rule", facts.get("split_rule")),
        ("classes", classes and f"{_counts(classes)} in training"),
        ("pairs", facts.get("source_name") and f"{facts['source_name']} to {facts['target_name']}"),
        ("symbols", facts.get("symbols") and f"{facts['symbols']:,} in training"),
        ("targets", targets and f"{', '.join(targets)} ({facts.get('unit')})"),
        ("covariates", ", ".join(facts.get("covariates") or [])),
        ("frequency", facts.get("frequency") and f"{facts['frequency']}, season of {facts.get('season_length')}"),
        *((label, "; ".join(sentences)) for label, sentences in facts.get("understood", {}).items()),
        ("prepared", "; ".join(facts.get("prepared", []))),
        ("warnings", "; ".join(facts.get("warnings", []))),
        ("notes", "; ".join(facts.get("notes", []))),
        fingerprint,
    )
    return Section("data", "Data", (Facts(tuple((label, str(value)) for label, value in entries if value)),))


def _counts(sizes: Mapping[str, int]) -> str:
    return ", ".join(f"{name} {size:,}" for name, size in sizes.items())


def protocol(material: Material) -> Section:
    """Budget, search and confirmation in words."""
    table = material.comparison
    trial_records = material.of_kind("trial")
    search: Mapping[str, Any] = next(
        (record.config["search"] for record in trial_records if record.config.get("search")), {}
    )
    seeds = sorted({row.seeds_planned for row in table.encoders})
    trials = sorted({row.trials for row in table.encoders})
    spaces = searched_note([*trial_records, *material.of_kind("confirm")])
    pairs = (
        ("budget of each training", _budget(table.budget)),
        ("search", _search(search, trials) if trials != [0] else "none"),
        ("search space", " ".join(note.text for note in spaces)),
        ("confirmation", _confirmation(seeds, is_refit=bool(search.get("refit")))),
        ("protocol", f"version {table.protocol}"),
    )
    return Section("protocol", "Protocol", (Facts(tuple(pair for pair in pairs if pair[1])),))


def _confirmation(seeds: list[int], *, is_refit: bool) -> str:
    splits = "training and validation data" if is_refit else "training data"
    shared = "" if len(seeds) == 1 else "the first of them "
    update = "after the number of updates found by the search" if is_refit else "at the update with the best validation"
    return (
        f"each chosen configuration trained on {splits} with {_range(seeds)} fresh seeds, {shared}the same for every "
        f"encoder; scored on the test split {update}"
    )


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
    entries = [f"{_range(trials)} trials per encoder, one study each, encoders in turn"]
    sampler, at_random = str(search.get("sampler", "")), int(search.get("random_trials", 0))
    if trials and (sampler == "random" or at_random >= trials[-1]):
        entries.append("all random")
    elif sampler:
        entries.append(f"the first {at_random} random, the others proposed by {SAMPLERS.get(sampler, sampler)}")
    if "pruning" in search:
        entries.append("poor trials pruned early" if search["pruning"] else "no pruning")
    return ", ".join(entries)


def _range(numbers: list[int]) -> str:
    return f"{numbers[0]}" if len(numbers) == 1 else f"{numbers[0]} to {numbers[-1]}" if numbers else "no"
