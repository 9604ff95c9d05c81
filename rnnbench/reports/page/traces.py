"""Last sections of the page: run ids, versions, and the command that repeats the sweep."""

from __future__ import annotations

from collections.abc import Mapping

from rnnbench.reports.page.model import Code, Facts, Folded, Material, Part, Section, Words
from rnnbench.reports.tables.columns import runs_by_row

_NOT_A_VERSION = ("git_commit", "command", "data", "data_fingerprint")


def runs(material: Material) -> Section:
    """The id of every run."""
    listed = tuple((name, " ".join(ids)) for name, ids in runs_by_row(material.comparison))
    sweep = (("sweep", material.sweep_run),) if material.sweep_run else ()
    words = "Every run is in the MLflow store (rnnbench ui) under its id."
    count = len(material.comparison.run_ids)
    return Section("runs", "Runs", (Words(words), Folded(f"{count} runs", (Facts(sweep + listed),))))


def versions(material: Material) -> Section | None:
    """Versions and hardware of the confirmations."""
    found = _values(material.environments)
    pairs = tuple((name, " and ".join(values)) for name, values in found.items() if name not in _NOT_A_VERSION)
    if not pairs:
        return None
    parts: list[Part] = [Facts(pairs)]
    unlike = [name for name, values in found.items() if len(values) > 1 and name not in _NOT_A_VERSION]
    if unlike:
        parts.append(Words(f"Not the same for every confirmation: {', '.join(unlike)}.", is_soft=True))
    return Section("versions", "Versions", tuple(parts))


def repeat(material: Material) -> Section | None:
    """The command for the same sweep."""
    if not material.command:
        return None
    commits = _values(material.environments).get("git_commit", [])
    lead = f"At the commit {' or '.join(commits)} of rnnbench, type:" if commits else "Type:"
    parts: list[Part] = [Words(lead), Code(material.command)]
    if any(commit.endswith("-dirty") for commit in commits):
        parts.append(
            Words("-dirty: files differed from that commit, so it alone may not repeat the numbers.", is_soft=True)
        )
    return Section("repeat", "How to repeat it", tuple(parts))


def _values(environments: Mapping[str, Mapping[str, str]]) -> dict[str, list[str]]:
    """Every name with the different values that the runs had, in a fixed order."""
    names = dict.fromkeys(name for run in sorted(environments) for name in environments[run])
    return {
        name: sorted({str(environment[name]) for environment in environments.values() if name in environment})
        for name in names
    }
